import json

from wire import AsyncStream, Stream, build, post


class _Resource:
    def __init__(self, client):
        self._client = client

    def _post(self, body):
        return post(self._client.base_url + "/responses", body)


class Responses(_Resource):
    def create(self, *, input, model, tools=None, stream=False, previous_response_id=None, **more):
        response = self._post(dict(more, input=input, model=model, stream=stream, previous_response_id=previous_response_id))
        return Stream(response, ()) if stream else build(json.load(response))


class AsyncResponses(_Resource):
    async def create(self, *, input, model, tools=None, stream=False, previous_response_id=None, **more):
        response = self._post(dict(more, input=input, model=model, stream=stream, previous_response_id=previous_response_id))
        return AsyncStream(response, ()) if stream else build(json.load(response))
