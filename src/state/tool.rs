//! Tool calls: started → completed → error, merged by `tool_call_id`.
//!
//! Ids are not unique: providers number the calls of each model request anew (`call_0`), or give all the same id. So an
//! id that comes again is another call, unless everything says that it is a repeated frame: the model request, the
//! arguments and the time.

use crate::event::Tool;
use crate::json::{pretty, Raw, Str};
use crate::time::Seconds;
use serde::Serialize;

/// The state of a tool call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ToolStatus {
    Started,
    Completed,
    Error,
    /// Waits for the user to confirm it, fill it in or execute it.
    Paused,
    /// The user rejected it.
    Rejected,
    /// Its run was stopped, failed or was lost before the call ended.
    Cancelled,
}

/// One tool call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolCall {
    /// Empty if the event has none.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// JSON text.
    pub args: Option<String>,
    /// Its state.
    pub status: ToolStatus,
    /// The result: its text, or JSON text if it is not a string.
    pub result: Option<String>,
    /// The text of ToolCallError.
    pub error: Option<String>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Seconds since the Unix epoch.
    pub created_at: Seconds,
    /// The run that it started.
    pub child_run_id: Option<String>,
    /// Changed since the view last read it.
    #[serde(skip)]
    pub(crate) dirty: bool,
    /// The model request of its run that asked for it.
    #[serde(skip)]
    pub(super) round: u32,
    /// Whether its start, completion and error were reported.
    #[serde(skip)]
    pub(super) reported: [bool; 3],
    /// The timeline entry of its end.
    #[serde(skip)]
    pub(super) end_entry: Option<u32>,
}

impl ToolCall {
    pub(super) fn new(tool: &Tool<'_>, round: u32, now: Seconds) -> ToolCall {
        ToolCall {
            id: tool.tool_call_id.map(String::from).unwrap_or_default(),
            name: tool.tool_name.map(String::from).unwrap_or_default(),
            args: None,
            status: ToolStatus::Started,
            result: None,
            error: None,
            duration: None,
            created_at: tool.created_at.unwrap_or(now),
            child_run_id: None,
            dirty: true,
            round,
            reported: [false; 3],
            end_entry: None,
        }
    }

    /// Merges a later event of the same call. A call that has ended does not start again.
    pub(super) fn merge(&mut self, tool: &Tool<'_>, status: ToolStatus) {
        self.dirty = true;
        if let Some(args) = tool.tool_args {
            self.args = Some(args.text().into());
        }
        if let Some(result) = tool.result {
            self.result = Some(result.to_text());
        }
        if let Some(seconds) = tool.metrics.and_then(|m| m.member("duration")).and_then(Raw::as_f64) {
            self.duration = Some(seconds);
        }
        if let Some(run) = tool.child_run_id {
            self.child_run_id = Some(run.into());
        }
        let failed = status == ToolStatus::Error || tool.tool_call_error == Some(true);
        let over = !self.is_open();
        self.status = match status {
            _ if failed => ToolStatus::Error,
            ToolStatus::Started | ToolStatus::Paused if over => self.status,
            status => status,
        };
    }

    /// Moves from one status to another, if it has the former.
    pub(super) fn transition(&mut self, from: ToolStatus, to: ToolStatus) {
        if self.status == from {
            self.status = to;
            self.dirty = true;
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.status, ToolStatus::Started | ToolStatus::Paused)
    }

    /// Whether an event of `tool` may be about this call. Without an id, as custom backends send it: the same tool, still
    /// open.
    pub(super) fn is_named_by(&self, tool: &Tool<'_>) -> bool {
        match tool.tool_call_id {
            Some(id) => id.is(&self.id) && tool.tool_name.is_none_or(|n| self.name.is_empty() || n.is(&self.name)),
            None => tool.tool_name.is_some_and(|n| n.is(&self.name)) && self.is_open(),
        }
    }

    /// Whether it completed with another result than `tool` does.
    fn contradicts(&self, tool: &Tool<'_>, status: ToolStatus) -> bool {
        let completed = self.status == ToolStatus::Completed && status == ToolStatus::Completed;
        let other = |known: &str| tool.result.is_some_and(|result| result.to_text() != known);
        completed && tool.tool_call_error != Some(true) && self.result.as_deref().is_some_and(other)
    }

    /// Whether the arguments are the same, as far as they are known. Their layout may differ between events.
    fn has_args_of(&self, tool: &Tool<'_>) -> bool {
        let laid_out = |args: Raw<'_>| {
            let mut text = String::new();
            pretty(args, &mut text);
            text
        };
        let Some((args, known)) = tool.tool_args.zip(self.args.as_deref()) else { return true };
        args.text() == known || Raw::parse(known).is_ok_and(|known| laid_out(known) == laid_out(args))
    }
}

/// The call that an event is about, which moves it to `status`. `None`: another one. `round`: the model requests of the
/// run so far.
pub(super) fn find(calls: &[ToolCall], tool: &Tool<'_>, status: ToolStatus, round: u32) -> Option<usize> {
    let named = || calls.iter().enumerate().filter(|(_, call)| call.is_named_by(tool));
    let same = || named().filter(|(_, call)| call.has_args_of(tool));
    let found = match status {
        ToolStatus::Started => named().rev().find(|(_, call)| {
            let same_time = tool.created_at.is_none_or(|at| at == call.created_at);
            let repeated = match call.is_open() {
                true => call.round == round || same_time,
                false => call.round == round && same_time,
            };
            call.status == ToolStatus::Paused || (repeated && call.has_args_of(tool))
        }),
        ToolStatus::Paused => same().rev().find(|(_, call)| call.is_open()).or_else(|| same().next_back()),
        _ => {
            // Parallel calls with the same id end in any order; the oldest of the same arguments first.
            let oldest_open = |(at, call): &(usize, &ToolCall)| (call.round, std::cmp::Reverse(*at));
            // Few are open, so their ids are compared, and not those of all.
            let open = || calls.iter().enumerate().filter(|(_, call)| call.is_open() && call.is_named_by(tool));
            let same_open = open().filter(|(_, call)| call.has_args_of(tool)).max_by_key(oldest_open);
            // One that ended with another result is another call, even of the same second.
            let ended = || same().rev().filter(|(_, call)| !call.contradicts(tool, status));
            same_open
                .or_else(|| ended().find(|(_, call)| call.round == round))
                .or_else(|| open().max_by_key(oldest_open))
                .or_else(|| ended().next())
        }
    };
    found.map(|(at, _)| at)
}

/// The tools with which a team's leader delegates to members.
pub(super) fn is_delegation(name: Str<'_>) -> bool {
    matches!(
        name.decode().as_ref(),
        "delegate_task_to_member"
            | "delegate_task_to_members"
            | "transfer_task_to_member"
            | "forward_task_to_member"
            | "run_member_agent"
            | "run_member_agents"
            | "execute_task"
            | "execute_tasks_parallel"
    )
}
