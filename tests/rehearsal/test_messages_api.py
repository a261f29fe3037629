"""The scripted Messages API: what it answers, and that a script that breaks is heard."""

from __future__ import annotations

import json
import urllib.request

import pytest

from rehearsal.messages_api import Script, ScriptBroken, ScriptedModel, ToolCall


def ask(model, messages, *, system="", tools=("Bash",), stream=False):
    """One request as the client sends it; the answer's JSON, or the text of the event stream."""
    body = {
        "model": "any",
        "system": [{"type": "text", "text": system}],
        "messages": messages,
        "tools": [{"name": name} for name in tools],
        "stream": stream,
    }
    request = urllib.request.Request(f"{model.url}/v1/messages?beta=true", json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read().decode()
    return text if stream else json.loads(text)


def user(text):
    """A message of the user's."""
    return {"role": "user", "content": text}


def answered(call_id, text, *, is_error=False):
    """The two messages of a tool call and its result."""
    result = {"type": "tool_result", "tool_use_id": call_id, "content": text, "is_error": is_error}
    return [{"role": "assistant", "content": []}, {"role": "user", "content": [result]}]


def test_each_conversation_plays_its_own_turns_in_order():
    """The marker in the system prompt tells whose turn it is, the number of answers which one."""
    script = Script({"main": ["one", "two"], "helper": ["hello"]}, {"helper": "You help"})

    with ScriptedModel(script) as model:
        first = ask(model, [user("go")])
        second = ask(model, [user("go"), {"role": "assistant", "content": "one"}, user("on")])
        helper = ask(model, [user("go")], system="Preamble. You help.")

    assert [answer["content"][0]["text"] for answer in (first, second, helper)] == ["one", "two", "hello"]
    assert model.failures == []


def test_a_turn_can_react_to_what_a_tool_answered():
    """A function of the request sees the newest result and chooses the step."""
    script = Script(
        {"main": [ToolCall("Bash", {"command": "date"}), lambda request: f"it is {request.last_result().text}"]}
    )

    with ScriptedModel(script) as model:
        call = ask(model, [user("when?")])
        answer = ask(model, [user("when?"), *answered(call["content"][0]["id"], "noon")])

    assert call["stop_reason"] == "tool_use"
    assert call["content"][0]["input"] == {"command": "date"}
    assert answer["content"][0]["text"] == "it is noon"


def test_the_stream_carries_the_same_message():
    """Server-sent events begin and end the message and hold the tool's input as JSON."""
    with ScriptedModel(Script({"main": [["thinking", ToolCall("Bash", {"command": "ls"})]]})) as model:
        text = ask(model, [user("go")], stream=True)

    events = [json.loads(line[len("data: ") :]) for line in text.splitlines() if line.startswith("data: ")]
    assert [event["type"] for event in events][0 :: len(events) - 1] == ["message_start", "message_stop"]
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert deltas[0] == {"type": "text_delta", "text": "thinking"}
    assert json.loads(deltas[1]["partial_json"]) == {"command": "ls"}
    assert next(event for event in events if event["type"] == "message_delta")["delta"]["stop_reason"] == "tool_use"


def _refuse(_request):
    raise ScriptBroken("the verdict is not the story's")


def _stumble(_request):
    return {}["missing"]


@pytest.mark.parametrize(
    ("turns", "line"),
    [
        ([], "main asked for turn 1 of 0"),
        ([_refuse], "the verdict is not the story's"),
        ([_stumble], "KeyError: 'missing'"),
        ([ToolCall("Teleport", {})], "main has no tool Teleport; it has Bash"),
    ],
)
def test_a_script_that_breaks_is_a_failure_with_a_line(turns, line):
    """Running out of turns, refusing, stumbling and asking for a missing tool all fail the run and end the turn."""
    with ScriptedModel(Script({"main": turns})) as model:
        answer = ask(model, [user("go")])

    assert model.failed.is_set()
    assert line in model.failures[0]
    assert answer["stop_reason"] == "end_turn"
    assert line in answer["content"][0]["text"]


def test_side_calls_without_tools_cost_no_turn():
    """The client names sessions by calls without tools; they are answered and fail nothing."""
    with ScriptedModel(Script({"main": []})) as model:
        answer = ask(model, [user("name this")], tools=())

    assert answer["content"][0]["text"] == "ok"
    assert not model.failed.is_set()
