"""The wait and the kind of a refusal, wherever an SDK has put them: the exceptions of httpx, google-genai and OpenAI as they raise
them, and the shapes of others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ai_stream_handler import retrying
from conftest import Script, collected, completed

BODY = {
    "error": {
        "code": 429, "message": "You exceeded your current quota.", "status": "RESOURCE_EXHAUSTED",
        "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26s"}],
    }
}  # fmt: skip


def told(error: BaseException | None, items: list[Any] | None = None) -> dict[str, Any]:
    """What `retry` or `error` says, and why."""
    seen: list[Any] = []
    first = items if items is not None else [error]
    collected(retrying(Script(first, [completed("Hi.", "r2")]), on_event=seen.append))
    found: dict[str, Any] = next(event for event in seen if event["event"] in ("retry", "error"))
    return found


def delay(error: BaseException) -> float:
    event = told(error)
    assert event["event"] == "retry", event
    return float(event["delay"])


def because(error: Exception, cause: BaseException | None) -> Exception:
    error.__cause__ = cause
    return error


def http(status: int, headers: dict[str, str], body: str = "slow down") -> Exception:
    httpx = pytest.importorskip("httpx")
    request = httpx.Request("POST", "https://user:pw@api.example.org/v1/chat?key=SECRET")
    try:
        httpx.Response(status, headers=headers, text=body, request=request).raise_for_status()
    except httpx.HTTPStatusError as error:
        return error  # type: ignore[no-any-return]
    raise AssertionError


def test_httpx() -> None:
    assert delay(http(429, {"Retry-After": "17"})) == 17
    assert delay(http(429, {}, json.dumps(BODY))) == 26
    assert delay(http(503, {"retry-after": "3"})) == 3
    assert delay(http(429, {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "42.5s"})) == 42.5
    assert delay(http(429, {"Date": "Sun, 29 Nov 2026 05:00:00 GMT", "Retry-After": "Sun, 29 Nov 2026 05:00:30 GMT"})) == 30
    assert told(http(400, {"Retry-After": "17"}, '{"error":"the quota field is wrong"}'))["event"] == "error"


def test_no_key_of_an_address_reaches_the_page() -> None:
    event = told(http(404, {}, ""))
    assert "SECRET" not in str(event) and "pw@" not in str(event), event


def test_google() -> None:
    errors = pytest.importorskip("google.genai.errors")
    httpx = pytest.importorskip("httpx")
    response = httpx.Response(429, json=BODY, headers={"Retry-After": "31"})
    assert delay(errors.ClientError(429, BODY)) == 26
    assert delay(errors.ClientError(429, BODY, response)) == 31, "of several the longest"
    assert told(errors.ClientError(429, BODY))["provider"] == "Google"
    assert told(errors.ServerError(503, {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}))["reason"] == "overloaded"


def test_openai() -> None:
    openai = pytest.importorskip("openai")
    httpx = pytest.importorskip("httpx")
    request = httpx.Request("POST", "https://api.openai.com/v1/chat/completions")

    def error(body: dict[str, Any], headers: dict[str, str]) -> Exception:
        response = httpx.Response(429, headers=headers, request=request, json=body)
        return openai.RateLimitError("Error code: 429", response=response, body=body["error"])  # type: ignore[no-any-return]

    limit = {"error": {"message": "Rate limit reached for gpt-5", "type": "tokens", "code": "rate_limit_exceeded"}}
    assert delay(error(limit, {"retry-after-ms": "1500"})) == 1.5
    assert delay(error(limit, {})) == 5
    empty = {"error": {"message": "You exceeded your current quota, please check your plan", "code": "insufficient_quota"}}
    assert told(error(empty, {}))["reason"] == "quota_exhausted"
    assert told(openai.APIConnectionError(request=request))["event"] == "error"


def test_agno_keeps_the_cause() -> None:
    exceptions = pytest.importorskip("agno.exceptions")
    assert delay(because(exceptions.ModelProviderError("<Response [429]>", status_code=429), http(429, {"Retry-After": "17"}))) == 17
    # Its status is 502 where none is given.
    assert delay(exceptions.ModelProviderError("429 RESOURCE_EXHAUSTED. retry in 2s")) == 2
    assert delay(because(exceptions.ModelProviderError("<Response>"), http(429, {"Retry-After": "17"}))) == 17
    assert delay(exceptions.ModelRateLimitError("slow down")) == 5
    assert told(exceptions.ModelAuthenticationError("no key"))["reason"] == "auth"
    assert told(exceptions.ContextWindowExceededError("the prompt is too long", 429))["event"] == "error"


def test_agno_classifies_without_losing_the_cause() -> None:
    exceptions = pytest.importorskip("agno.exceptions")
    from ai_stream_handler.agno import keep_causes

    keep_causes()
    keep_causes()
    error = because(exceptions.ModelProviderError("<Response [429]>", status_code=429), http(429, {"Retry-After": "17"}))
    classified = exceptions.ModelProviderError.classify(error)
    assert type(classified) is exceptions.ModelRateLimitError and classified.__cause__ is error
    assert delay(classified) == 17
    other = exceptions.ModelProviderError("boom", status_code=400)
    assert exceptions.ModelProviderError.classify(other) is other and other.__cause__ is None


def test_an_event_that_lost_the_wait_has_it_in_the_exception_that_is_being_handled() -> None:
    cause = http(429, {"Retry-After": "17"})

    async def events(attempt: int) -> Any:
        if attempt:
            yield completed("Hi.", "r2")
            return
        try:
            raise because(RuntimeError("<Response [429]>"), cause)
        except RuntimeError as error:
            yield {"event": "TeamRunError", "run_id": "r1", "content": str(error), "error_type": "model_provider_error"}

    seen: list[Any] = []
    collected(retrying(events, on_event=seen.append))
    assert (seen[0]["event"], seen[0]["delay"]) == ("retry", 17)


def test_the_type_of_an_event_tells_what_its_text_does_not() -> None:
    error = {"event": "TeamRunError", "run_id": "r1", "content": "slow down", "error_type": "RateLimitError"}
    assert told(None, [error])["event"] == "retry"


class Shape(Exception):
    def __init__(self, text: str = "", **fields: Any) -> None:
        super().__init__(text)
        for name, value in fields.items():
            setattr(self, name, value)


class RateLimitError(Exception):
    pass


class Response:
    """aiohttp's: `text` is a method, and the status is called `status`."""

    status = 429
    headers = {b"Retry-After": b"9"}

    async def text(self) -> str:
        return "never called"


class Unread:
    """A streamed response that nobody has read."""

    status_code = 429
    headers = {"retry-after": "8"}

    @property
    def text(self) -> str:
        raise RuntimeError("ResponseNotRead")


@pytest.mark.parametrize(
    "error, seconds",
    [
        (Shape("slow down", status_code=429), 5),
        (Shape("slow down", status=429, headers={"Retry-After": "7"}), 7),
        (Shape("slow down", code=429, retry_after=6), 6),
        (Shape("slow down", response=Response()), 9),
        (Shape("slow down", response=Unread()), 8),
        (Shape("slow down", status_code=429, headers=[("retry-after", "4")]), 4),
        (Shape("", status_code=429, body=json.dumps(BODY).encode()), 26),
        (Shape("", status_code=429, details=BODY), 26),
        (
            Shape(
                "An error occurred (ThrottlingException) when calling the Converse operation: Too many tokens",
                response={"ResponseMetadata": {"HTTPStatusCode": 429, "HTTPHeaders": {"retry-after": "11"}}},
            ),
            11,
        ),
        (RateLimitError("slow down"), 5),
        (because(ValueError("the tool failed"), RuntimeError("429. retry in 13s")), 13),
        (Shape("429", status_code=429, headers=object()), 5),
        (Shape("429", status_code=429, headers={"retry-after": "1\r\nx: y"}), 5),
    ],
)
def test_the_shapes_of_other_sdks(error: Exception, seconds: float) -> None:
    assert delay(error) == seconds


def test_a_chain_of_causes_ends() -> None:
    first, second = RuntimeError("a"), RuntimeError("429. retry in 3s")
    first.__cause__, second.__cause__ = second, first
    assert delay(first) == 3
    chain: Exception = RuntimeError("429")
    for number in range(1000):
        chain = because(RuntimeError(f"level {number}"), chain)
    assert told(chain)["event"] == "error", "too far down to be the reason"


def test_a_suppressed_context_is_no_cause() -> None:
    def raised(suppress: bool) -> BaseException:
        try:
            try:
                raise RuntimeError("429. retry in 3s")
            except RuntimeError:
                if suppress:
                    raise KeyError("another thing") from None
                raise KeyError("another thing")
        except KeyError as error:
            return error

    assert told(raised(True))["event"] == "error"
    assert told(raised(False))["event"] == "retry"


def test_a_group_of_exceptions() -> None:
    group = pytest.importorskip("builtins").__dict__.get("ExceptionGroup")
    if group is None:
        pytest.skip("Python 3.10 has none")
    assert delay(group("unhandled errors in a TaskGroup", [ValueError("x"), RuntimeError("429. retry in 3s")])) == 3


def test_hostile_exceptions() -> None:
    class Hostile(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("no")

    assert told(Hostile())["event"] == "error"
    assert told(RuntimeError("x" * 10_000_000 + " 429 \ud800"))["event"] in ("retry", "error")
    assert told(Shape("x", status_code=True, code="429", status=10**30, headers={"a": object()}))["event"] == "error"
