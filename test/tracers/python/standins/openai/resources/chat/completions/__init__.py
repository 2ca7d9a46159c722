from .completions import AsyncCompletions, Completions

__all__ = ["AsyncCompletions", "Completions"]
