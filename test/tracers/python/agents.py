"""Small agents on every client that the tracer watches. They know of no tracer: `python agents.py` plays them with one.

Each asks a model on this machine, calls `find_order` as the model wants, tells it the outcome, and returns its answer.
"""

import asyncio
import json
import sys

import model_server

QUESTION = "Where is my order A-1?"
SYSTEM = "You are the support of a shop. SECRET-RULE-7"
SCHEMA = {"type": "object", "properties": {"order_id": {"type": "string"}}}
FUNCTIONS = [{"name": name, "description": name, "parameters": SCHEMA} for name in ("find_order", "refund_order")]
CHAT_TOOLS = [{"type": "function", "function": function} for function in FUNCTIONS]
RESPONSE_TOOLS = [dict(function, type="function") for function in FUNCTIONS]
CLAUDE_TOOLS = [{"name": function["name"], "input_schema": SCHEMA} for function in FUNCTIONS]


def find_order(order_id: str) -> dict:
    """Looks up an order."""
    return {"order_id": order_id, "status": "packed"}


def told(call_id, arguments):
    return {"role": "tool", "tool_call_id": call_id, "content": json.dumps(find_order(**json.loads(arguments)))}


# --- OpenAI: chat completions -----------------------------------------------------------------------------------------

def begun():
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]


def openai_chat(url, ask):
    import openai
    client, messages = openai.OpenAI(api_key="key", base_url=url + "/v1"), begun()
    while True:
        message = ask(client, dict(model="gpt-4o-mini", messages=messages, tools=CHAT_TOOLS))
        if not message.tool_calls:
            return message.content
        messages.append(message)
        messages += [told(call.id, call.function.arguments) for call in message.tool_calls]


def chat_plain(url):
    return openai_chat(url, lambda client, request: client.chat.completions.create(**request).choices[0].message)


def chat_raw_response(url):
    return openai_chat(
        url, lambda client, request: client.chat.completions.with_raw_response.create(**request).parse().choices[0].message)


class Pieces:
    """What a streaming agent puts together for itself."""

    def __init__(self):
        self.content, self.calls = "", []

    def add(self, chunk):
        for choice in chunk.choices:
            self.content += getattr(choice.delta, "content", None) or ""
            for part in getattr(choice.delta, "tool_calls", None) or []:
                if getattr(part, "id", None):
                    function = {"name": part.function.name, "arguments": ""}
                    self.calls.append({"id": part.id, "type": "function", "function": function})
                self.calls[-1]["function"]["arguments"] += part.function.arguments or ""

    def messages(self):
        spoken = {"role": "assistant", "content": self.content or None, "tool_calls": self.calls}
        return [spoken] + [told(call["id"], call["function"]["arguments"]) for call in self.calls]


def chat_stream(url):
    import openai
    client, messages = openai.OpenAI(api_key="key", base_url=url + "/v1"), begun()
    while True:
        pieces = Pieces()
        for chunk in client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=CHAT_TOOLS, stream=True):
            pieces.add(chunk)
        if not pieces.calls:
            return pieces.content
        messages += pieces.messages()


async def chat_async(url):
    import openai
    client, messages = openai.AsyncOpenAI(api_key="key", base_url=url + "/v1"), begun()
    while True:
        answer = await client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=CHAT_TOOLS)
        message = answer.choices[0].message
        if not getattr(message, "tool_calls", None):
            return message.content
        messages.append(message)
        messages += [told(call.id, call.function.arguments) for call in message.tool_calls]


async def chat_async_stream(url):
    import openai
    client, messages = openai.AsyncOpenAI(api_key="key", base_url=url + "/v1"), begun()
    while True:
        pieces = Pieces()
        async for chunk in await client.chat.completions.create(
                model="gpt-4o-mini", messages=messages, tools=CHAT_TOOLS, stream=True):
            pieces.add(chunk)
        if not pieces.calls:
            return pieces.content
        messages += pieces.messages()


# --- OpenAI: responses ------------------------------------------------------------------------------------------------

def outputs(response):
    return [{"type": "function_call_output", "call_id": item.call_id, "output": json.dumps(find_order(**json.loads(
        item.arguments)))} for item in response.output if item.type == "function_call"]


def text_of(response):
    return "".join(part.text for item in response.output if item.type == "message" for part in item.content)


def openai_responses(url, ask, keeps_history):
    import openai
    client, items, options = openai.OpenAI(api_key="key", base_url=url + "/v1"), [{"role": "user", "content": QUESTION}], {}
    while True:
        response = ask(client, dict(model="gpt-5-mini", instructions=SYSTEM, input=items, tools=RESPONSE_TOOLS, **options))
        found = outputs(response)
        if not found:
            return text_of(response)
        items = found if keeps_history else items + list(response.output) + found
        options = {"previous_response_id": response.id} if keeps_history else {}


def responses_plain(url):
    return openai_responses(url, lambda client, request: client.responses.create(**request), False)


def responses_kept(url):
    return openai_responses(url, lambda client, request: client.responses.create(**request), True)


def responses_stream(url):
    def ask(client, request):
        events = list(client.responses.create(stream=True, **request))
        return next(event.response for event in events if event.type == "response.completed")

    return openai_responses(url, ask, False)


async def responses_async(url):
    import openai
    client, items = openai.AsyncOpenAI(api_key="key", base_url=url + "/v1"), [{"role": "user", "content": QUESTION}]
    while True:
        response = await client.responses.create(model="gpt-5-mini", instructions=SYSTEM, input=items, tools=RESPONSE_TOOLS)
        found = outputs(response)
        if not found:
            return text_of(response)
        items = items + list(response.output) + found


# --- Anthropic --------------------------------------------------------------------------------------------------------

CLAUDE = dict(model="claude-sonnet-4-5", max_tokens=100, system=SYSTEM, tools=CLAUDE_TOOLS)


def claude_told(message):
    results = [{"type": "tool_result", "tool_use_id": block.id, "content": [
        {"type": "text", "text": json.dumps(find_order(**block.input))}]} for block in message.content if block.type == "tool_use"]
    return [{"role": "assistant", "content": message.content}, {"role": "user", "content": results}] if results else []


def anthropic_messages(url, ask):
    import anthropic
    client, messages = anthropic.Anthropic(api_key="key", base_url=url), [{"role": "user", "content": QUESTION}]
    while True:
        message = ask(client, dict(CLAUDE, messages=messages))
        if not claude_told(message):
            return message.content[0].text
        messages += claude_told(message)


def claude_plain(url):
    return anthropic_messages(url, lambda client, request: client.messages.create(**request))


def claude_stream(url):
    def ask(client, request):
        with client.messages.stream(**request) as stream:
            for _ in stream.text_stream:
                pass
            return stream.get_final_message()

    return anthropic_messages(url, ask)


def claude_events(url):
    """Reads the raw events, and tells the model that the call failed."""
    import anthropic
    client, messages, text = anthropic.Anthropic(api_key="key", base_url=url), [{"role": "user", "content": QUESTION}], ""
    while "today" not in text:
        for event in client.messages.create(stream=True, **dict(CLAUDE, messages=messages)):
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                text += event.delta.text
        use = {"type": "tool_use", "id": "toolu_1", "name": "find_order", "input": {"order_id": "A-1"}}
        result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "no such order", "is_error": True}
        messages += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    return model_server.ANSWER


async def claude_async(url):
    import anthropic
    client, messages = anthropic.AsyncAnthropic(api_key="key", base_url=url), [{"role": "user", "content": QUESTION}]
    while True:
        message = await client.messages.create(**dict(CLAUDE, messages=messages))
        if not claude_told(message):
            return message.content[0].text
        messages += claude_told(message)


async def claude_async_stream(url):
    import anthropic
    client, messages = anthropic.AsyncAnthropic(api_key="key", base_url=url), [{"role": "user", "content": QUESTION}]
    while True:
        async with client.messages.stream(**dict(CLAUDE, messages=messages)) as stream:
            async for _ in stream:
                pass
            message = await stream.get_final_message()
        if not claude_told(message):
            return message.content[0].text
        messages += claude_told(message)


# --- Google -----------------------------------------------------------------------------------------------------------

def google(url, tools=None):
    from google import genai
    from google.genai import types
    declared = [types.Tool(function_declarations=[types.FunctionDeclaration(name=it["name"]) for it in FUNCTIONS])]
    config = types.GenerateContentConfig(system_instruction=SYSTEM, tools=tools or declared)
    client = genai.Client(api_key="key", http_options=types.HttpOptions(base_url=url))
    contents = [types.Content(role="user", parts=[types.Part(text=QUESTION)])]
    return types, client, dict(model="gemini-2.5-flash", contents=contents, config=config)


def gemini_told(types, response):
    parts = [types.Part.from_function_response(name=call.name, response=find_order(**call.args))
             for call in response.function_calls or []]
    return [response.candidates[0].content, types.Content(role="user", parts=parts)] if parts else []


def gemini_plain(url):
    types, client, request = google(url)
    while True:
        response = client.models.generate_content(**request)
        if not gemini_told(types, response):
            return response.text
        request["contents"] += gemini_told(types, response)


def gemini_stream(url):
    types, client, request = google(url)
    while True:
        chunks = list(client.models.generate_content_stream(**request))
        if not gemini_told(types, chunks[0]):
            return "".join(chunk.text for chunk in chunks)
        request["contents"] += gemini_told(types, chunks[0])


def gemini_functions(url):
    """The client itself calls the function."""
    _, client, request = google(url, [find_order])
    return client.models.generate_content(**dict(request, contents=QUESTION)).text


async def gemini_async(url):
    types, client, request = google(url)
    while True:
        response = await client.aio.models.generate_content(**request)
        if not gemini_told(types, response):
            return response.text
        request["contents"] += gemini_told(types, response)


async def gemini_async_stream(url):
    types, client, request = google(url)
    while True:
        chunks = [chunk async for chunk in await client.aio.models.generate_content_stream(**request)]
        if not gemini_told(types, chunks[0]):
            return "".join(chunk.text for chunk in chunks)
        request["contents"] += gemini_told(types, chunks[0])


AGENTS = [chat_plain, chat_raw_response, chat_stream, chat_async, chat_async_stream, responses_plain, responses_kept,
          responses_stream, responses_async, claude_plain, claude_stream, claude_events, claude_async, claude_async_stream,
          gemini_plain, gemini_stream, gemini_functions, gemini_async, gemini_async_stream]


def main():
    sys.path.insert(0, ".invarium")
    from invarium_trace import Tracer
    tracer, url = Tracer.from_config(agent_name="shop-agent", run_id="tr_1"), model_server.start()
    for agent in AGENTS:
        with tracer.case({"id": agent.__name__, "user_message": QUESTION}) as c:
            answer = agent(url)
            c.finish(asyncio.run(answer) if asyncio.iscoroutine(answer) else answer)
    print(tracer.close())


if __name__ == "__main__":
    main()
