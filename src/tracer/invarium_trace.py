#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Invarium tracer: streams what your agent did, case by case, into a test run.

    from invarium_trace import Tracer      # before the agent is imported
    tracer = Tracer.from_config(agent_name="shop-agent", run_id="tr_...")
    for test_case in test_cases:           # from invarium_get_tests(output_format="json")
        with tracer.case(test_case) as c:
            c.finish(my_agent.reply(c.user_message))
    tracer.close()

What the agent asks of OpenAI, Anthropic or Google's genai client inside a case is captured by itself: tool calls with
arguments and outcomes, messages, model, tokens, time. `tracer.langchain_handler()` does it for LangChain, `@tracer.tool`
for any function. An exception of the agent becomes the case's `error_message`, is named on stderr, and the next case
runs (`reraise=True` changes that; Ctrl-C, a cancelled task and sys.exit always pass). The tracer never stops the agent:
a thread of its own sends; what cannot be delivered waits in .invarium/pending_results.jsonl for the next start. Keys,
tokens and passwords are removed before anything leaves this machine; `personal_data=True` removes e-mail addresses,
phone, card and social security numbers and IP addresses too. Python 3.8 or newer, standard library only.
"""

from __future__ import annotations

import atexit, collections, contextlib, contextvars, dataclasses, email.utils, enum, functools, http.client, importlib
import inspect, json, math, os, random, re, sys, threading, time, urllib.error, urllib.parse, urllib.request, uuid
from typing import (Any, AsyncIterator, Callable, Deque, Dict, Generator, Iterable, Iterator, List, Match, NamedTuple,
                    Optional, Pattern, Sequence, Set, Tuple, TypeVar, Union, cast, overload)

__version__ = "0.2.0"

DEFAULT_CONFIG = ".invarium/config.json"
MAX_BATCH_RESULTS, MAX_BATCH_BYTES = 100, 4 * 1024 * 1024
MAX_RESULT_BYTES, MAX_TOOL_CALLS = 250 * 1024, 200  # the server takes 256 KB
MAX_NODES, MAX_DEPTH = 20_000, 30      # of one value that a tool was given or returned; more would slow the agent
MAX_PAUSE_SECONDS, CLOSING_ATTEMPTS = 30.0, 3  # attempts in a row, once the script waits for the tracer to end
CUT = "[cut by the tracer: too large]"
# US dollars per million input and output tokens at list price, cached tokens in full. What is not here has no known cost.
PRICES = {
    "gpt-4o": (2.5, 10.0), "gpt-4o-mini": (0.15, 0.6), "gpt-4.1": (2.0, 8.0), "gpt-4.1-mini": (0.4, 1.6), "gpt-5": (1.25, 10.0),
    "gpt-5-mini": (0.25, 2.0), "gpt-5-nano": (0.05, 0.4), "o3": (2.0, 8.0), "o4-mini": (1.1, 4.4), "claude-3-5-haiku": (0.8, 4.0),
    "claude-haiku-4-5": (1.0, 5.0), "claude-sonnet-4": (3.0, 15.0), "claude-sonnet-4-5": (3.0, 15.0), "claude-opus-4-1": (15.0, 75.0),
    "claude-opus-4-5": (5.0, 25.0), "gemini-2.0-flash": (0.1, 0.4), "gemini-2.5-flash": (0.3, 2.5), "gemini-2.5-pro": (1.25, 10.0)}
Json = Dict[str, Any]                  # a JSON object
Function = TypeVar("Function", bound=Callable[..., Any])

class TracerConfigError(ValueError):
    """The tracer cannot start, and says why."""

# --- Plain data -------------------------------------------------------------------------------------------------------
def _plain(value: Any) -> Any:
    """A JSON copy of any value, taken now: the agent may change its objects later."""
    return _copy(value, 0, [MAX_NODES])
def _copy(value: Any, depth: int, left: List[int]) -> Any:
    left[0] -= 1
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (bytes, bytearray)):
        return "<%d bytes>" % len(value)
    if left[0] <= 0 or depth >= MAX_DEPTH:
        return CUT
    kind: str = type(value).__name__
    try:
        if isinstance(value, BaseException):
            return "%s: %s" % (kind, value)
        if isinstance(value, enum.Enum):
            return _copy(value.value, depth + 1, left)
        if isinstance(value, (list, tuple, set, frozenset)):
            return [_copy(item, depth + 1, left) for item in list(cast(Iterable[Any], value))[:left[0] + 1]]
        fields = _fields_of(value)
        return str(value) if fields is None else {str(key): _copy(it, depth + 1, left) for key, it in fields.items()}
    except Exception:
        return "<%s>" % kind
def _fields_of(value: Any) -> Optional[Json]:
    if isinstance(value, dict):
        return dict(cast(Json, value))
    if hasattr(value.__class__, "model_dump"):  # Pydantic, which model clients answer with
        return {key: item for key, item in cast(Json, vars(value)).items() if key[:1] != "_"}
    is_data = dataclasses.is_dataclass(value.__class__)
    return {it.name: getattr(value, it.name) for it in dataclasses.fields(value)} if is_data else None

def _object(value: Any) -> Json:
    return cast(Json, value) if isinstance(value, dict) else {}
def _list(value: Any) -> List[Any]:
    return cast(List[Any], value) if isinstance(value, list) else []
def _objects(value: Any) -> List[Json]:
    return [_object(item) for item in _list(value)]
def _known(**fields: Any) -> Json:
    return {key: value for key, value in fields.items() if value is not None}
def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
def _bytes(value: Any) -> int:
    return len(_dump(value).encode("utf-8", "surrogatepass"))
def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else _dump(_plain(value))

def _parsed(text: Any) -> Any:
    with contextlib.suppress(ValueError, RecursionError):
        return _plain(json.loads(text)) if isinstance(text, str) and text.lstrip()[:1] in ("{", "[") else text
    return text
def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".%03dZ" % (seconds % 1 * 1000)

def _shorten(value: Any, limit: int) -> Any:
    if isinstance(value, str) and len(value) > limit:
        return "%s… [cut by the tracer: %d characters]" % (value[:limit], len(value))
    if isinstance(value, dict):
        return {key: _shorten(item, limit) for key, item in _object(value).items()}
    return [_shorten(item, limit) for item in _list(value)] if isinstance(value, list) else value

def _fit(result: Json) -> Json:
    """A refused result would be missing in the run, so it is cut, visibly, until the server takes it."""
    for limit in (20_000, 4_000, 500):
        result = result if _bytes(result) <= MAX_RESULT_BYTES else _shorten(result, limit)
    for field in ("trace", "messages"):
        if _bytes(result) > MAX_RESULT_BYTES and result.pop(field, None) is not None:
            result["notes"] = ("%s [%s left out: too large]" % (result.get("notes") or "", field)).strip()
    for call in _objects(result.get("tools_called")) if _bytes(result) > MAX_RESULT_BYTES else []:
        call.update({key: {"value": CUT} if key == "parameters" else CUT for key in ("parameters", "result", "error") if key in call})
    return result

# --- Redaction: the same findings as the server's ---------------------------------------------------------------------
_NAMES = r"password|passwd|passphrase|pwd|api[-_ ]?key|access[-_]?key|private[-_]?key|secret|token|authorization"
_QUOTE, _SCHEME = r"""\\{0,3}["']""", r"(?:(?:bearer|basic)[ \t]{1,3})?"
_NOTATION = re.compile(  # password: x, API_KEY=x, "token": "x", also inside JSON that is itself a string
    r"(?P<name>" + _NAMES + r")(?:" + _QUOTE + r")?[ \t]{0,3}[:=][ \t]{0,3}(?:" + _QUOTE + _SCHEME +
    r"(?P<quoted>[^\"'\\\n]+)|" + _SCHEME + r"(?P<bare>[^\s\"'\\,;&<>(){}\[\]][^\s\"'\\,;&<>]*))", re.I)
_SECRET_KEY = re.compile(r"(" + _NAMES + r")(?:[-_ ]?confirm(?:ation)?|[0-9])?\Z", re.I)
_PLACEHOLDER = re.compile(
    r"\[REDACTED|\$\{|\{\{|<|%\w+%|[*•.x_-]+\Z|(?:your|my|change)[-_]"
    r"|process\.env|os\.|env[.(]|getenv|secrets?[./]|vault[:/]|arn:", re.I | re.A)
_ORDINARY_WORDS = frozenset(
    "a an and any are at be boolean can cannot changed contains do does enter expired false field for has hidden if in incorrect "
    "invalid is it may minimum missing must n no none not null number of ok one optional or please policy protected required reset "
    "see set should string that the this to too true undefined unknown updated valid was we weak will wrong yes you your".split())

def _is_mixed(found: Match[str]) -> bool:
    return bool(re.search("[0-9]", found.group()) and re.search("[A-Za-z]", found.group()))
def _is_token(value: str) -> bool:
    word = re.match(r"[^\s(\[]{8,}\Z", value)
    return bool(word and _is_mixed(word) and not re.match(r"[A-Z0-9]+(?:_[A-Z0-9]+)+\Z", value))  # no variable's name
def _is_card(text: str) -> bool:
    digits = re.sub("[^0-9]", "", text)  # their check digit is ISO/IEC 7812-1's
    luhn = sum(int(d) if i % 2 == 0 else sum(divmod(int(d) * 2, 10)) for i, d in enumerate(reversed(digits)))
    return 13 <= len(digits) <= 19 and luhn % 10 == 0 and bool(_CARD_SCHEME.match(digits))

# A kind, its look, what it must be besides. A group, where there is one, is the secret; it ends the match.
_Finder = Tuple[str, Pattern[str], Optional[Callable[[Match[str]], bool]]]
_SECRETS: List[_Finder] = [
    ("api_key", re.compile(
        r"(?<![A-Za-z0-9])(?:(?:inv|sk_live|sk_test|sk|rk_live|gh[opsru]|github_pat|glpat|xox[abeprs]|whsec|hf|npm)[_-]"
        r"|A(?:Iza|KIA|SIA))[\w-]{16,}", re.A), _is_mixed),
    ("api_key", re.compile(r"(?<![\w-])SG\.[\w-]{16,64}\.[\w-]{16,64}", re.A), None),
    ("token", re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?", re.A), None),
    ("token", re.compile(r"\bBearer\s{1,3}([\w.~+/=-]{8,})", re.A | re.I), lambda found: _is_token(found.group(1))),
    ("token", re.compile(r"\bauthorization\W{1,6}basic\s{1,3}([\w+/=-]{6,})", re.A | re.I), None),
    ("private_key", re.compile(
        r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:.*?-----END.*?-----|.*)", re.S), None),  # maybe cut off
    ("password", re.compile(r"://[^\s:@/]{1,100}:([^\s@/]{1,200})(?=@)"), None)]
_NAMED, _UP_TO_NUMBER = r"(?<!REDACTED:)(?<![a-z])(?:%s)(?:[-_ ]?(?:number|no))?", r"\W{0,6}(?:is\W{1,2})?"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_CARD = r"(?<![\w.+-])(?:\d{13,19}|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,4}|\d{4}[ -]\d{6}[ -]\d{4,5})"
_PERSONAL: List[_Finder] = [
    ("email", re.compile(r"[\w.%+-]{1,64}@(?:(?:[^\W_]|-){1,63}\.){1,8}[^\W\d_]{2,24}"), None),
    ("card", re.compile(_CARD + r"(?:[ -]\d{1,3})?(?![\w-]|\.\d)", re.A), lambda found: _is_card(found.group())),
    ("card", re.compile(_CARD + r"(?=[ -]\d{1,4}(?![\w-]|\.\d))", re.A), lambda found: _is_card(found.group())),  # and its security code
    ("ip", re.compile(  # eight groups, or :: in their place behind a first group of four: 12:30:45 and a::b are not
        r"(?<![\w:.])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|[0-9a-f]{4}(?::[0-9a-f]{1,4}){0,5}::(?:[0-9a-f]{1,4}:?){0,6})"
        r"(?![\w:])", re.A | re.I), None),
    ("ssn", re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-]|\.\d)", re.A), None),
    ("phone", re.compile(
        r"(?<![\w.+-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])\d{3}[ .-]\d{4}(?![\w-]|\.\d)", re.A), None),
    ("phone", re.compile(
        r"(?<!\w)\+(?:1[ .-]?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}|[2-9](?:(?:[ .-]|\) ?| ?\()?\d){7,14})(?!\d)", re.A), None),
    ("ip", re.compile(r"(?<![\w.])(?<!\w/)(?:" + _OCTET + r"\.){3}" + _OCTET + r"(?!\w|\.\d)", re.A),
     lambda found: not re.search(r"(?i)(?:\bversion:? |\bver\.? |\brelease |\bsection )\Z", found.string[:found.start()][-9:])),
    # Numbers that only their name makes personal.
    ("ssn", re.compile(_NAMED % "ssn|social[-_ ]?security" + _UP_TO_NUMBER + r"(\d{3}[ -]?\d\d[ -]?\d{4})(?!\d)", re.A | re.I), None),
    ("phone", re.compile(
        _NAMED.replace("(?<![a-z])", "") % "phone|mobile|fax|whatsapp|(?<![a-z])tel" + _UP_TO_NUMBER
        + r"(\+?\(?\d(?:[ ().-]{0,3}\d){6,9}\d{0,5})", re.A | re.I),
     lambda found: not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}[.-][0-9]{2}[.-][0-9]{4}", found.group(1)))]
_CARD_SCHEME = re.compile(r"[3-6]|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}\Z", re.A)

def _find(finders: List[_Finder], text: str) -> List[Tuple[int, int, str]]:
    return [(match.start(1 if pattern.groups else 0), match.end(), kind) for kind, pattern, accept in finders
            for match in pattern.finditer(text) if accept is None or accept(match)]
def _secret_kind(name: str, value: str) -> Optional[str]:
    name = name.lower()
    if _PLACEHOLDER.match(value):
        return None
    if name.startswith("pass") or name == "pwd":
        ordinary = re.split(r"[\s.,!?:/]", value.strip().lower(), maxsplit=1)[0] in _ORDINARY_WORDS
        is_path = name == "pwd" and value[0] in "/~"
        return None if ordinary or is_path or not any(letter.isalnum() for letter in value) else "password"
    return None if not _is_token(value) else "api_key" if name.endswith("key") else "token"

def _find_secrets(text: str) -> List[Tuple[int, int, str]]:
    spans = _find(_SECRETS, text)
    match = _NOTATION.search(text) if ":" in text or "=" in text else None
    while match:
        value, end = match.group("quoted") or match.group("bare"), match.end()
        kind = _secret_kind(match.group("name"), value)
        spans += [(end - len(value), end, kind)] if kind else []
        # What was quoted may be a sentence with a notation of its own.
        match = _NOTATION.search(text, end if kind or not match.group("quoted") else end - len(value))
    return spans

def redact_text(text: str, personal_data: bool = False) -> str:
    """The text with keys, tokens and passwords, and by option personal data, replaced by [REDACTED:{kind}]."""
    redacted, at = "", 0
    for start, end, kind in sorted(_find_secrets(text) + (_find(_PERSONAL, text) if personal_data else []), key=lambda it: it[0]):
        if start >= at:  # overlapping findings are one, named after the first
            redacted += text[at:start] + "[REDACTED:%s]" % kind
        at = max(at, end)
    return redacted + text[at:]

def redact(value: Any, personal_data: bool = False) -> Any:
    """The same for every string in a JSON value; a string under a key such as `password` goes as a whole."""
    if isinstance(value, str):
        return redact_text(value, personal_data)
    if isinstance(value, list):
        return [redact(item, personal_data) for item in _list(value)]
    if isinstance(value, int) and personal_data and value >= 10 ** 12 and _is_card(str(value)):
        return "[REDACTED:card]"
    kinds = {key: _kind_under(key, item, personal_data) for key, item in _object(value).items() if isinstance(item, str) and item}
    return value if not isinstance(value, dict) else {
        key: "[REDACTED:%s]" % kinds[key] if kinds.get(key) else redact(item, personal_data) for key, item in _object(value).items()}

def _kind_under(key: str, value: str, personal_data: bool) -> Optional[str]:
    name, scheme = _SECRET_KEY.search(key), re.match(r"(?:bearer|basic)\s+(\S{6,})\Z", value, re.I)
    is_token = name and scheme and not _PLACEHOLDER.match(scheme.group(1))
    kind = "token" if is_token else _secret_kind(name.group(1), value) if name else None
    if kind or not personal_data:
        return kind
    named = "%s: %s" % (key, value)
    return next((kind for _, end, kind in _find(_PERSONAL[-2:], named) if end == len(named)), None)

# --- Model calls: what a client was asked and what it answered, read as messages of OpenAI's chat API -----------------
_ROLES = {"user": "user", "human": "user", "HumanMessageChunk": "user", "assistant": "assistant", "model": "assistant",
          "ai": "assistant", "AIMessageChunk": "assistant", "tool": "tool", "function": "tool"}

def _messages(items: Any) -> List[Json]:
    """From the items of any client. System prompts are left out; a tool message may carry `failed`."""
    messages: List[Json] = []
    for item in _items(items):
        plain = _plain(item)
        message = _object(plain) if isinstance(plain, dict) else {"role": "user", "content": plain}
        named = message.get("role") or message.get("type")
        role = _ROLES.get(_text(named), None if named in ("system", "developer") else "")
        if role is None:
            continue
        blocks = _blocks(message) if role in ("user", "assistant") else [message]
        calls: Dict[str, Json] = {}
        for index, call in enumerate(filter(None, map(_call_in, blocks))):
            calls.setdefault(call["id"] or str(index), call)  # LangChain tells of a call twice
        outcomes = [outcome for outcome in (_outcome_in(block, role) for block in blocks) if outcome]
        is_spoken = role in ("user", "assistant") or named is None
        texts = [text for text in map(_text_in, blocks) if text] if is_spoken else []
        role = "assistant" if calls else role if role == "assistant" else "user"
        spoken = _known(role=role, content="\n".join(texts) or None, tool_calls=list(calls.values()) or None)
        said = [spoken] if len(spoken) > 1 else []
        messages += said + outcomes if role == "assistant" else outcomes + said
    return messages
def _items(value: Any) -> List[Any]:
    return list(cast(Iterable[Any], value)) if isinstance(value, (list, tuple)) else [] if value is None else [value]

def _blocks(message: Json) -> List[Json]:
    content, legacy = message.get("content", message.get("parts")), message.get("function_call")
    blocks = [_object(part) if isinstance(part, dict) else {"text": _text(part)} for part in _items(content)]
    return blocks + _objects(message.get("tool_calls")) + ([{"function": legacy}] if legacy else [])
def _first(found: Json, *names: str) -> Any:
    return next((found[name] for name in names if found.get(name) is not None), None)

def _call_in(block: Json) -> Optional[Json]:
    kind = _text(block.get("type"))
    inner = _object(_first(block, "function", "custom", "function_call", "functionCall"))
    if not inner and not kind.endswith(("tool_use", "_call")):
        return None
    inner = inner or block
    arguments = _first(inner, "arguments", "args", "input")
    if arguments is None and _is_hosted(block):
        arguments = {key: block[key] for key in ("action", "queries", "code", "query") if block.get(key)}
    name = _text(_first(inner, "name") or kind.replace("_call", ""))
    return {"id": _text(_first(block, "call_id", "id") or inner.get("id")), "type": "function",
            "function": {"name": name, "arguments": _text(arguments)}}
def _is_hosted(block: Json) -> bool:
    kind = _text(block.get("type"))  # a tool that ran on the model's side: its call is its outcome, too
    return kind.endswith("_call") and kind not in ("function_call", "custom_tool_call", "tool_call")

def _outcome_in(block: Json, role: str) -> Optional[Json]:
    response = _object(_first(block, "function_response", "functionResponse"))
    is_result = _text(block.get("type")).endswith(("tool_result", "call_output"))
    if not (role == "tool" or response or is_result or _is_hosted(block)):
        return None
    inner = response or block
    content = _first(inner, "error", "content", "output", "response", "results", "status")
    parts = _objects(content)
    is_text = bool(parts) and all(isinstance(part.get("text"), str) and "type" in part for part in parts)
    call_id = _text(_first(block, "tool_use_id", "tool_call_id", "call_id") or inner.get("id"))
    failed = bool(block.get("is_error")) or block.get("status") in ("error", "failed") or (
        _is_hosted(block) and bool(block.get("error")))
    return _known(role="tool", tool_call_id=call_id or None, name=inner.get("name"), failed=failed or None,
                  content="\n".join(part["text"] for part in parts) if is_text else _text(content))
def _text_in(block: Json) -> str:
    if block.get("thought") or _call_in(block) or _outcome_in(block, "") or block.get("type") in ("thinking", "reasoning"):
        return ""
    text = _first(block, "text", "refusal")
    return _text(text) if text is not None else "[%s]" % block["type"] if block.get("type") else ""

class _ModelCall:
    """While the agent works only references are kept; `_Turn` makes sense of them afterwards."""
    def __init__(self, api: str, request: Json) -> None:
        self.api, self.request, self.response, self.error = api, request, cast(Any, None), cast(Any, None)
        self.chunks: Optional[List[Any]] = None
        self.started, self.clock = time.time(), time.monotonic()
        self.duration_ms: Optional[float] = None

    def ended(self, response: Any = None, error: Any = None) -> None:
        if self.duration_ms is None:
            self.duration_ms = round((time.monotonic() - self.clock) * 1000, 1)
            self.response, self.error = response, None if error is None else _plain(error)

class _Turn:
    """A model call as messages: what it was given, and what it added."""
    def __init__(self, call: _ModelCall) -> None:
        request = call.request
        response = _object(_plain(call.response))
        if call.chunks is not None:
            response = _FOLDS[call.api]([_object(_plain(chunk)) for chunk in call.chunks])
        self.call, self.started = call, call.started
        self.ended = call.started + (call.duration_ms or 0) / 1000
        self.inputs = _messages(_first(request, "messages", "input", "contents"))
        items = _answer_items(response)
        # Functions given to Google's client are run by it, which tells of it here: the request first, then each step.
        steps = _messages(_list(response.get("automatic_function_calling_history")))[len(self.inputs):]
        self.outputs = steps + _messages(items)
        self.thoughts = [it["content"] for it in self.outputs if it.get("tool_calls") and it.get("content")] + [
            it["thinking"] for item in items for it in _blocks(item) if it.get("thinking")]
        self.chosen: List[Json] = [asked for message in self.outputs for asked in _objects(message.get("tool_calls"))]
        config: Any = request.get("config")
        self.offered = _tool_names(request.get("tools") or (
            _object(config).get("tools") if isinstance(config, dict) else getattr(config, "tools", None)))
        self.model = _text(response.get("model") or _first(
            _object(response.get("response_metadata")), "model_name", "model") or request.get("model"))
        usage: Json = _object(_first(response, "usage", "usage_metadata"))
        taken = _first(usage, "input_tokens", "prompt_tokens", "prompt_token_count")
        given = _first(usage, "output_tokens", "completion_tokens", "candidates_token_count")
        cached: int = sum(usage.get(name) or 0 for name in ("cache_creation_input_tokens", "cache_read_input_tokens"))
        thought: int = usage.get("thoughts_token_count") or 0
        self.tokens = None if taken is None or given is None else (int(taken) + cached, int(given) + thought)
        kept = _plain(request.get("conversation"))  # on the model's side
        conversation = _text(_object(kept).get("id") or kept)
        self.follows = _text(request.get("previous_response_id")) or conversation
        self.names = [_text(response.get("id")), conversation]

    def cost(self) -> Optional[float]:
        dated = re.sub(r"[-@](?:[0-9]{4}-?[0-9]{2}-?[0-9]{2}|latest)\Z", "", self.model.rsplit("/", 1)[-1])
        price = PRICES.get(dated)
        return (self.tokens[0] * price[0] + self.tokens[1] * price[1]) / 1e6 if price and self.tokens else None

def _answer_items(response: Json) -> List[Json]:
    choices, candidates = _objects(response.get("choices")), _objects(response.get("candidates"))
    if choices or candidates:
        message = _object(choices[0].get("message")) if choices else _object(candidates[0].get("content"))
        return [dict(message, role="assistant")]
    return _objects(response["output"]) if "output" in response else [dict(response, role="assistant")]

def _tool_names(tools: Any) -> List[str]:
    names: List[str] = []
    for tool in _items(tools):
        plain = {"name": tool.__name__} if inspect.isroutine(tool) else _object(_plain(tool))
        for one in _objects(_first(plain, "function_declarations", "functionDeclarations")) or [plain]:
            names.append(_text(_object(_first(one, "function", "custom")).get("name") or _first(one, "name", "type")))
    return [name for name in names if name]

def _fold_chat(chunks: List[Json]) -> Json:
    text, calls, folded = "", cast(Dict[Any, Json], {}), cast(Json, {})
    for chunk in chunks:
        folded.update(_known(model=chunk.get("model"), usage=chunk.get("usage")))
        for delta in [_object(choice.get("delta")) for choice in _objects(chunk.get("choices"))[:1]]:
            text += _first(delta, "content", "refusal") or ""
            for part in _objects(delta.get("tool_calls")):
                call = calls.setdefault(part.get("index"), {"id": "", "function": {"name": "", "arguments": ""}})
                call["id"] = part.get("id") or call["id"]
                for field, piece in _object(part.get("function")).items():
                    call["function"][field] = (call["function"].get(field) or "") + (piece or "")
    return dict(folded, choices=[{"message": {"content": text or None, "tool_calls": list(calls.values())}}])

def _fold_response(events: List[Json]) -> Json:
    whole = [_object(it.get("response")) for it in events if it.get("type") in ("response.completed", "response.incomplete")]
    return whole[-1] if whole else {"output": [it.get("item") for it in events if it.get("type") == "response.output_item.done"]}

def _fold_anthropic(events: List[Json]) -> Json:
    message, blocks = cast(Json, {}), cast(Dict[Any, Json], {})
    for event in events:
        kind, delta = event.get("type"), _object(event.get("delta"))
        block = blocks.get(event.get("index"), {})
        if kind == "message_start":
            message = _object(event.get("message"))
        elif kind == "content_block_start":
            blocks[event.get("index")] = _object(event.get("content_block"))
        elif kind == "content_block_delta":
            for field, into in (("text", "text"), ("thinking", "thinking"), ("partial_json", "streamed")):
                block[into] = (block.get(into) or "") + (delta.get(field) or "")
        elif kind == "message_delta":
            message["usage"] = dict(_object(message.get("usage")), **_known(**_object(event.get("usage"))))
    for block in blocks.values():
        block["input"] = block.get("streamed") or block.get("input")
    return dict(message, content=[_known(**block) for block in blocks.values()])

def _fold_google(chunks: List[Json]) -> Json:
    folded, parts = cast(Json, {}), cast(List[Json], [])
    for chunk in chunks:
        folded.update(_known(usage_metadata=chunk.get("usage_metadata")))
        history = _list(chunk.get("automatic_function_calling_history"))
        if len(history) > len(_list(folded.get("automatic_function_calling_history"))):
            folded["automatic_function_calling_history"], parts = history, []  # which tells what came so far
        parts += [part for it in _objects(chunk.get("candidates"))[:1] for part in _objects(_object(it.get("content")).get("parts"))]
    text = "".join(part["text"] for part in parts if part.get("text") and not part.get("thought"))
    parts = [{"text": text}] + [part for part in parts if part.get("thought") or not part.get("text")]
    return dict(folded, candidates=[{"content": {"parts": parts}}])

_FOLDS = {"openai.chat": _fold_chat, "openai.responses": _fold_response, "anthropic": _fold_anthropic, "google": _fold_google}

# --- Watching the clients while the agent uses them -------------------------------------------------------------------
# Of which module which classes make model calls by which methods, and how they are read.
_CLIENTS: Dict[str, Tuple[Tuple[str, str], Tuple[str, ...], str]] = {
    **{"openai.resources." + name: (("Completions", "AsyncCompletions"), ("create", "parse"), "openai.chat")
       for name in ("chat.completions", "chat.completions.completions", "beta.chat.completions")},
    "openai.resources.responses.responses": (("Responses", "AsyncResponses"), ("create", "parse"), "openai.responses"),
    **{"anthropic.resources." + name: (("Messages", "AsyncMessages"), ("create", "parse", "stream"), "anthropic")
       for name in ("messages", "messages.messages", "beta.messages.messages")},
    "google.genai.models": (("Models", "AsyncModels"), ("generate_content", "generate_content_stream"), "google")}
_REQUEST_FIELDS = ("model", "messages", "input", "contents", "tools", "config", "previous_response_id", "conversation")

@contextlib.contextmanager
def _quietly(what: str) -> Generator[None, None, None]:
    try:
        yield
    except Exception as mistake:
        _say("%s could not be recorded: %s" % (what, _plain(mistake)))

def _begin(api: str, keywords: Json) -> Optional[_ModelCall]:
    """A model call of the case that is under way, if one is; lists are copied, because the agent goes on adding to them."""
    with _quietly("A model call"):
        case, headers = _case_here(), _object(keywords.get("extra_headers"))
        if case is None or case.outside or headers.get("X-Stainless-Raw-Response") == "stream":  # only the agent may read it
            return None
        given = {name: keywords[name] for name in _REQUEST_FIELDS if name in keywords}
        call = _ModelCall(api, {name: [dict(_object(it)) if isinstance(it, dict) else it for it in _list(value)] if isinstance(
            value, list) else value for name, value in given.items()})
        case.models.append(call)
        return call

def _answered(call: _ModelCall, response: Any) -> Any:
    """Takes note of what the client returned, and returns what the agent gets: the same, watched where it is a stream."""
    with _quietly("A model's answer"):
        kind = type(response).__name__
        if kind.endswith("APIResponse"):  # of with_raw_response; it keeps what it has parsed
            _answered(call, None if inspect.iscoroutinefunction(response.parse) else response.parse())
        elif kind.endswith("StreamManager"):
            _watch_entrance(call, response)
        elif hasattr(response, "_iterator"):  # the streams of OpenAI and Anthropic, which stay what they are
            call.chunks = []
            response._iterator = _watched(response._iterator, call.chunks, call.ended)
        elif hasattr(response, "__next__") or hasattr(response, "__anext__"):
            call.chunks = []
            return _watched(response, call.chunks, call.ended)
        else:
            call.ended(response)
    return response

def _watch_entrance(call: _ModelCall, manager: Any) -> None:
    """Of what opens a stream when it is entered, as Anthropic's `messages.stream` does."""
    def enter(self: Any) -> Any:
        return _answered(call, base.__enter__(self))

    async def enter_async(self: Any) -> Any:
        return _answered(call, await base.__aenter__(self))

    base = manager.__class__
    manager.__class__ = type(base.__name__, (base,), {"__enter__": enter, "__aenter__": enter_async})

async def _awaited(call: _ModelCall, answer: Any) -> Any:
    with _noted(call.ended):
        response = await answer
    return _answered(call, response)

@contextlib.contextmanager
def _noted(ended: Callable[..., None]) -> Generator[None, None, None]:
    try:
        yield
    except BaseException as error:
        ended(error=None if isinstance(error, GeneratorExit) else error)
        raise

def _watched(inner: Any, seen: List[Any], ended: Callable[..., None]) -> Any:
    return (_watched_async if hasattr(inner, "__anext__") else _watched_sync)(inner, seen, ended)
def _watched_sync(inner: Any, seen: List[Any], ended: Callable[..., None]) -> Iterator[Any]:
    with _noted(ended):
        for item in inner:
            seen.append(item)
            yield item
    ended()
async def _watched_async(inner: Any, seen: List[Any], ended: Callable[..., None]) -> AsyncIterator[Any]:
    with _noted(ended):
        async for item in inner:
            seen.append(item)
            yield item
    ended()

def _traced_method(method: Callable[..., Any], api: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def traced(*arguments: Any, **keywords: Any) -> Any:
        call = _begin(api, keywords)
        if call is None:
            return method(*arguments, **keywords)
        with _noted(call.ended):
            answer = method(*arguments, **keywords)
        return _awaited(call, answer) if inspect.isawaitable(answer) else _answered(call, answer)

    setattr(traced, "_invarium", True)
    return traced

def _patch(module: Any) -> None:
    with _quietly(str(module)):
        classes, methods, api = _CLIENTS[module.__name__]
        for owner, name in [(getattr(module, owner, None), name) for owner in classes for name in methods]:
            method = cast(Json, vars(owner)).get(name) if owner is not None else None
            if callable(method) and not hasattr(method, "_invarium"):
                setattr(owner, name, _traced_method(method, api))

class _ImportWatch:
    """Clients load their parts late, some at the first call; each is patched the moment it is there."""
    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        finders = [finder for finder in sys.meta_path if finder is not self] if fullname in _CLIENTS else []
        specs = (finder.find_spec(fullname, path, target) for finder in finders if hasattr(finder, "find_spec"))
        spec = cast(Any, next((spec for spec in specs if spec is not None), None))
        with contextlib.suppress(Exception):
            execute = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (execute(module), _patch(module))[0]  # pyright: ignore[reportUnknownLambdaType]
        return spec

# --- Cases ------------------------------------------------------------------------------------------------------------
_current: contextvars.ContextVar[Optional[Case]] = contextvars.ContextVar("invarium_case", default=None)
_paused: contextvars.ContextVar[bool] = contextvars.ContextVar("invarium_paused", default=False)
_open_cases: List[Case] = []
_unplaced: Set[str] = set()            # tools that ran where no case could be told

def _case_here() -> Optional[Case]:
    """The case that is under way. A pool's threads do not inherit the context; with one case open there is no doubt."""
    case = _current.get() or (_open_cases[0] if len(_open_cases) == 1 else None)
    if case is None and _open_cases and not _paused.get():
        _say("Calls in a thread that knows no case are not recorded: start it with contextvars.copy_context().run")
    return case if case is not None and case.is_recording and not _paused.get() else None

class _Seen:
    """A tool call at the moment it was seen; `record` is what will be sent."""
    def __init__(self, name: str, at: float, parameters: Any = None, call_id: str = "") -> None:
        given: Any = {} if parameters is None else _plain(parameters)
        self.name, self.at, self.call_id, self.clock = name, at, call_id, time.monotonic()
        self.record: Json = {"name": name, "parameters": given if isinstance(given, dict) else {"value": given},
                             "started_at": _moment(at)}

    def ended(self, result: Any = None, error: Any = None) -> None:
        if "status" not in self.record:
            outcome = {"result": result, "status": "ok"} if error is None else {"error": error, "status": "failed"}
            self.record.update(_plain(outcome), duration_ms=round((time.monotonic() - self.clock) * 1000, 1))

class Case:
    """One test case while the agent works on it. `user_message` is what to give the agent."""
    def __init__(self, tracer: Tracer, test_case: Any, trial: Optional[int], attempt: Optional[int]) -> None:
        given = _object(test_case) if isinstance(test_case, dict) else {"id": test_case}
        self.id, self.user_message = _text(_first(given, "id", "scenario_id")), _text(given.get("user_message"))
        self.expected_tools = _plain(_first(given, "expected_tools") or _object(given.get("expectations")).get("expected_tools"))
        self.tracer, self.trial, self.attempt, self.is_recording = tracer, trial, attempt, False
        self.models, self.ran = cast(List[_ModelCall], []), cast(List[_Seen], [])
        self.outside: Set[Any] = set()  # model calls that LangChain tells of, whose clients must not tell of them again
        self.messages: List[Json] = []
        self.answer, self.error = cast(Optional[Json], None), cast(Optional[str], None)
        self.started, self.clock, self.seconds = time.time(), time.monotonic(), cast(Optional[float], None)

    def tool(self, name: str, parameters: Any = None, result: Any = None, error: Any = None,
             status: Optional[str] = None, duration_ms: Optional[float] = None) -> Json:
        """A call the agent made, with what it returned. `error` or `status="failed"` says that it had no effect."""
        call = _Seen(str(name), time.time() - (duration_ms or 0) / 1000, parameters)
        call.record.update(_plain(_known(result=result, error=error, duration_ms=duration_ms,
                                         status=status if status in ("ok", "failed") else None)))
        self.ran.append(call)
        return call.record

    def message(self, role: str, content: Any = None, name: Optional[str] = None, tool_calls: Any = None,
                tool_call_id: Optional[str] = None) -> None:
        """A message of the conversation, in the form of OpenAI's chat API. Given ones take the place of captured ones."""
        said = _known(role=role, content=content, name=name, tool_calls=tool_calls, tool_call_id=tool_call_id)
        self.messages.append(_plain(said))

    def finish(self, response: Any, passed: Optional[bool] = None, notes: Any = None, messages: Any = None,
               stop_reason: Optional[str] = None, usage: Any = None) -> None:
        """The agent's last answer. Leave `passed` out unless your own check decided; `notes` says why it did."""
        self.seconds = time.monotonic() - self.clock
        self.messages = self.messages if messages is None else _objects(_plain(messages))
        self.answer = _known(
            agent_response=_text(response), passed=None if passed is None else bool(passed),
            notes=None if notes is None else _text(notes), stop_reason=stop_reason, usage=_plain(usage))

    def __enter__(self) -> Case:
        self.started, self.clock, self.is_recording = time.time(), time.monotonic(), True
        self._token = _current.set(self)
        _open_cases.append(self)
        return self

    def __exit__(self, kind: Any, error: Any, _trace: Any) -> bool:
        self.is_recording = False
        with contextlib.suppress(ValueError):  # left in another context than entered
            _open_cases.remove(self)
            _current.reset(self._token)
        if kind and not issubclass(kind, (Exception, SystemExit)):
            return False  # Ctrl-C or a cancelled task: no outcome of the agent
        self.seconds = time.monotonic() - self.clock if self.seconds is None else self.seconds
        if error:
            self.error = _text(_plain(error))[:2000]
            _say("Case %s ended with %s" % (self.id, self.error))
        self.tracer.sender.put(self)
        return bool(kind) and issubclass(kind, Exception) and not self.tracer.reraise

    def result(self) -> Json:
        """What is sent, before redaction. Not called while the agent waits."""
        turns = [_Turn(call) for call in self.models]
        calls = _merged(self.ran, _asked_calls(turns), self.tracer.wrapped - _unplaced)
        spoken = self.messages or _transcript(turns, self.user_message)
        said = [[it.get("content") for it in spoken if it.get("role") == role and it.get("content")] for role in ("user", "assistant")]
        result = self.answer or {"agent_response": _text(said[1][-1]) if said[1] else ""}
        if self.error or not (self.answer or said[1]):
            result["error_message"] = self.error or "The case ended without an answer: finish(response) was not called"
        if len(calls) > MAX_TOOL_CALLS:
            cut = "[the first %d of %d tool calls]" % (MAX_TOOL_CALLS, len(calls))
            result["notes"] = ("%s %s" % (result.get("notes") or "", cut)).strip()
        # Where nothing could have been seen, nothing is said of calls: the server then takes them from the messages.
        has_looked = calls or turns or self.tracer.wrapped or self.tracer.handlers
        if not has_looked and not spoken:
            _say("No tool call of case %s could be seen: wrap the tools with tracer.tool, or finish with messages" % self.id)
        result.update(_known(
            scenario_id=self.id, user_message=self.user_message or _text(said[0][0] if said[0] else ""),
            tools_called=[call.record for call in calls[:MAX_TOOL_CALLS]] if has_looked else None,
            messages=[{key: it for key, it in message.items() if key != "failed"} for message in spoken] or None,
            latency_ms=round((self.seconds or 0) * 1000), trial=self.trial, attempt=self.attempt,
            usage=result.get("usage") or _usage(turns), trace=self._trace(turns, calls, result["agent_response"])))
        return result

    def _trace(self, turns: List[_Turn], calls: List[_Seen], answer: str) -> Json:
        """The same as a timed record: who did what when, and what of the tools on offer was left unused."""
        events: List[Tuple[float, str, Json]] = [(self.started, "user_input", {"text": self.user_message})]
        for turn in turns:
            counted, chosen = turn.tokens or (None, None), [call["function"]["name"] for call in turn.chosen]
            events.append((turn.started, "llm_call", _known(
                model=turn.model or None, client=turn.call.api, duration_ms=turn.call.duration_ms, input_tokens=counted[0],
                output_tokens=counted[1], cost_usd=turn.cost(), tools_offered=turn.offered or None, tools_chosen=chosen,
                error=turn.call.error)))
            events += [(turn.ended, "agent_reasoning", {"text": _shorten(text, 4000)}) for text in turn.thoughts]
        for call in calls[:MAX_TOOL_CALLS]:
            told = {key: _shorten(it, 500) for key, it in call.record.items() if key != "started_at"}
            events.append((call.at, "tool_error" if "error" in told or told.get("status") == "failed" else "tool_call", told))
        ended = max([self.started + (self.seconds or 0), *(at for at, _, _ in events)])  # the clocks are two
        names = [call.name for call in calls]
        offered = sorted({name for turn in turns for name in turn.offered})
        events += [(ended, "agent_response", {"text": _shorten(answer, 4000)}), (ended, "metadata", _known(
            tracer="python " + __version__, model_calls=len(turns), models=sorted({turn.model for turn in turns}),
            tools_available=offered, tools_unused=[name for name in offered if name not in names],
            expected_tools=self.expected_tools, actual_tools=names, usage=_usage(turns)))]
        return {"trace_id": uuid.uuid4().hex, "scenario_id": self.id, "agent_name": self.tracer.agent_name,
                "timestamp": _moment(self.started), "duration_ms": round((self.seconds or 0) * 1000),
                "events": [{"type": kind, "timestamp": _moment(at), "data": data}
                           for at, kind, data in sorted(events, key=lambda event: event[0])]}

def _usage(turns: List[_Turn]) -> Optional[Json]:
    """Sums, where every call tells its part: half a sum would mislead."""
    counted, costs = [turn.tokens for turn in turns if turn.tokens], [turn.cost() for turn in turns]
    known = [cost for cost in costs if cost is not None]
    return None if not turns or len(counted) < len(turns) else _known(
        input_tokens=sum(it[0] for it in counted), output_tokens=sum(it[1] for it in counted),
        cost_usd=round(sum(known), 8) if len(known) == len(turns) else None)

def _asked_calls(turns: List[_Turn]) -> List[_Seen]:
    """The calls that models asked for, each with the outcome that a later request, or the same answer, tells of it."""
    asked: List[_Seen] = []
    open_calls: List[_Seen] = []
    for turn in turns:
        _settle(turn.inputs, open_calls, turn.started)
        new = [_Seen(it["function"]["name"], turn.ended, _parsed(it["function"]["arguments"]) or {}, it["id"]) for it in turn.chosen]
        asked, open_calls = asked + new, open_calls + new
        _settle(turn.outputs, open_calls, turn.ended)
    return asked

def _settle(messages: List[Json], open_calls: List[_Seen], at: float) -> None:
    """From the newest message back, because ids repeat: what is left of older turns finds no call that is still open."""
    for message in [message for message in reversed(messages) if message.get("role") == "tool"]:
        call_id, name = message.get("tool_call_id"), message.get("name")
        found = [call for call in open_calls if (call.call_id == call_id if call_id else call.name == name)]
        for call in found[-1:]:
            open_calls.remove(call)
            outcome = _parsed(message.get("content"))
            call.record.update({"error": outcome, "status": "failed"} if message.get("failed") else {"result": outcome})
            call.record["duration_ms"] = max(0, round((at - call.at) * 1000, 1))

def _merged(ran: List[_Seen], asked: List[_Seen], wrapped: Set[str]) -> List[_Seen]:
    free, left = list(ran), list(asked)
    for is_exact in (True, False):  # the agent may complete what the model gave
        for call in list(left):
            match = next((one for one in free if one.name == call.name and (
                one.record["parameters"] == call.record["parameters"] if is_exact else one.at >= call.at - 0.001)), None)
            if match is not None:
                free.remove(match)
                left.remove(call)
    for call in left:
        if call.name in wrapped:  # it would have been seen running
            reason = call.record.pop("result", None) or call.record.get("error") or "The agent did not run this call"
            call.record.update(error=reason, status="failed")
    return sorted(ran + left, key=lambda call: call.at)

def _transcript(turns: List[_Turn], user_message: str) -> List[Json]:
    """The conversation with the user: of those that the agent had with models, the longest in which the message stands."""
    kept: Dict[str, List[Json]] = {}
    best: List[Json] = []
    for turn in turns:
        messages = kept.get(turn.follows, []) + turn.inputs + turn.outputs
        kept.update((name, messages) for name in turn.names if name)
        best = max([messages, best], key=lambda them: (any(
            it["role"] == "user" and user_message in it.get("content", "") for it in them), len(them)))
    return best

def _running(name: str, signature: Optional[inspect.Signature], arguments: Sequence[Any], keywords: Json) -> _Seen:
    call = _Seen(name, time.time())
    with _quietly("A call of " + name):
        case = _case_here()
        if case is not None:
            call.record["parameters"] = _plain(_bound(signature, arguments, keywords))
            case.ran.append(call)
        elif _open_cases and not _paused.get():
            _unplaced.add(name)
    return call
def _bound(signature: Optional[inspect.Signature], arguments: Sequence[Any], keywords: Json) -> Json:
    parameters: Json = dict(keywords, arguments=list(arguments)) if arguments else dict(keywords)
    with contextlib.suppress(TypeError):  # a call that does not fit its own signature
        parameters = dict(signature.bind(*arguments, **keywords).arguments) if signature else parameters
        for parameter in signature.parameters.values() if signature else ():
            if parameter.kind is parameter.VAR_KEYWORD:
                parameters.update(parameters.pop(parameter.name, {}))
    return {key: value for key, value in parameters.items() if key not in ("self", "cls")}

def _wrap(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    signature: Optional[inspect.Signature] = None
    with contextlib.suppress(ValueError, TypeError):
        signature = inspect.signature(function)

    @functools.wraps(function)
    def traced(*arguments: Any, **keywords: Any) -> Any:
        call = _running(name, signature, arguments, keywords)
        with _noted(call.ended):
            result = function(*arguments, **keywords)
        if inspect.isgenerator(result) or inspect.isasyncgen(result):
            seen: List[Any] = []
            return _watched(result, seen, functools.partial(call.ended, seen))
        if inspect.isawaitable(result):
            return finished(call, result)
        call.ended(result)
        return result

    async def finished(call: _Seen, work: Any) -> Any:
        with _noted(call.ended):
            result = await work
        call.ended(result)
        return result

    @functools.wraps(function)
    async def traced_async(*arguments: Any, **keywords: Any) -> Any:
        return await finished(_running(name, signature, arguments, keywords), function(*arguments, **keywords))

    return traced_async if inspect.iscoroutinefunction(function) else traced

class _LangChainEvents:
    """What LangChain calls, by its names. It logs what is raised in here, and goes on."""
    run_inline = True  # in the caller's context, which knows the case

    def __init__(self) -> None:
        self.cases: Dict[Any, Optional[Case]] = {}
        self.under_way: Dict[Any, Union[_ModelCall, _Seen]] = {}
    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: Any, parent_run_id: Any = None, **_: Any) -> Optional[Case]:
        case = self.cases.get(parent_run_id) or _case_here()
        self.cases[run_id] = case if case is not None and case.is_recording else None
        return self.cases[run_id]
    def on_chain_end(self, outputs: Any, *, run_id: Any, error: Any = None, **_: Any) -> None:
        case, call = self.cases.pop(run_id, None), self.under_way.pop(run_id, None)
        if case is not None and call is not None:
            case.outside.discard(run_id)
            call.ended(outputs, error)
    def on_chain_error(self, error: Any, *, run_id: Any, **_: Any) -> None:
        self.on_chain_end(None, run_id=run_id, error=error)

    on_llm_error = on_tool_error = on_chain_error
    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: Any, metadata: Any = None, **more: Any) -> None:
        case, options = self.on_chain_start(serialized, None, run_id=run_id, **more), _object(more.get("invocation_params"))
        if case is not None:
            model = _first(options, "model", "model_name") or _object(metadata).get("ls_model_name")
            call = _ModelCall("langchain", {"messages": list(messages[0]), "model": model, "tools": options.get("tools")})
            self.under_way[run_id] = call
            case.models.append(call)
            case.outside.add(run_id)
    def on_llm_end(self, response: Any, *, run_id: Any, **_: Any) -> None:
        first: Any = next(iter(response.generations[0]), None)
        message = getattr(first, "message", None)
        self.on_chain_end({"content": getattr(first, "text", "")} if message is None else message, run_id=run_id)
    def on_tool_start(self, serialized: Any, input_str: str, *, run_id: Any, inputs: Any = None, **more: Any) -> None:
        case, name = self.on_chain_start(serialized, None, run_id=run_id, **more), _object(serialized).get("name") or "tool"
        if case is not None:
            call = _Seen(name, time.time(), _object(inputs or _parsed(input_str)) or {"input": input_str})
            self.under_way[run_id] = call
            case.ran.append(call)
    def on_tool_end(self, output: Any, *, run_id: Any, **_: Any) -> None:
        content = _parsed(_plain(getattr(output, "content", output)))
        self.on_chain_end(content, run_id=run_id, error=content if getattr(output, "status", None) == "error" else None)

# --- Delivery ---------------------------------------------------------------------------------------------------------
_said: Set[str] = set()
_BUSY = re.compile(r"rate.?limit|too many (?:requests|calls)|quota|throttl|try again|retry", re.I)
def _say(text: str) -> None:
    with contextlib.suppress(Exception):
        line = redact_text(str(text))[:500]
        if line not in _said:
            _said.add(line)
            print("invarium: " + line, file=sys.stderr)

class _Answer(NamedTuple):
    """What became of a call: stored (no code), to be tried again, or refused."""
    code: str = ""
    reason: str = ""
    retry: bool = False
    details: Json = {}                     # of the refusal: index, retry_after; of the run: expected_total
def _refusal(details: Json, words: str, code: str, retry: bool = False) -> _Answer:
    code = _text(details.get("code")) or code
    return _Answer(code, words, retry or code in ("RETRY_LATER", "SERVER_ERROR", "RATE_LIMITED"), details)
def _tool_answer(message: Json) -> _Answer:
    """A JSON-RPC answer. What stands between us and the server refuses in words and codes of its own."""
    error, result = _object(message.get("error")), _object(message.get("result"))
    if not error and not result.get("isError"):
        return _Answer(details=_object(result.get("structuredContent")))
    words = _text(error.get("message")) or " ".join(_text(part.get("text")) for part in _objects(result.get("content")))
    details = _object(_object(result.get("_meta")).get("invarium/error")) or dict(_object(error.get("data")), code=None)
    return _refusal(details, words, "REFUSED", not details.get("code") and bool(_BUSY.search(words) or error.get("code") == -32603))
def _http_answer(error: urllib.error.HTTPError) -> _Answer:
    body = error.read(20_000).decode("utf-8", "replace")
    problem, after = _object(_parsed(body)), error.headers.get("Retry-After") or ""
    with contextlib.suppress(ValueError, TypeError):
        date = None if re.match(r"\d", after) else email.utils.parsedate_to_datetime(after)
        problem["retry_after"] = date.timestamp() - time.time() if date else float(after)
    words = "HTTP %d %s" % (error.code, _text(problem.get("detail")) or body[:300])
    answer = _refusal(problem, words, "AUTH_FAILED" if error.code == 401 else str(error.code))
    return answer._replace(retry=error.code in (408, 429) or error.code >= 500)

class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: Any) -> None:
        return None  # the key would go with it

class _Server:
    def __init__(self, api_key: str, url: str, transport: str, timeout_seconds: float) -> None:
        self.url, self.transport, self.timeout = url, transport, timeout_seconds
        self.headers = {"Authorization": "Bearer " + api_key, "Content-Type": "application/json",
                        "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18",
                        "User-Agent": "invarium-trace/" + __version__}
        self.opener = urllib.request.build_opener(_NoRedirect)

    def send(self, agent_name: str, run_id: str, results: Optional[List[Json]]) -> _Answer:
        """Adds results to a run; None ends it, which only REST can do."""
        quoted = (urllib.parse.quote(agent_name, safe=""), urllib.parse.quote(run_id, safe=""))
        path = "/v1/agents/%s/runs/%s/%s" % (*quoted, "finish" if results is None else "results")
        body, call_id = cast(Any, results), uuid.uuid4().hex
        if self.transport == "mcp" and results is not None:
            arguments = {"agent_name": agent_name, "test_run_id": run_id, "results": _dump(results)}
            path, body = "/mcp", {"jsonrpc": "2.0", "id": call_id, "method": "tools/call",
                                  "params": {"name": "invarium_sync_results", "arguments": arguments}}
        data = b"" if body is None else _dump(body).encode("utf-8", "replace")
        try:
            with self.opener.open(urllib.request.Request(self.url + path, data, self.headers), timeout=self.timeout) as response:
                for document in map(_object, _documents(response)):
                    if path != "/mcp":
                        return _Answer(details=document)
                    if document.get("id") == call_id:
                        return _tool_answer(document)
            return _Answer("", "The server's answer holds no result", True)
        except urllib.error.HTTPError as error:
            return _http_answer(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return _Answer("", "Could not reach %s (%s)" % (self.url, _plain(error)), True)

def _documents(response: Any) -> Iterator[Any]:
    """The JSON of an answer: its one body, or the `data:` line of each server-sent event."""
    is_stream = "text/event-stream" in response.headers.get("Content-Type", "")
    for line in response if is_stream else [b"data:" + response.read()]:
        if line.startswith(b"data:"):
            yield json.loads(line[5:].decode("utf-8"))

class _Spool:
    """Records that were not delivered, one JSON line each. Parallel test processes share it, hence the lock file."""
    def __init__(self, path: str) -> None:
        self.path = path

    @contextlib.contextmanager
    def _locked(self) -> Generator[None, None, None]:
        lock, deadline = self.path + ".lock", time.monotonic() + 10
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):  # held by another process, or left behind by one that was killed
                os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
                break
            time.sleep(0.02)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                os.remove(lock)

    def read(self) -> List[Json]:
        records: List[Json] = []
        with contextlib.suppress(OSError), open(self.path, encoding="utf-8") as file:
            for line in file:
                with contextlib.suppress(ValueError):  # a crash may tear a line
                    record = _object(json.loads(line))
                    records += [record] if {"id", "agent_name", "run_id", "result"} <= set(record) else []
        return records

    def update(self, settled: Iterable[Json], added: Sequence[Json] = ()) -> None:
        """Takes out what was settled and puts in what was given up, in one step that a crash cannot tear."""
        gone = {record["id"] for record in (*settled, *added)}
        with self._locked():
            records = [record for record in self.read() if record["id"] not in gone] + list(added)
            private = functools.partial(os.open, mode=0o600)
            with open(self.path + ".new", "w", encoding="utf-8", opener=private) as file:
                file.writelines(json.dumps(record) + "\n" for record in records)
            os.replace(self.path + ".new", self.path)
            if not records:
                os.remove(self.path)

class _Sender:
    """A background thread. A result goes at once; what queues behind a call in flight goes as one batch afterwards."""
    def __init__(self, server: _Server, spool: _Spool, own: Tuple[str, str], personal_data: bool,
                 max_calls_per_minute: Optional[float], retry_seconds: float) -> None:
        self.server, self.spool, self.own, self.personal_data, self.base = server, spool, own, personal_data, retry_seconds
        self.gap, self.next_call = 60.0 / max_calls_per_minute if max_calls_per_minute else 0.0, 0.0
        self.summary = {"delivered": 0, "kept": 0, "refused": 0}
        self.totals: Dict[Tuple[str, str], Optional[int]] = {}  # that runs expect, where the server told
        self.failures = self.away = self.calls = 0              # in a row; of them by a server that is not there; in all
        self.limit = MAX_BATCH_RESULTS
        old = [record for record in spool.read() if record.get("retry") and record.get("mcp_url") == server.url]
        self.secured: Set[str] = {record["id"] for record in old}  # what stands in the spool
        self.queue: Deque[Union[Case, Json]] = collections.deque(old)
        self.wake, self.hurry, self.stop = threading.Condition(), threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, name="invarium-trace", daemon=True)
        self.thread.start()

    def put(self, case: Case) -> None:
        """Called by the agent's thread: nothing is read, redacted or sent here."""
        with _quietly("Case " + case.id):
            with self.wake:
                self.queue.append(case)
                self.wake.notify()
            if not self.thread.is_alive():  # nor is it in a forked process
                self._keep_queue("A case ended after the tracer was closed")
    def _keep_queue(self, reason: str) -> None:
        while self.queue:
            self._keep([self._record(self.queue.popleft())], reason)

    def close(self, timeout: float) -> None:
        """`hurry`: the script waits for us; `stop`: it waits no longer, what is left is kept."""
        with self.wake:
            self.failures = self.away = 0  # those from before say little: the server may have come back
            self.hurry.set()
            self.wake.notify()
        self.thread.join(timeout)
        self.stop.set()
        self.thread.join(self.server.timeout + 5)
        self._keep_queue("The tracer was closed")

    def _run(self) -> None:
        while True:
            with self.wake:
                while not self.queue and not self.hurry.is_set():
                    self.wake.wait()
                if not self.queue:
                    break
            batch = self._take()
            try:
                self._settle(batch, self._call(batch))
            except Exception as mistake:  # a mistake in here must not lose results
                self._keep(batch, "Tracer error: %s" % _plain(mistake))
        self._finish()

    def _finish(self) -> None:
        """Who announced no total has to say when the run is over. What cannot be said the server finds out after a while."""
        while self.totals.get(self.own, 0) is None and not self.summary["kept"] and not self._has_given_up():
            answer = self.server.send(*self.own, None)
            if not answer.retry:
                return _say(answer.reason) if answer.code else None
            self._failed(answer)
            self._pause(answer.details.get("retry_after"))
    def _failed(self, answer: _Answer) -> None:
        self.failures += 1
        self.away += answer.code not in ("429", "RATE_LIMITED", "RETRY_LATER", "REFUSED")
        if self.failures == CLOSING_ATTEMPTS:
            _say("%s. Trying again" % answer.reason.rstrip("."))
    def _has_given_up(self) -> bool:
        return self.stop.is_set() or (self.hurry.is_set() and self.away >= CLOSING_ATTEMPTS)

    def _take(self) -> List[Json]:
        self.stop.wait(max(0.0, self.next_call - time.monotonic()))  # before taking the batch, so that it grows meanwhile
        batch: List[Json] = []
        size = 0
        while self.queue and len(batch) < self.limit:
            record = self._record(self.queue.popleft())
            size += _bytes(record["result"])
            if batch and (size > MAX_BATCH_BYTES or any(record[key] != batch[0][key] for key in ("agent_name", "run_id"))):
                self.queue.appendleft(record)
                break
            batch.append(record)
        return batch

    def _record(self, item: Union[Case, Json]) -> Json:
        if not isinstance(item, Case):
            return item
        try:
            result = _fit(redact(item.result(), self.personal_data))
        except Exception as mistake:
            _say("Case %s was recorded without its calls: %s" % (item.id, _plain(mistake)))
            answer = item.answer or {"agent_response": "", "error_message": "The case could not be recorded"}
            result = _fit(redact(dict(answer, scenario_id=item.id, user_message=item.user_message), self.personal_data))
        # The server counts an id once, so a result may be sent again whenever its answer got lost.
        result["result_id"] = uuid.uuid4().hex
        return {"id": result["result_id"], "agent_name": self.own[0], "run_id": self.own[1], "mcp_url": self.server.url,
                "result": result}

    def _call(self, batch: List[Json]) -> _Answer:
        run = batch[0]["agent_name"], batch[0]["run_id"]
        if self._has_given_up():
            return _Answer("", "The server did not take the results", True)
        self.calls += 1
        answer = self.server.send(*run, [record["result"] for record in batch])
        self.next_call = time.monotonic() + self.gap  # from the answer on, so that calls keep their distance on arrival
        if not answer.code and "expected_total" in answer.details:
            self.totals[run] = answer.details["expected_total"]
        return answer

    def _settle(self, batch: List[Json], answer: _Answer) -> None:
        if answer.retry:
            self._failed(answer)
            if self._has_given_up():
                return self._keep(batch, answer.reason)
            self._write(batch, reason=answer.reason, retry=True)  # not even a killed process loses what was done
            self.queue.extendleft(reversed(batch))
            return self._pause(answer.details.get("retry_after"))
        self.failures = self.away = 0
        index = answer.details.get("index")
        if not answer.code:
            self.limit = min(MAX_BATCH_RESULTS, self.limit * 2)
            self.summary["delivered"] += len(batch)
            if any(record["id"] in self.secured for record in batch):
                self.spool.update(batch)
        elif len(batch) == 1 or answer.code not in ("INVALID_RESULTS", "CONFLICT", "413"):
            self._keep(batch, answer.reason, answer.code)
        else:  # a call is stored whole or not at all: one bad result must not cost the others of its batch
            bad = [batch[index]] if isinstance(index, int) and 0 <= index < len(batch) else []
            self._keep(bad, answer.reason, answer.code)
            self.limit = self.limit if bad else len(batch) // 2
            self.queue.extendleft(record for record in reversed(batch) if record not in bad)

    def _pause(self, asked: Any) -> None:
        if isinstance(asked, (int, float)):
            self.stop.wait(asked)
        else:  # a long wait ends when the script waits for us
            backoff = min(MAX_PAUSE_SECONDS, self.base * 2 ** min(self.failures - 1, 10)) * random.uniform(0.5, 1.5)
            (self.stop if self.hurry.is_set() else self.hurry).wait(backoff)

    def _keep(self, batch: List[Json], reason: str, code: str = "") -> None:
        """A refusal is not tried again, unless it was the key's fault: the next start may have a better one."""
        self.summary["refused" if code else "kept"] += len(batch)
        if batch:
            _say("%s. Kept in %s" % (reason.rstrip("."), self.spool.path))
        self.secured -= {record["id"] for record in batch}
        self._write(batch, reason=reason, code=code or None, retry=code in ("", "AUTH_FAILED"))
    def _write(self, batch: List[Json], **fields: Any) -> None:
        new = [dict(record, **fields) for record in batch if record["id"] not in self.secured]
        try:
            self.spool.update([], new) if new else None
            self.secured.update(record["id"] for record in new)
        except OSError as error:
            _say("%d results are lost: %s" % (len(new), error))

# --- The tracer -------------------------------------------------------------------------------------------------------
class Tracer:
    """Records cases and streams their results into one run."""
    def __init__(self, api_key: str, mcp_url: str, agent_name: str, run_id: str,
                 spool_path: str = ".invarium/pending_results.jsonl", personal_data: bool = False, reraise: bool = False,
                 transport: str = "rest", max_calls_per_minute: Optional[float] = None, retry_seconds: float = 0.5,
                 timeout_seconds: float = 15) -> None:
        url = re.sub(r"(?:/mcp)?/*\Z", "", str(mcp_url or ""))
        needed = {"API key (INVARIUM_API_KEY, or api_key in the configuration)": api_key, "mcp_url": url, "agent_name": agent_name,
                  "run_id (from invarium_sync_results with create_empty)": run_id}
        missing = "; ".join(what for what, value in needed.items() if not value)
        for sentence, is_so in (
                ("Missing: " + missing, missing), ("The API key holds characters that no key has", re.search(r"[^!-~]", api_key or "")),
                ("mcp_url must start with https:// or http://", urllib.parse.urlsplit(url).scheme not in ("http", "https")),
                ('transport must be "rest" or "mcp"', transport not in ("rest", "mcp"))):
            if is_so:
                raise TracerConfigError(sentence)
        self.agent_name, self.reraise, self.handlers = agent_name, reraise, 0
        self.wrapped: Set[str] = set()
        self.sender = _Sender(_Server(api_key, url, transport, timeout_seconds), _Spool(spool_path), (agent_name, run_id),
                              personal_data, max_calls_per_minute, retry_seconds)
        atexit.register(self.close)

    @classmethod
    def from_config(cls, agent_name: str = "", run_id: str = "", path: str = DEFAULT_CONFIG, **options: Any) -> Tracer:
        """From the file that invarium_connect's commands wrote; INVARIUM_API_KEY in the environment beats its key."""
        config = _read_config(path)
        options.setdefault("spool_path", os.path.join(os.path.dirname(path), "pending_results.jsonl"))
        return cls(config["api_key"], config["mcp_url"], agent_name or config["agent_name"], run_id or config["run_id"], **options)

    def case(self, test_case: Any, trial: Optional[int] = None, attempt: Optional[int] = None) -> Case:
        """`with tracer.case(test_case) as c:` where `test_case` is an item of invarium_get_tests, or just its id."""
        return Case(self, test_case, trial, attempt)

    @overload
    def tool(self, function: Function, name: Optional[str] = None) -> Function: ...
    @overload
    def tool(self, function: None = None, name: Optional[str] = None) -> Callable[[Function], Function]: ...
    def tool(self, function: Any = None, name: Optional[str] = None) -> Any:
        """Decorator: calls of a function, coroutine function or generator are recorded into the case that is under way."""
        if function is None:
            return functools.partial(self.tool, name=name)
        label = name or getattr(function, "__name__", None) or type(function).__name__
        if not callable(function) or hasattr(function, "invoke"):
            _say("%s is no plain function: record it with langchain_handler() or c.tool()" % label)
            return function
        self.wrapped.add(label)
        return _wrap(function, label)

    def langchain_handler(self) -> Any:
        """A callback handler for LangChain and LangGraph: `agent.invoke(..., config={"callbacks": [handler]})`."""
        self.handlers += 1
        base = getattr(importlib.import_module("langchain_core.callbacks"), "BaseCallbackHandler")
        return type("InvariumCallbackHandler", (_LangChainEvents, base), {})()

    @contextlib.contextmanager
    def paused(self) -> Generator[None, None, None]:
        """What is called in here is not the agent's: a simulated user, or a check of your own that asks a model."""
        token = _paused.set(True)
        try:
            yield
        finally:
            _paused.reset(token)

    def close(self, timeout: float = 60) -> Dict[str, int]:
        """Delivers what is left, ends a run that announced no total, and counts: delivered, kept for the next start, refused."""
        atexit.unregister(self.close)
        self.sender.close(timeout)
        return dict(self.sender.summary)

def _read_config(path: str) -> Dict[str, str]:
    """The file's fields; the environment beats them, and may take the place of the file, as in a CI job."""
    found = {name: os.environ.get("INVARIUM_" + name.upper(), "") for name in ("api_key", "mcp_url", "agent_name", "run_id")}
    config: Any = {}
    try:
        with open(path, encoding="utf-8-sig") as file:
            config = json.load(file)
        words = "" if isinstance(config, dict) else "%s must hold a JSON object" % path
    except OSError as error:
        words = "" if found["api_key"] and found["mcp_url"] else "Cannot read %s (%s)" % (path, error.strerror)
    except ValueError:
        words = "%s is not JSON" % path
    if words:
        raise TracerConfigError("%s. Run the commands of invarium_connect first" % words)
    return {name: value or _text(_object(config).get(name)) for name, value in found.items()}

def _self_test(path: str) -> str:
    config, is_set = _read_config(path), os.environ.get("INVARIUM_API_KEY")
    source = "environment" if is_set else "file" if config["api_key"] else "missing"
    server = re.sub("//[^/]*@", "//", config["mcp_url"]) or "missing"
    return "invarium_trace %s on Python %s\nserver: %s\napi key: %s" % (__version__, sys.version.split()[0], server, source)

for _name in filter(sys.modules.get, _CLIENTS):
    _patch(sys.modules[_name])
sys.meta_path.insert(0, _ImportWatch())

if __name__ == "__main__":
    try:
        print(_self_test(DEFAULT_CONFIG) if "--self-test" in sys.argv[1:] else __doc__)
    except TracerConfigError as fault:
        sys.exit(str(fault))
