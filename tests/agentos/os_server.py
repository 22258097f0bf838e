"""The real AgentOS on 127.0.0.1, with SQLite and a model that follows a script.

    os_server.py PORT DATABASE [ORIGIN]

It prints `ready` when it listens. What the model does stands in the user's message:

    [[plain n=12]]          so many tokens
    [[tool]], [[tools]]     one tool call, two at once, then an answer
    [[nested]]              the team asks its research team, which asks an agent
    [[parallel]]            the team asks two agents at once
    [[confirm]], [[ask]], [[external]]   the tool waits for a yes, for a value, for a result
    [[form]]                the model asks the user for values by itself
    [[member]]              a member of the team waits for a yes
    [[limit key=K times=2]] fails with Google's 429 so often, then answers
    [[take key=K]]          "Answer N of WHO: …", N counts per key and agent; fail=1: the first one fails, mid=1: in the middle
    [[take key=K then=300]] from the second answer on, so many words
    [[taketool key=K]], [[takemember key=K]]   the same behind a tool call or a member's answer
    [[takeconfirm key=K]]   the same behind a tool that waits for a yes
    ms=20                   between two tokens (default 4)
    hold=5                  (with key=K) waits before the fifth token until POST /release/K

The agent `outsider` is one of another framework: its session takes one message at a time. GET /busy: how many requests and runs are under way.
"""

import asyncio
import re
import sys
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, AsyncIterator, Iterator

import uvicorn
from agno.agent import Agent
from agno.agents._config import agent_dataclass
from agno.agents.base import BaseExternalAgent
from agno.db.sqlite import SqliteDb
from agno.exceptions import ModelProviderError
from agno.models.base import Model
from agno.models.response import ModelResponse
from agno.os import AgentOS
from agno.run.agent import RunContentEvent
from agno.team import Team
from agno.tools import tool
from agno.tools.user_control_flow import UserControlFlowTools
from agno.workflow import Step, StepInput, StepOutput, Workflow
from agno.workflow.types import HumanReview

QUOTA = (
    '{"error": {"code": 429, "message": "You exceeded your current quota. Please retry in 0.05s.",'
    ' "status": "RESOURCE_EXHAUSTED"}}'
)
FORM = (
    '{"user_input_fields": [{"field_name": "city", "field_type": "str", "field_description": "Where to?"},'
    ' {"field_name": "nights", "field_type": "int", "field_description": "How long?"}]}'
)
struck: Counter = Counter()
taken: Counter = Counter()
# What the model was sent, request by request: GET /log, POST /log/clear.
log: list = []
gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)


def text_of(message: Any) -> str:
    return message.content if isinstance(message.content, str) else str(message.content)


def asked(messages: list) -> tuple[str, int]:
    """What the user asked last, and how many tools have answered since."""
    since = 0
    for message in reversed(messages):
        if message.role == "tool":
            since += 1
        if message.role == "user":
            return text_of(message), since
    return "", since


def directive(text: str) -> tuple[str, dict[str, str]]:
    found = re.search(r"\[\[(\w+)([^\]]*)\]\]", text)
    if not found:
        return "plain", {}
    return found[1], dict(pair.split("=") for pair in found[2].split() if "=" in pair)


def call(number: int, name: str, arguments: str) -> dict:
    return {"id": f"call-{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


@dataclass
class Scripted(Model):
    id: str = "scripted-1"
    name: str = "Scripted"
    provider: str = "Script"
    who: str = ""

    def plan(self, messages: list) -> tuple[str, list[dict], float]:
        """Text, tool calls, seconds between two tokens."""
        text, answered = asked(messages)
        name, values = directive(text)
        pace = float(values.get("ms", "4")) / 1000
        words = "".join(f"tok{n} " for n in range(int(values.get("n", "6"))))
        if name.startswith("take"):
            return self.take(name, values, answered, pace)
        if self.who == "mailer" and not answered:
            return "", [call(1, "send_mail", '{"to": "Ann"}')], pace
        if self.who in ("web-researcher", "analyst", "mailer"):
            return f"{self.who} found: {words}", [], pace
        if self.who == "research-team":
            return ("", [self.delegate(1, "analyst")], pace) if not answered else ("The team agrees. ", [], pace)
        if name == "limit":
            if struck[values["key"]] < int(values.get("times", "1")):
                struck[values["key"]] += 1
                raise ModelProviderError(message=QUOTA, status_code=429, model_name=self.name, model_id=self.id)
        elif not answered:
            calls = {
                "tool": [call(1, "search", '{"query": "weather"}')],
                "tools": [call(1, "search", '{"query": "one"}'), call(2, "search", '{"query": "two"}')],
                "nested": [self.delegate(1, "research-team")],
                "parallel": [self.delegate(1, "web-researcher"), self.delegate(2, "analyst")],
                "confirm": [call(1, "send_mail", '{"to": "Ann"}')],
                "ask": [call(1, "book_table", '{"place": "Noma"}')],
                "form": [call(1, "get_user_input", FORM)],
                "member": [self.delegate(1, "mailer")],
                "external": [call(1, "read_sensor", '{"room": "kitchen"}')],
            }.get(name, [])
            if calls:
                return "Let me see. ", calls, pace
        return f"Here it is: {words}", [], pace

    def take(self, name: str, values: dict[str, str], answered: int, pace: float) -> tuple[str, list[dict], float]:
        key = values.get("key", "k")
        if not answered and name == "taketool":
            return "Let me look. ", [call(1, "search", f'{{"query": "{key}"}}')], pace
        if not answered and name == "takeconfirm":
            return "May I? ", [call(1, "send_mail", '{"to": "Ann"}')], pace
        if not answered and name == "takemember":
            task = f"Write it [[take key={key}]]"
            return "I ask. ", [call(1, "delegate_task_to_member", f'{{"member_id": "panel-writer", "task": "{task}"}}')], pace
        taken[key, self.who] += 1
        number = taken[key, self.who]
        words = values.get("then" if number > 1 else "n", values.get("n", "6"))
        tail = " ".join(f"{chr(96 + number)}{word}" for word in range(int(words)))
        if number <= int(values.get("fail", "0")):
            if "mid" in values:
                return f"Answer {number} of {self.who} breaks off BREAK", [], pace
            raise ModelProviderError(message=f"attempt {number} failed", status_code=400, model_name=self.name, model_id=self.id)
        return f"Answer {number} of {self.who}: {tail}.", [], pace

    @staticmethod
    def delegate(number: int, member: str) -> dict:
        return call(number, "delegate_task_to_member", f'{{"member_id": "{member}", "task": "Look into it"}}')

    async def ainvoke_stream(self, messages: list, assistant_message: Any, **_: Any) -> AsyncIterator[ModelResponse]:
        assistant_message.metrics.start_timer()
        log.append({"who": self.who, "saw": [f"{m.role}: {text_of(m)[:120]}" for m in messages if m.role in ("user", "assistant", "tool")]})
        text, calls, pace = self.plan(messages)
        values = directive(asked(messages)[0])[1]
        for at, token in enumerate(re.findall(r"\S+\s*", text)):
            if at == int(values.get("hold", "-1")):
                await gates[values["key"]].wait()
            if token == "BREAK":
                raise ModelProviderError(message="the model broke off", status_code=400, model_name=self.name, model_id=self.id)
            yield ModelResponse(content=token)
            await asyncio.sleep(pace)
        if calls:
            yield ModelResponse(tool_calls=calls)
        assistant_message.metrics.stop_timer()

    async def ainvoke(self, messages: list, assistant_message: Any, **_: Any) -> ModelResponse:
        assistant_message.metrics.start_timer()
        text, calls, _pace = self.plan(messages)
        assistant_message.metrics.stop_timer()
        return ModelResponse(content=text, tool_calls=calls)

    # Everything here is asynchronous.
    def invoke(self, *args: Any, **kwargs: Any) -> ModelResponse:
        raise NotImplementedError

    def invoke_stream(self, *args: Any, **kwargs: Any) -> Iterator[ModelResponse]:
        raise NotImplementedError

    def _parse_provider_response(self, response: Any, **kwargs: Any) -> ModelResponse:
        return response

    def _parse_provider_response_delta(self, response: Any) -> ModelResponse:
        return response


@agent_dataclass
class Outsider(BaseExternalAgent):
    """An agent of another framework: AgentOS refuses it a second message while it answers one."""

    async def _arun_adapter_stream(self, input: Any, **given: Any) -> AsyncIterator[RunContentEvent]:
        log.append({"who": self.id, "saw": [f"user: {input}"]})
        _, values = directive(str(input))
        for n in range(int(values.get("n", "6"))):
            yield RunContentEvent(run_id=given.get("run_id"), agent_id=self.get_id(), agent_name=self.name or "", content=f"out{n} ")
            await asyncio.sleep(float(values.get("ms", "4")) / 1000)


# The server's own tasks; those of requests are counted as such.
OF_SERVER = {"LifespanOn.main", "Server.serve", "TaskHandle._run_coro", "RequestResponseCycle.run_asgi"}


class Busy:
    """Counts the requests under way, and the runs in the background."""

    def __init__(self, app: Any) -> None:
        self.app, self.count = app, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        counts = scope["type"] == "http" and scope["path"] != "/busy"
        self.count += counts
        try:
            await self.app(scope, receive, send)
        finally:
            self.count -= counts

    async def work(self) -> int:
        tasks = [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__qualname__", "") not in OF_SERVER]
        return self.count + len(tasks)


def search(query: str) -> str:
    """Search the web."""
    return f'Result for {query}: 12 °C ☁️ {{json}} "q"'


@tool(requires_confirmation=True)
def send_mail(to: str) -> str:
    """Send a mail."""
    return f"sent to {to}"


@tool(requires_user_input=True, user_input_fields=["guests"])
def book_table(place: str, guests: int) -> str:
    """Book a table."""
    return f"a table at {place} for {guests}"


@tool(external_execution=True)
def read_sensor(room: str) -> str:
    """Read a sensor that only the page can reach."""
    raise NotImplementedError


TOOLS = [search, send_mail, book_table, read_sensor]


def build(database: str, origins: list[str]) -> AgentOS:
    db = SqliteDb(db_file=database)

    def agent(id: str, name: str, tools: list | None = None, **more: Any) -> Agent:
        return Agent(id=id, name=name, model=Scripted(who=id), db=db, tools=tools or [], store_events=True, telemetry=False, **more)

    assistant = agent("assistant", "Assistant", [*TOOLS, UserControlFlowTools()])
    research = Team(id="research-team", name="Research Team", model=Scripted(who="research-team"), db=db,
                    members=[agent("analyst", "Analyst")], role="does research", stream_member_events=True,
                    store_events=True, telemetry=False)
    cirkelline = Team(id="cirkelline", name="Cirkelline", model=Scripted(who="cirkelline"), db=db,
                      members=[agent("web-researcher", "Web Researcher"), agent("analyst", "Analyst"), agent("mailer", "Mailer", [send_mail]), research],
                      tools=TOOLS, stream_member_events=True, store_member_responses=True, store_events=True, telemetry=False)

    # Both show the model what was said before.
    history = {"add_history_to_context": True, "num_history_runs": 10}
    historian = agent("historian", "Historian", TOOLS, **history)
    panel = Team(id="panel", name="Panel", model=Scripted(who="panel"), db=db, members=[agent("panel-writer", "Writer")], tools=TOOLS,
                 stream_member_events=True, store_member_responses=True, store_events=True, telemetry=False, **history)

    def shout(given: StepInput) -> StepOutput:
        return StepOutput(content=f"SHOUT: {str(given.previous_step_content)[:80].upper()}")

    pipeline = Workflow(id="pipeline", name="Pipeline", db=db, store_events=True,
                        steps=[Step(name="ask", agent=assistant), Step(name="shout", executor=shout)])
    gated = Workflow(id="gated", name="Gated", db=db, store_events=True,
                     steps=[Step(name="ask", agent=assistant),
                            Step(name="publish", executor=shout,
                                 human_review=HumanReview(requires_confirmation=True, confirmation_message="Publish it?"))])
    outsider = Outsider(id="outsider", name="Outsider", db=db)
    return AgentOS(id="os", agents=[assistant, historian, outsider], teams=[cirkelline, research, panel], workflows=[pipeline, gated], db=db,
                   telemetry=False, **({"cors_allowed_origins": origins} if origins else {}))


if __name__ == "__main__":
    port, database = int(sys.argv[1]), sys.argv[2]
    app = build(database, sys.argv[3:]).get_app()
    app.add_api_route("/log", lambda: log, methods=["GET"])
    app.add_api_route("/log/clear", lambda: log.clear() or {}, methods=["POST"])
    busy = Busy(app)
    app.add_api_route("/busy", busy.work, methods=["GET"])
    app.add_api_route("/release/{key}", lambda key: gates[key].set() or {}, methods=["POST"])
    server = uvicorn.Server(uvicorn.Config(busy, host="127.0.0.1", port=port, log_level="warning"))

    def announce() -> None:
        while not server.started:
            threading.Event().wait(0.05)
        print("ready", flush=True)

    threading.Thread(target=announce, daemon=True).start()
    server.run()
