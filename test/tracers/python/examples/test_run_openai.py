"""Plays the test cases to the agent and streams the results: python test_run_openai.py tr_..."""
import json
import sys

sys.path.insert(0, ".invarium")
from invarium_trace import Tracer  # before the agent, whose model client it watches

import openai_agent

AGENT_NAME = "my-agent"  # as in the blueprint
TRIALS = 1  # how often each case is played; expected_total is cases x trials


def main(run_id):
    with open(".invarium/test_cases.json", encoding="utf-8") as file:
        test_cases = json.load(file)["test_cases"]
    tracer = Tracer.from_config(agent_name=AGENT_NAME, run_id=run_id)

    for trial in range(1, TRIALS + 1):
        for test_case in test_cases:
            with tracer.case(test_case, trial=trial) as c:
                agent = openai_agent.Agent()  # a new agent for every case
                c.finish(agent.reply(c.user_message))

    print(tracer.close())


if __name__ == "__main__":
    main(sys.argv[1])
