import { INGEST_ROUTES } from '../ingest/ingest-routes.ts';
import { AGENT_ROUTES } from './agent-routes.ts';
import { AUDIT_LOG_ROUTES } from './audit-log-routes.ts';
import { BADGE_ROUTES } from './badge-routes.ts';
import { DELIVERY_ROUTES } from './delivery-routes.ts';
import { GATE_ROUTES } from './gate-routes.ts';
import { KEY_ROUTES } from './key-routes.ts';
import { MEMBER_ROUTES } from './member-routes.ts';
import { REPORT_ROUTES } from './report-routes.ts';
import type { Route } from './route.ts';
import { RUN_LIST_ROUTES } from './run-list-routes.ts';
import { RUN_ROUTES } from './run-routes.ts';
import { SETTINGS_ROUTES } from './settings-routes.ts';
import { SUITE_ROUTES } from './suite-routes.ts';
import { TRUST_ROUTES } from './trust-routes.ts';
import { WEBHOOK_ROUTES } from './webhook-routes.ts';
import { WORKSPACE_DATA_ROUTES } from './workspace-data-routes.ts';
import { WORKSPACE_ROUTES } from './workspace-routes.ts';

/** Every route of the REST interface, in the order in which they are matched and described. */
export const ROUTES: readonly Route[] = [
  ...WORKSPACE_ROUTES,
  ...WORKSPACE_DATA_ROUTES,
  ...SETTINGS_ROUTES,
  ...MEMBER_ROUTES,
  ...AUDIT_LOG_ROUTES,
  ...AGENT_ROUTES,
  ...SUITE_ROUTES,
  ...RUN_LIST_ROUTES,
  ...RUN_ROUTES,
  ...GATE_ROUTES,
  ...REPORT_ROUTES,
  ...BADGE_ROUTES,
  ...INGEST_ROUTES,
  ...KEY_ROUTES,
  ...TRUST_ROUTES,
  ...WEBHOOK_ROUTES,
  ...DELIVERY_ROUTES,
];
