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
    #[inline(never)]
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
        // First the place, then one piece of code for each kind of value.
        let slot = match key.decode().as_ref() {
            "event" => return self.name = value.as_str().unwrap_or(Str::plain("")),
            "created_at" => return self.created_at = value.as_f64().and_then(time::from_wire),
            "run_id" => Slot::Text(&mut self.run_id),
            "parent_run_id" => Slot::Text(&mut self.parent_run_id),
            "session_id" => Slot::Text(&mut self.session_id),
            "agent_id" => Slot::Text(&mut self.agent_id),
            "agent_name" => Slot::Text(&mut self.agent_name),
            "team_id" => Slot::Text(&mut self.team_id),
            "team_name" => Slot::Text(&mut self.team_name),
            "workflow_id" => Slot::Text(&mut self.workflow_id),
            "workflow_name" => Slot::Text(&mut self.workflow_name),
            "workflow_run_id" => Slot::Text(&mut self.workflow_run_id),
            "step_name" => Slot::Text(&mut self.step_name),
            "workflow_agent" => return self.workflow_agent = value.as_bool() == Some(true),
            "member_responses" => Slot::Json(&mut self.member_responses),
            "task_id" => Slot::Text(&mut self.task_id),
            "description" => Slot::Text(&mut self.description),
            "assignee" => Slot::Text(&mut self.assignee),
            "step_index" => Slot::Number(&mut self.step_index),
            "nested_depth" => Slot::Count(&mut self.nested_depth),
            "total_events" => Slot::Number(&mut self.total_events),
            "event_index" => Slot::LenientCount(&mut self.event_index),
            "content" => Slot::Json(&mut self.content),
            "content_type" => Slot::Text(&mut self.content_type),
            "reasoning_content" => Slot::Text(&mut self.reasoning_content),
            "reasoning_steps" => Slot::Json(&mut self.reasoning_steps),
            "references" => Slot::Json(&mut self.references),
            "citations" => Slot::Json(&mut self.citations),
            "image" => Slot::Json(&mut self.image),
            "images" => Slot::Json(&mut self.images),
            "videos" => Slot::Json(&mut self.videos),
            "audio" => Slot::Json(&mut self.audio),
            "files" => Slot::Json(&mut self.files),
            "response_audio" => Slot::Json(&mut self.response_audio),
            "tool" => Slot::Json(&mut self.tool),
            "tools" => Slot::Json(&mut self.tools),
            "requirements" | "step_requirements" | "executor_requirements" => Slot::Json(&mut self.requirements),
            "memories" => Slot::Json(&mut self.memories),
            "session_summary" => Slot::Json(&mut self.session_summary),
            "followups" => Slot::Json(&mut self.followups),
            "metrics" => Slot::Json(&mut self.metrics),
            "model" => Slot::Text(&mut self.model),
            "input_tokens" => Slot::Count(&mut self.tokens.input),
            "output_tokens" => Slot::Count(&mut self.tokens.output),
            "total_tokens" => Slot::Count(&mut self.tokens.total),
            "reasoning_tokens" => Slot::Count(&mut self.tokens.reasoning),
            "cache_read_tokens" => Slot::Count(&mut self.tokens.cache_read),
            "cache_write_tokens" => Slot::Count(&mut self.tokens.cache_write),
            "reason" => Slot::Text(&mut self.reason),
            "error" => {
                self.error = text(value);
                self.error_value = json(value).filter(|v| v.as_str().is_none()).or(self.error_value);
                return;
            }
            "detail" => return self.error_value = self.error_value.or(json(value)),
            "type" | "error_type" => Slot::Text(&mut self.error_type),
            "retries" => Slot::LenientCount(&mut self.retries),
            "attempt" => Slot::LenientCount(&mut self.attempt),
            "max_retries" => Slot::LenientCount(&mut self.max_retries),
            "delay" => return self.delay = lenient_number(value),
            "message" => Slot::Text(&mut self.message),
            "status" => Slot::Text(&mut self.status),
            "title" => Slot::Text(&mut self.title),
            "data" => Slot::Json(&mut self.data),
            _ => return,
        };
        match slot {
            Slot::Text(field) => *field = text(value),
            Slot::Json(field) => *field = json(value),
            Slot::Number(field) => *field = value.as_u64(),
            Slot::Count(field) => *field = value.as_u64().unwrap_or(0),
            Slot::LenientCount(field) => *field = lenient_count(value),
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

/// Where a member's value goes, and as what.
enum Slot<'e, 'a> {
    Text(&'e mut Option<Str<'a>>),
    Json(&'e mut Option<Raw<'a>>),
    Number(&'e mut Option<u64>),
    /// 0 if there is none.
    Count(&'e mut u64),
    LenientCount(&'e mut Option<u64>),
}

/// Empty identifiers and names count as absent: agno 2.2.13 sends `agent_id: ""` with some errors.
fn text(value: Raw<'_>) -> Option<Str<'_>> {
    value.as_str().filter(|s| !s.is_empty())
}

fn json(value: Raw<'_>) -> Option<Raw<'_>> {
    Some(value).filter(|v| !v.is_null())
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
