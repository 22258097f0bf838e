"""The loop: what is retried, what is sent, when it stops. In virtual time."""

from __future__ import annotations

import asyncio
import gc
import inspect
import json
import logging
import sys
from typing import Any

import pytest
from ai_stream_handler import Monitor, retrying
from conftest import Script, collected, completed, content, run, run_error, started

LIMIT = "429 RESOURCE_EXHAUSTED. Please retry in 4.843473059s"
EXHAUSTED = (
    "Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again in a few moments."
)


def read(frames: list[bytes]) -> list[tuple[str, dict[str, Any]]]:
    """Name and data of each frame; the frames have to be well-formed."""
    events = []
    for frame in frames:
        name, data, *rest = frame.decode().split("\n")
        assert rest == ["", ""], frame
        assert name.startswith("event: ") and data.startswith("data: "), frame
        events.append((name[7:], json.loads(data[6:])))
    return events


def names(frames: list[bytes]) -> list[str]:
    return [name for name, _ in read(frames)]


def answers(run_id: str = "r2") -> list[Any]:
    return [started(run_id), content("Hi.", run_id), completed("Hi.", run_id)]


def test_an_answer_without_a_limit_passes_as_it_is() -> None:
    script = Script(answers("r1"))
    frames = collected(retrying(script))
    assert [data for _, data in read(frames)] == answers("r1")
    assert frames[1] == b'event: TeamRunContent\ndata: {"event": "TeamRunContent", "run_id": "r1", "session_id": "s1", "content": "Hi."}\n\n'
    assert script.calls == [0] and script.closed == [0]


def test_the_first_frame_is_there_before_the_second_event_is_asked_for() -> None:
    async def work() -> None:
        gate = asyncio.Event()

        async def events(_: int) -> Any:
            yield started()
            await gate.wait()
            yield completed("Hi.")

        frames = retrying(events)
        assert (await anext(frames)).startswith(b"event: TeamRunStarted")
        gate.set()
        assert len([frame async for frame in frames]) == 1

    run(work())


@pytest.mark.parametrize("how", ["raised at once", "raised in between", "sent as an event", "raised by run", "raised by a coroutine"])
def test_a_limit_is_waited_out_however_it_is_told(how: str) -> None:
    error = RuntimeError(LIMIT)
    first: dict[str, list[Any]] = {
        "raised at once": [error],
        "raised in between": [started(), content("Let me"), error],
        "sent as an event": [started(), content("Let me"), run_error(LIMIT)],
    }
    script = Script(first.get(how, []), answers())
    runs = []

    def begin(attempt: int) -> Any:
        runs.append(attempt)
        if how == "raised by run" and attempt == 0:
            raise error
        return script(attempt)

    async def begin_later(attempt: int) -> Any:
        runs.append(attempt)
        if attempt == 0:
            raise error
        return script(attempt)

    if how.startswith("raised by"):
        script.attempts = (answers(),)
    events = read(collected(retrying(begin_later if how == "raised by a coroutine" else begin)))
    retries = [data for name, data in events if name == "retry"]
    assert retries == [{
        "event": "retry", "attempt": 1, "max_retries": 3, "delay": 4.843473059,
        "message": "Rate limit reached. Retrying in 4 seconds... (Attempt 1/3)",
    }]  # fmt: skip
    assert [data for _, data in events][-3:] == answers()
    assert "TeamRunError" not in [name for name, _ in events], "the frame that supersedes the attempt says it all"
    assert runs == [0, 1]


def test_the_wait_is_waited_and_not_more() -> None:
    script = Script([RuntimeError(LIMIT)], [RuntimeError("429. retry in 23s")], [RuntimeError("429")], answers())
    collected(retrying(script))
    waits = [later - earlier for earlier, later in zip(script.began, script.began[1:])]
    assert waits == pytest.approx([4.843473059, 23, 20], abs=0.5)


def test_retries_used_up() -> None:
    script = Script([started(), content("Let me"), run_error("429 RESOURCE_EXHAUSTED")])
    frames = collected(retrying(script))
    events = read(frames)
    assert [data["message"] for name, data in events if name == "retry"] == [
        "Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)",
        "Rate limit reached. Retrying in 10 seconds... (Attempt 2/3)",
        "Rate limit reached. Retrying in 20 seconds... (Attempt 3/3)",
    ]
    assert events[-1] == ("error", {"event": "error", "error": EXHAUSTED, "type": "rate_limit", "retries": 3})
    assert names(frames).count("error") == 1
    assert [script.calls, script.closed] == [[0, 1, 2, 3]] * 2
    assert script.began == pytest.approx([0, 5, 15, 35], abs=0.5)


@pytest.mark.parametrize(
    "text, message",
    [
        ("boom", "An error occurred: boom"),
        ("400 INVALID_ARGUMENT: the field quota is unknown", "An error occurred: the field quota is unknown"),
        ("Error code: 401 - {'error': {'message': 'Incorrect API key provided'}}", "An error occurred: Incorrect API key provided"),
        ("", "An error occurred"),
    ],
)
def test_another_failure_is_not_retried(text: str, message: str) -> None:
    for failure in ([started(), run_error(text)], [started(), RuntimeError(text)] if text else [started(), run_error("")]):
        script = Script(failure)
        assert read(collected(retrying(script)))[1:] == [
            ("error", {"event": "error", "error": message, "type": "general", "retries": 0})
        ]
        assert script.calls == [0]


def test_a_general_error_of_the_last_attempt_is_not_called_a_limit() -> None:
    script = Script([RuntimeError("429")], [RuntimeError("429")], [RuntimeError("429")], [RuntimeError("boom")])
    assert read(collected(retrying(script)))[-1] == (
        "error", {"event": "error", "error": "An error occurred: boom", "type": "general", "retries": 3}
    )  # fmt: skip


def test_an_overload_is_waited_out_and_called_one() -> None:
    events = read(collected(retrying(Script([RuntimeError("503 UNAVAILABLE. The model is overloaded.")], answers()))))
    assert events[0][1]["message"] == "The service is not available at the moment. Retrying in 5 seconds... (Attempt 1/3)"


def test_a_wait_beyond_an_hour_is_not_waited_out() -> None:
    script = Script([RuntimeError("429 RESOURCE_EXHAUSTED. Please retry in 7200s")])
    assert names(collected(retrying(script))) == ["error"]


def test_what_a_member_suffers_is_the_leaders() -> None:
    member = {"event": "RunError", "run_id": "m1", "parent_run_id": "r1", "content": LIMIT}
    of_a_team = {"event": "TeamRunError", "run_id": "m2", "parent_run_id": "r1", "content": LIMIT}
    without_parent = {"event": "RunError", "run_id": "m3", "content": LIMIT}
    script = Script([started(), member, of_a_team, without_parent, completed("Without them: yes.")])
    assert names(collected(retrying(script))) == ["TeamRunStarted", "RunError", "TeamRunError", "RunError", "TeamRunCompleted"]
    assert script.calls == [0]


def test_an_agents_and_a_workflows_error_are_the_runs_own() -> None:
    for name in ("RunError", "WorkflowError"):
        failed = {"event": name, "run_id": "r1", "workflow_run_id": "r1", "content": LIMIT, "error": LIMIT}
        events = names(collected(retrying(Script([{"event": "RunStarted", "run_id": "r1"}, failed], answers()))))
        assert events == ["RunStarted", "retry", "TeamRunStarted", "TeamRunContent", "TeamRunCompleted"]


def test_nothing_that_comes_after_the_error_is_sent() -> None:
    script = Script([started(), run_error("boom"), content("and yet"), completed("and yet")])
    assert names(collected(retrying(script))) == ["TeamRunStarted", "error"]
    assert script.closed == [0]


def test_an_attempt_knows_the_session_and_the_run_before() -> None:
    script = Script([started("r1"), RuntimeError(LIMIT)], [started("r2"), run_error(LIMIT, "r2")], answers("r3"))
    collected(retrying(script))
    assert [(int(attempt), attempt.session_id, attempt.run_id) for attempt in script.calls] == [
        (0, None, None), (1, "s1", "r1"), (2, "s1", "r2"),
    ]  # fmt: skip


def test_own_delays_and_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.random", lambda: 0.5)
    script = Script([RuntimeError("429")])
    frames = collected(retrying(script, max_retries=3, delays=[1, 2], jitter=0.2))
    assert [data["delay"] for name, data in read(frames) if name == "retry"] == [1.1, 2.2, 2.2]
    script = Script([RuntimeError("429")])
    frames = collected(retrying(script, max_retries=4, base_delay=1, max_delay=3))
    assert [data["delay"] for name, data in read(frames) if name == "retry"] == [1, 2, 3, 3]


def test_no_retries() -> None:
    script = Script([RuntimeError("429 Too many requests")])
    assert read(collected(retrying(script, max_retries=0))) == [
        ("error", {"event": "error", "error": "An error occurred: Too many requests", "type": "rate_limit", "retries": 0})
    ]


class TestTimeouts:
    SENTENCE = "Request timed out after 2 minutes. This query may be too complex. Try simplifying your question."

    def test_an_attempt_that_takes_too_long_ends(self) -> None:
        script = Script([started(), 1000.0])
        frames = collected(retrying(script))
        assert read(frames)[1:] == [("error", {"event": "error", "error": self.SENTENCE, "type": "timeout", "timeout_seconds": 120})]
        assert script.closed == [0]

    def test_so_does_one_that_swallows_the_cancellation(self) -> None:
        async def stubborn(_: int) -> Any:
            yield started()
            try:
                await asyncio.sleep(1000)
            except asyncio.CancelledError:
                yield {"event": "TeamRunCancelled", "run_id": "r1"}

        assert names(collected(retrying(stubborn, timeout=3))) == ["TeamRunStarted", "error"]

    def test_so_does_one_whose_cleanup_takes_long(self) -> None:
        async def slow(attempt: int) -> Any:
            try:
                yield started()
                await asyncio.sleep(1000)
            finally:
                await asyncio.sleep(1000)

        async def work() -> float:
            assert names([frame async for frame in retrying(slow, timeout=5)]) == ["TeamRunStarted", "error"]
            task: Any = asyncio.current_task()
            if sys.version_info >= (3, 11):
                assert task.cancelling() == 0
            return asyncio.get_running_loop().time()

        assert run(work()) == 15, "the limit, and the ten seconds of a cleanup"

    @pytest.mark.filterwarnings("error")
    def test_so_does_one_whose_consumer_takes_long(self) -> None:
        async def work() -> list[bytes]:
            frames = []
            async for frame in retrying(Script([started(), content("a"), completed("a")]), timeout=5):
                frames.append(frame)
                await asyncio.sleep(10)
            gc.collect()  # What was never awaited is a warning when it goes.
            return frames

        assert names(run(work())) == ["TeamRunStarted", "error"]

    def test_so_does_a_run_that_does_not_begin(self) -> None:
        async def never(_: int) -> Any:
            await asyncio.sleep(1000)

        assert names(collected(retrying(never, timeout=3))) == ["error"]

    def test_the_waits_between_attempts_do_not_count(self) -> None:
        script = Script([started(), 100.0, RuntimeError("429. retry in 100s")], [100.0, *answers()])
        assert names(collected(retrying(script)))[-1] == "TeamRunCompleted"

    def test_without_a_limit_a_run_may_take_days(self) -> None:
        assert names(collected(retrying(Script([started(), 1e6, completed("Hi.")]), timeout=None)))[-1] == "TeamRunCompleted"

    def test_a_limit_of_the_runs_own_is_one_too(self) -> None:
        for error in (TimeoutError(), asyncio.TimeoutError("read timed out")):
            assert read(collected(retrying(Script([started(), 30.2, error]))))[1:] == [("error", {
                "event": "error", "type": "timeout", "timeout_seconds": 30,
                "error": "Request timed out after 30 seconds. This query may be too complex. Try simplifying your question.",
            })]  # fmt: skip

    def test_in_a_response_of_starlette(self) -> None:
        """Its task group cancels by itself, too: neither takes the other's cancellation for its own."""
        responses = pytest.importorskip("starlette.responses")
        httpx = pytest.importorskip("httpx")
        script = Script([started(), 1000.0])

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await responses.StreamingResponse(retrying(script, timeout=3))(scope, receive, send)

        async def work() -> str:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", timeout=None) as client:
                return str((await client.get("/")).text)

        assert run(work()).endswith('"type":"timeout","timeout_seconds":3.0}\n\n')
        assert script.closed == [0]

    def test_a_cancellation_from_outside_is_no_timeout(self) -> None:
        async def work() -> None:
            script = Script([started(), 1000.0])
            frames = retrying(script)
            await anext(frames)
            task = asyncio.ensure_future(anext(frames))
            await asyncio.sleep(1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert script.closed == [0]

        run(work())

    def test_a_run_that_does_not_end_when_closed_is_left_behind(self, caplog: pytest.LogCaptureFixture) -> None:
        async def clings(_: int) -> Any:
            try:
                yield started()
                yield run_error("boom")
            finally:
                await asyncio.sleep(1000)

        assert names(collected(retrying(clings))) == ["TeamRunStarted", "error"]
        assert "while it was closed" in caplog.text


class TestTheConsumerIsGone:
    def test_while_the_run_works(self) -> None:
        async def work() -> None:
            script = Script([started(), 5.0, completed("Hi.")])
            frames = retrying(script)
            await anext(frames)
            await frames.aclose()
            assert script.closed == [0]

        run(work())

    @pytest.mark.parametrize("how", ["cancelled", "closed"])
    def test_while_it_waits(self, how: str) -> None:
        async def work() -> None:
            script = Script([RuntimeError(LIMIT)], answers())
            frames = retrying(script)
            assert (await anext(frames)).startswith(b"event: retry")
            if how == "closed":
                await frames.aclose()
            else:
                task = asyncio.ensure_future(anext(frames))
                await asyncio.sleep(1)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            await asyncio.sleep(60)
            assert script.calls == [0], "nobody asked for another attempt"

        run(work())

    def test_dropped_without_a_word(self) -> None:
        async def work() -> None:
            script = Script([started(), 5.0, completed("Hi.")])
            frames = retrying(script)
            await anext(frames)
            del frames
            await asyncio.sleep(1)
            assert script.closed == [0]

        run(work())

    @pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), asyncio.CancelledError()])
    def test_what_is_no_exception_of_a_run_passes_through(self, error: BaseException) -> None:
        async def work() -> None:
            script = Script([started(), error])
            frames = retrying(script)
            await anext(frames)
            try:
                await anext(frames)
            except BaseException as raised:
                assert raised is error or type(raised) is type(error)
            else:
                raise AssertionError("it was swallowed")
            assert script.closed == [0]
            with pytest.raises(StopAsyncIteration):
                await anext(frames)

        run(work())


    @pytest.mark.skipif(sys.version_info < (3, 11), reason="before Python 3.11 nobody can tell")
    @pytest.mark.parametrize("how", ["raised", "sent"])
    def test_a_cancellation_that_the_run_makes_a_limit_of_is_not_retried(self, how: str) -> None:
        """As an SDK does that wraps whatever it catches."""
        attempts = 0

        async def wraps(attempt: int) -> Any:
            nonlocal attempts
            attempts += 1
            yield started()
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError as error:
                if how == "raised":
                    raise RuntimeError(LIMIT) from error
                yield run_error(LIMIT)

        async def work() -> None:
            frames: list[bytes] = []

            async def consume() -> None:
                async for frame in retrying(wraps):
                    frames.append(frame)

            task = asyncio.create_task(consume())
            await asyncio.sleep(1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert names(frames) == ["TeamRunStarted"] and attempts == 1

        run(work())

    def test_what_the_consumer_throws_in_is_not_the_runs_failure(self) -> None:
        async def work() -> None:
            script = Script([started(), content("Hi.")])
            frames = retrying(script)
            await frames.__anext__()
            with pytest.raises(RuntimeError, match=LIMIT):
                await frames.athrow(RuntimeError(LIMIT))
            assert (script.closed, len(script.calls)) == ([0], 1)

        run(work())


class TestFallbacks:
    def test_each_in_turn_with_retries_of_its_own(self) -> None:
        first, second, third = Script([started(), RuntimeError("429")]), Script([RuntimeError("429")]), Script(answers("r9"))
        frames = collected(retrying(first, max_retries=1, fallbacks=[second, third]))
        assert names(frames) == [
            "TeamRunStarted", "retry", "TeamRunStarted", "retry", "retry", "retry", "TeamRunStarted", "TeamRunContent", "TeamRunCompleted",
        ]  # fmt: skip
        assert [first.calls, second.calls, third.calls] == [[0, 1], [2, 3], [4]]
        switch = read(frames)[3][1]
        assert (switch["delay"], switch["message"]) == (0, "Rate limit reached. Trying another model...")

    def test_all_of_them_used_up(self) -> None:
        frames = collected(retrying(Script([RuntimeError("429")]), fallbacks=(Script([RuntimeError("429")]),)))
        assert read(frames)[-1] == ("error", {"event": "error", "error": EXHAUSTED, "type": "rate_limit", "retries": 3})

    def test_an_empty_account_is_another_models_chance_and_a_wrong_request_is_not(self) -> None:
        empty = "Error code: 429 - {'error': {'code': 'insufficient_quota', 'message': 'You exceeded your current quota'}}"
        assert names(collected(retrying(Script([RuntimeError(empty)]), fallbacks=[Script(answers())])))[0] == "retry"
        wrong = Script(answers())
        assert names(collected(retrying(Script([RuntimeError("400 INVALID_ARGUMENT")]), fallbacks=[wrong]))) == ["error"]
        assert wrong.calls == []


class TestListeners:
    def test_they_are_told_everything(self) -> None:
        told: list[Any] = []
        frames = collected(retrying(Script([started(), RuntimeError(LIMIT)], answers()), on_event=told.append))
        assert [event["event"] for event in told] == [*names(frames), "ended"]
        assert told[1] == {
            "event": "retry", "attempt": 1, "max_retries": 3, "delay": 4.843473059,
            "message": "Rate limit reached. Retrying in 4 seconds... (Attempt 1/3)",
            "reason": "rate_limit", "provider": "Google", "text": LIMIT,
        }  # fmt: skip
        assert told[-1] == {"event": "ended", "attempts": 2, "succeeded": True, "rate_limited": False, "session_id": "s1"}

    def test_they_are_told_before_the_frame_is_sent(self) -> None:
        async def work() -> None:
            told: list[Any] = []
            frames = retrying(Script([RuntimeError(LIMIT)], answers()), on_event=told.append)
            assert (await anext(frames)).startswith(b"event: retry") and len(told) == 1
            await frames.aclose()

        run(work())

    def test_one_that_fails_does_not_stop_the_others_nor_the_stream(self, caplog: pytest.LogCaptureFixture) -> None:
        told: list[Any] = []

        def fails(_: Any) -> None:
            raise ValueError("broken listener")

        async def later(event: Any) -> None:
            await asyncio.sleep(0)
            told.append(event["event"])

        frames = collected(retrying(Script(answers("r1")), on_event=[fails, later]))
        assert told == [*names(frames), "ended"]
        assert "broken listener" in caplog.text

    def test_of_frames_they_are_told_the_data(self) -> None:
        told: list[Any] = []
        text = b'event: TeamRunStarted\ndata: {"run_id":"r1","session_id":"s9"}\n\n'
        collected(retrying(Script([text]), on_event=told.append))
        assert told[0] == {"event": "TeamRunStarted", "run_id": "r1", "session_id": "s9"}
        assert told[1]["session_id"] == "s9"


def test_the_monitor_counts_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    monitor = Monitor()
    with caplog.at_level(logging.INFO, "ai_stream_handler"):
        collected(retrying(Script(answers()), on_event=monitor))
        collected(retrying(Script([RuntimeError("429")], answers()), on_event=monitor))
        collected(retrying(Script([RuntimeError("429. retry in 100s")]), on_event=monitor))
    figures = monitor.figures()
    assert {key: figures[key] for key in ("answers", "retries", "success_after_retry", "retries_exhausted", "sessions_kept")} == {
        "answers": 3, "retries": 4, "success_after_retry": 1, "retries_exhausted": 1, "sessions_kept": 2,
    }  # fmt: skip
    assert figures["average_delay"] == pytest.approx(305 / 4)
    assert figures["last_hour"]["retries"] == figures["last_day"]["retries"] == 4
    assert [alert["id"] for alert in figures["alerts"]] == ["average_retry_delay"]
    assert [record.getMessage() for record in caplog.records] == [
        "✅ Response delivered without retry",
        "⚠️ Rate limit hit (attempt 1/3). Retrying in 5s...", "✅ Retry successful on attempt 1", "✅ Session saved after retry",
        "⚠️ Rate limit hit (attempt 1/3). Retrying in 100s...", "⚠️ Rate limit hit (attempt 2/3). Retrying in 100s...",
        "⚠️ Rate limit hit (attempt 3/3). Retrying in 100s...", "❌Maximum retries exceeded (3 attempts)",
    ]  # fmt: skip
    text = monitor.prometheus()
    assert "\nai_stream_retries_total 4\n" in text and 'ai_stream_alert{alert="average_retry_delay"} 1' in text
    client = pytest.importorskip("prometheus_client.parser")
    families = {family.name: family for family in client.text_string_to_metric_families(text)}
    assert families["ai_stream_success_after_retry"].samples[0].value == 1


def test_a_cancelled_run_is_no_success() -> None:
    monitor = Monitor(log=None)
    cancelled = {"event": "TeamRunCancelled", "run_id": "r1"}
    frames = collected(retrying(Script([RuntimeError("429")], [started(), cancelled, completed("")]), on_event=monitor))
    assert names(frames)[-1] == "TeamRunCompleted"
    assert monitor.figures()["success_after_retry"] == 0


def test_an_error_of_a_backend_behind_this_one_passes_through_and_is_no_success() -> None:
    told: list[Any] = []
    error = {"event": "error", "error": EXHAUSTED, "type": "rate_limit", "retries": 3}
    assert read(collected(retrying(Script([started(), error]), on_event=told.append)))[1] == ("error", error)
    assert told[-1]["succeeded"] is False


def test_a_run_may_return_a_coroutine_of_a_coroutine() -> None:
    """`async def run` around a call of agno's that is one itself."""

    async def inner() -> Any:
        return Script([completed("Hi.")])(0)

    async def outer(attempt: int) -> Any:
        return inner()

    assert names(collected(retrying(outer))) == ["TeamRunCompleted"]


@pytest.mark.parametrize("iterator", [iter([]), None])
def test_an_iterable_without_an_async_iterator_is_a_mistake_of_the_backend(iterator: Any) -> None:
    class Wrong:
        def __aiter__(self) -> Any:
            return iterator

    ((name, data),) = read(collected(retrying(lambda attempt: Wrong())))
    assert (name, data["type"]) == ("error", "unexpected") and "no async iterator" in data["error"]


def test_a_limit_in_few_words() -> None:
    frames = collected(retrying(Script([RuntimeError("429 retry in 2s")], answers())))
    assert [data["delay"] for name, data in read(frames) if name == "retry"] == [2]


def test_it_is_an_async_generator_and_does_nothing_before_it_is_iterated() -> None:
    script = Script(answers())
    frames = retrying(script)
    assert inspect.isasyncgen(frames) and script.calls == []
