"""Plays the cases of the demo with the Python tracer, as a test script of a user would.

Reads one JSON document, `Playing` of js-shop.ts, from its input; prints what became of the results.
"""

import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "..", "tracer"))
from invarium_trace import Tracer  # noqa: E402

import shop_agent  # noqa: E402

playing = json.load(sys.stdin)
tracer = Tracer(playing["apiKey"], playing["mcpUrl"], playing["agentName"], playing["runId"], playing["spoolPath"])

# The agent knows of no tracer; its tools are watched where it finds them.
for name in ("find_order", "check_stock", "issue_refund", "cancel_order", "change_address", "hand_over"):
    setattr(shop_agent.Shop, name, tracer.tool(getattr(shop_agent.Shop, name)))

for test_case in playing["cases"]:
    time.sleep(playing["pauseMs"] / 1000)
    with tracer.case(test_case) as c:
        answer = shop_agent.answer_customer(c.user_message, shop_agent.Shop())
        c.message("user", c.user_message)
        c.message("assistant", answer)
        c.finish(answer)

print(json.dumps(tracer.close()))
