from .responses import AsyncResponses, Responses

__all__ = ["AsyncResponses", "Responses"]
