"""Many streams, long streams: nothing blocks, nothing grows. Without a clock: virtual time, and counted bytes."""

from __future__ import annotations

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Awaitable
from typing import Any

import pytest
from ai_stream_handler import Monitor, Quota, retrying
from conftest import Script, completed, content, drain, run, started


def test_two_hundred_streams_wait_and_nobody_waits_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever blocked the loop would let real time pass instead of virtual time; another task finishes in no virtual time at all."""

    def blocks(_: float) -> None:
        raise AssertionError("it blocks")

    monkeypatch.setattr(time, "sleep", blocks)

    async def work() -> None:
        loop: Any = asyncio.get_running_loop()
        scripts = [Script([started(), RuntimeError("429. retry in 30s")], [completed("Hi.")]) for _ in range(200)]
        waiting, done = 0, 0

        async def stream(script: Script) -> None:
            nonlocal waiting, done
            async for frame in retrying(script):
                waiting += frame.startswith(b"event: retry")
            done += 1

        streams = [asyncio.ensure_future(stream(script)) for script in scripts]
        while waiting < 200:
            await asyncio.sleep(0)
        began = loop.passed
        for _ in range(1000):
            await asyncio.sleep(0)
        assert (loop.passed - began, done) == (0, 0), "a thousand turns of another task, while all of them wait"
        await asyncio.gather(*streams)
        assert loop.passed - began == pytest.approx(30, abs=1), "all waits pass at once"
        assert done == 200

    run(work())


@pytest.mark.parametrize("listeners", [(), (Monitor(log=None), Quota())])
def test_memory_is_flat_over_ten_thousand_frames(listeners: Any) -> None:
    async def many(attempt: int) -> Any:
        yield started()
        for number in range(10_000):
            yield content(f"token {number} " + "x" * 200)
        yield completed("")

    async def work() -> tuple[int, int]:
        at, sizes = 0, {}
        async for _ in retrying(many, on_event=listeners):
            at += 1
            if at in (1_000, 10_000):
                sizes[at] = in_use()
        return sizes[1_000], sizes[10_000]

    # The frames themselves are 2.5 MB.
    assert (more := growth(work())) < 20_000, f"{more} bytes more after 9,000 further frames"


def test_attempts_leave_nothing_behind() -> None:
    async def work() -> tuple[int, int]:
        sizes = []
        for number in range(600):
            script = Script([started(), content("x" * 1000), RuntimeError("429. retry in 1s")])
            await drain(retrying(script))
            if number in (300, 599):
                sizes.append(in_use())
        return sizes[0], sizes[1]

    assert (more := growth(work())) < 50_000, f"{more} bytes more after 300 further answers of four attempts"


def growth(work: Awaitable[tuple[int, int]]) -> int:
    """The difference between the two amounts of memory that the work returns."""
    tracemalloc.start()
    try:
        before, after = run(work)
    finally:
        tracemalloc.stop()
    return after - before


def in_use() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
