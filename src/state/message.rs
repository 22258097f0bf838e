//! Messages: the user's, the answer, the members' and the delegations.
//!
//! A message knows what the view has not read yet: whether its head changed, how much of its text was handed out,
//! which of its tool calls are new. So a token costs a token, not a message.

pub use super::growing_text::Text;
use super::tool::{ToolCall, ToolStatus};
use crate::event::{RunEvent, Tool};
use crate::json::{pretty, Raw};
use crate::limits::Limits;
use crate::time::Seconds;
use serde::Serialize;

/// Who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Role {
    User,
    Agent,
    /// A task that a team's leader gave to a member.
    Delegation,
}

/// How the run behind a message stands.
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

/// One message.
#[derive(Debug, Clone)]
pub struct Message {
    /// Everything but text, thoughts and tool calls.
    pub head: Head,
    /// What it says so far.
    pub text: Text,
    /// The model's native thoughts so far.
    pub thoughts: Text,
    /// Its tool calls in the order in which they began.
    pub tools: Vec<ToolCall>,
    pub(crate) head_dirty: bool,
    /// The view must forget the tool calls it has.
    pub(crate) tools_reset: bool,
}

/// Everything of a message but its text, thoughts and tool calls. Raw JSON stays text until somebody looks at it.
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
    /// JSON of each step.
    pub reasoning_steps: Vec<String>,
    /// JSON of an answer with an output schema.
    pub structured: Option<String>,
    pub content_type: Option<String>,
    /// JSON of each image, video, ….
    pub images: Vec<String>,
    pub videos: Vec<String>,
    pub audio: Vec<String>,
    pub files: Vec<String>,
    pub response_audio: Option<String>,
    pub references: Option<String>,
    pub citations: Option<String>,
    pub followups: Option<String>,
    /// Of a user's message: names.
    pub files_sent: Vec<String>,
}

impl Message {
    pub(super) fn new(id: u32, role: Role, at: Seconds) -> Message {
        Message {
            head: Head {
                id,
                role,
                created_at: at,
                status: RunStatus::Started,
                error: None,
                depth: 0,
                streaming_error: false,
                cancelled: false,
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
            },
            text: Text::default(),
            thoughts: Text::default(),
            tools: Vec::new(),
            head_dirty: true,
            tools_reset: false,
        }
    }

    /// The head, to be changed.
    pub(super) fn edit(&mut self) -> &mut Head {
        self.head_dirty = true;
        &mut self.head
    }

    /// Nothing said yet, as at the start of another attempt.
    pub(super) fn reset(&mut self) {
        let fresh = Message::new(self.head.id, self.head.role, self.head.created_at);
        self.text.clear();
        self.thoughts.clear();
        self.tools.clear();
        self.tools_reset = true;
        self.head = fresh.head;
        self.head_dirty = true;
    }

    /// A delta, or the value of a structured answer. `false`: beyond the limit.
    pub(super) fn add_content(
        &mut self,
        content: Raw<'_>,
        kind: Option<crate::json::Str<'_>>,
        limits: &Limits,
    ) -> bool {
        match content.as_str() {
            Some(delta) => self.text.append(delta, limits),
            None => {
                self.set_structured(content, kind, limits);
                true
            }
        }
    }

    /// The final content of the leg: nothing happens if it is what was streamed.
    pub(super) fn set_content(&mut self, content: Raw<'_>, kind: Option<crate::json::Str<'_>>, limits: &Limits) {
        match content.as_str() {
            Some(text) => self.text.replace_leg(&text.decode(), limits),
            None => self.set_structured(content, kind, limits),
        }
    }

    fn set_structured(&mut self, value: Raw<'_>, kind: Option<crate::json::Str<'_>>, limits: &Limits) {
        let mut text = String::new();
        pretty(value, &mut text);
        self.text.replace_leg(&text, limits);
        if self.head.structured.as_deref() == Some(value.text()) {
            return;
        }
        let head = self.edit();
        head.structured = Some(value.text().into());
        head.content_type = kind.map(String::from);
    }

    /// Media and sources of a content frame or a completion.
    pub(super) fn add_extras(&mut self, event: &RunEvent<'_>, limits: &Limits) {
        if let Some(image) = event.image {
            self.head_dirty |= add_media(&mut self.head.images, image, limits);
        }
        let lists = [
            (event.images, &mut self.head.images),
            (event.videos, &mut self.head.videos),
            (event.audio, &mut self.head.audio),
            (event.files, &mut self.head.files),
        ];
        for (list, kept) in lists {
            for item in list.and_then(Raw::as_array).into_iter().flatten() {
                self.head_dirty |= add_media(kept, item, limits);
            }
        }
        let values = [
            (event.response_audio, &mut self.head.response_audio),
            (event.references.filter(|r| r.text() != "[]"), &mut self.head.references),
            (event.citations, &mut self.head.citations),
        ];
        for (value, kept) in values {
            if let Some(value) = value.filter(|v| kept.as_deref() != Some(v.text())) {
                *kept = Some(value.text().into());
                self.head_dirty = true;
            }
        }
    }

    /// `reasoning_steps` of a frame: all steps so far.
    pub(super) fn set_reasoning_steps(&mut self, steps: Raw<'_>, limits: &Limits) {
        let count = steps.as_array().into_iter().flatten().take(limits.max_items).count();
        // Every content frame repeats the steps: only a longer list says something new.
        if count > self.head.reasoning_steps.len() {
            let steps = steps.as_array().into_iter().flatten().take(count).map(|s| s.text().into()).collect();
            self.edit().reasoning_steps = steps;
        }
    }

    /// Nobody tells any more how the calls ended that still ran when the run broke off.
    pub(super) fn stop_tools(&mut self, end: RunStatus) {
        if matches!(end, RunStatus::Error | RunStatus::Cancelled) {
            self.turn_tools(ToolStatus::Started, ToolStatus::Cancelled);
        }
    }

    /// All tool calls that stand at `from`.
    pub(super) fn turn_tools(&mut self, from: ToolStatus, to: ToolStatus) {
        self.tools.iter_mut().for_each(|tool| tool.turn(from, to));
    }

    /// The tool call of an event, created or brought up to date. `None`: beyond the limit.
    pub(super) fn tool(
        &mut self,
        tool: &Tool<'_>,
        status: ToolStatus,
        now: Seconds,
        limits: &Limits,
    ) -> Option<&mut ToolCall> {
        let known = self.tools.iter().rposition(|t| t.is(tool));
        let at = match known {
            Some(at) => at,
            None if self.tools.len() < limits.max_tool_calls => {
                self.tools.push(ToolCall::new(tool, now));
                self.tools.len() - 1
            }
            None => return None,
        };
        let call = self.tools.get_mut(at)?;
        call.merge(tool, status);
        Some(call)
    }
}

/// Adds an image (video, …) unless the same, by id or by text, is there. `true` if it was added.
fn add_media(kept: &mut Vec<String>, item: Raw<'_>, limits: &Limits) -> bool {
    let id = item.member("id").map(Raw::text);
    let same = |text: &String| {
        text == item.text() || (id.is_some() && Raw::parse(text).ok().and_then(|r| r.member("id")).map(Raw::text) == id)
    };
    if kept.len() >= limits.max_items || kept.iter().any(same) {
        return false;
    }
    kept.push(item.text().into());
    true
}
