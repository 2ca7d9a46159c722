from langchain_core.callbacks import Run
from langchain_core.outputs import LLMResult


class BaseChatModel:
    def invoke(self, input, config=None, **kwargs):
        run, parameters = Run(config), {"model": getattr(self, "model", None), **kwargs}
        run.tell("on_chat_model_start", {"name": type(self).__name__}, [input], invocation_params=parameters, metadata={})
        try:
            result = self._generate(input, **kwargs)
        except Exception as error:
            run.tell("on_llm_error", error)
            raise
        run.tell("on_llm_end", LLMResult(generations=[result.generations], llm_output=None))
        return result.generations[0].message
