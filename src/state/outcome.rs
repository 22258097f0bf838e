//! How runs end, pause and continue; at the top level, so does the turn.
//!
//! Only a frame without a parent decides the turn's outcome, and the first end counts.

use super::message::RunStatus;
use super::pause::Pause;
use super::timeline::EntryStatus;
use super::tool::ToolStatus;
use super::{Conversation, Outcome};
use crate::error::StreamError;
use crate::event::{Kind, RunEvent, Tool};
use crate::json::Raw;
use crate::time::Seconds;

impl Conversation {
    #[inline(never)]
    pub(super) fn run_continued(&mut self, t: usize, run: usize, entry: Option<u32>) {
        let limits = self.limits;
        let turn = &mut self.turns[t];
        let record = turn.runs.edit(run);
        record.over = false;
        record.content_entry = None;
        record.entry = record.entry.or(entry);
        if let Some(message) = turn.message_of(run) {
            if message.head.status == RunStatus::Paused {
                message.text.begin_segment();
            }
            message.retract_last_round(&limits);
            message.edit().status = RunStatus::Started;
        }
        self.show_working(t, run);
    }

    #[inline(never)]
    pub(super) fn run_paused(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
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
        // The model's words stay; if there are none, the framework's notice is shown until the run continues.
        let silent = message.text.segment().is_empty();
        // A segment that pauses without a word repeats the text of the one before.
        let repeated = |c: Raw<'_>| c.as_str().is_some_and(|c| message.text.as_str().ends_with(c.decode().as_ref()));
        if let Some(notice) = event.content.filter(|&c| silent && !repeated(c)) {
            message.set_content(notice, event.content_type, &limits);
            message.text.mark_placeholder();
        }
        message.text.mark_streamed_notice();
        if top {
            turn.pause = Some(Pause::read(event, Some(&run_id), turn.answer.text.as_str()));
        }
        self.run_ended(t, run, RunStatus::Paused, Outcome::Paused, None, now);
    }

    /// A JSON response instead of a stream.
    #[inline(never)]
    pub(super) fn run_output(
        &mut self,
        t: usize,
        run: usize,
        event: &RunEvent<'_>,
        error: Option<StreamError>,
        now: Seconds,
    ) {
        let status = event.status.map(|s| s.decode().to_ascii_uppercase()).unwrap_or_default();
        match status.as_str() {
            "PAUSED" => self.run_paused(t, run, event, now),
            "ERROR" => self.run_ended(t, run, RunStatus::Error, Outcome::Failed, error, now),
            "CANCELLED" => {
                self.apply_final_content(t, run, event);
                self.run_ended(t, run, RunStatus::Cancelled, Outcome::Cancelled, None, now);
            }
            // Accepted in the background: the answer is on the server.
            "PENDING" | "RUNNING" => {}
            _ => {
                self.apply_final_content(t, run, event);
                self.run_ended(t, run, RunStatus::Completed, Outcome::Completed, None, now);
            }
        }
    }

    /// Ends a run; at the top level, the turn.
    pub(super) fn run_ended(
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
            message.edit().error = error.as_ref().map(|e| e.message.clone());
            message.end(status);
        }
        if !top && status != RunStatus::Paused {
            turn.settle_below(run, status);
        }
        let passes = error.as_ref().is_some_and(StreamError::may_pass);
        if top && turn.outcome.is_none() && self.client_retries && passes {
            self.rate_limit_error = error;
        } else if top && turn.outcome.is_none() {
            self.finish_turn(t, outcome, error, now);
        } else if !top {
            self.release_line(t, run);
        }
    }

    /// Whether a run was refused because another one is going on in its session, for the client to send it later.
    pub(super) fn is_session_busy(&self, event: &RunEvent<'_>) -> bool {
        let fails = self.client_queues && event.kind == Kind::RunError && event.run_id.is_none();
        fails && event.error_type.is_some_and(|class| class.is("session_busy"))
    }

    pub(super) fn is_over(&self, t: usize, run: usize) -> bool {
        let run = self.turns[t].runs.get(run);
        run.over || (run.top && self.turns[t].outcome.is_some())
    }

    /// `event: error` ends the stream.
    #[inline(never)]
    pub(super) fn stream_failed(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) {
        if self.turns[t].outcome.is_some() {
            return;
        }
        let error = StreamError::from_event(event, now);
        self.add_error_entry(t, event, &error, now);
        // A provider's or a proxy's own error: nobody has retried it.
        if is_foreign(event) && self.client_retries && error.may_pass() {
            self.rate_limit_error = Some(error);
            return;
        }
        let turn = &mut self.turns[t];
        if let Some(root) = turn.root {
            turn.runs.edit(root).over = true;
        }
        self.finish_turn(t, Outcome::Failed, Some(error), now);
    }
}

pub(super) fn ends(kind: Kind) -> bool {
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

pub(super) fn waits_at_step(kind: Kind) -> bool {
    matches!(kind, Kind::StepPaused | Kind::StepExecutorPaused | Kind::RouterPaused | Kind::ConditionPaused)
}

/// The status in a `replay` frame.
pub(super) fn stated(status: &str) -> Option<Outcome> {
    match status.to_ascii_uppercase().as_str() {
        "COMPLETED" => Some(Outcome::Completed),
        "PAUSED" => Some(Outcome::Paused),
        "CANCELLED" => Some(Outcome::Cancelled),
        "ERROR" => Some(Outcome::Failed),
        _ => None,
    }
}

/// Whether an `error` event does not come from a retrying backend, which names a type of its own
/// (docs/rate-limit-retries.md). It is an object without a name, or a gateway's in the style of Anthropic (`error` is an
/// object) or OpenAI (`type` is `error`).
fn is_foreign(event: &RunEvent<'_>) -> bool {
    let styled = event.error_value.is_some() || event.error_type.is_some_and(|kind| kind.is("error"));
    event.is_unnamed || (styled && event.retries.is_none())
}

/// The error of a run that has failed.
pub(super) fn run_failure(event: &RunEvent<'_>, now: Seconds) -> Option<StreamError> {
    let failed = match event.kind {
        Kind::RunError | Kind::WorkflowError => true,
        Kind::RunOutput => event.status.is_some_and(|status| status.decode().eq_ignore_ascii_case("ERROR")),
        _ => false,
    };
    failed.then(|| StreamError::from_run(event, now))
}
