"""Stand-in for `openai`: chat completions and responses, sync and async, streaming and not."""

from functools import cached_property


class _Client:
    def __init__(self, *, api_key=None, base_url="https://api.openai.com/v1"):
        self.api_key, self.base_url = api_key, base_url.rstrip("/")


class OpenAI(_Client):
    # Loaded at the first use, as in the real package.
    @cached_property
    def chat(self):
        from openai.resources.chat import Chat
        return Chat(self)

    @cached_property
    def responses(self):
        from openai.resources.responses import Responses
        return Responses(self)


class AsyncOpenAI(_Client):
    @cached_property
    def chat(self):
        from openai.resources.chat import AsyncChat
        return AsyncChat(self)

    @cached_property
    def responses(self):
        from openai.resources.responses import AsyncResponses
        return AsyncResponses(self)
