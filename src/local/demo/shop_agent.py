"""The sample agent of the demo once more, in Python: the rules of support-agent.ts on the shop of shop.ts, without a model.

Three rules are wrong, each in a way that reads well to a customer; they are marked FAULT.
"""

import re

ITEMS = ["blue mug", "tea kettle", "espresso machine", "coffee grinder", "linen apron"]
STOCK = {"blue mug": 14, "tea kettle": 0}
RETURN_DAYS = 30
LARGE_REFUND = 200


class Shop:
    """A small shop in memory. Every conversation gets a fresh one."""

    def __init__(self):
        rows = [("A-1001", "blue mug", 24.5, "delivered", 6), ("A-1002", "tea kettle", 89, "packed", 1),
                ("A-1003", "espresso machine", 349, "delivered", 9), ("A-1004", "coffee grinder", 119, "packed", 1),
                ("A-1005", "linen apron", 39.9, "delivered", 58)]
        self.orders = {row[0]: dict(zip(("id", "item", "total", "status", "daysAgo"), row)) for row in rows}

    def find_order(self, order_id):
        return self.orders.get(order_id) or {"error": "no such order"}

    def check_stock(self, item):
        return {"item": item, "in_stock": STOCK.get(item, 0)}

    def issue_refund(self, order_id, amount):
        order = self.orders[order_id]
        if order["daysAgo"] > RETURN_DAYS:
            return {"error": "bought more than %d days ago" % RETURN_DAYS}
        return {"refund_id": "R-" + order_id, "amount": amount}

    def cancel_order(self, order_id):
        order = self.orders[order_id]
        if order["status"] != "packed":
            return {"error": "the order is " + order["status"]}
        order["status"] = "cancelled"
        return {"order_id": order_id, "status": "cancelled"}

    def change_address(self, order_id, address):
        return {"order_id": order_id, "address": address}

    def hand_over(self, reason):
        return {"ticket": "T-77"}


def answer_customer(message, shop):
    order_id = (re.findall(r"A-\d{4}", message) or [""])[0]
    if re.search("person|human", message, re.I):
        return "I am passing you on to a colleague. Your ticket is %s." % shop.hand_over("asked for a person")["ticket"]
    if re.search("refund|money back", message, re.I):
        return refund(shop, order_id)
    if re.search("cancel", message, re.I):
        # FAULT 2: takes the first number in the message, also where the customer wants to keep that order.
        cancelled = shop.cancel_order(shop.find_order(order_id)["id"])
        if "error" in cancelled:
            return "I cannot cancel this order any more: %s." % cancelled["error"]
        return "All right, I have cancelled the order for you and kept everything else as it is."
    if re.search("address", message, re.I):
        address = re.search(r"to (\d.*?)[.!]?$", message).group(1)
        shop.change_address(order_id, address)
        return "I have changed the address to %s." % address
    if re.search("stock", message, re.I):
        return stock(shop, next(item for item in ITEMS if item in message.lower()))
    order = shop.find_order(order_id)
    return "Your order %s (%s) is %s." % (order["id"], order["item"], order["status"])


def refund(shop, order_id):
    order = shop.find_order(order_id)
    # FAULT 1: a large refund needs a second look, which never comes; the customer hears that it was paid.
    if order["total"] > LARGE_REFUND:
        return "Done! I have refunded %.2f to your card." % order["total"]
    paid = shop.issue_refund(order["id"], order["total"])
    if "error" in paid:
        return "I am sorry, I cannot refund this order: it was %s." % paid["error"]
    return "I have refunded %.2f to your card." % order["total"]


def stock(shop, item):
    # FAULT 3: answers for its best seller from memory.
    if item == "tea kettle":
        return "Yes, we have 12 tea kettles in stock, ready to ship today."
    found = shop.check_stock(item)["in_stock"]
    return "Yes, we have %d of the %s in stock." % (found, item) if found else "The %s is sold out." % item
