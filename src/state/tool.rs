//! Tool calls: started → completed → error, merged by `tool_call_id`.

use crate::event::Tool;
use crate::json::{Raw, Str};
use crate::time::Seconds;
use serde::Serialize;

/// How a tool call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ToolStatus {
    Started,
    Completed,
    Error,
    /// The run waits for the user to confirm, fill in or execute it.
    Paused,
    /// The user said no.
    Rejected,
    /// Its run was stopped, failed or was lost before it ended.
    Cancelled,
}

/// One tool call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolCall {
    /// Empty where the wire has none.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// JSON text.
    pub args: Option<String>,
    /// How it stands.
    pub status: ToolStatus,
    /// What it returned: the text, or JSON text where that was no string.
    pub result: Option<String>,
    /// The text of ToolCallError.
    pub error: Option<String>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Seconds since the Unix epoch.
    pub created_at: Seconds,
    /// The run that it delegated to.
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

    /// Takes over what a later event of the same call says. A call that has ended does not start again.
    pub(super) fn merge(&mut self, tool: &Tool<'_>, status: ToolStatus) {
        self.dirty = true;
        if let Some(args) = tool.tool_args {
            self.args = Some(args.text().into());
        }
        if let Some(result) = tool.result {
            self.result = Some(text_of(result));
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

    /// From one status to another, if it has that one.
    pub(super) fn transition(&mut self, from: ToolStatus, to: ToolStatus) {
        if self.status == from {
            self.status = to;
            self.dirty = true;
        }
    }

    pub(super) fn matches(&self, tool: &Tool<'_>) -> bool {
        match tool.tool_call_id {
            Some(id) => id.is(&self.id),
            // Without an id (the paused form of Cirkelline): the same tool, still open.
            None => {
                tool.tool_name.is_some_and(|n| n.is(&self.name))
                    && matches!(self.status, ToolStatus::Started | ToolStatus::Paused)
            }
        }
    }
}

/// A value as text: a string's content, else its JSON.
pub(super) fn text_of(value: Raw<'_>) -> String {
    value.to_text()
}

/// The tools by which a team's leader hands a task to its members.
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
