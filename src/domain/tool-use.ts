/** What an agent's newest runs show of one tool. `failedCalls` broke off or were refused; `failedResults` are failed results it was called in. */
export type ToolUse = { tool: string; calls: number; failedCalls: number; results: number; failedResults: number };
/** One call directly followed by another, within a result. `failed` counts those in failed results. */
export type ToolStep = { from: string; to: string; count: number; failed: number };

/** How tools were used in the newest completed runs, which hold this many standing results. */
export type ToolUsage = { agentId: string; runs: number; results: number; tools: ToolUse[]; steps: ToolStep[] };
/** Runs that are looked at, and results at most of each. */
export const USAGE_RUNS = 5;
export const USAGE_RESULTS = 1_000;
