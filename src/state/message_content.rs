//! Content of runs: deltas, reasoning, and final content.
//!
//! A delta is appended once and never compared. The final content replaces what was streamed only where it differs, and
//! never what precedes a pause.

use super::message::RunStatus;
use super::tool::{find, ToolStatus};
use super::{ActivityKind, Conversation, Status};
use crate::bytes::starts_with;
use crate::event::{Kind, RunEvent, Tool};
use crate::json::{Raw, Str};
use crate::time::Seconds;

/// The run whose text a repeated content frame appends to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AppendTarget {
    turn: usize,
    run: usize,
    /// Which ids of the turn were known then.
    ids: (bool, bool),
    /// `session_changes` at that time.
    session: u32,
    /// The revision at which this was last checked.
    checked_at: u32,
}

impl Conversation {
    /// Applies a delta: the hot path. The timeline has one entry for all deltas of a run.
    pub(super) fn apply_content(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
        if self.turns[t].runs.get(run).over {
            self.diagnostics.stale_frames += 1;
            return;
        }
        if self.turns[t].runs.get(run).content_entry.is_none() && event.kind == Kind::RunContent {
            let entry = self.add_event_entry(t, run, event, None, None, now);
            self.turns[t].runs.edit(run).content_entry = entry;
        }
        let limits = self.limits;
        let turn = &mut self.turns[t];
        turn.has_content |= turn.runs.get(run).top;
        let mut fits = true;
        if let Some(message) = turn.message_of(run) {
            if let Some(content) = event.content {
                fits = message.add_content(content, event.content_type, &limits);
            }
            if let Some(thought) = event.reasoning_content {
                fits &= message.thoughts.append(thought, &limits);
            }
            if let Some(steps) = event.reasoning_steps {
                message.set_reasoning_steps(steps, &limits);
            }
            if event.has_extras() {
                message.add_extras(event, &limits);
            }
        }
        self.diagnostics.dropped_entries += u64::from(!fits);
        let thinks = event.content.is_none() && event.reasoning_content.is_some();
        if thinks {
            self.show_thinking(t, run);
        } else if self.turns[t].is_running() {
            self.show_run_activity(ActivityKind::Responding, t, run);
        }
    }

    /// The target of `event`, just applied, if it did nothing but append its text.
    pub(crate) fn append_target(&mut self, event: &RunEvent<'_>) -> Option<AppendTarget> {
        let nothing_else = event.kind == Kind::RunContent
            && event.reasoning_content.is_none()
            && event.reasoning_steps.is_none()
            && !event.has_extras();
        let turn = self.active_turn.filter(|_| nothing_else && event.content.is_some_and(|c| c.as_str().is_some()))?;
        let run = match event.is_of_workflow_agent() && event.parent().is_none() {
            true => self.turns[turn].root?,
            false => self.turns[turn].runs.find(&event.run_id?.decode())?,
        };
        let ids = self.turns[turn].has_ids();
        let to = AppendTarget { turn, run, ids, session: self.session_changes, checked_at: self.revision };
        self.still_appends_to(&to).then_some(to)
    }

    /// Whether a frame like the one that `to` was made of would still do nothing but append its text.
    fn still_appends_to(&mut self, to: &AppendTarget) -> bool {
        if self.active_turn != Some(to.turn) || self.session_changes != to.session || self.status != Status::Streaming {
            return false;
        }
        let turn = &mut self.turns[to.turn];
        let run = turn.runs.get(to.run);
        let listed = run.content_entry.is_some() && !run.just_named;
        let active = turn.is_running() && !turn.restored && !run.over && !run.superseded;
        listed && active && turn.has_ids() == to.ids && turn.runs.is_latest_with_id(to.run)
    }

    /// Appends the text of a content frame that differs from an earlier one only in text, time and index. `false`:
    /// parse it.
    #[cfg_attr(hot, optimize(speed), inline(never))]
    pub(crate) fn append(&mut self, to: &mut AppendTarget, text: Str<'_>, index: Option<u64>) -> bool {
        if to.checked_at != self.revision {
            if !self.still_appends_to(to) {
                return false;
            }
            to.checked_at = self.revision;
        }
        let turn = &mut self.turns[to.turn];
        if index.is_some_and(|index| !turn.is_next_index(index)) {
            return false;
        }
        self.diagnostics.frames_read += 1;
        let fits = turn.message_of(to.run).is_none_or(|m| m.text.append(text, &self.limits));
        self.diagnostics.dropped_entries += u64::from(!fits);
        self.first_unread = self.first_unread.min(to.turn);
        self.show_run_activity(ActivityKind::Responding, to.turn, to.run);
        true
    }

    #[inline(never)]
    pub(super) fn reasoning_step(&mut self, t: usize, run: usize, event: &RunEvent<'_>) {
        let Some(step) = event.content.filter(|c| c.as_object().is_some()) else { return };
        let limits = self.limits;
        if let Some(message) = self.turns[t].message_of(run) {
            let repeated = message.head.reasoning_steps.iter().any(|s| s == step.text());
            if !repeated && message.head.reasoning_steps.len() < limits.max_items {
                message.edit().reasoning_steps.push(step.text().into());
            }
        }
    }

    /// Applies the final content of a run.
    #[inline(never)]
    pub(super) fn apply_final_content(&mut self, t: usize, run: usize, event: &RunEvent<'_>) {
        let limits = self.limits;
        let turn = &mut self.turns[t];
        let leads = turn.runs.iter().any(|r| r.parent == Some(run));
        let Some(message) = turn.message_of(run) else { return };
        if let Some(content) = event.content {
            let said = message.text.segment();
            let extends = || content.as_str().is_some_and(|c| starts_with(c.decode().as_bytes(), said.as_bytes()));
            // Only this event carries the last token of a cancelled run. A leader's content has its members' tokens
            // mixed in.
            if message.head.status != RunStatus::Cancelled || (!leads && extends()) {
                message.set_content(content, event.content_type, &limits);
            }
        }
        if let Some(steps) = event.reasoning_steps {
            message.set_reasoning_steps(steps, &limits);
        } else if let Some(thoughts) = event.reasoning_content {
            // With reasoning steps it summarizes them; otherwise it is the reasoning as streamed.
            if message.head.reasoning_steps.is_empty() {
                message.thoughts.replace_segment(&thoughts.decode(), &limits);
            }
        }
        message.add_extras(event, &limits);
        if let Some(tools) = event.tools.and_then(Raw::as_array) {
            for tool in tools.filter_map(Tool::read) {
                if find(&message.tools, &tool, ToolStatus::Completed, message.round).is_none() {
                    message.tool(&tool, ToolStatus::Completed, message.head.created_at, &limits);
                }
            }
        }
    }
}
