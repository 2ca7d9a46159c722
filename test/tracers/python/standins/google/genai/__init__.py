"""Stand-in for `google.genai`: generate_content and generate_content_stream, sync and async, with function calling."""

from . import types
from .models import AsyncModels, Models

__all__ = ["Client", "types"]


class _Aio:
    def __init__(self, models):
        self.models = models


class Client:
    def __init__(self, *, api_key=None, http_options=None):
        base = http_options.base_url if http_options else "https://generativelanguage.googleapis.com"
        self.models, self.aio = Models(base), _Aio(AsyncModels(base))
