from wire import Model


class _Typed(Model):
    FIELDS = ()

    def __init__(self, **fields):
        super().__init__(**dict(dict.fromkeys(self.FIELDS), **fields))


class HttpOptions(_Typed):
    FIELDS = ("base_url",)


class FunctionDeclaration(_Typed):
    FIELDS = ("name", "description", "parameters")


class Tool(_Typed):
    FIELDS = ("function_declarations", "google_search")


class GenerateContentConfig(_Typed):
    FIELDS = ("system_instruction", "temperature", "tools")


class FunctionCall(_Typed):
    FIELDS = ("id", "args", "name")


class FunctionResponse(_Typed):
    FIELDS = ("id", "name", "response")


class Part(_Typed):
    FIELDS = ("text", "thought", "function_call", "function_response", "thought_signature")

    @classmethod
    def from_function_response(cls, *, name, response):
        return cls(function_response=FunctionResponse(name=name, response=response))


class Content(_Typed):
    FIELDS = ("role", "parts")


class GenerateContentResponse(_Typed):
    FIELDS = ("candidates", "usage_metadata", "model_version", "automatic_function_calling_history")

    @property
    def text(self):
        return "".join(part.text for part in self.candidates[0].content.parts if part.text)

    @property
    def function_calls(self):
        return [part.function_call for part in self.candidates[0].content.parts if part.function_call] or None
