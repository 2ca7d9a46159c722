"""A support agent of plain functions, without a model; it remembers what it heard."""


def find_order(order_id):
    return {"order_id": order_id, "total": 12}


def refund_order(order_id, amount):
    raise ValueError("no money")


class Agent:
    def __init__(self):
        self.heard = []

    def reply(self, message):
        self.heard.append(message)
        if message == "crash":
            raise RuntimeError("boom")
        if message == "refund":
            try:
                refund_order("A-1", 12)
            except ValueError:
                return "It did not work."
        find_order("A-1")
        return "Heard %d." % len(self.heard)
