//! The timeline: one entry per event, in order of arrival.
//!
//! Entries are never removed. Those of a superseded attempt stay, marked.

use crate::event::Scope;
use crate::limits::Limits;
use crate::time::Seconds;
use serde::Serialize;

/// The state of what an entry describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum EntryStatus {
    Started,
    InProgress,
    Completed,
    Error,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Unique within its turn.
    pub id: u32,
    /// Seconds: the event's own time, or its arrival.
    pub timestamp: Seconds,
    /// When it arrived here.
    pub heard_at: Seconds,
    /// Waits only (`retry`, `resume`): when the stream continued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_at: Option<Seconds>,
    /// The event's name.
    pub event_type: String,
    /// The name of the agent, team or workflow.
    pub source: String,
    /// What `source` is.
    #[serde(serialize_with = "scope_name")]
    pub source_type: Scope,
    /// For the user.
    pub description: String,
    /// Its state.
    pub status: EntryStatus,
    /// 0 for the top-level run, 1 for its members, 2 for theirs.
    pub depth: u32,
    /// The entry that it belongs to.
    #[serde(rename = "parentEventId", skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// Further data.
    pub details: Details,
}

/// Further data of an entry. `toolArgs`, `metrics` and `data` are JSON text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Details {
    pub attempt: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub voided: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_args: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_attempt: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_delay: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_attempts: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_usage: Option<Split>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub costs: Option<Split>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

impl Details {
    /// Cuts texts longer than `most` bytes; longer JSON is dropped, since it cannot be cut.
    pub(super) fn keep_within(&mut self, most: usize) {
        for text in [&mut self.tool_result, &mut self.reasoning_content, &mut self.error_message, &mut self.task] {
            if let Some(text) = text.as_mut().filter(|t| t.len() > most) {
                text.truncate(crate::limits::excerpt(text, most).len());
            }
        }
        for json in [&mut self.tool_args, &mut self.metrics, &mut self.data] {
            json.take_if(|j| j.len() > most);
        }
    }
}

/// Tokens or costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Split {
    pub input: f64,
    pub output: f64,
    pub total: f64,
}

/// The entries of one turn.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    entries: Vec<Entry>,
    /// The wait that is under way.
    wait: Option<u32>,
    /// Entries changed since the view last read them.
    pub(crate) dirty: Vec<u32>,
}

impl Timeline {
    /// All of them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds an entry and sets its id. Beyond the limit only one that `matters` is added; otherwise `None`.
    pub(super) fn add(&mut self, entry: Entry, matters: bool, limits: &Limits) -> Option<u32> {
        let len = self.entries.len();
        if len >= limits.max_timeline_entries && !(matters && len < limits.max_timeline_entries.saturating_mul(2)) {
            return None;
        }
        let id = len as u32;
        if matches!(entry.event_type.as_str(), "retry" | "resume") {
            self.wait = Some(id);
        }
        self.entries.push(Entry { id, ..entry });
        self.dirty.push(id);
        Some(id)
    }

    pub(super) fn edit(&mut self, id: u32) -> Option<&mut Entry> {
        let entry = self.entries.get_mut(id as usize)?;
        if !self.dirty.contains(&id) {
            self.dirty.push(id);
        }
        Some(entry)
    }

    pub(super) fn member_name(&self, id: u32) -> Option<&str> {
        self.entries.get(id as usize)?.details.member_name.as_deref()
    }

    pub(super) fn set_status(&mut self, id: u32, status: EntryStatus) {
        if let Some(entry) = self.edit(id) {
            entry.status = status;
        }
    }

    /// Marks the entries of an attempt as superseded, except retries and fallbacks: those tell why.
    pub(super) fn supersede(&mut self, attempt: u32) {
        for entry in &mut self.entries {
            let tells_why = matches!(entry.event_type.as_str(), "retry" | "fallback");
            if entry.details.attempt == attempt && !entry.details.voided && !tells_why {
                entry.details.voided = true;
                if !self.dirty.contains(&entry.id) {
                    self.dirty.push(entry.id);
                }
            }
        }
    }

    /// Ends the current wait.
    pub(super) fn end_wait(&mut self, now: Seconds) {
        if let Some(entry) = self.wait.take().and_then(|id| self.edit(id)) {
            entry.over_at = Some(now);
        }
    }

    /// Updates the last retry: the server makes the retry that the client was about to make.
    pub(super) fn update_retry(&mut self, description: &str, delay: f64) {
        let last = self.entries.iter().rev().find(|e| e.event_type == "retry").map(|e| e.id);
        if let Some(entry) = last.and_then(|id| self.edit(id)) {
            entry.description = description.into();
            entry.details.retry_delay = Some(delay);
        }
    }

    /// Whether an attempt has an entry of this event for this tool call: repeated frames add none.
    pub(super) fn has_tool_entry(&self, event_type: &str, call: &str, run: &str, attempt: u32) -> bool {
        let same = |e: &Details| {
            e.tool_call_id.as_deref() == Some(call)
                && e.run_id.as_deref().unwrap_or_default() == run
                && e.attempt == attempt
        };
        let is_it = |e: &Entry| e.event_type == event_type && same(&e.details);
        self.entries.iter().rev().take(64).any(is_it)
    }
}

fn scope_name<S: serde::Serializer>(scope: &Scope, serializer: S) -> Result<S::Ok, S::Error> {
    let (index, name) = match scope {
        Scope::Agent => (0, "agent"),
        Scope::Team => (1, "team"),
        Scope::Workflow => (2, "workflow"),
        Scope::System => (3, "system"),
    };
    serializer.serialize_unit_variant("Scope", index, name)
}
