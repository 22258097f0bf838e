//! Applies one event to the conversation.
//!
//! Only a frame without a parent decides the run's outcome. Deltas are appended once, and never compared. The first end
//! counts. A retry supersedes the attempt before it (docs/guarantees.md).

use super::message::RunStatus;
use super::outcome::{ends, run_failure, stated, waits_at_step};
use super::pause::Pause;
use super::timeline::EntryStatus;
use super::tool::ToolStatus;
use super::{Conversation, Outcome};
use crate::error::StreamError;
use crate::event::{Kind, RunEvent};
use crate::time::Seconds;

impl Conversation {
    /// Applies one event.
    pub fn apply(&mut self, event: &RunEvent<'_>, now: Seconds) {
        self.revision = self.revision.wrapping_add(1);
        if self.refuses_to_continue(event) {
            self.continue_failed(StreamError::from_run(event, now), now);
            // Whatever follows belongs to this turn.
            self.active_turn = Some(self.current);
            return;
        }
        if self.is_session_busy(event) {
            self.session_busy = true;
            return;
        }
        let t = self.turn_of_event(event, now);
        self.list_session_of(t, event, now);
        match event.kind {
            // These arrive with `stream_events=false` too: members' events, and what tools report while they run.
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
            Kind::CatchUp | Kind::Subscribed => {
                self.turns[t].source_ended = false;
                self.mark_alive(t, now);
            }
            Kind::Replay => {
                // The status is that of the source, whose frames are kept in the same place.
                let of_source = self.turns[t].stream_id.is_some();
                self.turns[t].source_ended = of_source;
                if let Some(root) = self.turns[t].root {
                    // The database numbers frames anew.
                    self.turns[t].runs.edit(root).missing.clear();
                }
                // If frames follow, they carry the end: a replay may be cut like any other stream.
                let frames_follow = event.total_events.unwrap_or_default() > 0;
                self.turns[t].stated_outcome =
                    event.status.filter(|_| !frames_follow && !of_source).and_then(|s| stated(&s.decode()));
            }
            _ => self.apply_to_run(t, event, now),
        }
    }

    /// Lists the session at its first frame, named after the user's message.
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
        // A background workflow ends its stream at the step that waits, without an event of its own.
        let waits = event.event_index.is_some() && waits_at_step(event.kind);
        self.turns[t].stated_outcome = waits.then_some(Outcome::Paused);
        match event.kind {
            Kind::RunContent | Kind::ReasoningContentDelta => return self.apply_content(t, run, event, now),
            Kind::ToolCallStarted | Kind::ToolCallCompleted | Kind::ToolCallError => {
                return self.apply_tool_event(t, run, event, now)
            }
            // The first end counts: a completion after a cancellation only supplies the final content.
            Kind::RunCompleted | Kind::WorkflowCompleted if self.is_over(t, run) => {
                return self.apply_final_content(t, run, event)
            }
            // A backend's own `paused` after agno's pause: it may be the one that carries the requirements.
            Kind::Paused if self.turns[t].pause.as_ref().is_some_and(|p| p.requirements.is_empty()) => {
                let run_id = self.turns[t].run_id.clone();
                let turn = &mut self.turns[t];
                turn.pause = Some(Pause::read(event, run_id.as_deref(), turn.answer.text.as_str()));
                turn.dirty = true;
                return;
            }
            kind if (ends(kind) || kind == Kind::RunOutput) && self.is_over(t, run) => return,
            _ => {}
        }
        if event.kind == Kind::RunStarted && self.turns[t].runs.get(run).started && !self.restart_run(t, run, event) {
            return;
        }
        self.goes_on_after_end(t, run, event, now);
        let error = run_failure(event, now);
        let entry = self.add_event_entry(t, run, event, error.as_ref(), None, now);
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
            Kind::TaskCreated | Kind::TaskUpdated => {
                let limits = self.limits;
                self.turns[t].note_task(event, &limits);
            }
            Kind::RunCompleted | Kind::WorkflowCompleted => {
                self.add_silent_members(t, run, event, now);
                self.apply_final_content(t, run, event);
                self.run_ended(t, run, RunStatus::Completed, Outcome::Completed, None, now);
            }
            Kind::RunCancelled | Kind::WorkflowCancelled => {
                self.run_ended(t, run, RunStatus::Cancelled, Outcome::Cancelled, None, now);
                // The run of an edit that has been taken back is gone.
                if self.taken_back.is_none() {
                    self.apply_final_content(t, run, event);
                }
            }
            Kind::RunError | Kind::WorkflowError => {
                self.quota.learn(error.as_ref().map_or(&[], StreamError::quotas));
                self.head_dirty = true;
                self.run_ended(t, run, RunStatus::Error, Outcome::Failed, error, now);
            }
            Kind::RunPaused | Kind::Paused | Kind::WorkflowPaused => self.run_paused(t, run, event, now),
            Kind::RunOutput => {
                self.add_silent_members(t, run, event, now);
                self.run_output(t, run, event, error, now);
            }
            Kind::ReasoningStarted => self.show_thinking(t, run),
            Kind::ReasoningStep => self.reasoning_step(t, run, event),
            Kind::ModelRequestStarted => {
                let over = self.is_over(t, run);
                if let Some(message) = self.turns[t].message_of(run) {
                    message.round += 1;
                    if !over {
                        message.text.begin_round();
                    }
                }
                self.show_working(t, run);
            }
            Kind::ReasoningCompleted => self.show_working(t, run),
            Kind::MemoryUpdateStarted => self.show_activity_text(t, "Updating memory..."),
            Kind::SessionSummaryStarted => self.show_activity_text(t, "Summarizing the session..."),
            Kind::FollowupsStarted => self.show_activity_text(t, "Preparing follow-up questions..."),
            _ => {}
        }
    }

    /// Agno restarts a run by itself (`Agent(retries=…)`), with the same id and unannounced. Its text so far is
    /// superseded; its tool calls stay, as in AgentOS. `false`: a repeated start, not a new one.
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
            message.round += 1;
        }
        true
    }
}
