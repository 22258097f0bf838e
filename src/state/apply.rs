//! One event applied to the conversation.
//!
//! The rules are DESIGN §4: only a frame without parent decides the run's fate; deltas are appended once, none
//! compared; the first end counts; a retry voids the attempt before it.

use super::entries::provider_error;
use super::message::{Message, RunStatus};
use super::pause::Pause;
use super::timeline::EntryStatus;
use super::tool::{is_delegation, ToolStatus};
use super::{ActivityKind, Conversation, Outcome};
use crate::error::StreamError;
use crate::event::{Kind, RunEvent, Tool};
use crate::json::{Raw, Str};
use crate::time::Seconds;

/// The run whose text a content frame appends to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AppendTo {
    turn: usize,
    run: usize,
    /// The frame names a session, and it was the current one then.
    session: u32,
}

impl Conversation {
    /// Takes one event in.
    pub fn apply(&mut self, event: &RunEvent<'_>, now: Seconds) {
        let t = self.place_event(event, now);
        self.see_session(t, event, now);
        match event.kind {
            Kind::RunContent | Kind::RunIntermediateContent => {}
            _ => self.turns[t].tells_its_end = true,
        }
        match event.kind {
            Kind::Unknown => {
                let name = event.name.decode();
                self.diagnostics.unknown(if name.is_empty() { "(no name)" } else { &name }, &self.limits);
            }
            Kind::Retry => self.retry(t, event, now),
            Kind::Error | Kind::StreamExpired => self.failed(t, event, now),
            Kind::CatchUp | Kind::Subscribed => self.lives(t),
            Kind::Replay => self.turns[t].stated = event.status.and_then(|s| stated(&s.decode())),
            _ => self.apply_to_run(t, event, now),
        }
    }

    /// A session is listed from its first frame on, under the words of the user.
    fn see_session(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) {
        let Some(id) = event.session_id else { return };
        let turn = &mut self.turns[t];
        let known = |session: &Option<String>| session.as_deref().is_some_and(|s| id.is(s));
        if known(&turn.session_id) && known(&self.session_id) && turn.run_id.is_some() {
            return;
        }
        let id: String = id.into();
        let name = turn.user.as_ref().map_or("", |u| u.text.as_str());
        let (name, at) = (crate::limits::excerpt(name.trim(), 120), event.created_at.unwrap_or(now));
        let listed = self.sessions.see(&id, name, at, self.limits.max_sessions);
        self.diagnostics.dropped_entries += u64::from(!listed);
        turn.session_id = Some(id.clone());
        if self.session_id.as_deref() != Some(&id) {
            self.session_id = Some(id);
            self.session_changes += 1;
            self.head_dirty = true;
        }
    }

    /// `event: error`: the end.
    fn failed(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) {
        if self.turns[t].outcome.is_some() {
            return;
        }
        let text = event.error.or(event.message).map(String::from).or_else(|| event.error_text.map(str::to_owned));
        let kind = event.error_type.map(String::from);
        let error = StreamError::from_event(text, kind.as_deref(), event.retries);
        self.note_error(t, event, &error, now);
        self.finish(t, Outcome::Failed, Some(error), now);
    }

    fn apply_to_run(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) {
        let Some(run) = self.run_of(t, event, now) else { return };
        self.lives(t);
        match event.kind {
            Kind::RunContent | Kind::ReasoningContentDelta => return self.content(t, run, event, now),
            Kind::ToolCallStarted | Kind::ToolCallCompleted | Kind::ToolCallError => {
                return self.tool(t, run, event, now)
            }
            // Once over is over: a completion behind a cancellation only tells the last words.
            Kind::RunCompleted | Kind::WorkflowCompleted if self.is_over(t, run) => {
                return self.last_words(t, run, event)
            }
            kind if ends(kind) && self.is_over(t, run) => return,
            _ => {}
        }
        if event.kind == Kind::RunStarted && self.turns[t].runs.get(run).entry.is_some() && self.is_started(t, run) {
            return;
        }
        let entry = self.note(t, run, event, now);
        self.facts(t, run, event);
        match event.kind {
            Kind::RunStarted | Kind::WorkflowStarted => {
                self.turns[t].runs.edit(run).entry = entry;
                self.working(t, run);
            }
            Kind::RunContinued => self.continued(t, run, entry),
            Kind::RunCompleted | Kind::WorkflowCompleted => {
                self.last_words(t, run, event);
                self.run_ended(t, run, RunStatus::Completed, Outcome::Completed, None, now);
            }
            Kind::RunCancelled | Kind::WorkflowCancelled => {
                self.run_ended(t, run, RunStatus::Cancelled, Outcome::Cancelled, None, now);
                self.last_words(t, run, event);
            }
            Kind::RunError | Kind::WorkflowError => {
                let error = Some(provider_error(event));
                self.run_ended(t, run, RunStatus::Error, Outcome::Failed, error, now);
            }
            Kind::RunPaused | Kind::Paused | Kind::WorkflowPaused => self.paused(t, run, event, now),
            Kind::RunOutput => self.run_output(t, run, event, now),
            Kind::ReasoningStarted => self.thinking(t, run),
            Kind::ReasoningStep => self.reasoning_step(t, run, event),
            Kind::ModelRequestStarted | Kind::ReasoningCompleted => self.working(t, run),
            Kind::MemoryUpdateStarted => self.busy(t, "Updating memory..."),
            Kind::SessionSummaryStarted => self.busy(t, "Summarizing the session..."),
            Kind::FollowupsStarted => self.busy(t, "Preparing follow-up questions..."),
            _ => {}
        }
    }

    /// A delta: the hot path. The timeline has one entry for all deltas of a run.
    fn content(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
        if self.turns[t].runs.get(run).over {
            self.diagnostics.stale_frames += 1;
            return;
        }
        if self.turns[t].runs.get(run).content_entry.is_none() && event.kind == Kind::RunContent {
            let entry = self.note(t, run, event, now);
            self.turns[t].runs.edit(run).content_entry = entry;
        }
        let limits = self.limits;
        let turn = &mut self.turns[t];
        turn.has_content = true;
        let mut fits = true;
        if let Some(message) = turn.message_of(run) {
            if let Some(content) = event.content {
                fits = message.add_content(content, event.content_type, &limits);
            }
            if let Some(thought) = event.reasoning_content {
                fits &= message.thoughts.append(thought, &limits);
            }
            if let Some(steps) = event.reasoning_steps {
                message.set_reasoning_steps(steps, &limits);
            }
            if event.has_extras() {
                message.add_extras(event, &limits);
            }
        }
        self.diagnostics.dropped_entries += u64::from(!fits);
        let thinks = event.content.is_none() && event.reasoning_content.is_some();
        if thinks {
            self.thinking(t, run);
        } else if turn_runs(&self.turns[t].outcome) {
            self.say(ActivityKind::Responding, t, run);
        }
    }

    /// Where the text of `event`, which was applied just now, went; `None` if it did more than append it.
    pub(crate) fn appends(&mut self, event: &RunEvent<'_>) -> Option<AppendTo> {
        let nothing_else = event.kind == Kind::RunContent
            && event.event_index.is_none()
            && event.reasoning_content.is_none()
            && event.reasoning_steps.is_none()
            && !event.has_extras();
        let turn = self.live.filter(|_| nothing_else && event.content.is_some_and(|c| c.as_str().is_some()))?;
        let runs = &mut self.turns[turn].runs;
        let run = runs.find(&event.run_id?.decode())?;
        let goes_on = !runs.get(run).over && !runs.get(run).void && self.turns[turn].outcome.is_none();
        goes_on.then_some(AppendTo { turn, run, session: self.session_changes })
    }

    /// Whether a frame like the one that `to` was learned of would still do nothing but append.
    pub(crate) fn takes(&self, to: AppendTo) -> bool {
        to.session == self.session_changes
    }

    /// One more content frame that is like one before but for its text.
    pub(crate) fn append(&mut self, to: AppendTo, text: Str<'_>) {
        self.diagnostics.frames_read += 1;
        let limits = self.limits;
        let message = self.turns[to.turn].message_of(to.run);
        let fits = message.is_none_or(|m| m.text.append(text, &limits));
        self.diagnostics.dropped_entries += u64::from(!fits);
        self.first_unread = self.first_unread.min(to.turn);
        self.say(ActivityKind::Responding, to.turn, to.run);
    }

    fn tool(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
        let Some(tool) = event.tool.and_then(Tool::read) else { return };
        let entry = self.note(t, run, event, now);
        let started = event.kind == Kind::ToolCallStarted;
        let status = match event.kind {
            Kind::ToolCallStarted => ToolStatus::Started,
            Kind::ToolCallError => ToolStatus::Error,
            _ => ToolStatus::Completed,
        };
        let limits = self.limits;
        let turn = &mut self.turns[t];
        let mut fits = true;
        if let Some(message) = turn.message_of(run) {
            match message.tool(&tool, status, event.created_at.unwrap_or(now), &limits) {
                Some(call) => call.error = event.error.map(String::from).or(call.error.take()),
                None => fits = false,
            }
            message.add_extras(event, &limits);
        }
        self.diagnostics.dropped_entries += u64::from(!fits);
        let delegates = tool.tool_name.is_some_and(is_delegation);
        if delegates && started {
            self.delegate(t, run, &tool, entry, now);
        } else if delegates {
            self.turns[t].delegated(&tool, status == ToolStatus::Error || tool.tool_call_error == Some(true));
        }
        if !turn_runs(&self.turns[t].outcome) {
            return;
        }
        if started {
            let turn = &self.turns[t];
            let leader = turn.runs.get(run).name.clone();
            let name: String = tool.tool_name.map(String::from).unwrap_or_default();
            let member = delegates.then(|| turn.member_name(&super::delegation::member_id(&tool)));
            self.set_activity(ActivityKind::Other, run, |texts| match member {
                Some(member) => texts.delegation(&leader, &name, tool.tool_args, &member),
                None => texts.tool(&leader, &name, tool.tool_args),
            });
        } else {
            self.working(t, run);
        }
    }

    fn reasoning_step(&mut self, t: usize, run: usize, event: &RunEvent<'_>) {
        let Some(step) = event.content.filter(|c| c.as_object().is_some()) else { return };
        let limits = self.limits;
        if let Some(message) = self.turns[t].message_of(run) {
            let repeated = message.head.reasoning_steps.last().map(String::as_str) == Some(step.text());
            if !repeated && message.head.reasoning_steps.len() < limits.max_items {
                message.edit().reasoning_steps.push(step.text().into());
            }
        }
    }

    /// What an event carries beside what it says.
    fn facts(&mut self, t: usize, run: usize, event: &RunEvent<'_>) {
        let turn = &mut self.turns[t];
        let text = |raw: Raw<'_>| Some(raw.text().to_owned());
        if let Some(memories) = event.memories {
            turn.memories = text(memories);
            turn.dirty = true;
        }
        if let Some(summary) = event.session_summary {
            turn.session_summary = text(summary);
            turn.dirty = true;
        }
        if let Some(followups) = event.followups {
            turn.followups = text(followups);
            turn.dirty = true;
            if turn.runs.get(run).top {
                turn.answer.edit().followups = text(followups);
            }
        }
        let usage = &mut turn.runs.edit(run).usage;
        match event.kind {
            Kind::ModelRequestCompleted => usage.add_request(event.tokens),
            _ => match event.metrics {
                Some(metrics) => usage.replace(metrics),
                None => return,
            },
        }
        let mut all = super::Usage::default();
        turn.runs.iter().for_each(|r| all.add(&r.usage));
        turn.usage = all;
        turn.dirty = true;
        self.head_dirty = true;
    }

    /// The final content of a run.
    fn last_words(&mut self, t: usize, run: usize, event: &RunEvent<'_>) {
        let limits = self.limits;
        let turn = &mut self.turns[t];
        let (top, alone) = (turn.runs.get(run).top, turn.work.is_empty());
        let cancelled = turn.outcome == Some(Outcome::Cancelled);
        let Some(message) = turn.message_of(run) else { return };
        if let Some(content) = event.content {
            if !(top && cancelled) {
                message.set_content(content, event.content_type, &limits);
            } else if alone && content.as_str().is_some_and(|c| c.decode().starts_with(message.text.leg())) {
                // The last token of a cancelled run is told only here. With members, their tokens are mixed into it.
                message.set_content(content, event.content_type, &limits);
            }
        }
        if let Some(steps) = event.reasoning_steps {
            message.set_reasoning_steps(steps, &limits);
        } else if let Some(thoughts) = event.reasoning_content {
            // Of a run with reasoning steps it is their summary; else the thoughts as they were streamed.
            if message.head.reasoning_steps.is_empty() {
                message.thoughts.replace_leg(&thoughts.decode(), &limits);
            }
        }
        message.add_extras(event, &limits);
        if let Some(tools) = event.tools.and_then(Raw::as_array) {
            for tool in tools.filter_map(Tool::read) {
                let known = message.tools.iter().any(|call| call.is(&tool));
                if !known {
                    message.tool(&tool, ToolStatus::Completed, message.head.created_at, &limits);
                }
            }
        }
    }

    fn continued(&mut self, t: usize, run: usize, entry: Option<u32>) {
        let turn = &mut self.turns[t];
        let record = turn.runs.edit(run);
        record.over = false;
        record.content_entry = None;
        record.entry = record.entry.or(entry);
        if let Some(message) = turn.message_of(run) {
            message.edit().status = RunStatus::Started;
        }
        self.working(t, run);
    }

    fn paused(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
        let limits = self.limits;
        let turn = &mut self.turns[t];
        let top = turn.runs.get(run).top;
        let run_id = turn.runs.get(run).id.clone();
        let Some(message) = turn.message_of(run) else { return };
        let tools = event.tools.and_then(Raw::as_array).into_iter().flatten();
        for tool in tools.filter_map(Tool::read) {
            let done = tool.result.is_some();
            let status = if done { ToolStatus::Completed } else { ToolStatus::Paused };
            message.tool(&tool, status, now, &limits);
        }
        // What the model said stays; where it said nothing, the framework's notice stands in until the run goes on.
        let silent = message.text.leg().is_empty();
        if let Some(notice) = event.content.filter(|_| silent) {
            message.set_content(notice, event.content_type, &limits);
        }
        turn.shows_pause_notice = top && silent && event.content.is_some();
        if top {
            turn.pause = Some(Pause::read(event, Some(&run_id)));
        }
        self.run_ended(t, run, RunStatus::Paused, Outcome::Paused, None, now);
    }

    /// A JSON answer instead of a stream.
    fn run_output(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
        let status = event.status.map(|s| s.decode().to_ascii_uppercase()).unwrap_or_default();
        match status.as_str() {
            "PAUSED" => self.paused(t, run, event, now),
            "ERROR" => {
                let error = Some(provider_error(event));
                self.run_ended(t, run, RunStatus::Error, Outcome::Failed, error, now);
            }
            "CANCELLED" => {
                self.last_words(t, run, event);
                self.run_ended(t, run, RunStatus::Cancelled, Outcome::Cancelled, None, now);
            }
            // Accepted in the background: it runs on, and its answer is on the server.
            "PENDING" | "RUNNING" => {}
            _ => {
                self.last_words(t, run, event);
                self.run_ended(t, run, RunStatus::Completed, Outcome::Completed, None, now);
            }
        }
    }

    /// A run ends. At the top it is the turn that ends.
    fn run_ended(
        &mut self,
        t: usize,
        run: usize,
        status: RunStatus,
        outcome: Outcome,
        error: Option<StreamError>,
        now: Seconds,
    ) {
        let turn = &mut self.turns[t];
        let record = turn.runs.edit(run);
        record.over = true;
        let (top, content_entry) = (record.top, record.content_entry.take());
        if let Some(entry) = content_entry {
            let failed = status == RunStatus::Error;
            turn.timeline.set_status(entry, if failed { EntryStatus::Error } else { EntryStatus::Completed });
        }
        if let Some(message) = turn.message_of(run) {
            let head = message.edit();
            head.status = status;
            head.error = error.as_ref().map(|e| e.message.clone());
        }
        if top && turn.outcome.is_none() {
            self.finish(t, outcome, error, now);
        } else if !top {
            self.back_to_top(t);
        }
    }

    fn is_over(&self, t: usize, run: usize) -> bool {
        let run = self.turns[t].runs.get(run);
        run.over || (run.top && self.turns[t].outcome.is_some())
    }

    fn is_started(&self, t: usize, run: usize) -> bool {
        let turn = &self.turns[t];
        let record = turn.runs.get(run);
        let entry = record.entry.and_then(|e| turn.timeline.entries().get(e as usize));
        entry.is_some_and(|e| {
            e.details.run_id.as_deref() == Some(&record.id)
                && e.event_type.ends_with("Started")
                && e.details.tool_name.is_none()
        })
    }

    fn working(&mut self, t: usize, run: usize) {
        if turn_runs(&self.turns[t].outcome) {
            self.say(ActivityKind::Working, t, run);
        }
    }

    /// `… is working...`, `… is responding...`: written only when it changes.
    fn say(&mut self, kind: ActivityKind, t: usize, run: usize) {
        if self.activity_of != Some((kind, run)) {
            let name = self.turns[t].runs.get(run).name.clone();
            self.set_activity(kind, run, |texts| match kind {
                ActivityKind::Responding => texts.responding(&name),
                _ => texts.working(&name),
            });
        }
    }

    fn back_to_top(&mut self, t: usize) {
        if let Some(living) = self.turns[t].living {
            self.working(t, living);
        }
    }

    fn thinking(&mut self, t: usize, run: usize) {
        if turn_runs(&self.turns[t].outcome) {
            let name = self.turns[t].runs.get(run).name.clone();
            self.set_activity(ActivityKind::Other, run, |texts| texts.thinking(&name));
        }
    }

    fn busy(&mut self, t: usize, text: &str) {
        if turn_runs(&self.turns[t].outcome) {
            self.set_activity(ActivityKind::Other, usize::MAX, |_| text.to_owned());
        }
    }
}

impl super::Turn {
    /// The message that the run's words go to.
    pub(super) fn message_of(&mut self, run: usize) -> Option<&mut Message> {
        let run = self.runs.get(run);
        match (run.top, run.work) {
            (true, _) => Some(&mut self.answer),
            (false, Some(at)) => self.work.get_mut(at),
            (false, None) => None,
        }
    }
}

fn turn_runs(outcome: &Option<Outcome>) -> bool {
    outcome.is_none()
}

fn ends(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::RunError
            | Kind::RunCancelled
            | Kind::RunPaused
            | Kind::Paused
            | Kind::WorkflowError
            | Kind::WorkflowCancelled
            | Kind::WorkflowPaused
    )
}

/// The status of a `replay` frame.
fn stated(status: &str) -> Option<Outcome> {
    match status.to_ascii_uppercase().as_str() {
        "COMPLETED" => Some(Outcome::Completed),
        "PAUSED" => Some(Outcome::Paused),
        "CANCELLED" => Some(Outcome::Cancelled),
        "ERROR" => Some(Outcome::Failed),
        _ => None,
    }
}
