"""Plays the test cases to the agent and streams the results: python test_run_langchain.py tr_..."""
import json
import sys

sys.path.insert(0, ".invarium")
from invarium_trace import Tracer

import langchain_agent

AGENT_NAME = "my-agent"  # as in the blueprint


def main(run_id):
    with open(".invarium/test_cases.json", encoding="utf-8") as file:
        test_cases = json.load(file)["test_cases"]
    tracer = Tracer.from_config(agent_name=AGENT_NAME, run_id=run_id)
    handler = tracer.langchain_handler()  # tells of tools and models alike

    for test_case in test_cases:
        with tracer.case(test_case) as c:
            c.finish(langchain_agent.answer(c.user_message, callbacks=[handler]))

    print(tracer.close())


if __name__ == "__main__":
    main(sys.argv[1])
