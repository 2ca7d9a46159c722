import functools
import json

from wire import AsyncStream, Stream, build, post

from anthropic.lib.streaming import AsyncMessageStreamManager, MessageStreamManager

FREE = ("input",)  # what a model made up


class _Resource:
    def __init__(self, client):
        self._client = client

    def _post(self, body):
        return post(self._client.base_url + "/v1/messages", body)


class Messages(_Resource):
    def create(self, *, max_tokens, messages, model, stream=False, **more):
        response = self._post(dict(more, max_tokens=max_tokens, messages=messages, model=model, stream=stream))
        return Stream(response, FREE) if stream else build(json.load(response), FREE)

    def stream(self, *, max_tokens, messages, model, **more):
        body = dict(more, max_tokens=max_tokens, messages=messages, model=model, stream=True)
        return MessageStreamManager(functools.partial(self._raw, body))

    def _raw(self, body):
        return Stream(self._post(body), FREE)


class AsyncMessages(_Resource):
    async def create(self, *, max_tokens, messages, model, stream=False, **more):
        response = self._post(dict(more, max_tokens=max_tokens, messages=messages, model=model, stream=stream))
        return AsyncStream(response, FREE) if stream else build(json.load(response), FREE)

    def stream(self, *, max_tokens, messages, model, **more):
        return AsyncMessageStreamManager(self._raw(
            dict(more, max_tokens=max_tokens, messages=messages, model=model, stream=True)))

    async def _raw(self, body):
        return AsyncStream(self._post(body), FREE)
