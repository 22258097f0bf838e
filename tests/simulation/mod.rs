//! A simulated world around a client, in virtual time: a server that answers each request by script, and timers that
//! fire when due. A scenario of a minute is a few lines and takes microseconds.
#![allow(dead_code)]

use super::common::{frame, leader_of, saying, with, Page, NOW};
use ai_stream_handler::client::{Config, Input, Output, Request, Ticket};
use ai_stream_handler::monitor::LogLine;
use ai_stream_handler::retry::Headers;
use ai_stream_handler::state::Outcome;
use serde_json::{json, Value};
use std::collections::VecDeque;

pub const STREAM: &str = "text/event-stream; charset=utf-8";

/// Google's body of a 429 (docs/rate-limit-retries.md), with or without a delay.
pub fn quota_body(delay: Option<&str>) -> String {
    let mut details = vec![json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count",
        "quotaId": "GenerateContentPaidTierInputTokensPerModelPerMinute",
        "quotaDimensions": {"model": "gemini-2.5-flash", "location": "global"}, "quotaValue": "1000000"}]})];
    if let Some(delay) = delay {
        details.push(json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}));
    }
    json!({"error": {"code": 429, "message": "You exceeded your current quota...", "status": "RESOURCE_EXHAUSTED",
        "details": details}})
    .to_string()
}

/// The server's response to one request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A run that says this and completes.
    Says(&'static str),
    /// A run that says "Let me check. " and then fails with this content, as agno ≥ 3 does.
    RunError(String),
    /// An HTTP error: status, Retry-After, body.
    Http(u16, Option<&'static str>, String),
    /// No response.
    Unreachable,
    /// The response head, then the connection breaks.
    HeadOnly,
    /// Some frames, then the connection breaks.
    Cut,
    /// These frames, and the end.
    Frames(String),
    /// These frames, each this many seconds after the request, and the end.
    Timed(Vec<(f64, String)>),
    /// These frames, then silence.
    Open(String),
    /// Silence.
    Silence,
}

pub struct World {
    pub page: Page,
    script: VecDeque<Answer>,
    /// The requests, and their times since the start.
    pub requests: Vec<(f64, Request)>,
    pub settled: Vec<(Ticket, Outcome)>,
    pub aborted: Vec<u32>,
    /// The addresses of requests of which only the status matters.
    pub calls: Vec<String>,
    /// The texts of the activity line, in order; `-` where it was empty.
    pub activities: Vec<String>,
    pub limits: Vec<Option<f64>>,
    pub lines: Vec<LogLine>,
    pub wake: Option<f64>,
    /// Whether to look after each step, as `activities` needs it.
    pub watches: bool,
    last_ticket: Ticket,
}

pub fn config() -> Config {
    let (endpoint, path) = ("http://localhost:7777".into(), "/teams/cirkelline/runs".into());
    Config { endpoint, path, log: true, ..Config::default() }
}

/// AgentOS's own routes at `path`; nothing is retried.
pub fn config_at(path: &str, background: bool) -> Config {
    let (endpoint, path) = ("http://localhost:7777".to_owned(), path.to_owned());
    let mut config = Config { endpoint, runs: path.clone(), path, background, ..Config::default() };
    config.retry.max_retries = 0;
    config
}

/// The fields of every event of an agent's run.
pub fn agent(id: &str) -> Value {
    json!({"agent_id": "a", "agent_name": "Agent", "run_id": id, "session_id": "s"})
}

pub fn content(run: &str, text: &str) -> String {
    frame("RunContent", saying(agent(run), text))
}

impl World {
    pub fn new(script: impl IntoIterator<Item = Answer>) -> World {
        World::with(config(), script)
    }

    /// The server has answered before, so that connections are known to recover.
    pub fn with(config: Config, script: impl IntoIterator<Item = Answer>) -> World {
        let mut world = World::never_reached(config, script);
        world.page.client.set_reached();
        world
    }

    /// A server that has not answered before.
    pub fn never_reached(config: Config, script: impl IntoIterator<Item = Answer>) -> World {
        World {
            page: Page::with(config),
            script: script.into_iter().collect(),
            requests: vec![],
            settled: vec![],
            aborted: vec![],
            calls: vec![],
            activities: vec![],
            limits: vec![],
            lines: vec![],
            wake: None,
            watches: true,
            last_ticket: 0,
        }
    }

    /// The user sends; what follows immediately happens.
    pub fn send(&mut self, text: &str) -> Ticket {
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        self.input(Input::Send { ticket, text, files: &[] });
        ticket
    }

    pub fn send_in_background(&mut self, text: &str) -> Ticket {
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        self.input(Input::SendInBackground { ticket, text, files: &[] });
        ticket
    }

    /// Sends, and lets time pass until nothing is due.
    pub fn ask(&mut self, text: &str) -> Outcome {
        let ticket = self.send(text);
        self.rest();
        self.outcome_of(ticket).expect("the send is settled")
    }

    pub fn outcome_of(&self, ticket: Ticket) -> Option<Outcome> {
        let mut outcomes = self.settled.iter().filter(|(t, _)| *t == ticket).map(|(_, outcome)| *outcome);
        let outcome = outcomes.next();
        assert_eq!(outcomes.next(), None, "a send is settled once");
        outcome
    }

    pub fn input(&mut self, input: Input<'_>) {
        self.page.handle(input);
        self.carry_out();
    }

    /// Lets `seconds` pass; timers fire when due.
    pub fn pass(&mut self, seconds: f64) {
        let until = self.page.now + seconds;
        while let Some(at) = self.wake.filter(|at| *at <= until) {
            self.ring(at);
        }
        self.page.now = until;
    }

    /// Lets time pass until no timer is set.
    pub fn rest(&mut self) {
        for _ in 0..1_000 {
            let Some(at) = self.wake else { return };
            self.ring(at);
        }
        panic!("timers without end");
    }

    /// Seconds since the start.
    pub fn time(&self) -> f64 {
        self.page.now - NOW
    }

    /// The time of each request.
    pub fn times(&self) -> Vec<f64> {
        self.requests.iter().map(|(at, _)| (at * 1000.0).round() / 1000.0).collect()
    }

    /// `event_type: description` of the last turn's timeline, one per line; superseded ones are prefixed with `(void)`.
    pub fn story(&mut self) -> Vec<String> {
        let turn = self.page.turn();
        let line = |e: &ai_stream_handler::state::timeline::Entry| {
            format!("{}{}: {}", if e.details.voided { "(void) " } else { "" }, e.event_type, e.description)
        };
        turn.timeline.entries().iter().map(line).collect()
    }

    fn ring(&mut self, at: f64) {
        self.page.now = self.page.now.max(at);
        self.wake = None;
        self.input(Input::Tick);
    }

    fn carry_out(&mut self) {
        loop {
            let outputs = self.page.outputs();
            self.listen();
            if outputs.is_empty() {
                return;
            }
            for output in outputs {
                match output {
                    Output::Fetch(request) => {
                        self.requests.push((self.time(), request.clone()));
                        let answer = self.script.pop_front().unwrap_or(Answer::Says("Fine."));
                        self.answer(request.id, answer);
                    }
                    Output::Call(call) => self.calls.push(call.url),
                    Output::Abort(request) => self.aborted.push(request),
                    Output::WakeAt(at) => self.wake = at,
                    Output::Settled { ticket, outcome } => self.settled.push((ticket, outcome)),
                    Output::Limit(until) => self.limits.push(until.map(|until| until - NOW)),
                    Output::Log(line) => self.lines.push(line),
                    _ => {}
                }
            }
        }
    }

    /// The user sends, and the server responds like this.
    pub fn reply_to_send(&mut self, text: &str, answer: Answer) -> Ticket {
        self.script.push_front(answer);
        self.send(text)
    }

    /// The server's response to the next request.
    pub fn answer_next(&mut self, answer: Answer) {
        self.script.push_front(answer);
    }

    /// The server responds to a request that it had left unanswered.
    pub fn reply(&mut self, request: u32, answer: Answer) {
        self.answer(request, answer);
        self.carry_out();
    }

    /// Plays a response, looking at the activity line after each step.
    fn answer(&mut self, request: u32, answer: Answer) {
        let run = leader_of(&format!("run-{request}"));
        let started = frame("TeamRunStarted", run.clone());
        let said = |text: &str| frame("TeamRunContent", saying(run.clone(), text));
        let ended = |text: &str| frame("TeamRunCompleted", saying(run.clone(), text));
        match answer {
            Answer::Says(text) => self.stream(request, &[started, said(text), ended(text)], true),
            Answer::RunError(content) => {
                let error = frame("TeamRunError", with(run.clone(), json!({"content": content})));
                self.stream(request, &[started, said("Let me check. "), error], true);
            }
            Answer::Http(status, retry_after, body) => {
                let lines = retry_after.map(|value| format!("retry-after: {value}")).unwrap_or_default();
                let headers = Headers(&lines);
                self.step(Input::Opened { request, status, content_type: "application/json", headers });
                self.step(Input::Chunk { request, bytes: body.as_bytes() });
                self.step(Input::Closed { request });
            }
            Answer::Unreachable => self.step(Input::Failed { request }),
            Answer::HeadOnly => {
                self.stream(request, &[], false);
                self.step(Input::Failed { request });
            }
            Answer::Cut => {
                self.stream(request, &[started, said("So f")], false);
                self.step(Input::Failed { request });
            }
            Answer::Frames(frames) => self.stream(request, &[frames], true),
            Answer::Timed(frames) => {
                let began = self.page.now;
                self.stream(request, &[], false);
                for (at, frame) in frames {
                    self.pass(began + at - self.page.now);
                    self.step(Input::Chunk { request, bytes: frame.as_bytes() });
                }
                self.step(Input::Closed { request });
            }
            Answer::Open(frames) => self.stream(request, &[frames], false),
            Answer::Silence => {}
        }
    }

    fn stream(&mut self, request: u32, frames: &[String], closes: bool) {
        self.step(Input::Opened { request, status: 200, content_type: STREAM, headers: Headers::default() });
        for frame in frames {
            self.step(Input::Chunk { request, bytes: frame.as_bytes() });
        }
        if closes {
            self.step(Input::Closed { request });
        }
    }

    fn step(&mut self, input: Input<'_>) {
        self.page.handle(input);
        self.listen();
    }

    fn listen(&mut self) {
        if !self.watches {
            return;
        }
        let activity = self.page.activity().unwrap_or_else(|| "-".into());
        if self.activities.last() != Some(&activity) {
            self.activities.push(activity);
        }
    }
}
