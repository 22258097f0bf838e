//! Adds timeline entries: for events, and for what happens on this side.

use super::timeline::{Details, Entry, EntryStatus};
use super::{Conversation, RetryNotice};
use crate::error::{ErrorType, StreamError};
use crate::event::{Kind, RunEvent, Scope, Tool};
use crate::json::Str;
use crate::limits::excerpt;
use crate::time::Seconds;

impl Conversation {
    /// Adds the entry of a run's event. `error`: of one that failed; `tool`: of a tool's event. `None`: the event has
    /// none, or the limit is reached.
    #[inline(never)]
    pub(super) fn add_event_entry(
        &mut self,
        t: usize,
        run: usize,
        event: &RunEvent<'_>,
        error: Option<&StreamError>,
        tool: Option<&Tool<'_>>,
        now: Seconds,
    ) -> Option<u32> {
        let mut details = Details::default();
        let (status, mut description) = self.describe(t, run, event, error, tool, &mut details)?;
        let turn = &mut self.turns[t];
        let of = turn.runs.get(run);
        let parent = of.entry.or_else(|| of.parent.and_then(|p| turn.runs.get(p).entry));
        let depth = of.depth;
        let source = event.source().map_or_else(|| of.name.clone(), String::from);
        let most = self.limits.max_detail_bytes;
        description.truncate(excerpt(&description, most).len());
        details.keep_within(most);
        details.attempt = turn.attempts;
        details.run_id = Some(of.id.clone()).filter(|id| !id.is_empty());
        details.step_name = event.step_name.map(|s| excerpt(&s.decode(), most).to_owned());
        details.step_index = event.step_index;
        let matters = of.top && is_end(event.kind);
        let entry = Entry {
            id: 0,
            timestamp: event.created_at.unwrap_or(now),
            heard_at: now,
            over_at: None,
            event_type: event.name.into(),
            source,
            source_type: event.scope,
            description,
            status,
            depth,
            parent,
            details,
        };
        let added = turn.timeline.add(entry, matters, &self.limits);
        self.diagnostics.dropped_entries += u64::from(added.is_none());
        added
    }

    /// The second report of a tool's failure completes the entry of the first.
    #[inline(never)]
    pub(super) fn merge_failure(&mut self, t: usize, run: usize, entry: u32, event: &RunEvent<'_>, tool: &Tool<'_>) {
        let mut fresh = Details::default();
        let described = self.describe(t, run, event, None, Some(tool), &mut fresh);
        let Some((status, mut description)) = described else { return };
        let most = self.limits.max_detail_bytes;
        description.truncate(excerpt(&description, most).len());
        fresh.keep_within(most);
        let Some(entry) = self.turns[t].timeline.edit(entry) else { return };
        if status == EntryStatus::Error {
            entry.status = status;
            entry.description = description;
        }
        let details = &mut entry.details;
        details.error_message = fresh.error_message.or(details.error_message.take());
        details.tool_result = details.tool_result.take().or(fresh.tool_result);
        details.execution_time = details.execution_time.or(fresh.execution_time);
    }

    /// Whether there is an entry of this event, for a call beyond the limit of tool calls.
    pub(super) fn has_tool_entry(&self, t: usize, run: usize, event: &RunEvent<'_>, tool: &Tool<'_>) -> bool {
        let turn = &self.turns[t];
        let run_id = turn.runs.get(run).id.as_str();
        let id = tool.tool_call_id.map(Str::decode);
        id.is_some_and(|id| turn.timeline.has_tool_entry(&event.name.decode(), &id, run_id, turn.attempts))
    }

    /// Adds the entry of a frame without a run: `retry`, `error`.
    fn add_system_entry(&mut self, t: usize, entry: SystemEntry<'_>, now: Seconds) {
        let turn = &mut self.turns[t];
        let entry = Entry {
            id: 0,
            timestamp: entry.at.unwrap_or(now),
            heard_at: now,
            over_at: None,
            event_type: entry.event_type.into(),
            source: turn.answering_name().unwrap_or(&self.name).to_owned(),
            source_type: Scope::System,
            description: entry.description,
            status: entry.status,
            depth: 0,
            parent: None,
            details: Details { attempt: turn.attempts, ..entry.details },
        };
        let added = turn.timeline.add(entry, true, &self.limits);
        self.diagnostics.dropped_entries += u64::from(added.is_none());
    }

    /// Adds the entry of a wait: `retry`, or `resume`, which supersedes nothing.
    pub(super) fn add_wait_entry(&mut self, t: usize, event_type: &str, announced: &RetryNotice, now: Seconds) {
        let details = Details {
            retry_attempt: Some(announced.attempt),
            max_retries: Some(announced.max_retries),
            retry_delay: Some(announced.delay),
            error_message: announced.because.clone(),
            ..Details::default()
        };
        let (description, status) = (announced.description.clone(), EntryStatus::InProgress);
        self.add_system_entry(t, SystemEntry { event_type, at: announced.at, description, status, details }, now);
    }

    /// The retries are exhausted, and another component is asked.
    pub(super) fn add_fallback_entry(&mut self, t: usize, name: &str, error: &StreamError, now: Seconds) {
        let details = Details { error_message: Some(error.message.clone()), ..Details::default() };
        let description = ["Asking ", if name.is_empty() { "another one" } else { name }, " instead"].concat();
        let status = EntryStatus::InProgress;
        self.add_system_entry(t, SystemEntry { event_type: "fallback", at: None, description, status, details }, now);
    }

    /// The server's answer to a cancel request.
    pub(super) fn add_server_cancel_entry(&mut self, t: usize, error: Option<&StreamError>, now: Seconds) {
        let details = Details { error_message: error.map(|e| e.message.clone()), ..Details::default() };
        let description = error.map_or_else(|| "The server was told to stop the run".into(), |e| e.message.clone());
        let status = if error.is_some() { EntryStatus::Error } else { EntryStatus::Completed };
        self.add_system_entry(t, SystemEntry { event_type: "cancel", at: None, description, status, details }, now);
    }

    /// An answer is hidden from the model, for an edit.
    pub(super) fn add_edit_entry(&mut self, t: usize, now: Seconds) {
        let (description, details) = (HIDDEN.to_owned(), Details::default());
        let status = EntryStatus::Completed;
        self.add_system_entry(t, SystemEntry { event_type: "edit", at: None, description, status, details }, now);
    }

    pub(super) fn add_error_entry(&mut self, t: usize, event: &RunEvent<'_>, error: &StreamError, now: Seconds) {
        let details = Details {
            error_type: Some(event.error_type.map_or_else(|| type_name(error.kind).into(), String::from)),
            error_message: Some(self.as_sent(error)),
            retry_attempts: error.retries,
            ..Details::default()
        };
        let (description, status) = (error.message.clone(), EntryStatus::Error);
        self.add_system_entry(
            t,
            SystemEntry { event_type: "error", at: event.created_at, description, status, details },
            now,
        );
    }

    /// A dump or markup is not fit for the banner, but available in the details.
    fn as_sent(&self, error: &StreamError) -> String {
        excerpt(error.as_sent(), self.limits.max_detail_bytes).to_owned()
    }

    /// Adds the entry of something that happened on this side: `cancelled`, `interrupted`, `error`.
    pub(super) fn add_local_entry(&mut self, t: usize, event_type: &str, error: Option<&StreamError>, now: Seconds) {
        let details = Details {
            error_type: error.map(|e| type_name(e.kind).into()),
            error_message: error.map(|e| self.as_sent(e)),
            ..Details::default()
        };
        let description = error.map_or_else(|| "Stopped by you".into(), |e| e.message.clone());
        let status = if error.is_some() { EntryStatus::Error } else { EntryStatus::Completed };
        self.add_system_entry(t, SystemEntry { event_type, at: None, description, status, details }, now);
    }
}

const HIDDEN: &str = "Hid an earlier answer from the model, with one request that was stopped";

struct SystemEntry<'a> {
    event_type: &'a str,
    at: Option<Seconds>,
    description: String,
    status: EntryStatus,
    details: Details,
}

fn is_end(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::RunCompleted
            | Kind::RunError
            | Kind::RunCancelled
            | Kind::RunPaused
            | Kind::Paused
            | Kind::WorkflowCompleted
            | Kind::WorkflowError
            | Kind::WorkflowCancelled
            | Kind::WorkflowPaused
    )
}

/// The name of an error type in snapshots.
pub(super) fn type_name(kind: ErrorType) -> &'static str {
    match kind {
        ErrorType::RateLimit => "rate_limit",
        ErrorType::General => "general",
        ErrorType::Unexpected => "unexpected",
        ErrorType::Timeout => "timeout",
        ErrorType::Network => "network",
        ErrorType::Http => "http",
        ErrorType::Interrupted => "interrupted",
        ErrorType::Protocol => "protocol",
    }
}
