"""The retry loop: runs the model, announces each wait in the stream, waits, runs it again.

In: a function that starts a run of agno, options. Out: SSE frames, as bytes. Never: a blocking call; a retry after the consumer is
gone; an event of a failed run behind the frame that announces its failure; a retry for what a member alone suffered. What follows
a failure (whether to retry, the wait, the words, the frame) is decided in Rust (``_core.Retries``).
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any

from . import _core
from ._deadline import CLEANUP, Deadline, Passed, cancellations
from ._evidence import Level, levels_of
from ._frames import NotAnEvent, data_in
from ._options import Options, checked
from ._reader import Failed, Known, Reader
from ._types import Attempt, Listener, Run

log = logging.getLogger("ai_stream_handler")


def retrying(
    run: Run,
    *,
    max_retries: int = 3,
    base_delay: float = 5,
    max_delay: float = 60,
    delays: Sequence[float] | None = None,
    jitter: float = 0,
    timeout: float | None = 120,
    fallbacks: Sequence[Run] = (),
    on_event: Listener | Sequence[Listener] | None = None,
) -> AsyncGenerator[bytes, None]:
    """Streams the SSE frames of one answer, for a ``StreamingResponse``.

    ``run(attempt)`` starts the model once and returns agno's async iterator: ``team.arun(message, stream=True,
    stream_events=True)``. It is called once per attempt; ``attempt`` is the number of runs started before.

    A rate limit or an overload, raised or sent as the top-level run's error event, is announced as ``event: retry``, waited out,
    and the run is started again. Any other failure, and the last one, end the stream with ``event: error``.

    - ``max_retries``: 0 to 100.
    - ``base_delay``, ``max_delay``: seconds; min(base_delay * 2**retries, max_delay), unless the provider names a wait.
    - ``delays``: seconds of each wait, instead; the last one repeats.
    - ``jitter``: 0 to 1, the part by which a wait may grow at random; one that the provider names does not.
    - ``timeout``: seconds that one attempt may take, without the waits; None for no limit.
    - ``fallbacks``: functions like ``run``, tried in turn when retries are used up, each with retries of its own.
    - ``on_event``: a listener or several, such as a ``Monitor``; they are told each event that is sent.

    Raises ``TypeError`` or ``ValueError``, naming the option, before the stream begins.
    """
    options = checked(run, max_retries, base_delay, max_delay, delays, jitter, timeout, fallbacks, on_event)
    return _Answer(options).frames()


class _Answer:
    """One answer: its attempts, and what is known of the session."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.listeners = options.listeners
        self.runs = iter(options.runs)
        self.run = next(self.runs)
        self.retries = _core.Retries(
            options.max_retries, options.base_delay, options.max_delay, list(options.delays), options.jitter
        )
        self.started = 0
        self.known = Known()

    async def frames(self) -> AsyncGenerator[bytes, None]:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            before = cancellations()
            deadline = Deadline(self.options.timeout)
            source: AsyncIterator[Any] | None = None
            # Whether the consumer has the floor: what it throws in is not the run's failure.
            given = False
            try:
                # What this attempt sends, until it ends or fails.
                try:
                    source = await deadline.wait(self._start())
                    told = bool(self.listeners)
                    # An async generator inside would cost as much as the rest of the loop.
                    reader = Reader(self.known, source, told)
                    step, read, wait = source.__anext__, reader.read, deadline.wait
                    ended = False
                    while not ended:
                        try:
                            items = read(await wait(step()))
                        except StopAsyncIteration:
                            items, ended = reader.finish(), True
                        for data, sent in items:
                            if told and data is not None:
                                await self._tell(data)
                            given = True
                            yield sent
                            given = False
                    await self._ended(self.known.succeeds, False)
                    return
                finally:
                    deadline.stop()
                    # Before the wait: what the run holds (connections, tools) is not held while nothing happens.
                    if source is not None:
                        await _close(source)
            except Exception as error:
                if given:
                    raise
                if cancellations() > before:
                    # The consumer has gone, and the run made another error of it: an SDK that wraps what it catches.
                    raise asyncio.CancelledError from error
                sent, delay = await self._failed(error, loop.time() - began)
            yield sent
            if delay is None:
                return
            await asyncio.sleep(delay)

    async def _start(self) -> AsyncIterator[Any]:
        attempt = Attempt(self.started, self.known.session_id, self.known.run_id)
        self.started += 1
        self.known.run_id = None
        self.known.succeeds = True
        result: Any = self.run(attempt)
        # An `async def run` may return `team.arun(...)` of any kind: one that does not stream is a coroutine, too.
        while inspect.isawaitable(result) and not hasattr(result, "__aiter__"):
            result = await result
        iterator: Any = result.__aiter__() if hasattr(result, "__aiter__") else None
        if not hasattr(iterator, "__anext__"):
            raise NotAnEvent(_what_run_returned(result))
        source: AsyncIterator[Any] = iterator
        return source

    async def _failed(self, error: Exception, seconds: float) -> tuple[bytes, float | None]:
        """What follows an attempt that ended with ``error`` after so many seconds: as ``_after``."""
        if isinstance(error, Passed):
            return await self._timed_out(self.options.timeout or 0.0), None
        if isinstance(error, Failed):
            return await self._after(error.levels, unexpected=False)
        if isinstance(error, NotAnEvent):
            log.error("ai_stream_handler: %s", error)
            return await self._after([(str(error), None, "", None)], unexpected=True)
        if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
            # A limit of the run's own: `asyncio.timeout` in it, say.
            return await self._timed_out(float(round(seconds))), None
        return await self._after(levels_of(error), unexpected=False)

    async def _after(self, levels: list[Level], unexpected: bool) -> tuple[bytes, float | None]:
        """The frame that follows a failed attempt, and the seconds to wait for the next one; None: there is none."""
        verdict = self.retries.failed(levels, unexpected, random.random(), time.time())
        sent, delay = verdict.frame, verdict.delay
        if delay is None and verdict.may_fall_back and (other := next(self.runs, None)) is not None:
            self.run = other
            sent, delay = self.retries.fall_back(), 0.0
        text = "\n".join(level[0] for level in levels)
        await self._tell({**data_in(sent), "reason": verdict.reason, "provider": verdict.provider, "text": text})
        if delay is None:
            await self._ended(False, verdict.rate_limited)
        return sent, delay

    async def _timed_out(self, seconds: float) -> bytes:
        """The frame that ends the answer: no answer within so many seconds."""
        sent = self.retries.timed_out(seconds)
        await self._tell({**data_in(sent), "reason": "timeout", "provider": None, "text": ""})
        await self._ended(False, False)
        return sent

    async def _ended(self, succeeded: bool, rate_limited: bool) -> None:
        await self._tell({
            "event": "ended", "attempts": self.started, "succeeded": succeeded, "rate_limited": rate_limited,
            "session_id": self.known.session_id,
        })  # fmt: skip

    async def _tell(self, data: dict[str, Any]) -> None:
        for listener in self.listeners:
            try:
                result = listener(data)
                if result is not None and inspect.isawaitable(result):
                    await result
            except Exception:
                log.exception("ai_stream_handler: a listener failed at %s", data.get("event"))


def _what_run_returned(result: Any) -> str:
    kind = type(result).__name__
    if hasattr(result, "__next__"):
        return f"`run` returned a {kind}, which would block the event loop: use `arun`, not `run`"
    if hasattr(result, "to_dict"):
        return f"`run` returned a {kind}, and no stream: pass `stream=True`"
    return f"`run` returned {'nothing' if result is None else f'a {kind}'}, and no async iterator: return `team.arun(...)`"


async def _close(source: Any) -> None:
    """Ends a run, wherever it is. What it says about that is no longer anybody's concern."""
    aclose = getattr(source, "aclose", None)
    if aclose is None:
        return
    deadline = Deadline(CLEANUP)
    try:
        await deadline.wait(aclose())
    except Exception as error:
        log.warning("ai_stream_handler: a run failed while it was closed: %r", error)
    finally:
        deadline.stop()
