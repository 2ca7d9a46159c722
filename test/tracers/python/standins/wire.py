"""What the stand-ins share: a request over HTTP, and answers as objects that look like Pydantic's.

The stand-ins have the module paths, class names, signatures and streaming shapes of the real packages as far as an
agent, and therefore the tracer, touches them; and like the real ones they talk to a server over HTTP. The tests run the
same agents against the real packages where an interpreter that has them is named (see README.md beside this folder).
"""

import json
import re
import urllib.request


class Model:
    """Fields as attributes, with the methods of Pydantic's models that clients and agents use."""

    def __init__(self, **fields):
        self.__dict__.update(fields)

    def model_dump(self, **_):
        return {key: plain(value) for key, value in vars(self).items()}

    def __iter__(self):
        return iter(vars(self).items())


def plain(value):
    if isinstance(value, Model):
        return value.model_dump()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def build(value, free=(), snake=False):
    """Objects for JSON objects, except those under the `free` names, which hold what a model made up."""
    if isinstance(value, list):
        return [build(item, free, snake) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {re.sub("([A-Z])", lambda match: "_" + match.group(1).lower(), key) if snake else key: item
              for key, item in value.items()}
    return Model(**{key: item if key in free else build(item, free, snake) for key, item in fields.items()})


def post(url, body):
    request = urllib.request.Request(url, json.dumps(plain(body)).encode(), {"Content-Type": "application/json"})
    return urllib.request.urlopen(request)


def events(response):
    for line in response:
        if line.startswith(b"data: ") and not line.startswith(b"data: [DONE]"):
            yield json.loads(line[6:])


class Stream:
    """As in `_streaming.py` of OpenAI and Anthropic: everything goes through `_iterator`."""

    def __init__(self, response, free):
        self.response, self._free = response, free
        self._iterator = self.__stream__()

    def __next__(self):
        return self._iterator.__next__()

    def __iter__(self):
        for item in self._iterator:
            yield item

    def __stream__(self):
        for event in events(self.response):
            yield build(event, self._free)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.response.close()


class AsyncStream:
    def __init__(self, response, free):
        self.response, self._free = response, free
        self._iterator = self.__stream__()

    async def __anext__(self):
        return await self._iterator.__anext__()

    async def __aiter__(self):
        async for item in self._iterator:
            yield item

    async def __stream__(self):
        for event in events(self.response):
            yield build(event, self._free)

    async def close(self):
        self.response.close()
