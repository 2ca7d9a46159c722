import uuid


class BaseCallbackHandler:
    raise_error = False
    run_inline = False
    ignore_llm = ignore_chain = ignore_agent = ignore_chat_model = False

    def on_chat_model_start(self, serialized, messages, *, run_id, parent_run_id=None, tags=None, metadata=None, **kwargs):
        raise NotImplementedError

    def on_llm_start(self, serialized, prompts, *, run_id, parent_run_id=None, tags=None, metadata=None, **kwargs): ...
    def on_llm_new_token(self, token, *, chunk=None, run_id, parent_run_id=None, **kwargs): ...
    def on_llm_end(self, response, *, run_id, parent_run_id=None, **kwargs): ...
    def on_llm_error(self, error, *, run_id, parent_run_id=None, **kwargs): ...
    def on_chain_start(self, serialized, inputs, *, run_id, parent_run_id=None, tags=None, metadata=None, **kwargs): ...
    def on_chain_end(self, outputs, *, run_id, parent_run_id=None, **kwargs): ...
    def on_chain_error(self, error, *, run_id, parent_run_id=None, **kwargs): ...
    def on_tool_start(self, serialized, input_str, *, run_id, parent_run_id=None, tags=None, metadata=None, inputs=None, **kwargs): ...
    def on_tool_end(self, output, *, run_id, parent_run_id=None, **kwargs): ...
    def on_tool_error(self, error, *, run_id, parent_run_id=None, **kwargs): ...


class Run:
    """A run as the callback manager sees it: the same id for its start and its end."""

    def __init__(self, config):
        self.handlers = list((config or {}).get("callbacks") or [])
        for handler in self.handlers:
            if not isinstance(handler, BaseCallbackHandler):
                raise TypeError("callbacks must be BaseCallbackHandlers")
        self.run_id = uuid.uuid4()

    def tell(self, event, *arguments, **keywords):
        for handler in self.handlers:
            getattr(handler, event)(*arguments, run_id=self.run_id, parent_run_id=None, **keywords)
