import type { ToolContract } from './contract-row.ts';
import { halfPassed, newcomer, oneScenario, unreachable, withoutD1, withPlan } from './contract-scenes.ts';

const UNREACHABLE = 'Error: Could not reach the Invarium backend. Retry in 30 seconds.';

/** Sections 2.1 to 2.4: who is asking, what is used, what stands where, and the guide. */
export const CONNECTION: ToolContract[] = [
  {
    tool: 'connect',
    section: '2.1',
    rows: [
      {
        mark: 'known',
        when: 'the key is good',
        scene: newcomer,
        text: `Connected to Invarium ✓
Account: {email}
Workspace: {workspace_name}

SETUP — Run these commands and create this file:

1. mkdir -p .invarium && { grep -qxF '.invarium/' .gitignore 2>/dev/null || echo '.invarium/' >> .gitignore; }

2. curl -fsS -X POST {mcp_base_url}/api/setup/{one_time_code} -o .invarium/config.json

3. curl -sS {mcp_base_url}/api/tracer -o .invarium/invarium_trace.py

→ Next: Call invarium_get_workflow() to load the full QA workflow.`,
      },
      {
        mark: 'ours',
        when: 'no store can say whether the key is good',
        scene: unreachable,
        text: UNREACHABLE,
        code: 'RETRY_LATER',
      },
    ],
  },
  {
    tool: 'usage',
    section: '2.2',
    rows: [
      {
        mark: 'known',
        when: 'the plan has limits',
        scene: withPlan(
          { name: 'Pro', limits: { agents: 2, generations: 1000, credits: 3, api_keys: 1 } },
          halfPassed(),
        ),
        text: `Plan: Pro

Usage (current month):
  Agents: 1/2 (50%)  [1 remaining]
  Test case generations: 0/1000 (0%)  [1000 remaining]
  Simulation credits: 2/3 (67%)  [1 remaining]
  API keys: 1/1 (100%)  [0 remaining]
    Resets: {day}

Manage plan: {app_url}/settings`,
      },
      {
        mark: 'ours',
        when: 'the plan has no limits',
        scene: halfPassed(),
        text: `Plan: Self-hosted

Usage (current month):
  Agents: 1 (unlimited)
  Test case generations: 0 (unlimited)
  Simulation credits: 2 (unlimited)
  API keys: 1 (unlimited)
    Resets: {day}

Manage plan: {app_url}/settings`,
      },
      { mark: 'ours', see: '2.1', when: 'D1 is away', scene: withoutD1(), text: UNREACHABLE, code: 'RETRY_LATER' },
    ],
  },
  {
    tool: 'dashboard',
    section: '2.3',
    rows: [
      {
        mark: 'ours',
        when: 'a run is half passed',
        scene: halfPassed({ source: 'ci' }),
        text: `Invarium dashboard — {workspace_name}

Fleet health: 0 healthy | 0 degraded | 1 critical | 0 untested
Pass rate: 50% (1/2, last 30 days)
Average AQS: {score}/100

Failure breakdown:
  tool_usage_failure: 1 (100%)

Recent test runs:
  1. {agent_name} -- {minute} | completed | Passed: 1/2 (50%) | Source: ci

Quick stats:
  Agents: 1 | Scenarios: 1 | Test runs: 1 | Test cases run: 2

View dashboard: {app_url}`,
      },
      {
        mark: 'ours',
        when: 'nothing was run yet',
        scene: oneScenario,
        text: `Invarium dashboard — {workspace_name}

Fleet health: 0 healthy | 0 degraded | 0 critical | 1 untested
Pass rate: — (0/0, last 30 days)
Average AQS: —

Failure breakdown:
  none

Recent test runs:
  none

Quick stats:
  Agents: 1 | Scenarios: 1 | Test runs: 0 | Test cases run: 0

View dashboard: {app_url}`,
      },
      {
        mark: 'ours',
        when: 'the workspace is empty',
        scene: newcomer,
        text: 'No agents registered yet. Use invarium_prepare_blueprint to register one.',
      },
      { mark: 'ours', see: '2.1', when: 'D1 is away', scene: withoutD1(), text: UNREACHABLE, code: 'RETRY_LATER' },
    ],
  },
  {
    tool: 'get_workflow',
    section: '2.4',
    rows: [
      {
        mark: 'known',
        when: 'the whole guide is asked for',
        text: `# Invarium QA workflow

{introduction}

## Confirmation rules

- Never upload a blueprint without showing the output of \`invarium_prepare_blueprint\` and getting a clear yes.
- Never generate tests before reviewing the blueprint and agreeing on the parameters with the user.
- After showing generated cases, stop and ask whether to run or revise them; do not chain on.
- Create scenarios one at a time, each with approval.
- Never pass \`confirm=true\` on a first call; restate what will be deleted and wait for an explicit yes.
- \`invarium_sync_results\` runs without asking: the user agreed when they agreed to run the tests.
- After a run: show its link, then fetch the run and the agent, then recommend next steps.

## Phase 0: Setup

{setup}

## Phase 1: Registration

1. {step_1}
2. {step_2}
3. {step_3}
4. {step_4}
5. {step_5}

{registration_rules}

## Phase 2: Test generation

6. {step_6}
7. {step_7}
8. {step_8}
9. {step_9}

{testing_rules}

## Phase 3: Execution

10. {step_10}
11. {step_11}
12. {step_12}

{execution_rules}

## Phase 4: Analysis

13. {step_13}
14. {step_14}

{results_rules}`,
      },
      {
        mark: 'ours',
        when: 'a phase is asked for by its alias',
        args: { phase: 'test_generation' },
        text: `## Phase 2: Test generation

6. {step_6}
7. {step_7}
8. {step_8}
9. {step_9}

Rules of this phase:

- Never generate tests before reviewing the blueprint and agreeing on the parameters with the user.
- After showing generated cases, stop and ask whether to run or revise them; do not chain on.
- Create scenarios one at a time, each with approval.
- Never pass \`confirm=true\` on a first call; restate what will be deleted and wait for an explicit yes.`,
      },
      {
        mark: 'ours',
        when: 'the phase is unknown',
        args: { phase: 'deployment' },
        text: "Error: Invalid phase 'deployment'. Must be one of: all, setup, registration, testing, execution, results.",
        code: 'INVALID_ARGUMENT',
      },
    ],
  },
];
