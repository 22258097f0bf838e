"""Whatever a run yields: every frame that goes out is well-formed, and no input traps the loop."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import decimal
import enum
import json
import math
import re
import uuid
from collections import deque
from typing import Any

import pytest
from ai_stream_handler import retrying
from conftest import EXAMPLES, Script, collected, completed, content, drain, run, started
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FRAME = re.compile(rb"(?:event: [^\r\n]+\n)?data: [^\r\n]*\n\n\Z")


def well_formed(frames: list[bytes]) -> None:
    for frame in frames:
        assert type(frame) is bytes
        assert FRAME.match(frame), frame
        frame.decode("utf-8")


def data_in(frame: bytes) -> Any:
    return json.loads(frame[frame.index(b"data: ") + 6 :], parse_constant=lambda name: pytest.fail(name))


class Color(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Plain:
    event: str = "Custom"
    note: str = "x"


class WithDict:
    event = "RunContent"

    def to_dict(self) -> dict[str, Any]:
        return {"content": "Hi."}


class WithJson:
    def to_json(self, indent: int = 2) -> str:
        return json.dumps({"event": "RunContent", "content": "Hi."}, indent=indent)


class WithDump:
    def model_dump(self) -> dict[str, Any]:
        return {"event": "RunContent", "content": "Hi."}


class Output:
    """Of a run with `yield_run_output=True`."""

    def to_dict(self) -> dict[str, Any]:
        return {"run_id": "r", "content": "all of it, once more"}


def test_events_are_taken_as_they_are() -> None:
    for event, frame in [
        (WithDict(), b'event: RunContent\ndata: {"content": "Hi.", "event": "RunContent"}\n\n'),
        (WithJson(), b'event: RunContent\ndata: {"event": "RunContent", "content": "Hi."}\n\n'),
        (WithDump(), b'event: RunContent\ndata: {"event": "RunContent", "content": "Hi."}\n\n'),
        (Plain(), b'event: Custom\ndata: {"event": "Custom", "note": "x"}\n\n'),
        ({"content": "no name"}, b'data: {"content": "no name"}\n\n'),
        ({"event": Color.RED}, b'event: red\ndata: {"event": "red"}\n\n'),
        ({"event": "a\nb"}, b'event: a b\ndata: {"event": "a\\nb"}\n\n'),
        ("event: X\ndata: {}\n\n", b"event: X\ndata: {}\n\n"),
        (b"data: {\"event\":\"X\"}\r\n\r\n", b'event: X\ndata: {"event":"X"}\n\n'),
        (bytearray(b"data: 1\ndata: 2\n\n"), b"data: 1 2\n\n"),
        ('{"event":"RunContent","content":"legacy"}', b'event: RunContent\ndata: {"event":"RunContent","content":"legacy"}\n\n'),
    ]:
        assert collected(retrying(Script([event]))) == [frame], event


def test_the_output_of_a_run_is_no_event() -> None:
    assert len(collected(retrying(Script([content("Hi."), Output()])))) == 1


def test_an_event_that_cannot_be_converted_does_not_cost_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    assert len(collected(retrying(Script([started(), Broken(), content("Hi.")])))) == 2
    assert "a Broken is not sent" in caplog.text


def test_what_json_does_not_know_is_written_all_the_same() -> None:
    circle: dict[str, Any] = {"event": "X"}
    circle["self"] = circle
    deep: Any = "core"
    for _ in range(500):
        deep = [deep]
    at = datetime.datetime(2026, 11, 29, 5, tzinfo=datetime.timezone.utc)
    for value, written in [
        (at, "2026-11-29T05:00:00+00:00"), (at.date(), "2026-11-29"), (Color.RED, "red"), (b"\x00\xff", "AP8="), ({1}, [1]),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"), (decimal.Decimal("1.50"), "1.50"), (Plain(), {"event": "Custom", "note": "x"}),
        (WithDict(), {"content": "Hi."}), ((1, 2), [1, 2]), (math.nan, None), (-math.inf, None), ({(1, 2): 3}, {"(1, 2)": 3}),
        ("\ud83d", "\ud83d"), ("Ærø 🌍 \u2028 \x00", "Ærø 🌍 \u2028 \x00"), ("event: error\ndata: {}\n\n", "event: error\ndata: {}\n\n"),
    ]:  # fmt: skip
        frames = collected(retrying(Script([{"event": "X", "value": value}])))
        well_formed(frames)
        assert data_in(frames[0])["value"] == written, value
    for value in (circle, deep, 10**5000, object(), Broken()):
        frames = collected(retrying(Script([{"event": "X", "value": value}])))
        well_formed(frames)
        assert frames[0].startswith(b"event: X\n"), frames


def test_containers_are_lists_and_numbers_of_other_libraries_numbers() -> None:
    class Scalar:
        """As numpy's: not JSON's, and able to say what it is."""

        def tolist(self) -> float:
            return 1.5

    event = {"event": "X", "queue": deque([1]), "range": range(2), "keys": {"a": 1}.keys(), "values": {"a": 1}.values(), "scalar": Scalar()}
    (frame,) = collected(retrying(Script([event])))
    assert data_in(frame) == {"event": "X", "queue": [1], "range": [0, 1], "keys": ["a"], "values": [1], "scalar": 1.5}


def test_a_cycle_that_branches_does_not_grow_without_bound() -> None:
    many: list[Any] = []
    many.extend([many] * 5)
    (frame,) = collected(retrying(Script([{"event": "X", "many": many, "twice": [[1], [1]]}])))
    assert data_in(frame) == {"event": "X", "many": ["..."] * 5, "twice": [[1], [1]]}


@pytest.mark.parametrize("data", [{"content": "Hi."}, {"event": "RunContent", "content": "Hi."}])
def test_what_to_dict_returns_stays_the_runs_own(data: dict[str, Any]) -> None:
    class Own:
        event = "RunContent"

        def to_dict(self) -> dict[str, Any]:
            return data

    before = dict(data)
    (frame,) = collected(retrying(Script([Own()])))
    assert data == before and data_in(frame) == {"event": "RunContent", "content": "Hi."}


def test_to_json_may_return_a_dict() -> None:
    class Odd:
        def to_json(self) -> dict[str, Any]:
            return {"event": "X"}

    assert collected(retrying(Script([Odd()]))) == [b'event: X\ndata: {"event": "X"}\n\n']


def test_a_name_may_be_an_enum_or_a_subclass_of_str() -> None:
    class Plain(enum.Enum):
        ERROR = "TeamRunError"

    class Text(str, enum.Enum):
        ERROR = "TeamRunError"

    class Sub(str): ...

    for name in (Plain.ERROR, Text.ERROR, Sub("TeamRunError")):
        frames = collected(retrying(Script([{**started(), "event": name, "content": "429. retry in 1s"}], [completed("Hi.")])))
        assert [frame.split(b"\n")[0] for frame in frames] == [b"event: retry", b"event: TeamRunCompleted"], name


class Broken:
    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__

    def to_dict(self) -> Any:
        raise RuntimeError("no")


@pytest.mark.parametrize("thing, kind", [(3, "an int"), (None, "None"), ([], "a list"), (object(), "an object")])
def test_what_is_no_event_ends_the_stream_and_says_so(thing: Any, kind: str) -> None:
    frames = collected(retrying(Script([started(), thing, content("never")])))
    assert len(frames) == 2
    assert f"An unexpected error occurred: the run yielded {kind}, and no event" in frames[1].decode()


def test_a_run_that_yields_nothing_does_not_end_silently() -> None:
    for nothing in ([], [b""], [": ping\n\n"], ["hello"]):
        (frame,) = collected(retrying(Script(nothing)))
        assert data_in(frame) == {
            "event": "error", "error": "An unexpected error occurred: the run ended without an event", "type": "unexpected",
        }  # fmt: skip


def test_frames_may_be_cut_anywhere() -> None:
    text = (
        'event: TeamRunStarted\ndata: {"event":"TeamRunStarted","run_id":"r1","session_id":"s1"}\n\n: ping\n\n'
        'event: TeamRunContent\ndata: {"event":"TeamRunContent","run_id":"r1","content":"Ærø"}\n\n'
        'event: TeamRunError\ndata: {"event":"TeamRunError","run_id":"r1","content":"429 RESOURCE_EXHAUSTED"}\n\n'
        'event: TeamRunContent\ndata: {"event":"TeamRunContent","run_id":"r1","content":"behind the error"}\n\n'
    ).encode()
    whole = collected(retrying(Script([text], [content("Hi.", "r2")])))
    assert [frame.split(b"\n")[0][7:] for frame in whole] == [b"TeamRunStarted", b"TeamRunContent", b"retry", b"TeamRunContent"]
    for at in range(1, len(text), 3):
        assert collected(retrying(Script([text[:at], text[at:]], [content("Hi.", "r2")]))) == whole, at
    pieces = [text[at : at + 1] for at in range(len(text))]
    assert collected(retrying(Script(pieces, [content("Hi.", "r2")]))) == whole


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates() | st.uuids() | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers() | st.none(), inner, max_size=3),
    max_leaves=8,
)
events = st.fixed_dictionaries(
    {"event": st.sampled_from(["TeamRunContent", "TeamRunError", "RunError", "RunCancelled", "WorkflowError", "X\n"]) | st.text()},
    optional={key: json_like for key in ("content", "run_id", "parent_run_id", "session_id", "error", "error_type", "metrics")},
)
anything = st.one_of(json_like, events, st.builds(Exception, st.text()), st.sampled_from([
    RuntimeError("429"), WithDict(), WithJson(), Output(), Broken(), StopIteration(), StopAsyncIteration(), object, "event: RunError\ndata: {}\n\n",
]))  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(attempts=st.lists(st.lists(anything, max_size=5), min_size=1, max_size=4))
def test_whatever_a_run_yields_or_raises_the_frames_are_well_formed_and_the_stream_ends(attempts: list[list[Any]]) -> None:
    script = Script(*[[item for item in items if not isinstance(item, float)] for items in attempts])
    frames = collected(retrying(script, max_retries=2, timeout=None))
    well_formed(frames)
    assert frames, "never a silent end"
    assert len(script.calls) <= 3
    assert script.closed == list(range(len(script.calls))), "every run is closed"
    kinds = [frame.split(b"\n")[0] for frame in frames]
    own = [frame for frame in frames if frame.startswith(b'event: error\ndata: {"event":"error","error":')]
    if own:
        assert frames[-1] is own[-1] or kinds[-1] != b"event: error"
    for frame in frames:
        if frame.startswith(b"event: retry\ndata: {\"event\":\"retry\",\"attempt\""):
            assert data_in(frame)["attempt"] in (1, 2)


@settings(max_examples=EXAMPLES, deadline=None)
@given(chunks=st.lists(st.binary(max_size=40) | st.sampled_from([b"data: {}\n\n", b"event: RunError\n", b'data: {"content":"429"}\n', b"\n"]), max_size=8))
def test_whatever_bytes_a_run_yields(chunks: list[bytes]) -> None:
    well_formed(collected(retrying(Script(chunks), max_retries=1)))


@settings(max_examples=EXAMPLES, deadline=None)
@given(steps=st.integers(0, 12), events_before=st.integers(0, 3))
def test_whenever_the_consumer_leaves_the_run_is_closed_and_no_other_begins(steps: int, events_before: int) -> None:
    async def work() -> None:
        script = Script([started(), *[content("x")] * events_before, RuntimeError("429")], [started("r2"), 5.0, content("y", "r2")])
        frames = retrying(script)
        task = asyncio.ensure_future(drain(frames))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await frames.aclose()
        calls = len(script.calls)
        await asyncio.sleep(100)
        assert len(script.calls) == calls
        # A run that was made but not begun has nothing to close.
        assert len(script.closed) == len(script.began)

    run(work())
