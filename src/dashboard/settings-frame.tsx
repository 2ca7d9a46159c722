import type { Child } from 'hono/jsx';
import { Layout } from './layout.tsx';

const TABS = [
  ['general', '/settings', 'General'],
  ['members', '/settings/members', 'Members'],
  ['apps', '/settings/apps', 'Connected apps'],
  ['audit-log', '/settings/audit-log', 'Audit log'],
  ['data', '/settings/export', 'Data'],
] as const;
export type SettingsTab = (typeof TABS)[number][0];

export type SettingsFrameProps = {
  tab: SettingsTab;
  workspaceName: string;
  csrf: string;
  /** What the browser tab says; the name of the tab without one. */
  title?: string;
  /** Names of further scripts and style sheets, as `Layout` takes them. */
  scripts?: readonly string[];
  styles?: readonly string[];
  children: Child;
};

/** Every page about the workspace itself: its one heading, the tabs, and what the tab shows. */
export function SettingsFrame({ tab, title, children, scripts = [], styles = [], ...page }: SettingsFrameProps) {
  const name = TABS.find(([key]) => key === tab)?.[2];
  return (
    <Layout
      {...page}
      title={title ?? `${name} · Settings`}
      here="/settings"
      scripts={scripts}
      styles={['tabs', 'members', ...styles]}
    >
      <h1>Settings</h1>
      <nav class="tabs" aria-label="Settings">
        {TABS.map(([key, path, label]) => (
          <a href={path} aria-current={key === tab ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      {children}
    </Layout>
  );
}
