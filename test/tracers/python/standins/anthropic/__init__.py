"""Stand-in for `anthropic`: messages.create and messages.stream, sync and async."""

from functools import cached_property


class _Client:
    def __init__(self, *, api_key=None, base_url="https://api.anthropic.com"):
        self.api_key, self.base_url = api_key, base_url.rstrip("/")


class Anthropic(_Client):
    @cached_property
    def messages(self):
        from anthropic.resources.messages import Messages
        return Messages(self)


class AsyncAnthropic(_Client):
    @cached_property
    def messages(self):
        from anthropic.resources.messages import AsyncMessages
        return AsyncMessages(self)
