from wire import Model


class ChatGeneration(Model):
    def __init__(self, message):
        super().__init__(message=message, text=message.content if isinstance(message.content, str) else "")


class ChatResult(Model):
    def __init__(self, generations, llm_output=None):
        super().__init__(generations=generations, llm_output=llm_output)


class LLMResult(Model):
    """A list of generations for each prompt."""
