//! Shared by the native tests: writing frames, playing recordings, and a page.
//!
//! A [`Page`] stands for the JavaScript side: it holds nothing but what `Client::read` handed out. [`Page::view`]
//! compares that with the whole state, so every look at a page also proves that reading deltas equals reading
//! everything once.
#![allow(dead_code)]

use ai_stream_handler::client::{Client, Config, Input, Output};
use ai_stream_handler::limits::Limits;
use ai_stream_handler::state::message::Message;
use ai_stream_handler::state::{Diagnostics, Outcome, Turn};
use ai_stream_handler::view::{Appended, HeadView, Packed, TurnFacts};
use serde_json::{json, Map, Value};
use std::fs;
use std::path::PathBuf;

/// The time of arrival unless a test says otherwise; later than all recordings.
pub const NOW: f64 = 1_795_460_000.0;

/// One frame as AgentOS writes it.
pub fn frame(event: &str, mut data: Value) -> String {
    data["event"] = json!(event);
    format!("event: {event}\ndata: {data}\n\n")
}

/// One frame whose data does not name the event, as in docs/rate-limit-retries.md.
pub fn nameless(event: &str, data: Value) -> String {
    format!("event: {event}\ndata: {data}\n\n")
}

/// The server's time of hand-written runs.
pub const THEN: f64 = 1_795_452_000.0;

/// The fields of every event of the team's own run.
pub fn leader() -> Value {
    leader_of("lead")
}

/// The same for the next attempt.
pub fn leader_of(run_id: &str) -> Value {
    json!({"team_id": "cirkelline", "team_name": "Cirkelline", "run_id": run_id, "session_id": "s-1", "created_at": THEN})
}

/// The fields of every event of a member's run; `parent` is the delegating run.
pub fn member(id: &str, name: &str, run_id: &str, parent: &str) -> Value {
    json!({"agent_id": id, "agent_name": name, "run_id": run_id, "parent_run_id": parent, "session_id": "s-1",
        "created_at": THEN})
}

/// The fields of every event of an agent's run.
pub fn agent() -> Value {
    json!({"agent_id": "assistant", "agent_name": "Assistant", "run_id": "run-1", "session_id": "s-1", "created_at": THEN})
}

/// `base` plus `more`.
pub fn with(mut base: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}

/// `base` plus a text.
pub fn saying(base: Value, text: &str) -> Value {
    with(base, json!({"content": text, "content_type": "str", "reasoning_content": ""}))
}

/// `base` plus a tool call.
pub fn calling(base: Value, id: &str, name: &str, args: Value) -> Value {
    with(
        base,
        json!({"tool": {"tool_call_id": id, "tool_name": name, "tool_args": args, "tool_call_error": null,
        "result": null, "created_at": THEN}}),
    )
}

/// `base` plus a completed tool call.
pub fn called(base: Value, id: &str, name: &str, args: Value, result: &str) -> Value {
    let mut data = calling(base, id, name, args);
    data["tool"]["result"] = json!(result);
    data["tool"]["tool_call_error"] = json!(false);
    data["tool"]["metrics"] = json!({"start_time": THEN, "end_time": THEN + 0.25, "duration": 0.25});
    data["content"] = json!(format!("{name}() completed in 0.2500s. "));
    data
}

/// A client, and what a page knows of it.
pub struct Page {
    pub client: Client,
    pub now: f64,
    seen: Value,
    /// Packs every delta, and keeps it beside the plain one: tests/packed_delta.rs.
    pub packing: Option<(Packed, Vec<Value>)>,
}

impl Default for Page {
    fn default() -> Page {
        Page::with(Config::default())
    }
}

impl Page {
    pub fn with(config: Config) -> Page {
        Page {
            client: Client::new(config),
            now: NOW,
            seen: json!({"head": null, "turns": [], "sessions": []}),
            packing: None,
        }
    }

    pub fn limited(limits: Limits) -> Page {
        Page::with(Config { limits, ..Config::default() })
    }

    /// A page on which the user sent "hello" and a stream has begun.
    pub fn asked() -> Page {
        let mut page = Page::default();
        page.begin("hello");
        page
    }

    pub fn handle(&mut self, input: Input<'_>) {
        self.client.handle(input, self.now);
    }

    pub fn begin<'a>(&mut self, text: impl Into<Option<&'a str>>) -> &mut Page {
        self.handle(Input::Begin { text: text.into() });
        self
    }

    pub fn feed(&mut self, bytes: impl AsRef<[u8]>) -> &mut Page {
        self.handle(Input::Feed(bytes.as_ref()));
        self
    }

    /// Feeds one frame.
    pub fn event(&mut self, event: &str, data: Value) -> &mut Page {
        self.feed(frame(event, data))
    }

    pub fn end(&mut self) -> &mut Page {
        self.handle(Input::End);
        self
    }

    /// Applies what changed since the last read, and returns it.
    pub fn read(&mut self) -> Value {
        // Either of the shell's two ways to read; `view` checks the result.
        let grown = self.client.read_text(grown);
        if let Some((turn, change, diagnostics)) = grown {
            let id = self.client.conversation.turns[turn].id;
            let change = with(json!({"index": turn, "id": id, "workReset": false}), change);
            let turns = self.client.conversation.turns.len();
            let delta = json!({"turnCount": turns, "turns": [change], "diagnostics": diagnostics});
            apply(&mut self.seen, delta.clone());
            return delta;
        }
        let packing = &mut self.packing;
        let delta = self.client.read(|delta| {
            let plain = serde_json::to_value(delta).unwrap();
            if let Some((packed, pairs)) = packing {
                packed.pack(delta);
                let Packed { numbers, text, pieces, .. } = packed;
                pairs.push(json!({"plain": plain, "numbers": numbers, "text": text, "pieces": pieces}));
            }
            plain
        });
        apply(&mut self.seen, delta.clone());
        delta
    }

    /// The page's state: what a reader of the deltas has.
    pub fn view(&mut self) -> Value {
        self.read();
        let whole = whole(&self.client);
        assert_same(&self.seen, &whole, "what was read piece by piece is not what is there");
        whole
    }

    /// The client's outputs.
    pub fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.client.poll_output()).collect()
    }

    // Shortcuts to what tests ask for most. Each checks the whole view first.

    pub fn turn(&mut self) -> Turn {
        self.view();
        self.client.conversation.turns.last().expect("a turn").clone()
    }

    pub fn answer(&mut self) -> String {
        self.turn().answer.text.as_str().to_owned()
    }

    pub fn outcome(&mut self) -> Option<Outcome> {
        self.turn().outcome
    }

    pub fn activity(&mut self) -> Option<String> {
        self.view();
        self.client.conversation.activity.clone()
    }

    /// The banner's text.
    pub fn banner(&mut self) -> Option<String> {
        self.view();
        self.client.conversation.error.as_ref().map(|e| e.message.clone())
    }

    /// The status on the page.
    pub fn status(&mut self) -> String {
        self.view()["head"]["status"].as_str().unwrap().to_owned()
    }

    /// The texts of the work messages of run `id`.
    pub fn work_of(&mut self, run_id: &str) -> Vec<String> {
        let of_run = |m: &&Message| m.head.run_id.as_deref() == Some(run_id);
        self.turn().work.iter().filter(of_run).map(|m| m.text.as_str().to_owned()).collect()
    }

    /// `(eventType, description)` of each entry of the last turn's timeline.
    pub fn timeline(&mut self) -> Vec<(String, String)> {
        let turn = self.turn();
        turn.timeline.entries().iter().map(|e| (e.event_type.clone(), e.description.clone())).collect()
    }
}

/// Applies a delta as the JavaScript side does.
fn apply(seen: &mut Value, mut delta: Value) {
    let field = |delta: &mut Value, name: &str| delta.get_mut(name).map(Value::take);
    if let Some(head) = field(&mut delta, "head") {
        seen["head"] = head;
    }
    if let Some(sessions) = field(&mut delta, "sessions") {
        seen["sessions"] = sessions;
    }
    seen["diagnostics"] = delta["diagnostics"].take();
    let turns = seen["turns"].as_array_mut().unwrap();
    let count = delta["turnCount"].as_u64().unwrap() as usize;
    turns.truncate(count);
    for mut change in field(&mut delta, "turns").map_or_else(Vec::new, into_array) {
        let index = change["index"].as_u64().unwrap() as usize;
        let fresh =
            json!({"id": change["id"], "facts": null, "user": null, "answer": null, "work": [], "timeline": []});
        assert!(index <= turns.len(), "a change of turn {index}, of which nothing was heard");
        if index == turns.len() {
            turns.push(fresh);
        } else if turns[index]["id"] != change["id"] || change["fresh"] == true {
            turns[index] = fresh;
        }
        let turn = &mut turns[index];
        if let Some(facts) = field(&mut change, "facts") {
            turn["facts"] = facts;
        }
        for one in ["user", "answer"] {
            if let Some(message) = field(&mut change, one) {
                apply_message(&mut turn[one], message);
            }
        }
        if change["workReset"] == true {
            turn["work"] = json!([]);
        }
        for mut pair in field(&mut change, "work").map_or_else(Vec::new, into_array) {
            let (at, message) = (pair[0].as_u64().unwrap() as usize, pair[1].take());
            let work = turn["work"].as_array_mut().unwrap();
            if at == work.len() {
                work.push(Value::Null);
            }
            apply_message(&mut work[at], message);
        }
        for entry in field(&mut change, "timeline").map_or_else(Vec::new, into_array) {
            let timeline = turn["timeline"].as_array_mut().unwrap();
            let at = entry["id"].as_u64().unwrap() as usize;
            if at == timeline.len() {
                timeline.push(entry);
            } else {
                timeline[at] = entry;
            }
        }
    }
    assert_eq!(turns.len(), count, "turns that nothing was heard of");
}

/// A grown text, as a delta.
fn grown(appended: &Appended<'_>, diagnostics: &Diagnostics) -> (usize, Value, Value) {
    let text = json!({"append": appended.text});
    let message = if appended.thoughts { json!({"thoughts": text}) } else { json!({"text": text}) };
    let change = match appended.work {
        Some(at) => json!({"work": [[at, message]]}),
        None => json!({"answer": message}),
    };
    (appended.turn, change, json!(diagnostics))
}

fn apply_message(seen: &mut Value, mut change: Value) {
    if seen.is_null() {
        assert!(change.get("head").is_some(), "a new message comes with its head");
        *seen = json!({"head": null, "text": "", "thoughts": "", "tools": []});
    }
    if let Some(head) = change.get_mut("head") {
        seen["head"] = head.take();
    }
    for name in ["text", "thoughts"] {
        let Some(text) = change.get(name) else { continue };
        let before = if text["reset"] == true { "" } else { seen[name].as_str().unwrap() };
        seen[name] = [before, &appended(&text["append"])].concat().into();
    }
    if change["toolsReset"] == true {
        seen["tools"] = json!([]);
    }
    for mut pair in change.get_mut("tools").map(Value::take).map_or_else(Vec::new, into_array) {
        let (at, tool) = (pair[0].as_u64().unwrap() as usize, pair[1].take());
        let tools = seen["tools"].as_array_mut().unwrap();
        if at == tools.len() {
            tools.push(tool);
        } else {
            tools[at] = tool;
        }
    }
}

fn into_array(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        other => panic!("no array: {other}"),
    }
}

/// The whole state, in the shape that the deltas add up to.
pub fn whole(client: &Client) -> Value {
    let c = &client.conversation;
    let head = HeadView::of(client);
    json!({
        "head": head,
        "turns": c.turns.iter().enumerate().map(|(t, turn)| whole_turn(turn, c.is_live(t), !c.is_visible(t))).collect::<Vec<_>>(),
        "sessions": c.sessions.list(),
        "diagnostics": c.diagnostics,
    })
}

fn whole_turn(live: &Turn, is_live: bool, hidden: bool) -> Value {
    let turn = live.shown();
    let facts = TurnFacts {
        outcome: turn.outcome,
        attempts: turn.attempts,
        run_id: turn.run_id.as_deref(),
        unsent: turn.unsent_text(),
        notice: turn.notice,
        hidden,
        versions: live.versions(),
        version_in_use: live.version_in_use().filter(|_| is_live),
        error: turn.error.as_ref(),
        pause: turn.pause.as_ref(),
        followups: turn.followups.as_deref(),
        memories: turn.memories.as_deref(),
        session_summary: turn.session_summary.as_deref(),
        usage: turn.usage,
        times: turn.times,
    };
    json!({
        "id": turn.id,
        "facts": facts,
        "user": turn.user.as_ref().map(whole_message),
        "answer": whole_message(&turn.answer),
        "work": turn.work.iter().map(whole_message).collect::<Vec<_>>(),
        "timeline": turn.timeline.entries(),
    })
}

fn whole_message(message: &Message) -> Value {
    json!({
        "head": message.head,
        "text": message.text.as_str(),
        "thoughts": message.thoughts.as_str(),
        "tools": message.tools,
    })
}

/// Like `assert_eq`, but prints only where two large values differ.
#[track_caller]
pub fn assert_same(left: &Value, right: &Value, why: &str) {
    if left != right {
        let (path, l, r) = difference("", left, right);
        panic!("{why}: at {path}\n  left:  {l:.300}\n  right: {r:.300}");
    }
}

fn difference(path: &str, left: &Value, right: &Value) -> (String, String, String) {
    let step = |key: &str, l: Option<&Value>, r: Option<&Value>| {
        let null = Value::Null;
        (l != r).then(|| difference(&format!("{path}/{key}"), l.unwrap_or(&null), r.unwrap_or(&null)))
    };
    let found = match (left, right) {
        (Value::Object(l), Value::Object(r)) => keys(l, r).find_map(|key| step(key, l.get(key), r.get(key))),
        (Value::Array(l), Value::Array(r)) => {
            (0..l.len().max(r.len())).find_map(|at| step(&at.to_string(), l.get(at), r.get(at)))
        }
        _ => None,
    };
    found.unwrap_or_else(|| (path.to_owned(), left.to_string(), right.to_string()))
}

fn keys<'a>(left: &'a Map<String, Value>, right: &'a Map<String, Value>) -> impl Iterator<Item = &'a String> {
    left.keys().chain(right.keys())
}

// ── recordings ─────────────────────────────────────────────────────────────────────────────────────────────────

/// A stream of a real AgentOS, and what it stored afterwards.
pub struct Recording {
    pub name: String,
    pub bytes: Vec<u8>,
    pub meta: Value,
    pub truth: Option<Value>,
}

impl Recording {
    pub fn load(name: &str) -> Recording {
        let bytes = fs::read(folder().join(format!("{name}.sse"))).unwrap();
        let base = match name.rsplit_once('.') {
            Some((base, _)) => base,
            None => name,
        };
        let truth = [name, base].iter().find_map(|n| json_file(&format!("{n}.truth.json")));
        let meta = json_file(&format!("{name}.json")).unwrap();
        Recording { name: name.into(), bytes, meta, truth }
    }

    /// All of them, by name.
    pub fn all() -> Vec<Recording> {
        let mut names: Vec<String> = fs::read_dir(folder())
            .unwrap()
            .filter_map(|file| file.unwrap().file_name().to_str().unwrap().strip_suffix(".sse").map(str::to_owned))
            .collect();
        names.sort();
        names.iter().map(|name| Recording::load(name)).collect()
    }

    pub fn is_stream(&self) -> bool {
        self.meta["response_headers"]["content-type"].as_str().is_some_and(|t| t.contains("event-stream"))
    }

    pub fn status(&self) -> u16 {
        self.meta["status"].as_u64().unwrap() as u16
    }

    /// The chunks as they arrived from the network.
    pub fn chunks(&self) -> Vec<&[u8]> {
        let sizes = self.meta["chunks_ms_size"].as_array().unwrap();
        let mut rest = &self.bytes[..];
        let mut chunks: Vec<&[u8]> = sizes
            .iter()
            .map(|pair| {
                let (chunk, behind) = rest.split_at(pair[1].as_u64().unwrap() as usize);
                rest = behind;
                chunk
            })
            .collect();
        chunks.push(rest);
        chunks
    }

    /// The frames, parsed naively: name and data.
    pub fn frames(&self) -> Vec<(String, Value)> {
        let text = std::str::from_utf8(&self.bytes).unwrap();
        text.split("\n\n").filter_map(parse_block).collect()
    }

    /// The bytes of each frame (and comment).
    pub fn blocks(&self) -> Vec<&[u8]> {
        let text = std::str::from_utf8(&self.bytes).unwrap();
        text.split_inclusive("\n\n").map(str::as_bytes).collect()
    }
}

/// The bytes of a stream in tests/fixtures/agno.
pub fn agno(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/agno/{name}.sse"))).unwrap()
}

fn parse_block(block: &str) -> Option<(String, Value)> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    let data: Value = serde_json::from_str(field("data: ")?).unwrap();
    let name = data["event"].as_str().or(field("event: ")).unwrap_or("").to_owned();
    Some((name, data))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/recordings")
}

fn json_file(name: &str) -> Option<Value> {
    let text = fs::read_to_string(folder().join(name)).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

/// Plays the recordings one after another to a new page, cut by `cut`; the page reads after every `pace`th chunk.
pub fn replay<'a>(parts: &'a [&Recording], pace: usize, cut: impl Fn(&'a Recording) -> Vec<&'a [u8]>) -> Page {
    let mut page = Page::default();
    for part in parts {
        page.begin(None);
        for (i, piece) in cut(part).into_iter().enumerate() {
            page.feed(piece);
            if i % pace == pace - 1 {
                page.read();
            }
        }
        page.end();
    }
    page
}

/// A text, or the chunks of a long one.
fn appended(append: &Value) -> String {
    match append {
        Value::Array(pieces) => pieces.iter().map(|piece| piece.as_str().unwrap()).collect(),
        text => text.as_str().unwrap().to_owned(),
    }
}
