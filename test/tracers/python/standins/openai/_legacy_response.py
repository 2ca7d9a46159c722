import functools
import inspect


class LegacyAPIResponse:
    def __init__(self, parsed):
        self._parsed = parsed

    def parse(self):
        return self._parsed


def to_raw_response_wrapper(method):
    """The request is marked by a header, and the method answers with the response instead of what is in it."""
    @functools.wraps(method)
    def wrapped(*arguments, **keywords):
        headers = dict(keywords.get("extra_headers") or {}, **{"X-Stainless-Raw-Response": "true"})
        return method(*arguments, **dict(keywords, extra_headers=headers))

    return wrapped


def answer(parsed, extra_headers):
    return LegacyAPIResponse(parsed) if "X-Stainless-Raw-Response" in (extra_headers or {}) else parsed
