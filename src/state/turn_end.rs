//! Ends turns: as the stream says, on the user's request, or after a lost connection.

use super::message::RunStatus;
use super::{Conversation, Outcome, Status, Turn};
use crate::error::{ErrorType, StreamError};
use crate::time::Seconds;

impl Conversation {
    /// The stream ended. If no event told the outcome, the turn was interrupted.
    pub fn close(&mut self, now: Seconds) {
        let t = self.ensure_turn(now);
        let turn = &self.turns[t];
        let outcome = match turn.stated_outcome {
            Some(stated) => stated,
            // `stream_events=false` sends only content, so a clean close is the end.
            None if turn.has_content && !turn.has_lifecycle_events => Outcome::Completed,
            None => return self.interrupt("The connection ended before the answer was complete.", now),
        };
        self.end_connection(t, outcome, None, now);
    }

    /// The stream broke off.
    pub fn interrupt(&mut self, message: &str, now: Seconds) {
        self.fail(Outcome::Interrupted, StreamError::new(ErrorType::Interrupted, message), now);
    }

    /// Ends the current turn with `error`, as `failed` or `interrupted`, unless it has ended.
    pub fn fail(&mut self, outcome: Outcome, mut error: StreamError, now: Seconds) {
        error.locate(&self.request_url);
        let t = self.ensure_turn(now);
        if self.turns[t].outcome.is_none() {
            self.add_local_entry(
                t,
                if outcome == Outcome::Failed { "error" } else { "interrupted" },
                Some(&error),
                now,
            );
        }
        self.end_connection(t, outcome, Some(error), now);
    }

    /// The user stopped the answer. The text stays.
    pub fn cancel(&mut self, now: Seconds) {
        if self.active_turn.is_none() && self.turn_unknown {
            // No frame arrived on this connection, so there is no turn to mark.
            self.turn_unknown = false;
            return self.become_idle(self.current().and_then(|t| t.outcome));
        }
        let t = self.ensure_turn(now);
        if self.turns[t].outcome.is_none() {
            self.add_local_entry(t, "cancelled", None, now);
        }
        self.end_connection(t, Outcome::Cancelled, None, now);
    }

    /// The connection is over. A turn that has ended keeps its outcome.
    pub(super) fn end_connection(&mut self, t: usize, outcome: Outcome, error: Option<StreamError>, now: Seconds) {
        match self.turns[t].outcome {
            None => self.finish_turn(t, outcome, error, now),
            // The edit that the connection was for has been taken back, and nothing runs any more.
            Some(_) if self.taken_back.is_some() => {}
            Some(ended) => {
                let shown = (
                    self.head_dirty,
                    self.status,
                    self.activity.clone(),
                    self.retry.is_some() || self.pacing.is_some(),
                );
                self.become_idle(Some(ended));
                self.head_dirty = shown != (false, self.status, self.activity.clone(), false);
            }
        }
        self.active_turn = None;
    }

    /// Closes the banner.
    pub fn dismiss_error(&mut self) {
        self.head_dirty |= self.error.take().is_some();
    }

    /// Ends a turn. The first end counts: a completion after a cancellation changes nothing.
    pub(super) fn finish_turn(&mut self, t: usize, outcome: Outcome, mut error: Option<StreamError>, now: Seconds) {
        if let Some(limited) = error.as_mut().filter(|e| e.kind == ErrorType::RateLimit && e.hint.is_none()) {
            limited.hint = self.hint();
        }
        if self.is_unmade_edit(t, outcome) {
            return self.take_back_edit(t, outcome, error);
        }
        let turn = &mut self.turns[t];
        turn.tentative = false;
        turn.outcome = Some(outcome);
        turn.times.ended_at = Some(now);
        turn.dirty = true;
        let head = turn.answer.edit();
        head.streaming_error = error.is_some();
        head.cancelled = outcome == Outcome::Cancelled;
        head.status = match outcome {
            Outcome::Completed => RunStatus::Completed,
            Outcome::Paused => RunStatus::Paused,
            Outcome::Cancelled => RunStatus::Cancelled,
            Outcome::Failed | Outcome::Interrupted => RunStatus::Error,
        };
        turn.settle_unfinished(outcome);
        turn.error.clone_from(&error);
        self.monitor.ended(turn.ending(), now);
        if let Some(session) = turn.session_id.as_deref() {
            self.sessions.ended(session, outcome, now);
        }
        self.version_ended(t, outcome);
        self.error = error;
        self.become_idle(Some(outcome));
    }

    /// Nothing is running. For a pause, the activity line still says what it waits for.
    pub(super) fn become_idle(&mut self, outcome: Option<Outcome>) {
        let name = self.current().and_then(Turn::answering_name).unwrap_or(&self.name);
        self.activity = (outcome == Some(Outcome::Paused)).then(|| self.texts.paused(name));
        self.activity_of = None;
        self.retry = None;
        self.pacing = None;
        self.status = outcome.map_or(Status::Idle, Status::Ended);
        self.head_dirty = true;
    }
}
