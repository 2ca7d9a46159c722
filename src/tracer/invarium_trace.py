#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Invarium tracer: streams what your agent did, case by case, into a test run.

    from invarium_trace import Tracer

    tracer = Tracer.from_config(agent_name="shop-agent", run_id="tr_...")

    @tracer.tool                           # records name, arguments, result or error, and duration
    def refund(order_id, amount): ...

    for test_case in test_cases:           # from invarium_get_tests(output_format="json")
        with tracer.case(test_case) as c:
            c.finish(my_agent(c.user_message))
    tracer.close()

An exception of the agent inside a case is not raised again: it becomes the case's `error_message`, is named on
stderr, and the next case runs (`reraise=True` changes that; Ctrl-C, a cancelled task and sys.exit always pass).
The tracer itself never stops the agent: what cannot be delivered waits in .invarium/pending_results.jsonl for the
next start. Keys, tokens and passwords are removed before anything leaves this machine; `personal_data=True` removes
e-mail addresses, phone, card and social security numbers and IP addresses too.
One file, Python 3.8 or newer, standard library only.
"""

import atexit
import collections
import contextlib
import contextvars
import dataclasses
import email.utils
import functools
import http.client
import inspect
import json
import math
import os
import random
import re
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

__version__ = "0.1.0"

DEFAULT_CONFIG = ".invarium/config.json"
MAX_BATCH_RESULTS = 100
MAX_BATCH_BYTES = 4 * 1024 * 1024
MAX_RESULT_BYTES = 250 * 1024          # the server takes 256 KB
MAX_TOOL_CALLS = 200
MAX_PAUSE_SECONDS = 120
RETRY_CODES = ("RETRY_LATER", "SERVER_ERROR", "RATE_LIMITED")
RETRY_STATUSES = (408, 425, 429)
ITEM_CODES = ("INVALID_RESULTS", "CONFLICT", 413)  # the others of the batch may be good

_current = contextvars.ContextVar("invarium_case", default=None)


class TracerConfigError(ValueError):
    """The tracer cannot start: the sentence says what is missing."""


# --- Plain data -------------------------------------------------------------------------------------------------------

def _plain(value, depth=0):
    """A JSON copy of any value, taken now: the agent may change its objects later."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, BaseException):
        return "%s: %s" % (type(value).__name__, value)
    try:
        if depth < 30 and isinstance(value, dict):
            return {str(key): _plain(item, depth + 1) for key, item in list(value.items())}
        if depth < 30 and isinstance(value, (list, tuple, set, frozenset)):
            return [_plain(item, depth + 1) for item in list(value)]
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return _plain({field.name: getattr(value, field.name) for field in dataclasses.fields(value)}, depth + 1)
        if callable(getattr(type(value), "model_dump", None)):
            return _plain(value.model_dump(), depth + 1)
        return str(value)
    except Exception:
        return "<%s>" % type(value).__name__


def _text(value):
    return "" if value is None else value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False)


def _bytes(value):
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _shorten(value, limit):
    if isinstance(value, str) and len(value) > limit:
        return "%s… [cut by the tracer: %d characters]" % (value[:limit], len(value))
    if isinstance(value, dict):
        return {key: _shorten(item, limit) for key, item in value.items()}
    return [_shorten(item, limit) for item in value] if isinstance(value, list) else value


def _fit(result):
    """A refused result would be missing in the run, so long texts are cut, visibly, until the server takes it."""
    for limit in (20000, 4000, 500):
        result = result if _bytes(result) <= MAX_RESULT_BYTES else _shorten(result, limit)
    return result


# --- Redaction --------------------------------------------------------------------------------------------------------

_NAMES = r"password|passwd|passphrase|pwd|api[-_ ]?key|access[-_]?key|private[-_]?key|secret|token|authorization"
_QUOTE = r"""\\{0,3}["']"""
_SCHEME = r"(?:(?:bearer|basic)[ \t]{1,3})?"
_NOTATION = re.compile(  # password: x, API_KEY=x, "token": "x", also inside JSON that is itself a string
    r"(?P<name>" + _NAMES + r")(?:" + _QUOTE + r")?[ \t]{0,3}[:=][ \t]{0,3}"
    r"(?:" + _QUOTE + _SCHEME + r"(?P<quoted>[^\"'\\\n]+)|"
    + _SCHEME + r"(?P<bare>[^\s\"'\\,;&<>(){}\[\]][^\s\"'\\,;&<>]*))", re.I)
_SECRET_KEY = re.compile(r"(" + _NAMES + r")(?:[-_ ]?confirm(?:ation)?|\d)?$", re.I)
_PLACEHOLDER = re.compile(
    r"\[REDACTED|\$\{|\{\{|<|%\w+%|[*•.x_-]+$|(?:your|my|change)[-_]"
    r"|process\.env|os\.|env[.(]|getenv|secrets?[./]|vault[:/]|arn:", re.I)
_ORDINARY_WORDS = frozenset(
    "a an and any are at be boolean can cannot changed contains do does enter expired false field for has hidden if in "
    "incorrect invalid is it may minimum missing must n no none not null number of ok one optional or please policy "
    "protected required reset see set should string that the this to too true undefined unknown updated valid was we "
    "weak will wrong yes you your".split())


def _mixed(value):
    return bool(re.search(r"\d", value) and re.search("[A-Za-z]", value))


def _is_token(value):
    call_or_variable = re.search(r"[\s(\[]", value) or re.match(r"[A-Z0-9]+(?:_[A-Z0-9]+)+$", value)
    return len(value) >= 8 and not call_or_variable and _mixed(value)


def _is_card(value):
    digits = [int(digit) for digit in reversed(re.sub(r"\D", "", value))]
    luhn = sum(digit if index % 2 == 0 else sum(divmod(digit * 2, 10)) for index, digit in enumerate(digits))
    return 13 <= len(digits) <= 19 and digits[-1] in (2, 3, 4, 5, 6) and luhn % 10 == 0


# Kind; pattern, whose group, where there is one, is the secret and ends the match; what the secret must look like.
_SECRETS = [
    ("api_key", re.compile(
        r"(?<![A-Za-z0-9])(?:inv_|sk-|sk_live_|sk_test_|rk_live_|gh[opsru]_|github_pat_|glpat-|xox[abeprs]-|whsec_"
        r"|hf_|npm_|A(?:Iza|KIA|SIA))[\w-]{16,}", re.A), _mixed),
    ("api_key", re.compile(r"(?<![\w-])SG\.[\w-]{16,64}\.[\w-]{16,64}", re.A), None),
    ("token", re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?", re.A), None),
    ("token", re.compile(r"\bBearer\s{1,3}([\w.~+/=-]{8,})", re.A | re.I), _is_token),
    ("token", re.compile(r"\bauthorization\W{1,6}basic\s{1,3}([\w+/=-]{6,})", re.A | re.I), None),
    ("password", re.compile(r"://[^\s:@/]{1,100}:([^\s@/]{1,200})(?=@)"), None),
    ("private_key", re.compile(
        r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END[^-]*-----|\Z)", re.S), None),
]
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_PERSONAL = [
    ("email", re.compile(r"[\w.%+-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}"), None),
    ("card", re.compile(
        r"(?<![\w.+-])(?:\d{13,19}|\d{4}(?:[ -]\d{4}){2}[ -]\d{1,4}|\d{4}[ -]\d{6}[ -]\d{4,5})(?![\w-]|\.\d)"), _is_card),
    ("ssn", re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-]|\.\d)"), None),
    ("phone", re.compile(r"(?<![\w.+-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])\d{3}[ .-]\d{4}(?![\w-]|\.\d)"), None),
    ("phone", re.compile(
        r"(?<![\w+])\+(?:1[ .-]?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}|[2-9](?:(?:[ .-]|\) ?| ?\()?\d){7,14})(?!\d)"), None),
    ("ip", re.compile(r"(?<![\w.])(?<!\w/)(?<!ersion )(?:" + _OCTET + r"\.){3}" + _OCTET + r"(?!\w|\.\d)"), None),
    ("ip", re.compile(  # eight groups, or :: in their place behind a first group of four
        r"(?<![\w:.])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"
        r"|[0-9a-f]{4}(?::[0-9a-f]{1,4}){0,5}::(?:[0-9a-f]{1,4}:?){0,6})(?![\w:])", re.I), None),
]


def _secret_kind(name, value):
    name = name.lower()
    if _PLACEHOLDER.match(value):
        return None
    if name.startswith("pass") or name == "pwd":
        ordinary = re.split(r"[\s.,!?:/]", value.strip().lower(), maxsplit=1)[0] in _ORDINARY_WORDS
        is_path = name == "pwd" and value[0] in "/~"
        return None if ordinary or is_path or not re.search(r"[^\W_]", value) else "password"
    return None if not _is_token(value) else "api_key" if name.endswith("key") else "token"


def _redact_notation(match):
    quoted, value = match.group("quoted"), match.group("quoted") or match.group("bare")
    kind = _secret_kind(match.group("name"), value)
    if not kind and not quoted:
        return match.group()
    # What was quoted may be a sentence with a notation of its own.
    left = "[REDACTED:%s]" % kind if kind else _NOTATION.sub(_redact_notation, quoted)
    return match.group()[:-len(value)] + left


def redact_text(text, personal_data=False):
    """The text with keys, tokens and passwords, and by option personal data, replaced by [REDACTED:{kind}]."""
    for kind, pattern, accept in _SECRETS + (_PERSONAL if personal_data else []):
        def replacement(match, kind=kind, secret=pattern.groups, accept=accept):
            if accept and not accept(match.group(secret)):
                return match.group()
            return match.group()[:match.start(secret) - match.start()] + "[REDACTED:%s]" % kind
        text = pattern.sub(replacement, text)

    return _NOTATION.sub(_redact_notation, text)


def redact(value, personal_data=False):
    """The same for every string in a JSON value; a string under a key such as `password` goes as a whole."""
    if isinstance(value, str):
        return redact_text(value, personal_data)
    if isinstance(value, list):
        return [redact(item, personal_data) for item in value]
    if not isinstance(value, dict):
        return value
    redacted = {}
    for key, item in value.items():
        name = _SECRET_KEY.search(key) if isinstance(item, str) and item else None
        kind = name and _secret_kind(name.group(1), re.sub(r"^(?:bearer|basic)\s+", "", item, flags=re.I) or item)
        redacted[key] = "[REDACTED:%s]" % kind if kind else redact(item, personal_data)
    return redacted


# --- Delivery ---------------------------------------------------------------------------------------------------------

_said = set()


def _say(text):
    """One line on stderr, once: the same trouble with every result is one trouble."""
    line = redact_text(str(text))[:500]
    if line not in _said:
        _said.add(line)
        print("invarium: " + line, file=sys.stderr)


# What became of a call: stored, to be tried again, or refused with a code.
_Answer = collections.namedtuple(
    "_Answer", "ok retry reason code pause", defaults=(False, False, "", "REFUSED", None))


def _frames(response):
    """The JSON documents of an answer: its one body, or the `data:` lines of each server-sent event."""
    if "text/event-stream" not in response.headers.get("Content-Type", ""):
        yield json.loads(response.read().decode("utf-8"))
        return
    data = []
    for raw in response:
        line = raw.decode("utf-8").rstrip("\r\n")
        if line.startswith("data:"):
            data.append(line[5:])
        elif not line and data:
            yield json.loads("\n".join(data))
            data = []
    if data:
        yield json.loads("\n".join(data))


def _read_answer(response, call_id):
    for frame in _frames(response):
        if not isinstance(frame, dict) or frame.get("id") != call_id:
            continue
        if "error" in frame:
            return _Answer(reason=_text(frame["error"].get("message")))
        result = frame.get("result") or {}
        if not result.get("isError"):
            return _Answer(ok=True)
        detail = (result.get("_meta") or {}).get("invarium/error") or {}
        words = " ".join(_text(part.get("text")) for part in result.get("content") or [])
        code, pause = detail.get("code") or "REFUSED", detail.get("retry_after")
        pause = pause if isinstance(pause, (int, float)) else None
        return _Answer(retry=code in RETRY_CODES, reason=words, code=code, pause=pause)
    return _Answer(retry=True, reason="The server's answer holds no result")


def _http_answer(error):
    """Retry-After is a number of seconds or a date."""
    retry = error.code in RETRY_STATUSES or error.code >= 500
    after, pause = error.headers.get("Retry-After", ""), None
    with contextlib.suppress(ValueError, TypeError):
        date = None if re.match(r"\d", after) else email.utils.parsedate_to_datetime(after)
        pause = date.timestamp() - time.time() if date else float(after)
    reason = "HTTP %d %s" % (error.code, error.read(300).decode("utf-8", "replace"))
    return _Answer(retry=retry, reason=reason, code="AUTH_FAILED" if error.code == 401 else error.code, pause=pause)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key to another address."""

    def redirect_request(self, *_):
        return None


class _Spool:
    """Results that could not be delivered, one JSON line each. Shared by parallel test processes, hence the lock file."""

    def __init__(self, path):
        self.path = path

    @contextlib.contextmanager
    def _locked(self):
        lock, deadline = self.path + ".lock", time.monotonic() + 10
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        while True:
            try:
                os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
                break
            except OSError:  # held by another process, or left behind by one that was killed
                if time.monotonic() > deadline:
                    break
                time.sleep(0.02)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                os.remove(lock)

    def read(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                lines = [line for line in file.read().splitlines() if line.strip()]
        except OSError:
            return []
        records = []
        for line in lines:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                record = json.loads(line)
                record["result"]["result_id"], record["run_id"], record["agent_name"]
                records.append(record)
        return records

    def update(self, settled, added=()):
        """Takes out what was settled and puts in what was given up, in one step that a crash cannot tear."""
        gone = {record["result"]["result_id"] for record in list(settled) + list(added)}
        with self._locked():
            records = [record for record in self.read() if record["result"]["result_id"] not in gone]
            records.extend(added)
            if not records:
                with contextlib.suppress(OSError):
                    os.remove(self.path)
                return
            private = functools.partial(os.open, mode=0o600)
            with open(self.path + ".new", "w", encoding="utf-8", opener=private) as file:
                file.writelines(json.dumps(record) + "\n" for record in records)
            os.replace(self.path + ".new", self.path)


class _Sender:
    """A background thread. A result goes at once; what queues behind a call in flight goes as one batch afterwards."""

    def __init__(self, api_key, mcp_url, spool, max_calls_per_minute, max_attempts, retry_seconds, timeout_seconds):
        self._mcp_url, self._api_key, self._timeout = mcp_url, api_key, timeout_seconds
        self._spool, self._attempts, self._base = spool, max_attempts, retry_seconds
        self._gap, self._next_call = 60.0 / max_calls_per_minute if max_calls_per_minute else 0.0, 0.0
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._queue, self._wake = collections.deque(), threading.Condition()
        self._closing, self._out_of_time, self._calls, self._unreachable = False, threading.Event(), 0, False
        self.summary = {"delivered": 0, "kept": 0, "refused": 0}
        self._queue.extend(old for old in spool.read() if old.get("retry") and old.get("mcp_url") == mcp_url)
        self._thread = threading.Thread(target=self._run, name="invarium-trace", daemon=True)
        self._thread.start()

    def put(self, record):
        record = dict(record, mcp_url=self._mcp_url)
        with self._wake:
            if not self._closing:
                self._queue.append(record)
                self._wake.notify()
                return
        self._keep([record], "A case ended after the tracer was closed")

    def close(self, timeout):
        """Waits until everything is delivered or kept; after `timeout` seconds what is left is kept, not tried."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(timeout)
        self._out_of_time.set()
        self._thread.join(self._timeout + 5)

    def _run(self):
        while True:
            with self._wake:
                while not self._queue and not self._closing:
                    self._wake.wait()
                if not self._queue:
                    return
            self._wait_turn()  # before taking the batch, so that it grows meanwhile
            batch = self._take()
            try:
                self._deliver(batch)
            except Exception as error:  # a mistake in here must not lose results
                self._keep(batch, "Tracer error: %s" % _plain(error))

    def _take(self):
        batch, size = [], 0
        with self._wake:
            while self._queue and len(batch) < MAX_BATCH_RESULTS:
                record = self._queue[0]
                size += _bytes(record["result"])
                other_run = batch and any(record[key] != batch[0][key] for key in ("agent_name", "run_id"))
                if other_run or batch and size > MAX_BATCH_BYTES:
                    break
                batch.append(self._queue.popleft())
        return batch

    def _deliver(self, batch):
        attempts = 1 if self._unreachable else self._attempts  # one long wait is enough: the next batch only knocks
        for attempt in range(attempts):
            closed = self._out_of_time.is_set()
            answer = _Answer(retry=True, reason="The tracer was closed") if closed else self._call(batch)
            self._unreachable = answer.retry
            if answer.ok:
                self.summary["delivered"] += len(batch)
                if any("reason" in record for record in batch):
                    self._spool.update(batch)
                return
            if not answer.retry:
                self._refused(batch, answer)
                return
            pause = min(30.0, self._base * 2 ** attempt) * random.uniform(0.5, 1.5)
            if attempt + 1 < attempts:
                self._out_of_time.wait(min(MAX_PAUSE_SECONDS, max(pause, answer.pause or 0)))
        self._keep(batch, answer.reason)

    def _refused(self, batch, answer):
        """A call is stored whole or not at all: one bad result must not cost the others of its batch."""
        if len(batch) == 1 or answer.code not in ITEM_CODES:
            self._keep(batch, answer.reason, answer.code)
        else:
            self._deliver(batch[:len(batch) // 2])
            self._deliver(batch[len(batch) // 2:])

    def _keep(self, batch, reason, code=None):
        """A refusal is not tried again, unless it was the key's fault: the next start may have a better one."""
        self.summary["refused" if code else "kept"] += len(batch)
        _say("%s. Kept in %s" % (reason.rstrip("."), self._spool.path))
        fields = {"reason": reason, "code": code, "retry": code in (None, "AUTH_FAILED")}
        try:
            self._spool.update([], [dict(record, **fields) for record in batch])
        except OSError as error:
            _say("%d results are lost: %s" % (len(batch), error))

    def _wait_turn(self):
        self._out_of_time.wait(self._next_call - time.monotonic())

    def _call(self, batch):
        self._wait_turn()
        self._next_call = time.monotonic() + self._gap
        self._calls += 1
        arguments = {"agent_name": batch[0]["agent_name"], "test_run_id": batch[0]["run_id"],
                     "results": json.dumps([record["result"] for record in batch])}
        body = {"jsonrpc": "2.0", "id": self._calls, "method": "tools/call",
                "params": {"name": "invarium_sync_results", "arguments": arguments}}
        request = urllib.request.Request(self._mcp_url + "/mcp", json.dumps(body).encode("ascii"), {
            "Authorization": "Bearer " + self._api_key, "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18",
            "User-Agent": "invarium-trace/" + __version__})
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                return _read_answer(response, body["id"])
        except urllib.error.HTTPError as error:
            return _http_answer(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return _Answer(retry=True, reason="Could not reach %s (%s)" % (self._mcp_url, _plain(error)))


# --- Recording --------------------------------------------------------------------------------------------------------

class Case:
    """One test case while the agent works on it. `user_message` is what to give the agent."""

    def __init__(self, tracer, test_case, trial, attempt):
        test_case = test_case if isinstance(test_case, dict) else {"id": test_case}
        self.id = _text(test_case.get("id") or test_case.get("scenario_id"))
        self.user_message = _text(test_case.get("user_message"))
        self._tracer, self._trial, self._attempt = tracer, trial, attempt
        self._tools, self._messages, self._finish, self._ended = [], [], None, None

    def tool(self, name, parameters=None, result=None, error=None, status=None, duration_ms=None):
        """A call the agent made, with what it returned. `error` or `status="failed"` says that it had no effect."""
        call = {"name": str(name), "parameters": parameters, "result": result, "error": error,
                "status": status if status in ("ok", "failed") else None, "duration_ms": duration_ms}
        call = {key: _plain(value) for key, value in call.items() if value is not None}
        if not isinstance(call.get("parameters", {}), dict):
            call["parameters"] = {"value": call["parameters"]}
        self._tools.append(call)
        return call

    def message(self, role, content=None, name=None, tool_calls=None, tool_call_id=None):
        """A message of the conversation, in the form of OpenAI's chat API."""
        fields = {"role": role, "content": content, "name": name, "tool_calls": tool_calls, "tool_call_id": tool_call_id}
        self._messages.append({key: _plain(value) for key, value in fields.items() if value is not None})

    def finish(self, response, passed=None, notes=None, messages=None, stop_reason=None, usage=None):
        """The agent's last answer. Leave `passed` out unless your own check decided; `notes` says why it did."""
        self._ended = time.monotonic()
        self._messages = self._messages if messages is None else _plain(messages)
        self._finish = {"agent_response": _text(response), "passed": None if passed is None else bool(passed),
                        "notes": None if notes is None else _text(notes), "stop_reason": stop_reason, "usage": usage}

    def __enter__(self):
        self._started = time.monotonic()
        self._token = _current.set(self)
        self._tracer._open_cases.append(self)
        return self

    def __exit__(self, kind, error, _trace):
        with contextlib.suppress(ValueError):  # left in another context than entered
            _current.reset(self._token)
        self._tracer._open_cases.remove(self)
        if kind and not issubclass(kind, (Exception, SystemExit)):
            return False  # Ctrl-C or a cancelled task: no outcome of the agent
        try:
            self._tracer._send(self._result(error))
        except Exception as mistake:
            _say("Case %s could not be recorded: %s" % (self.id, _plain(mistake)))
        if error:
            _say("Case %s ended with %s" % (self.id, _plain(error)))
        return bool(kind) and issubclass(kind, Exception) and not self._tracer._reraise

    def _result(self, error):
        finish, spoken = dict(self._finish or {}), [m for m in self._messages if isinstance(m, dict)]
        if not self._finish:
            answers = [m.get("content") for m in spoken if m.get("role") == "assistant" and m.get("content")]
            finish["agent_response"] = _text(answers[-1]) if answers else ""
            if not answers and not error:
                finish["error_message"] = "The case ended without an answer: finish(response) was not called"
        if error:
            finish["error_message"] = _plain(error)[:2000]
        if len(self._tools) > MAX_TOOL_CALLS:
            cut = "[the first %d of %d tool calls]" % (MAX_TOOL_CALLS, len(self._tools))
            finish["notes"] = ("%s %s" % (finish.get("notes") or "", cut)).strip()
        asked = [_text(m.get("content")) for m in spoken if m.get("role") == "user"]
        # Without `tools_called` the server takes the calls from the messages.
        calls = None if spoken and not self._tools else self._tools[:MAX_TOOL_CALLS]
        finish.update(
            scenario_id=self.id, user_message=self.user_message or (asked or [""])[0], tools_called=calls,
            messages=spoken or None, latency_ms=round(((self._ended or time.monotonic()) - self._started) * 1000),
            trial=self._trial, attempt=self._attempt)
        return {key: value for key, value in finish.items() if value is not None}


class _Call:
    """One call of a decorated tool: written down when it starts, completed when it ends."""

    def __init__(self, case, name, signature, arguments, keywords):
        self.case, self.result, self._record = case, None, None
        try:
            parameters = dict(signature.bind(*arguments, **keywords).arguments)
            for parameter in signature.parameters.values():
                if parameter.kind is parameter.VAR_KEYWORD:
                    parameters.update(parameters.pop(parameter.name, {}))
        except (AttributeError, TypeError):  # no signature, or a call that does not fit it
            parameters = dict(keywords, arguments=arguments) if arguments else keywords
        own = {key: value for key, value in parameters.items() if key not in ("self", "cls")}
        self._record = case and case.tool(name, own)

    def __enter__(self):
        self._started = time.monotonic()
        return self

    def __exit__(self, kind, error, _trace):
        if self._record is not None:
            failure = {"error": _plain(error), "status": "failed"}
            self._record.update(failure if kind else {"result": _plain(self.result), "status": "ok"})
            self._record["duration_ms"] = round((time.monotonic() - self._started) * 1000, 1)
        return False


class Tracer:
    """Records cases and streams their results into one run."""

    def __init__(self, api_key, mcp_url, agent_name, run_id, spool_path=".invarium/pending_results.jsonl",
                 personal_data=False, reraise=False, max_calls_per_minute=None, max_attempts=8, retry_seconds=0.5,
                 timeout_seconds=30):
        mcp_url = re.sub(r"(?:/mcp)?/*$", "", str(mcp_url or ""))
        needed = {"API key (INVARIUM_API_KEY, or api_key in the configuration)": api_key, "mcp_url": mcp_url,
                  "agent_name": agent_name, "run_id (from invarium_sync_results with create_empty)": run_id}
        missing = [what for what, value in needed.items() if not value]
        if missing:
            raise TracerConfigError("Missing: %s" % "; ".join(missing))
        if not re.match(r"[!-~]+$", api_key):
            raise TracerConfigError("The API key holds characters that no key has")
        if urllib.parse.urlsplit(mcp_url).scheme not in ("http", "https"):
            raise TracerConfigError("mcp_url must start with https:// or http://")
        self._agent_name, self._run_id = agent_name, run_id
        self._personal_data, self._reraise, self._open_cases = personal_data, reraise, []
        self._sender = _Sender(api_key, mcp_url, _Spool(spool_path), max_calls_per_minute, max_attempts, retry_seconds,
                               timeout_seconds)
        atexit.register(self.close)

    @classmethod
    def from_config(cls, agent_name, run_id, path=DEFAULT_CONFIG, **options):
        """From the file that invarium_connect's commands wrote; INVARIUM_API_KEY in the environment beats its key."""
        config = _read_config(path)
        options.setdefault("spool_path", os.path.join(os.path.dirname(path), "pending_results.jsonl"))
        return cls(config["api_key"], config["mcp_url"], agent_name, run_id, **options)

    def case(self, test_case, trial=None, attempt=None):
        """`with tracer.case(test_case) as c:` where `test_case` is an item of invarium_get_tests, or just its id."""
        return Case(self, test_case, trial, attempt)

    def tool(self, function=None, name=None):
        """Decorator: calls of a function, or coroutine function, are recorded into the case that is under way."""
        if function is None:
            return lambda decorated: self.tool(decorated, name)
        label, signature = name or getattr(function, "__name__", "tool"), None
        with contextlib.suppress(ValueError, TypeError):
            signature = inspect.signature(function)

        def call(arguments, keywords):
            # A pool's threads do not inherit the context; with one case open there is no doubt whose call it is.
            only = self._open_cases[0] if len(self._open_cases) == 1 else None
            return _Call(_current.get() or only, label, signature, arguments, keywords)

        @functools.wraps(function)
        def traced(*arguments, **keywords):
            with call(arguments, keywords) as recorded:
                recorded.result = function(*arguments, **keywords)
                return recorded.result

        @functools.wraps(function)
        async def traced_async(*arguments, **keywords):
            with call(arguments, keywords) as recorded:
                recorded.result = await function(*arguments, **keywords)
                return recorded.result

        return traced_async if inspect.iscoroutinefunction(function) else traced

    def close(self, timeout=120):
        """Delivers what is left and returns how many results were delivered, kept for the next start, and refused."""
        atexit.unregister(self.close)
        self._sender.close(timeout)
        return dict(self._sender.summary)

    def _send(self, result):
        result = _fit(redact(_plain(result), self._personal_data))
        # The server counts an id once, so a result may be sent again whenever its answer got lost.
        result["result_id"] = uuid.uuid4().hex
        self._sender.put({"agent_name": self._agent_name, "run_id": self._run_id, "result": result})


def _read_config(path):
    config = {}
    try:
        with open(path, encoding="utf-8-sig") as file:
            config = json.load(file)
    except OSError as error:
        hint = "Run the commands of invarium_connect first"
        raise TracerConfigError("Cannot read %s (%s). %s" % (path, error.strerror, hint)) from None
    except ValueError:
        raise TracerConfigError("%s is not JSON. Run the commands of invarium_connect again" % path) from None
    if not isinstance(config, dict):
        raise TracerConfigError("%s must hold a JSON object" % path)
    return {"api_key": os.environ.get("INVARIUM_API_KEY") or config.get("api_key"), "mcp_url": config.get("mcp_url")}


def _self_test(path):
    print("invarium_trace %s on Python %s" % (__version__, sys.version.split()[0]))
    try:
        config = _read_config(path)
    except TracerConfigError as error:
        print("configuration: %s" % error)
        return 1
    url = urllib.parse.urlsplit(str(config["mcp_url"] or ""))
    origin = "%s://%s" % (url.scheme, url.netloc.rpartition("@")[2])
    source = "environment" if os.environ.get("INVARIUM_API_KEY") else "file" if config["api_key"] else "missing"
    print("configuration: %s" % path)
    print("server: %s" % (origin if url.netloc else "missing or not a URL"))
    print("api key: %s" % source)
    if url.scheme == "http" and url.hostname not in ("localhost", "127.0.0.1", "::1"):
        print("warning: http sends the key unencrypted")
    return 0 if url.scheme in ("http", "https") and url.netloc and config["api_key"] else 1


if __name__ == "__main__":
    if "--self-test" in sys.argv[1:]:
        sys.exit(_self_test(DEFAULT_CONFIG))
    print(__doc__)
