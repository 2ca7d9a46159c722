"""Plays the test cases to the agent and streams the results: python test_run.py tr_..."""
import json
import sys

sys.path.insert(0, ".invarium")
from invarium_trace import Tracer  # before the agent, whose model client it watches

import my_agent  # HERE: the module of the agent under test

AGENT_NAME = "my-agent"  # as in the blueprint
TRIALS = 1  # how often each case is played; expected_total is cases x trials


def main(run_id):
    with open(".invarium/test_cases.json", encoding="utf-8") as file:
        test_cases = json.load(file)["test_cases"]
    tracer = Tracer.from_config(agent_name=AGENT_NAME, run_id=run_id)

    # HERE: the tools, by their names in my_agent. Leave the loop out where a model client or LangChain tells of them.
    for name in ("find_order", "refund_order"):
        setattr(my_agent, name, tracer.tool(getattr(my_agent, name)))

    for trial in range(1, TRIALS + 1):
        for test_case in test_cases:
            with tracer.case(test_case, trial=trial) as c:
                agent = my_agent.Agent()  # HERE: a new agent for every case
                c.finish(agent.reply(c.user_message))

    print(tracer.close())  # {'delivered': 12, 'kept': 0, 'refused': 0}


if __name__ == "__main__":
    main(sys.argv[1])
