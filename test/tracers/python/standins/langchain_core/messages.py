from wire import Model


class BaseMessage(Model):
    def __init__(self, content="", **fields):
        super().__init__(**dict({"content": content, "type": self.TYPE, "id": None, "name": None}, **fields))


class SystemMessage(BaseMessage):
    TYPE = "system"


class HumanMessage(BaseMessage):
    TYPE = "human"


class AIMessage(BaseMessage):
    TYPE = "ai"

    def __init__(self, content="", **fields):
        super().__init__(content, **dict({"tool_calls": [], "usage_metadata": None, "response_metadata": {}}, **fields))


class ToolMessage(BaseMessage):
    TYPE = "tool"

    def __init__(self, content="", **fields):
        super().__init__(content, **dict({"status": "success"}, **fields))
