"""Streams that keep the message so far, and the managers that open them when they are entered."""

import json

from wire import Model


def accumulate(event, message):
    if event.type == "message_start":
        return event.message
    if event.type == "content_block_start":
        message.content.append(Model(**vars(event.content_block)))
    elif event.type == "content_block_delta":
        block = message.content[event.index]
        if event.delta.type == "text_delta":
            block.text += event.delta.text
        else:
            block._json = getattr(block, "_json", "") + event.delta.partial_json
            block.input = json.loads(block._json) if block._json.endswith("}") else {}
    elif event.type == "message_delta":
        message.stop_reason = event.delta.stop_reason
    return message


class MessageStream:
    def __init__(self, raw_stream):
        self._raw_stream, self._message = raw_stream, None
        self.text_stream = self.__stream_text__()
        self._iterator = self.__stream__()

    def __next__(self):
        return self._iterator.__next__()

    def __iter__(self):
        for item in self._iterator:
            yield item

    def __stream__(self):
        for event in self._raw_stream:
            self._message = accumulate(event, self._message)
            yield event
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                yield Model(type="text", text=event.delta.text)  # of its own making, as the real one does

    def __stream_text__(self):
        for event in self:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                yield event.delta.text

    def get_final_message(self):
        for _ in self:
            pass
        return self._message

    def close(self):
        self._raw_stream.close()


class MessageStreamManager:
    def __init__(self, api_request):
        self.__stream = None
        self.__api_request = api_request

    def __enter__(self):
        self.__stream = MessageStream(self.__api_request())
        return self.__stream

    def __exit__(self, *_):
        if self.__stream is not None:
            self.__stream.close()


class AsyncMessageStream:
    def __init__(self, raw_stream):
        self._raw_stream, self._message = raw_stream, None
        self._iterator = self.__stream__()

    async def __anext__(self):
        return await self._iterator.__anext__()

    async def __aiter__(self):
        async for item in self._iterator:
            yield item

    async def __stream__(self):
        async for event in self._raw_stream:
            self._message = accumulate(event, self._message)
            yield event

    async def get_final_message(self):
        async for _ in self:
            pass
        return self._message

    async def close(self):
        await self._raw_stream.close()


class AsyncMessageStreamManager:
    def __init__(self, api_request):
        self.__stream = None
        self.__api_request = api_request

    async def __aenter__(self):
        self.__stream = AsyncMessageStream(await self.__api_request)
        return self.__stream

    async def __aexit__(self, *_):
        if self.__stream is not None:
            await self.__stream.close()
