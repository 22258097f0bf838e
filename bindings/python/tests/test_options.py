"""Wrong options are told at the call, by name, before a response has begun."""

from __future__ import annotations

import asyncio
import decimal
import itertools
import logging
import math
from typing import Any

import pytest
from ai_stream_handler import Monitor, Quota, RedisQuota, retrying
from conftest import Script, collected, completed, run

ok = Script([completed("Hi.")])


@pytest.mark.parametrize(
    "option, value",
    [(option, value) for option in ("base_delay", "max_delay", "jitter", "timeout") for value in ("5", b"5", True, [5], object(), 1j)]
    + [(option, None) for option in ("max_retries", "base_delay", "max_delay", "jitter")]
    + [("max_retries", value) for value in (1.5, 3.0, "3", True, math.nan)]
    + [("delays", value) for value in (5, "5", {"a": 1}, {1, 2}, object())]
    + [("fallbacks", value) for value in (lambda attempt: None, "x", 3, None, {print})]
    + [("on_event", value) for value in (3, "x", {}, Monitor)],
)
def test_a_value_of_the_wrong_type(option: str, value: Any) -> None:
    with pytest.raises(TypeError, match=rf"^{option} must be "):
        retrying(ok, **{option: value})


@pytest.mark.parametrize(
    "option, value",
    [("max_retries", value) for value in (-1, 101, 10**400)]
    + [(option, value) for option in ("base_delay", "max_delay") for value in (-0.1, 3601, math.nan, math.inf, 10**400)]
    + [("jitter", value) for value in (-0.1, 1.1, math.nan)]
    + [("timeout", value) for value in (0, -1, math.nan, math.inf, 10**400)],
)
def test_a_value_out_of_bounds(option: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{option} must be "):
        retrying(ok, **{option: value})


def test_an_element_of_a_sequence_is_named_by_its_place() -> None:
    for error, option, value, name in [
        (ValueError, "delays", [5, -1], r"delays\[1\] must be seconds from 0 to 3600, not -1"),
        (TypeError, "delays", [5, "x"], r"delays\[1\] must be seconds, not str"),
        (TypeError, "fallbacks", [ok, 3], r"fallbacks\[1\] must be a function, not int"),
        (TypeError, "on_event", [print, 3], r"on_event\[1\] must be a function, not int"),
    ]:
        with pytest.raises(error, match=rf"^{name}$"):
            retrying(ok, **{option: value})


@pytest.mark.parametrize("option", ["delays", "fallbacks", "on_event"])
def test_a_sequence_may_be_a_generator_but_not_an_endless_one(option: str) -> None:
    entry = 1 if option == "delays" else ok
    retrying(ok, **{option: (entry for _ in range(3))})
    with pytest.raises(ValueError, match=f"^{option} must have at most 1000 entries$"):
        retrying(ok, **{option: itertools.repeat(entry)})


def test_a_listener_takes_the_event() -> None:
    for option, value in [("on_event", lambda: None), (r"on_event\[1\]", [print, lambda event, more: None])]:
        with pytest.raises(TypeError, match=rf"^{option} must take one argument, the event; it is <lambda>"):
            retrying(ok, on_event=value)


def test_the_log_of_a_monitor() -> None:
    for wrong in ("x", print, 1):
        with pytest.raises(TypeError, match="^log must be a logging.Logger or None, not "):
            Monitor(log=wrong)  # type: ignore[arg-type]
    Monitor(log=None)
    Monitor(logging.LoggerAdapter(logging.getLogger("x"), {}))  # type: ignore[arg-type]


def test_a_run_that_is_no_function() -> None:
    async def coroutine() -> None: ...

    async def events() -> Any:
        yield

    for run_, message in [
        (None, "^run must be a function, not None$"),
        (3, "^run must be a function, not int$"),
        (coroutine(), "^run must be a function, not coroutine: it is called once per attempt, as in `lambda attempt: team.arun"),
        (events(), "^run must be a function, not async_generator: it is called once per attempt"),
        (lambda: None, r"^run must take one argument, the attempt: `lambda attempt: team.arun\(\.\.\.\)`; it is <lambda>\(\)$"),
        (lambda a, b: None, "^run must take one argument"),
        (lambda *, attempt: None, "^run must take one argument"),
    ]:
        with pytest.raises(TypeError, match=message):
            retrying(run_)  # type: ignore[arg-type]


def test_options_have_no_position_and_no_other_names() -> None:
    with pytest.raises(TypeError, match="positional"):
        retrying(ok, 3)  # type: ignore[misc]
    with pytest.raises(TypeError, match="max_retry"):
        retrying(ok, max_retry=3)  # type: ignore[call-arg]


def test_what_is_allowed() -> None:
    class Run:
        def __call__(self, attempt: int) -> Any:
            return ok(attempt)

        async def method(self, *attempts: int) -> Any:
            return ok(attempts[0])

    for run_ in (Run(), Run().method, lambda attempt, more=3: ok(attempt)):
        assert len(collected(retrying(run_))) == 1
    for options in [
        {"max_retries": 0}, {"max_retries": 100}, {"base_delay": 0}, {"max_delay": 3600.0}, {"base_delay": decimal.Decimal("2.5")},
        {"jitter": 1}, {"timeout": None}, {"timeout": 0.5}, {"delays": ()}, {"delays": (1, 2.5)}, {"delays": range(3)}, {"delays": None},
        {"fallbacks": []}, {"fallbacks": (ok, ok)}, {"on_event": None}, {"on_event": []}, {"on_event": Monitor(log=None)},
    ]:  # fmt: skip
        assert len(collected(retrying(ok, **options))) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "returned, message",
    [
        (lambda: iter([]), "`run` returned a list_iterator, which would block the event loop: use `arun`, not `run`"),
        (lambda: (each for each in [1]), "`run` returned a generator, which would block the event loop: use `arun`, not `run`"),
        (lambda: None, "`run` returned nothing, and no async iterator: return `team.arun(...)`"),
        (lambda: [1], "`run` returned a list, and no async iterator: return `team.arun(...)`"),
    ],
)
def test_a_run_that_returns_no_async_iterator_ends_with_an_error_that_says_so(returned: Any, message: str) -> None:
    for run_ in (lambda attempt: returned(), _later(returned)):
        (frame,) = collected(retrying(run_))
        text = f'event: error\ndata: {{"event":"error","error":"An unexpected error occurred: {message}","type":"unexpected"}}\n\n'
        assert frame.decode() == text


def _later(returned: Any) -> Any:
    async def run_(attempt: int) -> Any:
        return returned()

    return run_


@pytest.mark.parametrize("make", [Quota, lambda **options: RedisQuota("redis://127.0.0.1:1", **options)])
def test_the_limits_of_a_quota(make: Any) -> None:
    pytest.importorskip("redis")
    for error, options, message in [
        (TypeError, {"limit": "5"}, "^limit must be a whole number of tokens per minute, not str$"),
        (TypeError, {"limit": True}, "^limit must be "),
        (ValueError, {"limit": 0}, "^limit must be "),
        (TypeError, {"limits": [1]}, "^limits must be a dict"),
        (TypeError, {"limits": {3: 1}}, "^limits: 3 is no name of a model$"),
        (ValueError, {"limits": {"m": -1}}, r"^limits\['m'\] must be "),
    ]:
        with pytest.raises(error, match=message):
            make(**options)


def test_what_a_quota_is_asked() -> None:
    quota = Quota()
    for error, call, message in [
        (TypeError, lambda: quota.wait("m", 1.5), "^tokens must be a whole number"),
        (ValueError, lambda: quota.wait("m", -1), "^tokens must not be negative"),
        (ValueError, lambda: quota.used("m", -1), "^input_tokens must not be negative"),
        (ValueError, lambda: quota.hold(3601), "^seconds must be from 0 to 3600"),
        (ValueError, lambda: quota.hold(math.nan), "^seconds must be from 0 to 3600"),
        (TypeError, lambda: quota.hold("5"), "^seconds must be a number"),
    ]:
        with pytest.raises(error, match=message):
            call()
    with pytest.raises(TypeError, match="^tokens must be a whole number"):
        run(quota.acquire("m", "5"))  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [Quota, lambda: RedisQuota("redis://127.0.0.1:1")])
def test_a_model_and_a_text_are_strings(make: Any) -> None:
    if make is not Quota:
        pytest.importorskip("redis")

    async def call(method: str, *arguments: Any) -> None:
        result = getattr(make(), method)(*arguments)
        if asyncio.iscoroutine(result):
            await result

    for wrong in (None, 1, b"gemini", ["gemini"]):
        for method, *arguments in [("reserve", wrong, 1), ("wait", wrong), ("used", wrong, 1), ("hold", 1, wrong)]:
            with pytest.raises(TypeError, match="^model must be the model's id, a string, not "):
                run(call(method, *arguments))
        with pytest.raises(TypeError, match="^text must be the text of a 429, a string, not "):
            run(call("learn", wrong))
    for error, requests in [(ValueError, -1), (TypeError, 1.5), (TypeError, True)]:
        with pytest.raises(error, match="^requests must "):
            Quota().used("gemini", 1, requests=requests)  # type: ignore[arg-type]


def test_redis_is_a_url_or_an_asynchronous_client() -> None:
    redis = pytest.importorskip("redis")
    for wrong in (3, None, redis.Redis()):
        with pytest.raises(TypeError, match="^redis must be a URL or a client of redis.asyncio, not "):
            RedisQuota(wrong)
    with pytest.raises(TypeError, match="^prefix must be "):
        RedisQuota("redis://127.0.0.1:1", prefix="")


def test_there_is_a_coroutine_for_every_call_that_waits() -> None:
    assert asyncio.iscoroutinefunction(Quota.acquire) and asyncio.iscoroutinefunction(RedisQuota.acquire)
