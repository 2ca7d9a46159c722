import { Hono } from 'hono';
import { agentList } from './agent-list.tsx';
import { agentPages } from './agent-pages.tsx';
import type { App } from './app.ts';
import { casePages } from './case-pages.tsx';
import { firstUse } from './first-use.tsx';
import { overviewPage } from './overview-page.tsx';
import { reportPages } from './report-pages.tsx';
import { review } from './review.tsx';
import { reviewQueue } from './review-queue.tsx';
import { runPages } from './run-pages.tsx';
import { scorePages } from './score-pages.tsx';

/** What people look at. Every page is complete as it is served; the run page's socket keeps it moving. */
export const pages = new Hono<App>();

pages.route('/', overviewPage);
pages.route('/', agentList);
pages.route('/', agentPages);
pages.route('/', scorePages);
pages.route('/', runPages);
pages.route('/', casePages);
pages.route('/', reviewQueue);
pages.route('/', reportPages);
pages.route('/', firstUse);
pages.route('/', review);
