"""A support agent on LangChain: a chat model, two tools, and a loop that hands the callbacks on.

The model is a scripted one, so that the example runs without a key; with `ChatOpenAI(...).bind_tools(...)` in its place
nothing else changes.
"""

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool


@tool
def find_order(order_id: str) -> str:
    """Looks up an order."""
    return '{"order_id": "%s", "status": "packed"}' % order_id


@tool
def refund_order(order_id: str, amount: float) -> str:
    """Pays an order back."""
    raise ValueError("no money")


TOOLS = {find_order.name: find_order, refund_order.name: refund_order}
USED = {"input_tokens": 12, "output_tokens": 3, "total_tokens": 15}


class ScriptedModel(BaseChatModel):
    model: str = "gpt-4o-mini"

    @property
    def _llm_type(self):
        return "scripted"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        asked, told = messages[1].content, [message for message in messages if isinstance(message, ToolMessage)]
        call = {"name": "find_order", "args": {"order_id": "A-1"}, "id": "call_1", "type": "tool_call"}
        if "refund" in asked:
            call = {"name": "refund_order", "args": {"order_id": "A-1", "amount": 5.0}, "id": "call_1", "type": "tool_call"}
        answer = AIMessage(content="I asked: " + told[-1].content) if told else AIMessage(content="", tool_calls=[call])
        answer.usage_metadata = USED
        return ChatResult(generations=[ChatGeneration(message=answer)])


def answer(text, callbacks=()):
    model, config = ScriptedModel(), {"callbacks": list(callbacks)}
    messages = [SystemMessage(content="You help customers."), HumanMessage(content=text)]
    while True:
        message = model.invoke(messages, config=config, tools=[{"name": name} for name in TOOLS])
        messages.append(message)
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            try:
                messages.append(TOOLS[call["name"]].invoke(call, config=config))
            except ValueError as error:
                messages.append(ToolMessage(content="failed: %s" % error, tool_call_id=call["id"], name=call["name"]))
