"""Asks a server of ours through the official client of OpenAI, and checks what that makes of the answers."""
import math
import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key=sys.argv[2], max_retries=0)

assert [model.id for model in client.models.list()] == ["gpt2", "llama", "t5"]
assert client.models.retrieve("gpt2").id == "gpt2"

# Completions, whole: greedy is the same each time.
asked = dict(model="gpt2", prompt="the sea", max_tokens=6, temperature=0, logprobs=3)
whole = client.completions.create(**asked)
choice = whole.choices[0]
assert whole.object == "text_completion" and whole.id.startswith("cmpl-")
assert choice.finish_reason in ("stop", "length")
lists = choice.logprobs
assert "".join(lists.tokens).startswith(choice.text) or "\ufffd" in choice.text
assert len(lists.tokens) == len(lists.token_logprobs) == len(lists.top_logprobs) == len(lists.text_offset)
assert all(value <= 0 for value in lists.token_logprobs)
assert all(1 <= len(top) <= 3 for top in lists.top_logprobs)
assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
assert client.completions.create(**asked).choices[0].text == choice.text

# The same as a stream.
chunks = list(client.completions.create(**asked, stream=True, stream_options={"include_usage": True}))
assert "".join(c.choices[0].text for c in chunks if c.choices) == choice.text
assert chunks[-1].usage == whole.usage and chunks[-1].choices == []
assert all(c.usage is None for c in chunks[:-1])
assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == choice.finish_reason
tokens = [token for c in chunks if c.choices and c.choices[0].logprobs for token in c.choices[0].logprobs.tokens]
assert tokens == lists.tokens

# Draws: one seed, one text; several answers; a stop string is cut off.
drawn = dict(model="gpt2", prompt="the sea", max_tokens=12, temperature=1.5, seed=3)
assert client.completions.create(**drawn).choices[0].text == client.completions.create(**drawn).choices[0].text
several = client.completions.create(**drawn, n=3)
assert [one.index for one in several.choices] == [0, 1, 2]
assert len({one.text for one in several.choices}) > 1
text = several.choices[0].text
stop = next(letter for letter in text[1:] if letter != text[0])
stopped = client.completions.create(**drawn, stop=[stop])
assert stopped.choices[0].text == text[: text.index(stop)] and stopped.choices[0].finish_reason == "stop"
streamed = client.completions.create(**drawn, stop=[stop], stream=True)
assert "".join(c.choices[0].text for c in streamed) == stopped.choices[0].text

# Nothing is drawn: all answers are the same. Of many that are drawn, the likeliest ones per token.
same = client.completions.create(model="gpt2", prompt="the sea", max_tokens=4, temperature=0, n=3)
assert [one.index for one in same.choices] == [0, 1, 2] and len({one.text for one in same.choices}) == 1
assert same.usage.completion_tokens == 12
mean = lambda one: sum(one.logprobs.token_logprobs) / len(one.logprobs.token_logprobs)
five = client.completions.create(**drawn, n=5, logprobs=0)
best = client.completions.create(**drawn, n=2, best_of=5, logprobs=0)
assert [one.text for one in best.choices] == [one.text for one in sorted(five.choices, key=mean, reverse=True)[:2]]
assert [one.index for one in best.choices] == [0, 1] and best.usage == five.usage

# Several prompts, one after the other.
two = client.completions.create(**{**drawn, "prompt": ["the sea", "the sand"]}, n=2)
assert [one.index for one in two.choices] == [0, 1, 2, 3]
for first, prompt in [(0, "the sea"), (2, "the sand")]:
    alone = client.completions.create(**{**drawn, "prompt": prompt}, n=2)
    assert [one.text for one in alone.choices] == [one.text for one in two.choices[first : first + 2]]
pieces = list(client.completions.create(**{**drawn, "prompt": ["the sea", "the sand"]}, n=2, stream=True))
for one in two.choices:
    assert "".join(p.choices[0].text for p in pieces if p.choices[0].index == one.index) == one.text

# The prompt is judged, as evaluations ask for it: with nothing written, or with one token behind it.
judged = client.completions.create(model="gpt2", prompt="the sea", max_tokens=0, echo=True, logprobs=2).choices[0]
assert judged.text == "the sea" and judged.finish_reason == "length"
lists = judged.logprobs
assert "".join(lists.tokens) == "the sea" and lists.text_offset[0] == 0
assert lists.token_logprobs[0] is None and lists.top_logprobs[0] is None
assert all(value <= 0 for value in lists.token_logprobs[1:]) and all(len(top) <= 2 for top in lists.top_logprobs[1:])
ids = [4, 9, 14, 5, 7]
greedy = client.completions.create(model="gpt2", prompt=[ids], max_tokens=1, temperature=0, echo=True, logprobs=1, seed=1).choices[0]
assert len(greedy.logprobs.token_logprobs) == len(ids) + 1
assert greedy.logprobs.token_logprobs[-1] == max(greedy.logprobs.top_logprobs[-1].values())
# What is written has the value with which it is judged afterwards.
written = client.completions.create(model="gpt2", prompt="the sea", max_tokens=4, temperature=0, logprobs=1, logit_bias={"4": 100}).choices[0]
again = client.completions.create(model="gpt2", prompt="the seaeeee", max_tokens=0, echo=True, logprobs=1).choices[0]
for before, after in zip(written.logprobs.token_logprobs, again.logprobs.token_logprobs[-4:]):
    assert math.isclose(before, after, abs_tol=1e-4), (before, after)
echoed = client.completions.create(model="gpt2", prompt="the sea", max_tokens=3, temperature=0, echo=True, logprobs=1)
assert echoed.choices[0].text.startswith("the sea")
assert echoed.choices[0].logprobs.text_offset == sorted(echoed.choices[0].logprobs.text_offset)
stream = client.completions.create(model="gpt2", prompt="the sea", max_tokens=3, temperature=0, echo=True, logprobs=1, stream=True)
assert "".join(c.choices[0].text for c in stream) == echoed.choices[0].text

# A bias of 100 writes the token, whatever the model thinks of it; penalties count it.
forced = client.completions.create(model="gpt2", prompt="the sea", max_tokens=4, temperature=0, logit_bias={"4": 100})
assert forced.choices[0].text == "eeee", forced.choices[0].text
many = dict(model="gpt2", prompt="the sea", max_tokens=4, temperature=0, logit_bias={"4": 2, "5": 1.9})
free = client.completions.create(**many, frequency_penalty=-2, presence_penalty=-2).choices[0].text
tight = client.completions.create(**many, frequency_penalty=2, presence_penalty=2).choices[0].text
assert max(map(free.count, free)) >= max(map(tight.count, tight))

# Chats, whole and as a stream.
messages = [{"role": "system", "content": "be"}, {"role": "user", "content": [{"type": "text", "text": "hi"}]}]
asked = dict(model="gpt2", messages=messages, max_completion_tokens=5, temperature=0, logprobs=True, top_logprobs=2)
chat = client.chat.completions.create(**asked)
message = chat.choices[0].message
content = chat.choices[0].logprobs.content
assert chat.object == "chat.completion" and message.role == "assistant"
assert b"".join(bytes(token.bytes) for token in content).decode(errors="replace") == message.content
assert all(len(token.top_logprobs) == 2 and math.exp(token.logprob) <= 1 for token in content)
chunks = list(client.chat.completions.create(**asked, stream=True))
assert chunks[0].choices[0].delta.role == "assistant"
assert "".join(c.choices[0].delta.content or "" for c in chunks) == message.content
assert chunks[-1].choices[0].finish_reason == chat.choices[0].finish_reason
# Of a length that nobody said, the context of the model is the end.
open_end = client.chat.completions.create(model="gpt2", messages=messages, seed=1)
assert open_end.usage.total_tokens <= 64 and open_end.choices[0].logprobs is None

# What cannot be done is said, with its name.
for kind, param, ask in [
    ("chat", "response_format", dict(response_format={"type": "json_object"})),
    ("chat", "tools", dict(tools=[{"type": "function", "function": {"name": "f"}}])),
    ("chat", "top_logprobs", dict(top_logprobs=2)),
    ("chat", "reasoning_effort", dict(reasoning_effort="high")),
    ("text", "suffix", dict(suffix="b")),
    ("text", "best_of", dict(best_of=2, stream=True)),
    ("text", "n", dict(n=1000)),
    ("text", "temperature", dict(temperature=-1)),
    ("text", "warmth", dict(extra_body={"warmth": 1})),
]:
    try:
        if kind == "chat":
            client.chat.completions.create(model="gpt2", messages=messages, **ask)
        else:
            client.completions.create(model="gpt2", prompt="a", **ask)
    except openai.BadRequestError as error:
        assert error.param == param and error.type == "invalid_request_error", error.body
    else:
        raise AssertionError(ask)
# What asks for nothing else is taken.
client.chat.completions.create(model="gpt2", messages=messages, max_tokens=2, user="me", store=False, tools=[], tool_choice="auto", response_format={"type": "text"})

# Errors are those of the client.
for kind, ask in [
    (openai.NotFoundError, dict(model="nothing", prompt="a")),
    (openai.BadRequestError, dict(model="gpt2", prompt="a", temperature=-1)),
    (openai.BadRequestError, dict(model="gpt2", prompt=["a", 1])),
    (openai.BadRequestError, dict(model="t5", prompt="a", echo=True, logprobs=1)),
    (openai.BadRequestError, dict(model="llama", prompt="a")),
]:
    try:
        client.completions.create(**ask)
    except kind as error:
        assert error.body["message"], error.body
    else:
        raise AssertionError(ask)
print("the client is content")
