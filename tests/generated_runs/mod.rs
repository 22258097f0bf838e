//! Streams as an AgentOS could send them: a backend that follows a list of moves and keeps to the order of
//! docs/agentos-protocol.md. An impossible move is replaced by a similar one, so every list of moves gives a stream.
#![allow(dead_code)]

pub mod again;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{json, Value};

/// What the backend does next. A number picks one of the options.
#[derive(Debug, Clone)]
pub enum Move {
    Says(u8, &'static str),
    Thinks(u8, &'static str),
    /// An answer with an output schema.
    Structures(u8),
    Calls(u8),
    /// A call ends: normally, with an error, or with an error reported twice.
    Returns(u8, u8),
    /// To a member, or to a team of members.
    Delegates(u8, bool),
    MemberEnds(u8, End),
    /// Announced or not.
    Retries(bool),
    /// A frame of a superseded attempt, or of a run that has ended.
    Late(u8),
    /// Events that are ignored, or unknown.
    Noise(u8),
    Malformed(u8),
    Comment(u8),
    /// The last frames again.
    Twice(u8),
    /// Frames that never arrive.
    Gap(u8),
    /// The run waits for the user, and continues.
    Pauses(bool, bool),
    Ends(End),
    /// In a custom backend's own frames: the run waits, or failed.
    PausesForGood,
    Fails,
}

#[derive(Debug, Clone, Copy)]
pub enum End {
    /// Its content equals what was streamed, differs, is a value, or is absent.
    AsSaid,
    Otherwise,
    Value,
    Wordless,
    Cancelled,
    Error,
}

/// Moves, each with how its frames are laid out.
pub fn moves(most: usize) -> impl Strategy<Value = Vec<(Move, u8, u8)>> {
    let layout = prop_oneof![20 => Just(0u8), 10 => 1..LAYOUTS];
    vec((any_move(), layout, 0..12u8), 0..most)
}

fn any_move() -> impl Strategy<Value = Move> {
    let text = || prop::sample::select(TEXTS);
    let end = || {
        prop_oneof![4 => Just(End::AsSaid), 1 => Just(End::Otherwise), 1 => Just(End::Value), 1 => Just(End::Wordless),
        1 => Just(End::Cancelled), 1 => Just(End::Error)]
    };
    prop_oneof![
        30 => (any::<u8>(), text()).prop_map(|(run, text)| Move::Says(run, text)),
        4 => (any::<u8>(), text()).prop_map(|(run, text)| Move::Thinks(run, text)),
        1 => any::<u8>().prop_map(Move::Structures),
        8 => any::<u8>().prop_map(Move::Calls),
        8 => (any::<u8>(), 0..3u8).prop_map(|(call, how)| Move::Returns(call, how)),
        6 => (any::<u8>(), any::<bool>()).prop_map(|(run, team)| Move::Delegates(run, team)),
        5 => (any::<u8>(), end()).prop_map(|(run, end)| Move::MemberEnds(run, end)),
        3 => any::<bool>().prop_map(Move::Retries),
        3 => any::<u8>().prop_map(Move::Late),
        4 => any::<u8>().prop_map(Move::Noise),
        2 => any::<u8>().prop_map(Move::Malformed),
        3 => any::<u8>().prop_map(Move::Comment),
        4 => any::<u8>().prop_map(Move::Twice),
        2 => (1..4u8).prop_map(Move::Gap),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(with_tool, of_member)| Move::Pauses(with_tool, of_member)),
        3 => end().prop_map(Move::Ends),
        1 => Just(Move::PausesForGood),
        1 => Just(Move::Fails),
    ]
}

const TEXTS: &[&str] = &[
    "a",
    "Hello ",
    "",
    "ø🏠\u{2028}",
    "\"quoted\" \\ ",
    "two\nlines\n\n",
    "{\"event\":\"RunCompleted\"}",
    "\n\ndata: x\n\n",
    "{",
    "\u{FEFF}\u{0}\u{1f}",
];

/// How the run was requested.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Foreground,
    /// Its frames are numbered.
    Background,
    /// `stream_events=false`: only content.
    TextOnly,
}

pub fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![6 => Just(Kind::Foreground), 4 => Just(Kind::Background), 1 => Just(Kind::TextOnly)]
}

/// The bytes of each connection.
pub fn streams(kind: Kind, moves: &[(Move, u8, u8)]) -> Vec<Vec<u8>> {
    let mut backend =
        Backend { index: (kind == Kind::Background).then_some(0), parts: vec![Vec::new()], ..Backend::default() };
    if kind == Kind::TextOnly {
        let run = backend.run(None, false);
        backend.runs.push(run);
    }
    for (step, layout, ending) in moves {
        (backend.layout, backend.ending) = (*layout, *ending);
        if kind != Kind::TextOnly
            || matches!(step, Move::Says(..) | Move::Thinks(..) | Move::Comment(0..4) | Move::Twice(_))
        {
            backend.go(step);
        }
    }
    backend.parts
}

#[derive(Clone, Default)]
struct Backend {
    parts: Vec<Vec<u8>>,
    /// The runs of the current attempt, the top-level one first.
    runs: Vec<Run>,
    /// The runs of superseded attempts.
    gone: Vec<Run>,
    index: Option<u64>,
    names: u32,
    retries: u32,
    over: bool,
    /// The last frames, to be repeated.
    sent: Vec<Vec<u8>>,
    /// All frames, with the index of those that have one.
    frames: Vec<(Option<u64>, Vec<u8>)>,
    numbered: Option<u64>,
    layout: u8,
    ending: u8,
}

#[derive(Clone)]
struct Run {
    base: Value,
    team: bool,
    said: String,
    /// Calls that have not returned.
    calls: Vec<Value>,
    ended: bool,
    made: u32,
}

impl Backend {
    fn go(&mut self, step: &Move) {
        let passing = matches!(
            step,
            Move::Late(_) | Move::Noise(_) | Move::Malformed(_) | Move::Comment(_) | Move::Twice(_) | Move::Gap(_)
        );
        if self.over && !passing {
            return;
        }
        if self.runs.is_empty() && !passing && !matches!(step, Move::Retries(true) | Move::Fails) {
            self.starts();
        }
        match *step {
            Move::Says(run, text) => {
                let run = self.living(run);
                self.runs[run].said += text;
                self.run_event(
                    run,
                    "RunContent",
                    json!({"content": text, "content_type": "str", "reasoning_content": ""}),
                );
            }
            Move::Thinks(run, text) => {
                self.run_event(self.living(run), "RunContent", json!({"reasoning_content": text}))
            }
            Move::Structures(run) => {
                let run = self.living(run);
                let value = json!({"title": "T", "list": [1, {"a": null}], "none": {}});
                self.runs[run].said = format!("{value:#}");
                self.run_event(run, "RunContent", json!({"content": value, "content_type": "Report"}));
            }
            Move::Calls(run) => drop(self.calls(self.living(run), "search", json!({"query": "x", "n": [1, 2.5, "ø"]}))),
            Move::Returns(at, how) => self.returns(at, how),
            Move::Delegates(run, team) => self.delegates(run, team),
            Move::MemberEnds(run, end) => {
                let run = self.living(run);
                if run > 0 {
                    self.ends(run, end);
                }
            }
            Move::Retries(announced) => self.retries(announced),
            Move::Late(run) => self.late(run),
            Move::Noise(kind) => self.noise(kind),
            Move::Malformed(kind) => {
                let data = [
                    "{",
                    "no JSON",
                    "[1]",
                    "\"text\"",
                    "{\"event\":\"RunContent\",\"content\":\"\\x\"}",
                    "{\"a\":1}}",
                    "7",
                ];
                let data = data[usize::from(kind) % data.len()];
                self.send(format!("event: RunContent\ndata: {data}\n\n"));
            }
            Move::Comment(kind) => {
                let comments = [
                    ": keepalive\n\n",
                    ":\n",
                    "\n\n\n",
                    ": {\"event\":\"RunCompleted\"}\n",
                    "data\n\n",
                    "nonsense: x\n\n",
                    "event: RunError\n\n",
                ];
                // `data` alone is an event without name and data: an unknown one.
                self.send(comments[usize::from(kind) % comments.len()].to_owned());
            }
            Move::Twice(count) => {
                let from = self.sent.len().saturating_sub(1 + usize::from(count) % 3);
                let again: Vec<_> = self.sent[from..].to_vec();
                again.iter().for_each(|frame| self.parts.last_mut().unwrap().extend(frame));
            }
            Move::Gap(frames) => self.index = self.index.map(|index| index + u64::from(frames)),
            Move::Pauses(with_tool, by_member) => self.pauses(with_tool, by_member),
            Move::Ends(end) => self.ends(0, end),
            Move::PausesForGood => {
                self.over = true;
                let run_id = self.runs[0].base["run_id"].clone();
                self.event("paused", json!({"run_id": run_id, "session_id": "s-1", "requirements": []}));
            }
            Move::Fails => {
                self.over = true;
                self.event("error", json!({"error": "An error occurred: x", "type": "general"}));
            }
        }
    }

    fn living(&self, number: u8) -> usize {
        let living: Vec<usize> = (0..self.runs.len()).filter(|&run| !self.runs[run].ended).collect();
        living[usize::from(number) % living.len()]
    }

    fn run(&mut self, parent: Option<usize>, team: bool) -> Run {
        self.names += 1;
        let id = format!("run-{}", self.names);
        let mut base = match team {
            true => json!({"team_id": "t", "team_name": "Team", "run_id": id}),
            false => json!({"agent_id": "a", "agent_name": "Ann", "run_id": id}),
        };
        base["created_at"] = json!(1_795_452_000);
        base["session_id"] = json!("s-1");
        if let Some(parent) = parent {
            base["parent_run_id"] = self.runs[parent].base["run_id"].clone();
        }
        Run { base, team, said: String::new(), calls: Vec::new(), ended: false, made: 0 }
    }

    /// Earlier frames are not repeated after this: a repeated retry would be another retry, and a start under the id of
    /// a superseded run is the next attempt.
    fn starts(&mut self) {
        self.sent.clear();
        let run = self.run(None, true);
        self.runs.push(run);
        self.run_event(0, "RunStarted", json!({"model": "m"}));
    }

    fn calls(&mut self, run: usize, name: &str, args: Value) -> Value {
        let made = &mut self.runs[run];
        made.made += 1;
        let tool = json!({"tool_call_id": format!("c{}", made.made), "tool_name": name, "tool_args": args});
        made.calls.push(tool.clone());
        self.run_event(run, "ToolCallStarted", json!({"tool": tool}));
        tool
    }

    fn returns(&mut self, at: u8, how: u8) {
        let open: Vec<usize> = (0..self.runs.len()).filter(|&run| !self.runs[run].calls.is_empty()).collect();
        if open.is_empty() {
            return;
        }
        let run = open[usize::from(at) % open.len()];
        let calls = &mut self.runs[run].calls;
        let mut tool = calls.remove(usize::from(at / 7) % calls.len());
        tool["result"] = json!("found \"it\"");
        tool["tool_call_error"] = json!(how > 0);
        self.run_event(run, "ToolCallCompleted", json!({"tool": tool, "content": "search() completed in 0.1s. "}));
        if how == 2 {
            self.run_event(run, "ToolCallError", json!({"tool": tool, "error": "it exploded"}));
        }
    }

    fn delegates(&mut self, by: u8, team: bool) {
        let teams: Vec<usize> =
            (0..self.runs.len()).filter(|&run| self.runs[run].team && !self.runs[run].ended).collect();
        if teams.is_empty() {
            return;
        }
        let by = teams[usize::from(by) % teams.len()];
        self.calls(by, "delegate_task_to_member", json!({"member_id": "a", "task": "look"}));
        let member = self.run(Some(by), team);
        self.runs.push(member);
        self.run_event(self.runs.len() - 1, "RunStarted", json!({"model": "m"}));
    }

    fn ends(&mut self, run: usize, end: End) {
        let said = std::mem::take(&mut self.runs[run].said);
        let (event, more) = match end {
            End::AsSaid => ("RunCompleted", json!({"content": said})),
            End::Otherwise => ("RunCompleted", json!({"content": "Something else."})),
            End::Value => ("RunCompleted", json!({"content": {"a": [1]}, "content_type": "Report"})),
            End::Wordless => ("RunCompleted", json!({})),
            End::Cancelled => ("RunCancelled", json!({"content": said.clone() + "last token", "reason": "x"})),
            End::Error => ("RunError", json!({"content": "500 INTERNAL", "error_type": "model_provider_error"})),
        };
        self.run_event(run, event, more);
        if matches!(end, End::Cancelled) {
            self.run_event(run, "RunCompleted", json!({"content": said}));
        }
        self.runs[run].ended = true;
        self.over |= run == 0;
    }

    fn retries(&mut self, announced: bool) {
        self.gone.append(&mut self.runs);
        self.sent.clear();
        self.index = self.index.map(|_| 0);
        if announced {
            self.retries += 1;
            self.event("retry", json!({"attempt": self.retries, "max_retries": 3, "delay": 5, "message": "Retrying"}));
        } else {
            self.starts();
        }
    }

    fn late(&mut self, which: u8) {
        let ended = self.runs.iter().filter(|run| run.ended);
        let late: Vec<Run> = self.gone.iter().chain(ended).cloned().collect();
        if !late.is_empty() {
            let run = &late[usize::from(which) % late.len()];
            // A completed run is not completed again with different content.
            let event = ["RunContent", "RunError", "ModelRequestStarted", "RunCompleted"]
                [usize::from(which / 5) % if run.ended { 3 } else { 4 }];
            self.event_of(&run.clone(), event, json!({"content": "too late"}));
        }
    }

    fn noise(&mut self, kind: u8) {
        let known = ["ModelRequestStarted", "RunContentCompleted", "MemoryUpdateStarted"];
        match kind % 5 {
            3 => self.event("SomethingNew", json!({"run_id": "run-1", "content": "x"})),
            4 => self.event("heartbeat", json!({"at": 1})),
            _ if self.runs.is_empty() || self.over => {}
            kind => self.run_event(0, known[usize::from(kind)], json!({})),
        }
    }

    fn pauses(&mut self, with_tool: bool, by_member: bool) {
        let tool = with_tool.then(|| {
            let tool = self.calls(0, "send_email", json!({"to": "ann"}));
            self.runs[0].calls.pop();
            tool
        });
        let tools: Vec<Value> = tool.into_iter().collect();
        let member = self.living(1);
        let more = json!({"tools": tools, "requirements": [], "content": "I have tools to execute."});
        if by_member && member > 0 {
            self.run_event(member, "RunPaused", more.clone());
        }
        self.run_event(0, "RunPaused", more);
        self.sent.clear();
        self.parts.push(Vec::new());
        // A run that was paused in the foreground counts from 0.
        self.index = Some(self.index.unwrap_or(0));
        self.run_event(0, "RunContinued", json!({}));
        if by_member && member > 0 {
            self.run_event(member, "RunContinued", json!({}));
        }
        self.runs.iter_mut().for_each(|run| run.said.clear());
        for mut tool in tools {
            tool["result"] = json!("sent");
            self.run_event(0, "ToolCallCompleted", json!({"tool": tool}));
        }
    }

    fn run_event(&mut self, run: usize, event: &str, more: Value) {
        self.event_of(&self.runs[run].clone(), event, more);
    }

    fn event_of(&mut self, run: &Run, event: &str, more: Value) {
        let name = if run.team { format!("Team{event}") } else { event.to_owned() };
        let mut data = run.base.clone();
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        if let Some(index) = &mut self.index {
            data["event_index"] = json!(*index);
            self.numbered = Some(*index);
            *index += 1;
        }
        self.event(&name, data);
    }

    fn event(&mut self, name: &str, data: Value) {
        let text = layout(self.layout, name, &data);
        self.send(text);
    }

    fn send(&mut self, text: String) {
        let line_end = ["\r\n", "\r"].get(usize::from(self.ending)).copied().unwrap_or("\n");
        let frame = text.replace('\n', line_end).into_bytes();
        self.parts.last_mut().unwrap().extend(&frame);
        self.frames.push((self.numbered.take(), frame.clone()));
        self.sent.push(frame);
    }
}

const LAYOUTS: u8 = 11;

/// The ways to encode one event.
fn layout(layout: u8, name: &str, data: &Value) -> String {
    let mut named = data.clone();
    named["event"] = json!(name);
    let lines = |text: &str| text.lines().map(|line| format!("data: {line}\n")).collect::<String>();
    match layout {
        1 => format!("data: {named}\n\n"),
        2 => format!("event: {name}\ndata: {data}\n\n"),
        3 => format!("data: {}\n\n", json!({"event": name, "data": data})),
        4 => format!("data: {}\n\n", json!({"event": name, "data": data.to_string()})),
        5 => format!("event: {name}\n{}\n", lines(&format!("{named:#}"))),
        6 => format!(": comment\nid: 7\nevent: {name}\nretry: 5\ndata: {named}\nunknown: x\n\n"),
        7 => format!("event:{name}\ndata:{named}\n\n"),
        8 => format!("event: {name}\ndata: {}\n\n", escaped(&named.to_string())),
        9 => format!("{named}\n"),
        10 => format!("data: {named}\nevent: {name}\n\n"),
        _ => format!("event: {name}\ndata: {named}\n\n"),
    }
}

/// As json.dumps writes it.
fn escaped(json: &str) -> String {
    let units = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
    json.chars().map(|c| if c.is_ascii() { c.to_string() } else { units(c) }).collect()
}
