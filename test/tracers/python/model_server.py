"""A model server on this machine that speaks the wire formats of OpenAI, Anthropic and Gemini.

It asks for `find_order` with order A-1, says a word before where the format allows it, and answers once it was told
what came of the call.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ARGUMENTS = '{"order_id": "A-1"}'
ANSWER = "It ships today."


def start():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return "http://127.0.0.1:%d" % server.server_port


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        path, text = self.path.split("?")[0], json.dumps(body)
        if path.endswith("/chat/completions"):
            answer = chat(any(message["role"] == "tool" for message in body["messages"]))
        elif path.endswith("/responses"):
            answer = responses("function_call_output" in text)
        elif path.endswith("/messages"):
            answer = anthropic("tool_result" in text)
        else:
            answer = gemini("unctionResponse" in text or "function_response" in text)
        whole, events = answer
        is_stream = body.get("stream") or ":stream" in path
        payload = b"".join(map(frame, events)) if is_stream else json.dumps(whole).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if is_stream else "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


def frame(event):
    name = "event: %s\n" % event["type"] if isinstance(event, dict) and "type" in event else ""
    return ("%sdata: %s\n\n" % (name, event if isinstance(event, str) else json.dumps(event))).encode()


def chat(is_told):
    base = {"id": "chatcmpl-1", "created": 1, "model": "gpt-4o-mini-2024-07-18"}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    call = {"id": "call_1", "type": "function", "function": {"name": "find_order", "arguments": ARGUMENTS}}
    message = {"role": "assistant", "content": ANSWER} if is_told else {
        "role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "stop" if is_told else "tool_calls"}
    deltas = [{"role": "assistant", "content": ""}]
    if is_told:
        deltas += [{"content": "It ships "}, {"content": "today."}]
    else:
        opening = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "find_order", "arguments": ""}}
        pieces = [{"index": 0, "function": {"arguments": piece}} for piece in (ARGUMENTS[:9], ARGUMENTS[9:])]
        deltas += [{"tool_calls": [part]} for part in [opening, *pieces]]
    parts = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    parts.append({"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]})
    chunks = [dict(base, object="chat.completion.chunk", choices=[part]) for part in parts]
    chunks.append(dict(base, object="chat.completion.chunk", choices=[], usage=usage))
    return dict(base, object="chat.completion", choices=[choice], usage=usage), [*chunks, "[DONE]"]


def responses(is_told):
    text = {"type": "output_text", "text": ANSWER, "annotations": []}
    item = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [text]} if is_told else {
        "type": "function_call", "id": "fc_1", "call_id": "call_9", "name": "find_order", "arguments": ARGUMENTS,
        "status": "completed"}
    whole = {"id": "resp_2" if is_told else "resp_1", "object": "response", "created_at": 1, "status": "completed",
             "model": "gpt-5-mini", "output": [item], "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
             "usage": {"input_tokens": 20, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 7,
                       "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 27}}
    begun = dict(item, **({"content": []} if is_told else {"arguments": ""}))
    events = [{"type": "response.created", "response": dict(whole, output=[], status="in_progress")},
              {"type": "response.output_item.added", "output_index": 0, "item": begun},
              {"type": "response.output_item.done", "output_index": 0, "item": item},
              {"type": "response.completed", "response": whole}]
    return whole, [dict(event, sequence_number=number) for number, event in enumerate(events)]


def anthropic(is_told):
    blocks = [{"type": "text", "text": ANSWER}] if is_told else [
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "toolu_1", "name": "find_order", "input": json.loads(ARGUMENTS)}]
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929", "content": blocks,
             "stop_reason": "end_turn" if is_told else "tool_use", "stop_sequence": None,
             "usage": {"input_tokens": 30, "output_tokens": 9}}
    events = [{"type": "message_start", "message": dict(whole, content=[], stop_reason=None)}]
    for index, block in enumerate(blocks):
        is_text = block["type"] == "text"
        pieces = [block["text"][:4], block["text"][4:]] if is_text else ["", ARGUMENTS[:9], ARGUMENTS[9:]]
        kind, field = ("text_delta", "text") if is_text else ("input_json_delta", "partial_json")
        begun = dict(block, **({"text": ""} if is_text else {"input": {}}))
        events.append({"type": "content_block_start", "index": index, "content_block": begun})
        events += [{"type": "content_block_delta", "index": index, "delta": {"type": kind, field: piece}} for piece in pieces]
        events.append({"type": "content_block_stop", "index": index})
    ending = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    return whole, [*events, {"type": "message_delta", "delta": ending, "usage": {"output_tokens": 9}}, {"type": "message_stop"}]


def gemini(is_told):
    call = {"functionCall": {"name": "find_order", "args": json.loads(ARGUMENTS)}}
    groups = [[{"text": "It ships "}], [{"text": "today."}]] if is_told else [[call]]
    counts = {"promptTokenCount": 40, "candidatesTokenCount": 4, "totalTokenCount": 44}

    def answer(parts):
        candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}
        return {"candidates": [candidate], "usageMetadata": counts, "modelVersion": "gemini-2.5-flash"}

    return answer([{"text": ANSWER}] if is_told else [call]), [answer(parts) for parts in groups]
