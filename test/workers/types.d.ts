/// <reference types="@cloudflare/vitest-pool-workers/types" />

declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import('../../src/worker.ts');
    durableNamespaces: 'AgentObject';
  }
  /** What a test sees as `env`: the Worker's own bindings and the migrations for `setup.ts`. */
  interface Env {
    DB: D1Database;
    KV: KVNamespace;
    FILES: Fetcher;
    AGENT: DurableObjectNamespace<import('../../src/worker.ts').AgentObject>;
    SESSION_SECRET: string;
    TEST_MIGRATIONS: import('cloudflare:test').D1Migration[];
  }
}
