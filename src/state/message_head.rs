//! Everything of a message but its text, thoughts and tool calls.

use super::activity::name_of_id;
use super::run::Run;
use crate::event::{RunEvent, Scope};
use crate::json::Str;
use crate::time::Seconds;
use serde::Serialize;

/// The author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Role {
    User,
    Agent,
    /// A task that a team's leader gave to a member.
    Delegation,
}

/// The state of the run behind a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum RunStatus {
    Started,
    Completed,
    Error,
    Paused,
    Cancelled,
}

/// Everything of a message but its text, thoughts and tool calls. Raw JSON stays text until it is displayed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Head {
    pub id: u32,
    pub role: Role,
    pub created_at: Seconds,
    pub status: RunStatus,
    /// Why a member's run failed.
    pub error: Option<String>,
    pub depth: u32,
    pub streaming_error: bool,
    pub cancelled: bool,
    /// Who speaks, for the user; empty for the user's own messages. The answer has it before its first event.
    pub name: String,
    pub agent_name: Option<String>,
    pub team_name: Option<String>,
    pub agent_id: Option<String>,
    pub team_id: Option<String>,
    pub run_id: Option<String>,
    pub parent_run_id: Option<String>,
    pub delegated_by: Option<String>,
    pub delegated_to: Option<String>,
    pub delegated_to_id: Option<String>,
    pub child_run_id: Option<String>,
    /// JSON text of each step.
    pub reasoning_steps: Vec<String>,
    /// JSON text of an answer with an output schema.
    pub structured: Option<String>,
    pub content_type: Option<String>,
    /// JSON text of each image, video, ….
    pub images: Vec<String>,
    pub videos: Vec<String>,
    pub audio: Vec<String>,
    pub files: Vec<String>,
    pub response_audio: Option<String>,
    pub references: Option<String>,
    pub citations: Option<String>,
    pub followups: Option<String>,
    /// User's message only: file names.
    pub files_sent: Vec<String>,
}

impl Head {
    pub(super) fn new(id: u32, role: Role, at: Seconds) -> Head {
        Head {
            id,
            role,
            created_at: at,
            status: RunStatus::Started,
            error: None,
            depth: 0,
            streaming_error: false,
            cancelled: false,
            name: String::new(),
            agent_name: None,
            team_name: None,
            agent_id: None,
            team_id: None,
            run_id: None,
            parent_run_id: None,
            delegated_by: None,
            delegated_to: None,
            delegated_to_id: None,
            child_run_id: None,
            reasoning_steps: Vec::new(),
            structured: None,
            content_type: None,
            images: Vec::new(),
            videos: Vec::new(),
            audio: Vec::new(),
            files: Vec::new(),
            response_audio: None,
            references: None,
            citations: None,
            followups: None,
            files_sent: Vec::new(),
        }
    }

    /// Takes names and ids from the event and its run.
    pub(super) fn describe(&mut self, event: &RunEvent<'_>, run: &Run) {
        let owned = |s: Option<Str<'_>>| s.map(String::from);
        let of_team = event.scope == Scope::Team;
        if of_team {
            self.team_name = owned(event.team_name);
            self.team_id = owned(event.team_id);
        } else {
            self.agent_name = owned(event.agent_name.or(event.workflow_name));
            self.agent_id = owned(event.agent_id.or(event.workflow_id));
        }
        let (name, id) = if of_team { (&self.team_name, &self.team_id) } else { (&self.agent_name, &self.agent_id) };
        match name.as_ref().filter(|name| !name.is_empty()) {
            Some(name) => self.name.clone_from(name),
            None if self.name.is_empty() => self.name = name_of_id(id.as_deref().unwrap_or_default()),
            None => {}
        }
        self.run_id = Some(run.id.clone()).filter(|id| !id.is_empty());
        self.parent_run_id = owned(event.parent());
        self.depth = run.depth;
    }
}
