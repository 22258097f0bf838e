"""Google's endpoint, on loopback and without a model: what it answers stands in the user's message.

The real google-genai client and the real agno Gemini model talk to it over HTTP, so that function calls, a 429 with its
QuotaFailure and RetryInfo, and headers take the path that they take in production.

    [[plain]]                      an answer
    [[limit key=K times=2]]        429 so often, before any content, then an answer
    [[mid key=K times=1]]          some content, then a 429 in the stream
    [[tool key=K times=1]]         a tool call, then a 429 of the request that follows, then the answer
    [[texttool key=K times=1]]     content and a tool call, then a 429
    [[member key=K times=9]]       the member that is asked gets the 429; the leader answers
    [[error status=400]]           another error
    [[slow n=20 ms=50]]            so many tokens
    delay=0.3                      the wait that a 429 names, in its text and RetryInfo; header=2: in Retry-After alone
    status=503                     an overload instead of a limit: no quota is held for it
    times=forever                  never an answer

`GET /calls?key=K`: how often a directive with this key was refused or answered.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from typing import Any, AsyncIterator

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.responses import Response

DIRECTIVE = re.compile(r"\[\[([a-z]+)((?:\s+[a-z]+=[^\]\s]+)*)\]\]")
app = FastAPI()
refused: Counter[str] = Counter()
asked: Counter[str] = Counter()


class Refusal(Exception):
    def __init__(self, params: dict[str, str]) -> None:
        self.status = int(params.get("status", "429"))
        self.body = quota_body(params.get("delay")) if self.status == 429 else overload_body(self.status, params["delay"])
        self.headers = {"Retry-After": params["header"]} if "header" in params else {}


def quota_body(delay: str | None) -> dict[str, Any]:
    message = "You exceeded your current quota, please check your plan and billing details."
    details: list[dict[str, Any]] = [{
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count",
            "quotaId": "GenerateContentPaidTierInputTokensPerModelPerMinute",
            "quotaDimensions": {"model": "gemini-2.5-flash", "location": "global"},
            "quotaValue": "1000000",
        }],
    }]  # fmt: skip
    if delay is not None:
        message += f"\nPlease retry in {delay}s."
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{delay}s"})
    return {"error": {"code": 429, "message": message, "status": "RESOURCE_EXHAUSTED", "details": details}}


def overload_body(status: int, delay: str) -> dict[str, Any]:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{delay}s"}
    return {"error": {"code": status, "message": "The model is overloaded.", "status": "UNAVAILABLE", "details": [info]}}


def directive_of(contents: list[dict[str, Any]]) -> tuple[str, dict[str, str], int, str]:
    """Name, parameters, how many model turns followed it, and the text of the last directive."""
    for at in range(len(contents) - 1, -1, -1):
        if contents[at].get("role") != "user":
            continue
        for part in contents[at].get("parts", []):
            found = list(DIRECTIVE.finditer(part.get("text") or ""))
            if found:
                params = dict(pair.split("=", 1) for pair in found[-1].group(2).split())
                turns = sum(1 for later in contents[at + 1 :] if later.get("role") == "model")
                return found[-1].group(1), params, turns, found[-1].group(0)
    return "plain", {}, 0, ""


def refuse(key: str, params: dict[str, str]) -> bool:
    times = params.get("times", "1")
    if times != "forever" and refused[key] >= int(times):
        return False
    refused[key] += 1
    return True


def plan(agent: str, name: str, params: dict[str, str], turn: int, text: str) -> list[tuple[str, Any]]:
    """What one model turn emits."""
    key = params.get("key", "")
    asked[key] += 1
    if name == "error":
        raise Refusal({}) if params.get("status") == "429" else Status(int(params.get("status", "500")))
    if name == "slow":
        pause = float(params.get("ms", "50")) / 1000
        return [step for n in range(int(params.get("n", "20"))) for step in (("text", f"tok{n} "), ("sleep", pause))]
    if name == "limit" and refuse(key, params):
        raise Refusal(params)
    if name == "mid" and refuse(key, params):
        return [*words("Partial answer that is "), ("refusal", Refusal(params).body)]
    if name in ("tool", "texttool"):
        if turn == 0:
            lead = words("Let me check that for you. ") if name == "texttool" else []
            return [*lead, ("call", ("get_previous_session_messages", {"num_sessions": 2}))]
        if refuse(key, params):
            raise Refusal(params)
        return words("You previously asked about the weather in Copenhagen.")
    if name == "member":
        if agent != "cirkelline":
            if refuse(key, params):
                raise Refusal(params)
            return words("Member answer.")
        if turn == 0:
            return [("call", ("delegate_task_to_member", {"member_id": "web-researcher", "task": f"search {text}"}))]
        return words("Cirkelline answers without it.")
    return words("Hello! This is a streamed answer.")


class Status(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


def words(text: str) -> list[tuple[str, Any]]:
    return [("text", word) for word in re.findall(r"\S+\s*", text)]


def chunk(parts: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": parts}, "index": 0}
    finish = more.pop("finish", None)
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "gemini-2.5-flash", **more}


async def emit(steps: list[tuple[str, Any]]) -> AsyncIterator[str]:
    for kind, value in steps:
        if kind == "sleep":
            await asyncio.sleep(value)
            continue
        if kind == "refusal":
            yield f"data: {json.dumps(value)}\r\n\r\n"
            return
        part = {"text": value} if kind == "text" else {"functionCall": {"name": value[0], "args": value[1]}}
        yield f"data: {json.dumps(chunk([part]))}\r\n\r\n"
    usage = {"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 120}
    yield f"data: {json.dumps(chunk([], finish='STOP', usageMetadata=usage))}\r\n\r\n"


@app.post("/{version}/models/{operation}")
async def models(version: str, operation: str, request: Request) -> Response:
    body = await request.json()
    system = json.dumps(body.get("systemInstruction") or body.get("system_instruction") or {})
    agent = (re.findall(r"AGENT:([a-z-]+)", system) or ["unknown"])[0]
    try:
        steps = plan(agent, *directive_of(body.get("contents", [])))
    except Refusal as refusal:
        return JSONResponse(refusal.body, refusal.status, refusal.headers)
    except Status as error:
        said = {"code": error.status, "message": 'Invalid argument: "quota" is {not} a field', "status": "INVALID_ARGUMENT"}
        return JSONResponse({"error": said}, error.status)
    return StreamingResponse(emit(steps), media_type="text/event-stream")


@app.get("/calls")
async def calls(key: str) -> dict[str, int]:
    return {"asked": asked[key], "refused": refused[key]}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
