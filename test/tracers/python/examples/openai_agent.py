"""A support agent on OpenAI's chat completions: the model chooses among three tools, the loop runs them."""

import json
import os

from openai import OpenAI

ORDERS = {"A-1": {"order_id": "A-1", "status": "packed", "total": 24.5}}


def find_order(order_id):
    return ORDERS.get(order_id) or {"error": "no such order"}


def refund_order(order_id, amount):
    return {"refund_id": "R-" + order_id, "amount": amount}


def hand_over(reason):
    return {"ticket": "T-1", "reason": reason}


TOOLS = {function.__name__: function for function in (find_order, refund_order, hand_over)}


class Agent:
    def __init__(self):
        self.client = OpenAI(api_key=os.environ.get("OPENAI_API_KEY", "none"), base_url=os.environ["OPENAI_BASE_URL"])
        self.messages = [{"role": "system", "content": "You help customers of a small shop."}]

    def reply(self, text):
        self.messages.append({"role": "user", "content": text})
        for _ in range(8):
            answer = self.client.chat.completions.create(
                model="gpt-4o-mini", messages=self.messages,
                tools=[{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in TOOLS])
            message = answer.choices[0].message
            self.messages.append(message)
            if not message.tool_calls:
                return message.content
            for call in message.tool_calls:
                result = TOOLS[call.function.name](**json.loads(call.function.arguments))
                self.messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)})
        raise RuntimeError("the model did not come to an end")
