//! The timeline, "Behind the Scenes": one entry for each thing that happened, in the order in which it was heard of.
//!
//! Entries are never removed. An attempt that failed and was started again stays, marked as void.

use crate::event::Scope;
use crate::limits::Limits;
use crate::time::Seconds;
use serde::Serialize;

/// How the thing stands that an entry tells.
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
    /// When it was heard of here.
    pub heard_at: Seconds,
    /// Of a wait (`retry`, `resume`): when the stream went on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_at: Option<Seconds>,
    /// The event's name.
    pub event_type: String,
    /// Who: the agent's, team's or workflow's name.
    pub source: String,
    /// What that is.
    #[serde(serialize_with = "scope_name")]
    pub source_type: Scope,
    /// In words.
    pub description: String,
    /// How it stands.
    pub status: EntryStatus,
    /// 0 for the top-level run, 1 for its members, 2 for theirs.
    pub depth: u32,
    /// The entry it is part of.
    #[serde(rename = "parentEventId", skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// The rest.
    pub details: Details,
}

/// What an entry has to tell beyond its description. `…Args` and `metrics` are JSON text.
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
    /// Cuts what is longer than `most` bytes; JSON, which cannot be cut, is left out.
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

/// Tokens or costs: in, out, together.
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
    /// The wait that goes on.
    wait: Option<u32>,
    /// Entries that the view has not read, or not as they are now.
    pub(crate) dirty: Vec<u32>,
}

impl Timeline {
    /// All of them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds an entry; its id is set here. Beyond the limit only what `matters` is kept; `None` if it is not.
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

    /// Marks what attempt number `attempt` did as void. Retries and fallbacks stay: they tell why.
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

    /// A sign of life: the wait that was announced last is over.
    pub(super) fn end_wait(&mut self, now: Seconds) {
        if let Some(entry) = self.wait.take().and_then(|id| self.edit(id)) {
            entry.over_at = Some(now);
        }
    }

    /// The last retry is told anew: the server says itself what the client was about to do.
    pub(super) fn update_retry(&mut self, description: &str, delay: f64) {
        let last = self.entries.iter().rev().find(|e| e.event_type == "retry").map(|e| e.id);
        if let Some(entry) = last.and_then(|id| self.edit(id)) {
            entry.description = description.into();
            entry.details.retry_delay = Some(delay);
        }
    }

    /// An entry of this event for this tool call of this run, in this attempt: a repeated frame adds none.
    pub(super) fn has_tool_entry(&self, event_type: &str, details: &Details) -> bool {
        let same = |e: &Details| {
            e.tool_call_id == details.tool_call_id && e.run_id == details.run_id && e.attempt == details.attempt
        };
        let is_it = |e: &Entry| e.event_type == event_type && same(&e.details);
        details.tool_call_id.is_some() && self.entries.iter().rev().take(64).any(is_it)
    }
}

fn scope_name<S: serde::Serializer>(scope: &Scope, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match scope {
        Scope::Agent => "agent",
        Scope::Team => "team",
        Scope::Workflow => "workflow",
        Scope::System => "system",
    })
}
