"""What an event costs, against the plain loop that it replaces: microseconds, and the ratio. Exits with 1 above 1.2.

    make bench-python

The plain loop is that of docs/rate-limit-retries.md: `to_dict`, dates as text, `json.dumps`, an f-string, encoded as Starlette does it. Both
loops run over the same events of agno, in turn, and the quickest of the rounds counts, in CPU time: what else the machine does only slows down.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime
from importlib.metadata import version
from typing import Any

from agno.run.agent import RunContentEvent as MemberContent
from agno.run.team import RunCompletedEvent, RunContentEvent, RunStartedEvent
from ai_stream_handler import Monitor, Quota, retrying

COUNT = 5_000
ROUNDS = 30
MOST = 1.2

ids = {"run_id": "67dbb651-4fa9-4501-b474-036934586ebc", "session_id": "7e8204e5-4842-4ea1-9b7b-d43a3946d368"}
team = {"team_id": "cirkelline", "team_name": "Cirkelline", **ids}
member = {"agent_id": "web-researcher", "agent_name": "Web Researcher", "parent_run_id": ids["run_id"], **{**ids, "run_id": "m"}}


def events() -> list[Any]:
    def token(n: int) -> Any:
        return RunContentEvent(content=f"tøken{n} ", **team) if n % 5 else MemberContent(content=f"token{n} ", **member)

    return [RunStartedEvent(model="gemini-2.5-flash", **team), *map(token, range(COUNT)), RunCompletedEvent(content="", **team)]


async def source(all_events: list[Any]) -> AsyncIterator[Any]:
    for at, event in enumerate(all_events):
        if at % 10 == 0:
            await asyncio.sleep(0)  # As if the network had the next chunk.
        yield event


def serialize(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: serialize(value) for key, value in data.items()}
    if isinstance(data, list):
        return [serialize(value) for value in data]
    if isinstance(data, datetime):
        return data.isoformat()
    return data


async def plain(all_events: list[Any]) -> AsyncIterator[bytes]:
    async for event in source(all_events):
        event_type = getattr(event, "event", "unknown")
        data = event.to_dict()
        yield f"event: {event_type}\ndata: {json.dumps(serialize(data))}\n\n".encode("utf-8")


async def plainest(all_events: list[Any]) -> AsyncIterator[bytes]:
    async for event in source(all_events):
        yield f"event: {event.event}\ndata: {json.dumps(event.to_dict())}\n\n".encode()


def ours(all_events: list[Any], **options: Any) -> AsyncIterator[bytes]:
    return retrying(lambda attempt: source(all_events), **options)


async def seconds(frames: AsyncIterator[bytes]) -> float:
    gc.collect()
    gc.disable()
    began = time.process_time()
    count = 0
    async for _ in frames:
        count += 1
    took = time.process_time() - began
    gc.enable()
    assert count == COUNT + 2
    return took


async def main() -> int:
    all_events = events()
    monitor, quota = Monitor(log=None), Quota()
    loops = {
        "plain loop": lambda: plain(all_events),
        "the same without care for dates": lambda: plainest(all_events),
        "retrying": lambda: ours(all_events),
        "retrying, with monitor and quota": lambda: ours(all_events, on_event=[monitor, quota]),
    }
    best = dict.fromkeys(loops, float("inf"))
    for _ in range(ROUNDS):
        for name, begin in loops.items():
            best[name] = min(best[name], await seconds(begin()))
    base = best["plain loop"]
    print(f"{COUNT} events of agno {version('agno')}, Python {sys.version.split()[0]}, the quickest of {ROUNDS} rounds")
    for name, took in best.items():
        print(f"  {name:34} {took / COUNT * 1e6:6.2f} µs per event   {took / base:.2f}×")
    return 0 if best["retrying"] / base <= MOST else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
