//! The fields of an event. docs/agentos-protocol.md lists which event carries which.

use super::kind::{self, Kind, Scope};
use crate::json::{Raw, Str};
use crate::time::{self, Seconds};

/// One event. A field that is missing, `null` or of another type is `None`.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[allow(missing_docs)] // agno's own fields: docs/agentos-protocol.md
pub struct RunEvent<'a> {
    pub name: Str<'a>,
    pub kind: Kind,
    pub scope: Scope,
    /// Seconds since the Unix epoch; milliseconds are converted.
    pub created_at: Option<Seconds>,
    pub run_id: Option<Str<'a>>,
    pub parent_run_id: Option<Str<'a>>,
    pub session_id: Option<Str<'a>>,
    pub agent_id: Option<Str<'a>>,
    pub agent_name: Option<Str<'a>>,
    pub team_id: Option<Str<'a>>,
    pub team_name: Option<Str<'a>>,
    pub workflow_id: Option<Str<'a>>,
    pub workflow_name: Option<Str<'a>>,
    pub workflow_run_id: Option<Str<'a>>,
    pub step_name: Option<Str<'a>>,
    /// Content of a workflow's own agent: the workflow's answer.
    pub workflow_agent: bool,
    /// The members' runs, in TeamRunCompleted.
    pub member_responses: Option<Raw<'a>>,
    /// Of a task event.
    pub task_id: Option<Str<'a>>,
    pub description: Option<Str<'a>>,
    pub assignee: Option<Str<'a>>,
    pub step_index: Option<u64>,
    pub nested_depth: u64,
    pub event_index: Option<u64>,
    /// The number of frames after a `replay`.
    pub total_events: Option<u64>,
    /// A delta, a final text, or the value of a structured answer.
    pub content: Option<Raw<'a>>,
    pub content_type: Option<Str<'a>>,
    pub reasoning_content: Option<Str<'a>>,
    pub reasoning_steps: Option<Raw<'a>>,
    pub references: Option<Raw<'a>>,
    pub citations: Option<Raw<'a>>,
    pub image: Option<Raw<'a>>,
    pub images: Option<Raw<'a>>,
    pub videos: Option<Raw<'a>>,
    pub audio: Option<Raw<'a>>,
    pub files: Option<Raw<'a>>,
    pub response_audio: Option<Raw<'a>>,
    pub tool: Option<Raw<'a>>,
    pub tools: Option<Raw<'a>>,
    pub requirements: Option<Raw<'a>>,
    pub memories: Option<Raw<'a>>,
    pub session_summary: Option<Raw<'a>>,
    pub followups: Option<Raw<'a>>,
    pub metrics: Option<Raw<'a>>,
    pub model: Option<Str<'a>>,
    pub tokens: Tokens,
    /// RunCancelled.
    pub reason: Option<Str<'a>>,
    /// `error` of an error event, ToolCallError, StepError or WorkflowError.
    pub error: Option<Str<'a>>,
    /// The data of an error event that is not JSON.
    pub error_text: Option<&'a str>,
    /// `type` of an error event, `error_type` of RunError.
    pub error_type: Option<Str<'a>>,
    pub retries: Option<u64>,
    pub attempt: Option<u64>,
    pub max_retries: Option<u64>,
    /// Seconds.
    pub delay: Option<f64>,
    pub message: Option<Str<'a>>,
    /// Of `replay`, and of a run's JSON answer.
    pub status: Option<Str<'a>>,
    /// Of a task event.
    pub title: Option<Str<'a>>,
    /// An `error` that is not a string, or `detail`; searched for a message.
    pub error_value: Option<Raw<'a>>,
    /// An error object without an event's name: not AgentOS's.
    pub is_unnamed: bool,
    /// The event's JSON; custom events and errors only.
    pub json: Option<&'a str>,
    /// `data` of CustomEvent and StepProgress, or the content of an envelope.
    pub data: Option<Raw<'a>>,
}

/// Token counts of ModelRequestCompleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Tokens {
    pub input: u64,
    pub output: u64,
    pub total: u64,
    pub reasoning: u64,
    pub cache_read: u64,
    pub cache_write: u64,
}

impl<'a> RunEvent<'a> {
    /// An event without fields.
    pub(super) fn named(name: Str<'a>) -> Self {
        let (kind, scope) = kind::classify(name);
        RunEvent {
            name,
            kind,
            scope,
            created_at: None,
            run_id: None,
            parent_run_id: None,
            session_id: None,
            agent_id: None,
            agent_name: None,
            team_id: None,
            team_name: None,
            workflow_id: None,
            workflow_name: None,
            workflow_run_id: None,
            step_name: None,
            workflow_agent: false,
            member_responses: None,
            task_id: None,
            description: None,
            assignee: None,
            step_index: None,
            nested_depth: 0,
            event_index: None,
            total_events: None,
            content: None,
            content_type: None,
            reasoning_content: None,
            reasoning_steps: None,
            references: None,
            citations: None,
            image: None,
            images: None,
            videos: None,
            audio: None,
            files: None,
            response_audio: None,
            tool: None,
            tools: None,
            requirements: None,
            memories: None,
            session_summary: None,
            followups: None,
            metrics: None,
            model: None,
            tokens: Tokens::default(),
            reason: None,
            error: None,
            error_text: None,
            error_type: None,
            retries: None,
            attempt: None,
            max_retries: None,
            delay: None,
            message: None,
            status: None,
            title: None,
            error_value: None,
            is_unnamed: false,
            json: None,
            data: None,
        }
    }

    pub(super) fn set(&mut self, key: Str<'a>, value: Raw<'a>) {
        let non_null = || Some(value).filter(|v| !v.is_null());
        // Empty identifiers and names count as absent: agno 2.2.13 sends `agent_id: ""` with some errors.
        let text = || value.as_str().filter(|s| !s.is_empty());
        let count = || value.as_u64().unwrap_or(0);
        match key.decode().as_ref() {
            "event" => self.name = value.as_str().unwrap_or(Str::plain("")),
            "created_at" => self.created_at = value.as_f64().and_then(time::from_wire),
            "run_id" => self.run_id = text(),
            "parent_run_id" => self.parent_run_id = text(),
            "session_id" => self.session_id = text(),
            "agent_id" => self.agent_id = text(),
            "agent_name" => self.agent_name = text(),
            "team_id" => self.team_id = text(),
            "team_name" => self.team_name = text(),
            "workflow_id" => self.workflow_id = text(),
            "workflow_name" => self.workflow_name = text(),
            "workflow_run_id" => self.workflow_run_id = text(),
            "step_name" => self.step_name = text(),
            "workflow_agent" => self.workflow_agent = value.as_bool() == Some(true),
            "member_responses" => self.member_responses = non_null(),
            "task_id" => self.task_id = text(),
            "description" => self.description = text(),
            "assignee" => self.assignee = text(),
            "step_index" => self.step_index = value.as_u64(),
            "nested_depth" => self.nested_depth = count(),
            "total_events" => self.total_events = value.as_u64(),
            "event_index" => self.event_index = lenient_count(value),
            "content" => self.content = non_null(),
            "content_type" => self.content_type = text(),
            "reasoning_content" => self.reasoning_content = text(),
            "reasoning_steps" => self.reasoning_steps = non_null(),
            "references" => self.references = non_null(),
            "citations" => self.citations = non_null(),
            "image" => self.image = non_null(),
            "images" => self.images = non_null(),
            "videos" => self.videos = non_null(),
            "audio" => self.audio = non_null(),
            "files" => self.files = non_null(),
            "response_audio" => self.response_audio = non_null(),
            "tool" => self.tool = non_null(),
            "tools" => self.tools = non_null(),
            "requirements" | "step_requirements" | "executor_requirements" => self.requirements = non_null(),
            "memories" => self.memories = non_null(),
            "session_summary" => self.session_summary = non_null(),
            "followups" => self.followups = non_null(),
            "metrics" => self.metrics = non_null(),
            "model" => self.model = text(),
            "input_tokens" => self.tokens.input = count(),
            "output_tokens" => self.tokens.output = count(),
            "total_tokens" => self.tokens.total = count(),
            "reasoning_tokens" => self.tokens.reasoning = count(),
            "cache_read_tokens" => self.tokens.cache_read = count(),
            "cache_write_tokens" => self.tokens.cache_write = count(),
            "reason" => self.reason = text(),
            "error" => {
                self.error = text();
                self.error_value = non_null().filter(|v| v.as_str().is_none()).or(self.error_value);
            }
            "detail" => self.error_value = self.error_value.or(non_null()),
            "type" | "error_type" => self.error_type = text(),
            "retries" => self.retries = lenient_count(value),
            "attempt" => self.attempt = lenient_count(value),
            "max_retries" => self.max_retries = lenient_count(value),
            "delay" => self.delay = lenient_number(value),
            "message" => self.message = text(),
            "status" => self.status = text(),
            "title" => self.title = text(),
            "data" => self.data = non_null(),
            _ => {}
        }
    }

    /// Derives kind and scope from the name and ids.
    pub(super) fn classify(&mut self) {
        (self.kind, self.scope) = kind::classify(self.name);
        // For names shared by agents, teams and workflows, the ids tell the scope.
        if matches!(self.kind, Kind::CustomEvent | Kind::MetricsUpdate | Kind::Paused | Kind::RunOutput) {
            self.scope = match (self.team_id, self.agent_id, self.workflow_id) {
                (Some(_), ..) => Scope::Team,
                (_, Some(_), _) => Scope::Agent,
                (_, _, Some(_)) => Scope::Workflow,
                _ => self.scope,
            };
        }
    }
}

/// A number, or a string that starts with one (`"5"`, `"5s"`, `"500 ms"`).
fn lenient_number(value: Raw<'_>) -> Option<f64> {
    let Some(text) = value.as_str() else { return value.as_f64() };
    let text = text.decode();
    let (digits, unit) = text.trim().split_at(text.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic()).len());
    let number = Raw::parse(digits.trim()).ok()?.as_f64()?;
    Some(if unit == "ms" { number / 1_000.0 } else { number })
}

fn lenient_count(value: Raw<'_>) -> Option<u64> {
    let whole = |n: &f64| *n >= 0.0 && n.fract() == 0.0 && *n < 9.0e15;
    lenient_number(value).filter(whole).map(|n| n as u64)
}
