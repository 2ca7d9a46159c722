import json

from wire import Model, build, events, post

from .types import Content, FunctionCall, GenerateContentResponse, Part


def contents_of(contents):
    """A text, a content, or a list of them."""
    listed = contents if isinstance(contents, list) else [contents]
    return [item if isinstance(item, Content) else Content(role="user", parts=[Part(text=item)]) for item in listed]


def wire(contents):
    """As the API wants it; names in the wire's own case."""
    def part(it):
        if it.function_call:
            return {"functionCall": {"name": it.function_call.name, "args": it.function_call.args}}
        if it.function_response:
            return {"functionResponse": {"name": it.function_response.name, "response": it.function_response.response}}
        return {"text": it.text}

    return [{"role": content.role, "parts": [part(it) for it in content.parts]} for content in contents]


def read(answer):
    built = build(answer, ("args",), snake=True)
    for candidate in built.candidates:
        parts = [Part(**dict(vars(part), **({"function_call": FunctionCall(**vars(part.function_call))} if hasattr(
            part, "function_call") else {}))) for part in candidate.content.parts]
        candidate.content = Content(role=candidate.content.role, parts=parts)
    return GenerateContentResponse(**vars(built))


class _Resource:
    def __init__(self, base_url):
        self._base_url = base_url

    def _post(self, model, contents, method):
        return post("%s/v1beta/models/%s:%s" % (self._base_url, model, method), {"contents": wire(contents)})

    def _generate_content(self, model, contents):
        return read(json.load(self._post(model, contents, "generateContent")))

    def _functions(self, config):
        tools = config.tools if isinstance(config, Model) else (config or {}).get("tools")
        return {tool.__name__: tool for tool in tools or [] if callable(tool)}

    def _run(self, response, functions):
        """Functions that were given as tools are called by the client itself."""
        calls = [call for call in response.function_calls or [] if call.name in functions]
        parts = [Part.from_function_response(name=call.name, response={"result": functions[call.name](**call.args)})
                 for call in calls]
        return [response.candidates[0].content, Content(role="user", parts=parts)] if calls else []

    def _with_functions(self, model, contents, config):
        contents, functions, history = contents_of(contents), self._functions(config), []
        while True:
            response = self._generate_content(model, contents)
            steps = self._run(response, functions)
            if not steps:
                response.automatic_function_calling_history = history or None
                return response
            history = [*(history or contents), *steps]
            contents = [*contents, *steps]


class Models(_Resource):
    def generate_content(self, *, model, contents, config=None):
        return self._with_functions(model, contents, config)

    def generate_content_stream(self, *, model, contents, config=None):
        for event in events(self._post(model, contents_of(contents), "streamGenerateContent")):
            yield read(event)


class AsyncModels(_Resource):
    async def generate_content(self, *, model, contents, config=None):
        return self._with_functions(model, contents, config)

    async def generate_content_stream(self, *, model, contents, config=None):
        response = self._post(model, contents_of(contents), "streamGenerateContent")

        async def chunks():
            for event in events(response):
                yield read(event)

        return chunks()
