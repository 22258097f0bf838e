//! Pauses: what a run waits for, in one shape for the forms of AgentOS and of custom backends (docs/agentos-protocol.md
//! §9).

use super::{Conversation, Outcome};
use crate::event::{RunEvent, Tool};
use crate::json::Raw;
use crate::text::contains;
use serde::Serialize;

/// What a paused run asks for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// The run to continue.
    pub run_id: Option<String>,
    /// The run's own words as far as the answer does not say them, or a default.
    pub message: String,
    /// The requirements.
    pub requirements: Vec<Requirement>,
}

/// One requirement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Requirement {
    pub id: Option<String>,
    pub kind: RequirementKind,
    pub tool_call_id: Option<String>,
    pub tool_name: Option<String>,
    /// JSON text.
    pub tool_args: Option<String>,
    /// JSON text: `[{name, field_type, description, value}]`.
    pub fields: Option<String>,
    pub member_name: Option<String>,
    pub member_run_id: Option<String>,
    /// Workflows only: the step that waits.
    pub step_name: Option<String>,
    /// The question in the server's words.
    pub message: Option<String>,
    /// JSON, as the server sent it.
    pub raw: String,
}

/// The kind of answer that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum RequirementKind {
    Confirmation,
    Input,
    External,
}

impl Pause {
    pub(super) fn read(event: &RunEvent<'_>, run_id: Option<&str>, answer: &str) -> Pause {
        let list = event.requirements.or(event.tools).and_then(Raw::as_array);
        let requirements: Vec<_> = list.into_iter().flatten().map(Requirement::read).collect();
        let said = event.content.map(Raw::to_text).unwrap_or_default();
        Pause::of(run_id, &said, requirements, answer)
    }

    fn of(run_id: Option<&str>, said: &str, requirements: Vec<Requirement>, answer: &str) -> Pause {
        let asked = requirements.iter().find_map(|r| r.message.as_deref()).unwrap_or_default();
        let unsaid = [said, asked].into_iter().map(|text| beyond(text, answer)).find(|text| !text.is_empty());
        let message = unsaid.unwrap_or("The run waits for your input.").to_owned();
        Pause { run_id: run_id.map(str::to_owned), message, requirements }
    }
}

impl Conversation {
    /// Sets the requirements of a pause whose stream did not carry them. JSON text.
    pub fn set_pause_requirements(&mut self, requirements: &str) {
        let t = self.current;
        let Some(turn) = self.turns.get_mut(t).filter(|t| t.outcome == Some(Outcome::Paused) && t.pause.is_none())
        else {
            return;
        };
        let list = Raw::parse(requirements).ok().and_then(Raw::as_array);
        let requirements: Vec<_> = list.into_iter().flatten().map(Requirement::read).collect();
        if requirements.is_empty() {
            return;
        }
        turn.pause = Some(Pause::of(turn.run_id.as_deref(), "", requirements, turn.answer.text.as_str()));
        turn.dirty = true;
        self.first_unread = self.first_unread.min(t);
        self.head_dirty = true;
    }
}

/// What `text` says beyond the answer. AgentOS repeats there what the model has streamed before it paused.
fn beyond<'a>(text: &'a str, answer: &str) -> &'a str {
    let (text, answer) = (text.trim(), answer.trim());
    let is_said = answer.ends_with(text) || (text.len() <= LONGEST_NOTICE && contains(answer, text));
    match is_said {
        true => "",
        false => text.strip_prefix(answer).unwrap_or(text).trim_start(),
    }
}

/// Up to this length a text is searched for everywhere in the answer: the search takes time by the length of both.
const LONGEST_NOTICE: usize = 4096;

impl Requirement {
    pub(super) fn read(raw: Raw<'_>) -> Requirement {
        // AgentOS wraps the tool; custom backends put its fields beside the questions; a tool may also stand alone.
        let tool = Tool::read(raw.member("tool_execution").filter(|t| !t.is_null()).unwrap_or(raw)).unwrap_or_default();
        let yes = |key: &str| raw.member(key).and_then(Raw::as_bool) == Some(true);
        let text = |key: &str| raw.member(key).and_then(Raw::as_str).map(String::from);
        let schema = raw.member("user_input_schema").filter(|s| !s.is_null()).or(tool.user_input_schema);
        let kind =
            if tool.external_execution_required || yes("is_external_tool_execution") || yes("needs_external_execution")
            {
                RequirementKind::External
            } else if tool.requires_user_input || yes("needs_user_input") || yes("requires_user_input") {
                RequirementKind::Input
            } else {
                RequirementKind::Confirmation
            };
        Requirement {
            id: text("id"),
            kind,
            tool_call_id: tool.tool_call_id.map(String::from),
            tool_name: tool.tool_name.map(String::from),
            tool_args: tool.tool_args.map(|a| a.text().into()),
            fields: schema.map(|s| s.text().into()),
            member_name: text("member_agent_name"),
            member_run_id: text("member_run_id"),
            step_name: text("step_name"),
            message: text("confirmation_message").or_else(|| text("user_input_message")),
            raw: raw.text().into(),
        }
    }
}
