/** What a client's model reads before it uses any tool. The first 512 characters carry the essentials, because some clients cut there. */
export const INSTRUCTIONS = `Invarium tests the behaviour of AI agents: which tools they call, in which order, with which guards. Begin with invarium_get_workflow (no key needed), then invarium_connect. The agent under test runs on the user's machine; results stream in with invarium_sync_results, which needs no approval. The user's clear yes comes first for: uploading a blueprint, generating or creating test cases, running them, deleting anything.

Approvals
- A blueprint is uploaded after its preview was shown and the user agreed.
- Test cases are generated after the blueprint was reviewed and description, count, complexity, category and persona were agreed with the user.
- After test cases were shown, the user says whether to run or revise them.
- Scenarios are created one at a time, each after the user saw name, message and expected tools.
- Deleting: the first call goes without confirm=true; what will be deleted is restated; an explicit "yes" comes before the second call.

Resources
- invarium://templates/blueprint-prompt and invarium://templates/agent-blueprint: before a blueprint is written.
- invarium://templates/trace-prompt: before test_run.py is written.
- invarium://code/invarium-trace: the tracer's source, where its command cannot be run.

After a run: the link is shown, invarium_get_test_run and invarium_get_agent are read, then pass rate, failures with their evidence, AQS and next steps are presented.`;
