//! Tool calls: started → completed → error, merged by `tool_call_id`.

use crate::event::Tool;
use crate::json::{Raw, Str};
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
}

impl ToolCall {
    pub(super) fn new(tool: &Tool<'_>, now: Seconds) -> ToolCall {
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
        let over = !matches!(self.status, ToolStatus::Started | ToolStatus::Paused);
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

    pub(super) fn matches(&self, tool: &Tool<'_>) -> bool {
        match tool.tool_call_id {
            Some(id) => id.is(&self.id),
            // Without an id, as custom backends send it: the same tool, still open.
            None => {
                tool.tool_name.is_some_and(|n| n.is(&self.name))
                    && matches!(self.status, ToolStatus::Started | ToolStatus::Paused)
            }
        }
    }
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
    )
}
