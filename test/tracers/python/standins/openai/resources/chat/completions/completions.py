import json

from openai._legacy_response import answer, to_raw_response_wrapper
from wire import AsyncStream, Model, Stream, build, post


def completion(body):
    """Fields that a message does not have are there, and None."""
    built = build(body)
    for choice in built.choices:
        choice.message = Model(**dict({"content": None, "refusal": None, "tool_calls": None}, **vars(choice.message)))
    return built


class _Resource:
    def __init__(self, client):
        self._client = client

    @property
    def with_raw_response(self):
        return CompletionsWithRawResponse(self)


class CompletionsWithRawResponse:
    def __init__(self, completions):
        self.create = to_raw_response_wrapper(completions.create)


class Completions(_Resource):
    def create(self, *, messages, model, tools=None, stream=False, extra_headers=None, **more):
        body = dict(more, messages=messages, model=model, stream=stream, **({"tools": tools} if tools else {}))
        response = post(self._client.base_url + "/chat/completions", body)
        return answer(Stream(response, ()) if stream else completion(json.load(response)), extra_headers)


class AsyncCompletions(_Resource):
    async def create(self, *, messages, model, tools=None, stream=False, extra_headers=None, **more):
        body = dict(more, messages=messages, model=model, stream=stream, **({"tools": tools} if tools else {}))
        response = post(self._client.base_url + "/chat/completions", body)
        return answer(AsyncStream(response, ()) if stream else completion(json.load(response)), extra_headers)
