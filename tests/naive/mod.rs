//! The decoder and the reducer again, as plainly as possible: the whole stream at once, split into lines, parsed by
//! serde_json, walked through from the start. Written from docs/agentos-protocol.md, docs/guarantees.md and, for what is
//! asked again, docs/versions.md, docs/editing.md and docs/follow.md, not from `src/`.
//!
//! Not covered: limits, the timeline, sessions, usage, workflows, and reading in deltas.
#![allow(dead_code)]

mod decoder;
pub mod shape;
pub mod turn;

use decoder::{decode, read};
use serde_json::{json, Value};

const KNOWN: &str =
    "RunStarted RunContent RunContentCompleted RunCompleted RunError RunCancelled RunPaused RunContinued \
    ToolCallStarted ToolCallCompleted ToolCallError ModelRequestStarted ModelRequestCompleted MemoryUpdateStarted paused";

/// What a page shows of one answer.
#[derive(Default, Clone)]
pub struct Naive {
    /// The runs of the attempt that counts, in order of appearance. The one without a parent gives the answer.
    pub runs: Vec<Run>,
    /// Runs of superseded attempts, the number of those attempts, and the retry that is being waited for.
    void: Vec<String>,
    pub voided: u64,
    pub waits: Option<u64>,
    pub outcome: Option<&'static str>,
    last_index: Option<u64>,
    /// What paused or failed may go on, and then counts from 0 again.
    counts_anew: bool,
    tells_its_end: bool,
    pub malformed: u64,
    pub unknown: u64,
    /// How often the run that failed was asked to go on.
    in_place: u64,
    /// It was asked for again, and something has come since.
    pub again: bool,
    heard: bool,
}

/// What one run said and did: before its last pause, since then, and the framework's notice if it paused in silence.
#[derive(Default, Clone)]
pub struct Run {
    pub id: String,
    pub parent: Value,
    pub before: String,
    pub text: String,
    /// Where in `text` the last request to the model began.
    asked_at: usize,
    pub notice: String,
    pub thoughts: String,
    pub tools: Vec<Value>,
    /// Model requests so far.
    rounds: u64,
    pub end: Option<&'static str>,
    /// How a run above it ended, if that was first.
    pub end_above: Option<&'static str>,
    /// It has ended, or the turn has.
    is_over: bool,
}

impl Naive {
    /// A run that regenerates another one begins with what AgentOS keeps of it (§15.3), and does not show its frames.
    pub fn regenerates(source: &Naive) -> Naive {
        let mut kept = source.clone();
        kept.settle();
        let answer = kept.runs.iter().find(|run| run.parent.is_null()).cloned().unwrap_or_default();
        let before = answer.before + &answer.text[..answer.asked_at];
        let answer = Run { before, tools: answer.tools, rounds: answer.rounds, ..Run::default() };
        kept.runs.retain(|run| !run.parent.is_null());
        kept.runs.insert(0, answer);
        Naive { runs: kept.runs, again: true, ..Naive::default() }
    }

    /// Frames of the runs of `other` are not this one's.
    pub fn is_not(&mut self, other: &Naive) {
        self.void.extend(other.void.iter().cloned().chain(other.runs.iter().map(|run| run.id.clone())));
    }

    /// The run that failed is asked to go on.
    pub fn goes_on_in_place(&mut self) {
        self.settle();
        (self.outcome, self.in_place, self.counts_anew) = (None, self.in_place + 1, true);
        (self.again, self.heard) = (true, false);
    }

    /// The id of the run that gives the answer; empty: none has begun.
    pub fn id(&self) -> &str {
        self.runs.iter().find(|run| run.parent.is_null()).map_or("", |run| &run.id)
    }

    pub fn attempts(&self) -> u64 {
        self.voided + self.in_place + 1
    }

    /// What did not end by itself has ended with the turn.
    fn settle(&mut self) {
        let Some(outcome) = self.outcome else { return };
        for run in self.runs.iter_mut().filter(|run| run.end.is_none()) {
            run.end = run.end_above.or(Some(outcome));
            run.leave_tools(outcome);
        }
        for run in self.runs.iter_mut().filter(|run| run.end.is_some_and(|end| end != "paused")) {
            run.leave_tools(run.end.unwrap_or_default());
        }
        // The pause has been answered.
        let tools = self.runs.iter_mut().filter(|_| outcome == "completed").flat_map(|run| &mut run.tools);
        tools.filter(|tool| tool["status"] == "paused").for_each(|tool| tool["status"] = json!("completed"));
    }

    /// All bytes of one connection.
    pub fn feed(&mut self, bytes: &[u8]) {
        for (name, data) in decode(bytes) {
            match read(&name, &data) {
                Some((name, data)) => self.event(name.strip_prefix("Team").unwrap_or(&name), &data),
                None => self.malformed += 1,
            }
        }
    }

    /// The connection ends, after these bytes. A stream requested with only content ends where it ends.
    pub fn close(&mut self, bytes: &[u8]) {
        self.last_frame(bytes);
        self.ends(match () {
            // Nothing came of what was asked again: it was refused (§15.5).
            () if self.again && !self.heard => "failed",
            () if self.heard && !self.tells_its_end => "completed",
            () => "interrupted",
        });
    }

    /// The last frame of these bytes may lack its blank line.
    pub fn last_frame(&mut self, bytes: &[u8]) {
        let frames = decode(bytes).len();
        for (name, data) in
            decode(&[bytes, b"\n\n"].concat()).into_iter().skip(frames).filter(|(_, data)| !data.is_empty())
        {
            if let Some((name, data)) = read(&name, &data) {
                self.event(name.strip_prefix("Team").unwrap_or(&name), &data);
            }
        }
    }

    /// The first end counts.
    pub fn ends(&mut self, outcome: &'static str) {
        (self.outcome, self.waits) = (self.outcome.or(Some(outcome)), None);
    }

    fn event(&mut self, kind: &str, data: &Value) {
        self.tells_its_end |= kind != "RunContent";
        self.heard = true;
        match kind {
            "retry" if self.waits.is_some() && self.waits == data["attempt"].as_u64() => {}
            "retry" => {
                self.attempt_is_void();
                self.waits = data["attempt"].as_u64().or(Some(self.voided));
            }
            // The server does not have the rest.
            "error" if data["error"].as_str().is_some_and(|words| words.contains("not found in buffer")) => {
                self.ends("interrupted")
            }
            "error" => self.ends("failed"),
            _ if KNOWN.split(' ').any(|known| known == kind) => self.run_event(kind, data),
            _ => self.unknown += 1,
        }
    }

    fn run_event(&mut self, kind: &str, data: &Value) {
        let (id, parent) = (data["run_id"].as_str().unwrap_or("").to_owned(), &data["parent_run_id"]);
        let top = parent.is_null();
        if id.is_empty() && kind == "RunError" {
            // A refusal (§15.10).
            return self.ends("failed");
        }
        if self.void.iter().any(|void| *void == id || parent == void) {
            return self.void.push(id);
        }
        if let Some(unnamed) = self.runs.iter_mut().find(|run| top && run.parent.is_null() && run.id.is_empty()) {
            unnamed.id.clone_from(&id);
        }
        if top && self.runs.iter().any(|run| run.parent.is_null() && run.id != id) {
            self.attempt_is_void();
        }
        if let Some(index) = data["event_index"].as_u64() {
            let anew = kind == "RunContinued" && top && std::mem::take(&mut self.counts_anew) && index == 0;
            if self.last_index.is_some_and(|last| index <= last && !anew) {
                return;
            }
            self.last_index = Some(index);
        }
        self.waits = None;
        let at = self.runs.iter().position(|run| run.id == id).unwrap_or(self.runs.len());
        if at == self.runs.len() {
            self.runs.push(Run { id: id.clone(), parent: parent.clone(), ..Run::default() });
        }
        if kind == "RunContinued" {
            if top && self.outcome == Some("failed") {
                // The stream of a run that failed and went on.
                self.goes_on_in_place();
            }
            let run = &mut self.runs[at];
            if top && run.end == Some("failed") {
                // What the last request to the model said is said again.
                run.before += &run.text[..run.asked_at];
                (run.text, run.asked_at, run.end, run.is_over) = (String::new(), 0, None, false);
            }
            // Its members continue with the turn.
            for run in self.runs.iter_mut().filter(|run| run.end == Some("paused") && (top || run.id == id)) {
                run.before += &std::mem::take(&mut run.text);
                (run.notice, run.asked_at, run.end, run.end_above) = (String::new(), 0, None, None);
            }
            return self.outcome = self.outcome.filter(|outcome| !top || *outcome != "paused");
        }
        let leads = self.runs.iter().any(|run| run.parent == data["run_id"]);
        let over = self.runs[at].end.is_some() || (top && self.outcome.is_some());
        let run = &mut self.runs[at];
        run.is_over = over && run.end != Some("paused") || run.end_above.is_some();
        let content = data["content"].as_str().map_or_else(|| format!("{:#}", data["content"]), str::to_owned);
        let none = data["content"].is_null();
        let end = match kind {
            "ToolCallStarted" => {
                run.tool(&data["tool"], "started", &Value::Null);
                return run.end_above.filter(|_| run.end.is_none()).map_or((), |end| run.leave_tools(end));
            }
            "ToolCallCompleted" => return run.tool(&data["tool"], "completed", &Value::Null),
            "ToolCallError" => return run.tool(&data["tool"], "error", &data["error"]),
            "ModelRequestStarted" if !over || !top => {
                (run.rounds, run.asked_at) = (run.rounds + 1, run.text.len());
                return;
            }
            _ if over => return,
            "RunContent" => {
                run.thoughts += data["reasoning_content"].as_str().unwrap_or("");
                match data["content"] {
                    Value::Null => {}
                    Value::String(_) => run.text += &content,
                    _ => run.is_now(content),
                }
                return;
            }
            "RunError" => "failed",
            "RunCompleted" => "completed",
            "RunCancelled" => "cancelled",
            "RunPaused" | "paused" => "paused",
            _ => return,
        };
        match end {
            "failed" => {}
            "paused" if run.text.is_empty() && !none => run.notice = content,
            // Only this event carries the last token; a leader's text has its members' tokens mixed in.
            "cancelled" if leads || !content.starts_with(&run.text) => {}
            // An empty end deletes nothing.
            "completed" | "cancelled" if !none && (!content.trim().is_empty() || run.text.is_empty()) => {
                run.is_now(content)
            }
            _ => {}
        }
        run.end = Some(end);
        if !top && end != "paused" {
            let mut above = vec![id.clone()];
            for below in self.runs.iter_mut() {
                if above.iter().any(|above| below.parent == above[..]) {
                    above.push(below.id.clone());
                    let open = below.end.is_none() && below.end_above.is_none();
                    if open {
                        below.leave_tools(end);
                    }
                    below.end_above = below.end_above.or(Some(end));
                }
            }
        }
        let run = &mut self.runs[at];
        data["tools"].as_array().into_iter().flatten().for_each(|tool| run.tool(tool, end, &Value::Null));
        if top {
            self.counts_anew |= matches!(end, "paused" | "failed");
            self.ends(end);
        }
    }

    fn attempt_is_void(&mut self) {
        self.void.extend(self.runs.drain(..).map(|run| run.id));
        (self.outcome, self.last_index, self.voided) = (None, None, self.voided + 1);
    }
}

impl Run {
    /// The text as a whole. Where the last request began in another text is not known.
    fn is_now(&mut self, text: String) {
        if !text.starts_with(&self.text[..self.asked_at]) {
            self.asked_at = 0;
        }
        self.text = text;
    }

    fn tool(&mut self, tool: &Value, status: &str, error: &Value) {
        // The same id with other arguments is another call, and so is one that the next model request starts.
        let (tools, round) = (&self.tools, self.rounds);
        let over = |at: usize| tools[at]["status"] == "completed" || tools[at]["status"] == "error";
        let same = |at: &usize| tools[*at]["id"] == tool["tool_call_id"] && tools[*at]["args"] == tool["tool_args"];
        let of_round = |at: &usize| tools[*at]["round"] == round;
        let all = || (0..tools.len()).rev().filter(same);
        let known = match status {
            // No call begins after the end.
            "started" if !self.is_over => all().find(|at| !over(*at) || of_round(at)),
            _ => all().find(|at| !over(*at)).or_else(|| all().find(of_round)).or_else(|| all().next()),
        };
        let at = known.unwrap_or(tools.len());
        if known.is_none() {
            let (id, name) = (&tool["tool_call_id"], &tool["tool_name"]);
            self.tools.push(json!({"id": id, "name": name, "status": "started", "round": round}));
        }
        let known = &mut self.tools[at];
        for (key, value) in [("args", &tool["tool_args"]), ("result", &tool["result"]), ("error", error)] {
            known[key] = if value.is_null() { known[key].take() } else { value.clone() };
        }
        let over = known["status"] == "completed" || known["status"] == "error";
        match status {
            _ if tool["tool_call_error"] == true => known["status"] = json!("error"),
            "started" | "paused" if over => {}
            status => known["status"] = json!(status),
        }
    }

    /// Ends the calls that run: no event reports their end.
    fn leave_tools(&mut self, end: &str) {
        let left = if end == "completed" { "completed" } else { "cancelled" };
        for tool in self.tools.iter_mut().filter(|tool| tool["status"] == "started") {
            tool["status"] = json!(left);
        }
    }
}
