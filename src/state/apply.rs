//! One event applied to the conversation.
//!
//! The rules are DESIGN §4: only a frame without parent decides the run's fate; deltas are appended once, none
//! compared; the first end counts; a retry voids the attempt before it.

use super::message::RunStatus;
use super::outcome::{ends, provider_error, provider_text, stated, waits_at_step};
use super::pause::Pause;
use super::timeline::EntryStatus;
use super::tool::ToolStatus;
use super::{Conversation, Outcome};
use crate::event::{Kind, RunEvent};
use crate::time::Seconds;

impl Conversation {
    /// Takes one event in.
    pub fn apply(&mut self, event: &RunEvent<'_>, now: Seconds) {
        self.revision = self.revision.wrapping_add(1);
        if self.refuses_to_continue(event) {
            self.continue_failed(provider_error(event), now);
            // Whatever follows is of this turn.
            self.active_turn = Some(self.current);
            return;
        }
        let t = self.turn_of_event(event, now);
        self.list_session_of(t, event, now);
        match event.kind {
            // With `stream_events=false` they come too: a member's events, and what a tool tells on its way.
            Kind::RunContent | Kind::RunIntermediateContent | Kind::CustomEvent => {}
            _ if event.parent().is_some() => {}
            _ => self.turns[t].has_lifecycle_events = true,
        }
        match event.kind {
            Kind::Unknown => {
                let name = event.name.decode();
                self.diagnostics.unknown(if name.is_empty() { "(no name)" } else { &name }, &self.limits);
            }
            Kind::Retry => self.retry_announced(t, event, now),
            Kind::Error | Kind::StreamExpired => self.stream_failed(t, event, now),
            Kind::CatchUp | Kind::Subscribed => self.mark_alive(t, now),
            Kind::Replay => {
                // Where frames follow, they tell the end: a replay may be cut like any other stream.
                let told = event.total_events.unwrap_or_default() > 0;
                self.turns[t].stated_outcome = event.status.filter(|_| !told).and_then(|s| stated(&s.decode()));
            }
            _ => self.apply_to_run(t, event, now),
        }
    }

    /// A session is listed from its first frame on, under the words of the user.
    #[inline(never)]
    fn list_session_of(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) {
        let Some(id) = event.session_id else { return };
        let turn = &mut self.turns[t];
        let known = |session: &Option<String>| session.as_deref().is_some_and(|s| id.is(s));
        if known(&turn.session_id) && known(&self.session_id) && turn.run_id.is_some() {
            return;
        }
        let id: String = id.into();
        let name = turn.user.as_ref().map_or("", |u| u.text.as_str());
        let (name, at) = (crate::limits::excerpt(name.trim(), 120), event.created_at.unwrap_or(now));
        let listed = self.sessions.ensure_listed(&id, name, at, self.limits.max_sessions);
        self.diagnostics.dropped_entries += u64::from(!listed);
        turn.session_id = Some(id.clone());
        if self.session_id.as_deref() != Some(&id) {
            self.session_id = Some(id);
            self.session_changes += 1;
            self.head_dirty = true;
        }
    }

    #[inline(never)]
    fn apply_to_run(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) {
        let Some(run) = self.run_of(t, event, now) else { return };
        self.mark_alive(t, now);
        // A workflow in the background ends its stream with the step that waits, and no word of its own.
        let waits = event.event_index.is_some() && waits_at_step(event.kind);
        self.turns[t].stated_outcome = waits.then_some(Outcome::Paused);
        match event.kind {
            Kind::RunContent | Kind::ReasoningContentDelta => return self.apply_content(t, run, event, now),
            Kind::ToolCallStarted | Kind::ToolCallCompleted | Kind::ToolCallError => {
                return self.apply_tool_event(t, run, event, now)
            }
            // Once over is over: a completion behind a cancellation only tells the last words.
            Kind::RunCompleted | Kind::WorkflowCompleted if self.is_over(t, run) => {
                return self.apply_final_content(t, run, event)
            }
            // Cirkelline's `paused` behind agno's pause: it may be the one that says what is asked.
            Kind::Paused if self.turns[t].pause.as_ref().is_some_and(|p| p.requirements.is_empty()) => {
                let run_id = self.turns[t].run_id.clone();
                self.turns[t].pause = Some(Pause::read(event, run_id.as_deref()));
                self.turns[t].dirty = true;
                return;
            }
            kind if (ends(kind) || kind == Kind::RunOutput) && self.is_over(t, run) => return,
            _ => {}
        }
        if event.kind == Kind::RunStarted && self.turns[t].runs.get(run).started && !self.restart_run(t, run, event) {
            return;
        }
        let entry = self.add_event_entry(t, run, event, now);
        self.record_metadata(t, run, event, now);
        match event.kind {
            Kind::RunStarted | Kind::WorkflowStarted => {
                let record = self.turns[t].runs.edit(run);
                record.started = true;
                record.started_at = event.created_at;
                record.entry = entry;
                self.show_working(t, run);
            }
            Kind::RunContinued => self.run_continued(t, run, entry),
            Kind::RunCompleted | Kind::WorkflowCompleted => {
                self.apply_final_content(t, run, event);
                self.run_ended(t, run, RunStatus::Completed, Outcome::Completed, None, now);
            }
            Kind::RunCancelled | Kind::WorkflowCancelled => {
                self.run_ended(t, run, RunStatus::Cancelled, Outcome::Cancelled, None, now);
                self.apply_final_content(t, run, event);
            }
            Kind::RunError | Kind::WorkflowError => {
                self.quota.learn(&provider_text(event));
                let error = Some(provider_error(event));
                self.run_ended(t, run, RunStatus::Error, Outcome::Failed, error, now);
            }
            Kind::RunPaused | Kind::Paused | Kind::WorkflowPaused => self.run_paused(t, run, event, now),
            Kind::RunOutput => self.run_output(t, run, event, now),
            Kind::ReasoningStarted => self.show_thinking(t, run),
            Kind::ReasoningStep => self.reasoning_step(t, run, event),
            Kind::ModelRequestStarted | Kind::ReasoningCompleted => self.show_working(t, run),
            Kind::MemoryUpdateStarted => self.show_activity_text(t, "Updating memory..."),
            Kind::SessionSummaryStarted => self.show_activity_text(t, "Summarizing the session..."),
            Kind::FollowupsStarted => self.show_activity_text(t, "Preparing follow-up questions..."),
            _ => {}
        }
    }

    /// A run that agno starts again by itself (`Agent(retries=…)`), under its name and without a word: what it had said is
    /// void, its tool calls AgentOS keeps. `false`: the same start, told again.
    #[inline(never)]
    fn restart_run(&mut self, t: usize, run: usize, event: &RunEvent<'_>) -> bool {
        let limits = self.limits;
        let turn = &mut self.turns[t];
        let record = turn.runs.edit(run);
        let other = record.started_at.zip(event.created_at).is_some_and(|(first, again)| first != again);
        if !other || record.over {
            return false;
        }
        if let Some(entry) = record.content_entry.take() {
            turn.timeline.set_status(entry, EntryStatus::Error);
        }
        if let Some(message) = turn.message_of(run) {
            message.text.replace_segment("", &limits);
            message.thoughts.replace_segment("", &limits);
            message.transition_tools(ToolStatus::Started, ToolStatus::Cancelled);
        }
        true
    }
}
