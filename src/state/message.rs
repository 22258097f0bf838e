//! Messages: the user's, the answer, the members' and the delegations.
//!
//! A message tracks what the view has not read yet: whether its head changed, how much of its text was handed out,
//! which tool calls changed. So reading one new token costs the same, however long the message is.

pub use super::message_head::{Head, Role, RunStatus};
pub use super::message_text::Text;
use super::tool::{find, ToolCall, ToolStatus};
use crate::event::{RunEvent, Tool};
use crate::json::{pretty, Raw};
use crate::limits::Limits;
use crate::time::Seconds;

/// One message.
#[derive(Debug, Clone)]
pub struct Message {
    /// Everything but text, thoughts and tool calls.
    pub head: Head,
    /// Its text so far.
    pub text: Text,
    /// The model's native reasoning so far.
    pub thoughts: Text,
    /// Its tool calls, in the order in which they began.
    pub tools: Vec<ToolCall>,
    pub(crate) head_dirty: bool,
    /// The view must discard its tool calls.
    pub(crate) tools_reset: bool,
    /// Model requests of its run so far.
    pub(super) round: u32,
}

impl Message {
    pub(super) fn new(id: u32, role: Role, at: Seconds) -> Message {
        Message {
            head: Head::new(id, role, at),
            text: Text::default(),
            thoughts: Text::default(),
            tools: Vec::new(),
            head_dirty: true,
            tools_reset: false,
            round: 0,
        }
    }

    /// The head, for a change.
    pub(super) fn edit(&mut self) -> &mut Head {
        self.head_dirty = true;
        &mut self.head
    }

    /// Empties the message for the next attempt.
    pub(super) fn reset(&mut self) {
        let fresh = Message::new(self.head.id, self.head.role, self.head.created_at);
        self.text.clear();
        self.thoughts.clear();
        self.tools.clear();
        self.tools_reset = true;
        self.head = Head { name: std::mem::take(&mut self.head.name), ..fresh.head };
        self.head_dirty = true;
    }

    /// Appends a delta, or sets the value of a structured answer. `false`: beyond the limit.
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

    /// Sets the final content of the segment; no change if it equals what was streamed, or is empty.
    pub(super) fn set_content(&mut self, content: Raw<'_>, kind: Option<crate::json::Str<'_>>, limits: &Limits) {
        let Some(text) = content.as_str() else { return self.set_structured(content, kind, limits) };
        // Once: it may be a megabyte.
        let text = text.decode();
        if !text.trim().is_empty() || self.text.segment().is_empty() {
            self.text.replace_segment(&text, limits);
        }
    }

    fn set_structured(&mut self, value: Raw<'_>, kind: Option<crate::json::Str<'_>>, limits: &Limits) {
        // Nothing to say, in whatever form, does not replace what was said.
        let nothing = value.is_empty_container() || matches!(value.text(), "0" | "0.0" | "false");
        if nothing && !self.text.segment().is_empty() {
            return;
        }
        let mut text = String::new();
        pretty(value, &mut text);
        self.text.replace_segment(&text, limits);
        if self.head.structured.as_deref() == Some(value.text()) {
            return;
        }
        let head = self.edit();
        head.structured = Some(value.text().into());
        head.content_type = kind.map(String::from);
    }

    /// Adds media and sources of a content frame or a completion.
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

    /// Sets `reasoning_steps`, which lists all steps so far.
    pub(super) fn set_reasoning_steps(&mut self, steps: Raw<'_>, limits: &Limits) {
        let count = steps.as_array().into_iter().flatten().take(limits.max_items).count();
        // Every content frame repeats the steps; only a longer list is new.
        if count > self.head.reasoning_steps.len() {
            let steps = steps.as_array().into_iter().flatten().take(count).map(|s| s.text().into()).collect();
            self.edit().reasoning_steps = steps;
        }
    }

    /// Ends the running tool calls of a run that has ended: no event reports their end.
    pub(super) fn stop_tools(&mut self, end: RunStatus) {
        match end {
            RunStatus::Error | RunStatus::Cancelled => {
                self.transition_tools(ToolStatus::Started, ToolStatus::Cancelled);
            }
            // The model went on after them.
            RunStatus::Completed => self.transition_tools(ToolStatus::Started, ToolStatus::Completed),
            RunStatus::Started | RunStatus::Paused => {}
        }
    }

    /// Its run has ended.
    pub(super) fn end(&mut self, status: RunStatus) {
        self.edit().status = status;
        self.stop_tools(status);
        self.text.end_deltas();
        self.thoughts.end_deltas();
    }

    /// Moves all tool calls from one status to another.
    pub(super) fn transition_tools(&mut self, from: ToolStatus, to: ToolStatus) {
        self.tools.iter_mut().for_each(|tool| tool.transition(from, to));
    }

    /// The index of the tool call of an event, created or updated. `None`: beyond the limit.
    pub(super) fn tool(&mut self, tool: &Tool<'_>, status: ToolStatus, now: Seconds, limits: &Limits) -> Option<usize> {
        // No call begins after the end of the run: such a start is repeated.
        let over = matches!(self.head.status, RunStatus::Completed | RunStatus::Error | RunStatus::Cancelled);
        let of = if over && status == ToolStatus::Started { ToolStatus::Completed } else { status };
        let known = find(&self.tools, tool, of, self.round);
        let at = match known {
            Some(at) => at,
            None if self.tools.len() < limits.max_tool_calls => {
                self.tools.push(ToolCall::new(tool, self.round, now));
                self.tools.len() - 1
            }
            None => return None,
        };
        self.tools.get_mut(at)?.merge(tool, status);
        Some(at)
    }
}

/// Adds an image (video, …) unless one with the same id or text exists. `true` if it was added.
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
