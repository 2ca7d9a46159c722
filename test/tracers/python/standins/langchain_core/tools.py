import inspect

from langchain_core.callbacks import Run
from langchain_core.messages import ToolMessage


class StructuredTool:
    def __init__(self, function):
        self.name, self.func, self.description = function.__name__, function, inspect.getdoc(function)

    def invoke(self, input, config=None):
        is_call = isinstance(input, dict) and input.get("type") == "tool_call"
        arguments = input["args"] if is_call else input
        run = Run(config)
        run.tell("on_tool_start", {"name": self.name, "description": self.description}, str(arguments), inputs=arguments)
        try:
            content = self.func(**arguments)
        except Exception as error:
            run.tell("on_tool_error", error)
            raise
        output = ToolMessage(content, tool_call_id=input["id"], name=self.name) if is_call else content
        run.tell("on_tool_end", output)
        return output


def tool(function):
    return StructuredTool(function)
