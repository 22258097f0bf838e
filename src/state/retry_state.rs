//! Retries by the server or the client: the wait that the user sees, and what becomes of the superseded attempt.

use super::retry_message::attempt_in;
use super::timeline::EntryStatus;
use super::{ActivityKind, Conversation, Outcome, Pacing, Retrier, RetryCause, RetryState, Status};
use crate::error::StreamError;
use crate::event::RunEvent;
use crate::json::Str;
use crate::refusal::wait_in;
use crate::text::decimal;
use crate::time::Seconds;

/// A retry or a resume that begins to wait.
#[derive(Debug)]
pub(crate) struct RetryNotice {
    pub attempt: u64,
    pub max_retries: u64,
    pub delay: Seconds,
    /// Text for the activity line.
    pub message: String,
    /// Text for the timeline.
    pub description: String,
    /// The error that led to it, if the client knows.
    pub because: Option<String>,
    /// The server's time of it.
    pub at: Option<Seconds>,
    pub cause: RetryCause,
    pub by: Retrier,
}

impl Conversation {
    /// `event: retry`: the server waits, then starts again.
    #[inline(never)]
    pub(super) fn retry_announced(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) {
        if matches!(self.turns[t].outcome, Some(Outcome::Cancelled | Outcome::Completed)) {
            self.diagnostics.stale_frames += 1;
            return;
        }
        let words = event.message.map(Str::decode);
        let named = words.as_deref().and_then(attempt_in);
        let attempt = event.attempt.or(named.map(|n| n.0)).unwrap_or_else(|| u64::from(self.turns[t].attempts));
        let max_retries = event.max_retries.or(named.map(|n| n.1)).unwrap_or(3);
        // The message counts where the number is missing: a countdown must not contradict it.
        let delay = event.delay.filter(|d| d.is_finite() && *d > 0.0);
        let delay = delay.or_else(|| wait_in(words.as_deref()?, f64::INFINITY));
        let of = [&decimal(attempt), "/", &decimal(max_retries), ")"].concat();
        let said = |own: &str| event.message.map_or_else(|| [own, &of].concat(), String::from);
        let announced = RetryNotice {
            attempt,
            max_retries,
            delay: delay.unwrap_or(0.0),
            message: said("Retrying... (Attempt "),
            description: said("Retrying request (attempt "),
            because: None,
            at: event.created_at,
            cause: RetryCause::RateLimit,
            by: Retrier::Server,
        };
        match self.retry.as_ref().map(|r| r.by) {
            // The server takes over the retry that the client was about to make.
            Some(Retrier::Handler) => self.adopt_server_retry(t, announced, now),
            Some(Retrier::Server) if self.retry.as_ref().is_some_and(|r| r.attempt == attempt) => {
                self.diagnostics.stale_frames += 1;
            }
            _ => self.start_retry(t, announced, now),
        }
    }

    /// The client waits, then starts again.
    pub(crate) fn await_retry(&mut self, announced: RetryNotice, now: Seconds) {
        let t = self.ensure_turn(now);
        self.start_retry(t, announced, now);
    }

    fn start_retry(&mut self, t: usize, announced: RetryNotice, now: Seconds) {
        self.add_wait_entry(t, "retry", &announced, now);
        self.supersede_attempt(t);
        self.monitor.retried(announced.attempt, announced.max_retries, announced.delay, now);
        self.show_retry(announced, now);
    }

    fn adopt_server_retry(&mut self, t: usize, announced: RetryNotice, now: Seconds) {
        self.turns[t].timeline.update_retry(&announced.description, announced.delay);
        self.turns[t].dirty = true;
        self.show_retry(announced, now);
    }

    pub(super) fn show_retry(&mut self, announced: RetryNotice, now: Seconds) {
        let RetryNotice { attempt, max_retries, delay, message, cause, by, .. } = announced;
        self.status = Status::Retrying;
        self.set_activity(ActivityKind::Other, usize::MAX, |_| message.clone());
        self.retry = Some(RetryState { attempt, max_retries, delay, message, resumes_at: now + delay, cause, by });
        self.head_dirty = true;
    }

    /// The wait is over and the request goes out again, to `name` if that changed.
    pub(crate) fn reconnect(&mut self, name: &str, now: Seconds) {
        self.ensure_turn(now);
        self.retry = None;
        self.pacing = None;
        self.status = Status::Connecting;
        self.activity_of = None;
        self.set_activity(ActivityKind::Working, usize::MAX, |texts| texts.working(name));
        self.head_dirty = true;
    }

    /// The turn is open, and its request waits to stay under a limit.
    pub(crate) fn hold_back(&mut self, pacing: Pacing) {
        self.status = Status::Connecting;
        self.set_activity(ActivityKind::Other, usize::MAX, |_| pacing.message.clone());
        self.pacing = Some(pacing);
        self.head_dirty = true;
    }

    /// The retries are exhausted, and `name` is asked instead.
    pub(crate) fn fall_back(&mut self, name: &str, error: &StreamError, now: Seconds) {
        let t = self.ensure_turn(now);
        self.add_fallback_entry(t, name, error, now);
        self.supersede_attempt(t);
        self.turns[t].answer.head.name = name.to_owned();
    }

    /// The model that answered last, and the input tokens of the next send: the conversation so far, and `text` at four
    /// bytes per token.
    pub(crate) fn next_send(&self, text: &str) -> Option<(&str, u64)> {
        let (model, history) = self.context_size.as_ref()?;
        Some((model, history + text.len() as u64 / 4))
    }

    /// A probable cause of the limit, by the figures: a conversation that is too long.
    pub(crate) fn hint(&self) -> Option<String> {
        let (model, tokens) = self.context_size.as_ref()?;
        self.quota.hint(model, *tokens)
    }

    /// Supersedes the current attempt: its text and tools leave the answer; its timeline entries stay, marked.
    pub(super) fn supersede_attempt(&mut self, t: usize) {
        let turn = &mut self.turns[t];
        if turn.outcome == Some(Outcome::Failed) {
            self.monitor.reopened(turn.ending());
        }
        for entry in turn.runs.take_content_entries() {
            turn.timeline.set_status(entry, EntryStatus::Error);
        }
        turn.timeline.supersede(turn.attempts);
        turn.attempts += 1;
        turn.runs.supersede();
        turn.root = None;
        turn.delegations.clear();
        turn.tasks.clear();
        turn.work_reset |= !turn.work.is_empty();
        turn.work.clear();
        turn.answer.reset();
        turn.outcome = None;
        turn.times.ended_at = None;
        turn.error = None;
        turn.pause = None;
        turn.followups = None;
        turn.dirty = true;
        self.error = None;
        self.activity_of = None;
    }

    /// The stream is alive again: ends the wait.
    pub(super) fn mark_alive(&mut self, t: usize, now: Seconds) {
        let turn = &mut self.turns[t];
        if turn.times.first_at.is_none() {
            turn.times.first_at = Some(now);
            turn.dirty = true;
        }
        turn.timeline.end_wait(now);
        if self.turns[t].outcome.is_none() && self.status != Status::Streaming {
            self.status = Status::Streaming;
            self.retry = None;
            self.head_dirty = true;
        }
    }
}
