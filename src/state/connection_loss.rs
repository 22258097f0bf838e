//! A connection lost while the run continues: where to resume, and what the user sees meanwhile. Nothing of the attempt
//! is superseded.

use super::{Conversation, Outcome, Turn};
use crate::error::{ErrorType, StreamError};
use crate::event::{Kind, RunEvent};
use crate::state::retry_state::RetryNotice;
use crate::time::Seconds;

/// Where a background run is resumed (docs/agentos-protocol.md §11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResumeFrom {
    pub run_id: String,
    /// Index of the last frame read.
    pub last_index: u64,
    /// The page has only the text: ask for all frames from the beginning.
    pub whole: bool,
    pub session_id: Option<String>,
}

impl Conversation {
    /// Where the answer can be resumed, if it has not ended and the server numbers its frames.
    pub(crate) fn resume_from(&self) -> Option<ResumeFrom> {
        let turn = self.current()?;
        let open = matches!(turn.outcome, None | Some(Outcome::Interrupted)) && turn.stated_outcome.is_none();
        let run = turn.root.filter(|_| open).map(|root| turn.runs.get(root));
        let of_source = turn.stream_id.as_ref().filter(|_| open && run.is_none());
        let (run_id, last_index, whole) = match (run, of_source) {
            (Some(run), _) => {
                (turn.stream_id.as_ref().unwrap_or(&run.id), run.last_index?, turn.restored && turn.stream_id.is_none())
            }
            // Nothing of the new run has arrived. Its numbers go on from the source's only if the server still has those
            // under this id: all are asked for, and the source's frames, which may come first, are discarded.
            (None, Some(source)) => (source, 0, true),
            _ => return None,
        };
        Some(ResumeFrom { run_id: run_id.clone(), last_index, whole, session_id: turn.session_id.clone() })
    }

    /// Whether the server takes the answer for ended because the one that it regenerates has.
    pub(crate) fn has_source_ended(&self) -> bool {
        self.current().is_some_and(|turn| turn.source_ended)
    }

    /// The index of the next frame, if the server numbers the frames of the run.
    pub(crate) fn next_index(&self) -> Option<u64> {
        let turn = self.turns.get(self.active_turn?)?;
        Some(turn.runs.get(turn.root?).last_index? + 1)
    }

    /// The connection is lost and will be resumed.
    pub(crate) fn await_resume(&mut self, announced: RetryNotice, now: Seconds) {
        let t = self.reopen_interrupted(now);
        self.add_wait_entry(t, "resume", &announced, now);
        self.show_retry(announced, now);
    }

    /// The resume request goes out.
    pub(crate) fn start_resume(&mut self, now: Seconds) {
        let t = self.reopen_interrupted(now);
        let name = self.turns[t].answering_name().unwrap_or(&self.name).to_owned();
        self.reconnect(&name, now);
    }

    /// Reopens the interrupted turn; a running turn stays as it is.
    fn reopen_interrupted(&mut self, now: Seconds) -> usize {
        let t = self.active_turn.unwrap_or(self.current);
        if self.turns.get(t).is_some_and(|turn| turn.outcome == Some(Outcome::Interrupted)) {
            // A restored turn was interrupted on another page, whose monitor counted it.
            if !self.turns[t].restored {
                self.monitor.reopened(self.turns[t].ending());
            }
            self.continue_turn(t, Kind::Subscribed, now);
            self.error = None;
            return t;
        }
        self.ensure_turn(now)
    }

    /// The run that cancel applies to: it runs, or waits for the user.
    pub(crate) fn running_or_paused_run(&self) -> Option<(&Turn, &str)> {
        let turn = self.current()?;
        let open = matches!(turn.outcome, None | Some(Outcome::Paused));
        let run = turn.runs.get(turn.root.filter(|_| open)?);
        Some((turn, run.id.as_str())).filter(|(_, id)| !id.is_empty())
    }

    /// The run of turn `id`, which was stopped before it had a name.
    pub(crate) fn name_stopped(&mut self, id: u32, run: &str) {
        let stopped = |turn: &Turn| turn.run_id.is_none() && turn.outcome == Some(Outcome::Cancelled);
        if let Some(t) = self.position(id).filter(|&t| stopped(&self.turns[t])) {
            self.turns[t].run_id = Some(run.to_owned());
            self.head_dirty = true;
            self.turns[t].dirty = true;
            self.first_unread = self.first_unread.min(t);
        }
    }

    /// The run that waits for the user.
    pub(crate) fn paused_run(&self) -> Option<&str> {
        let turn = self.current().filter(|t| t.outcome == Some(Outcome::Paused))?;
        turn.pause.as_ref().and_then(|p| p.run_id.as_deref()).or(turn.run_id.as_deref())
    }

    /// An earlier turn was answered again while the last one waits: what that asks for can be answered. An interrupted
    /// answer comes first, since it can be resumed.
    #[inline(never)]
    pub(crate) fn return_to_pause(&mut self) {
        let Some(last) = self.last_live().filter(|&last| last != self.current) else { return };
        let ended = self.current().and_then(|turn| turn.outcome);
        if self.turns[last].outcome == Some(Outcome::Paused) && ended.is_some_and(|o| o != Outcome::Interrupted) {
            self.current = last;
            self.become_idle(Some(Outcome::Paused));
        }
    }

    /// The user cancels a paused run.
    pub(crate) fn cancel_pause(&mut self, now: Seconds) {
        let t = self.current;
        self.first_unread = self.first_unread.min(t);
        self.add_local_entry(t, "cancelled", None, now);
        self.turns[t].pause = None;
        self.finish_turn(t, Outcome::Cancelled, None, now);
    }

    /// The answer to a pause did not reach the run. The run stays paused, and the banner says why.
    pub(crate) fn continue_failed(&mut self, mut error: StreamError, now: Seconds) {
        error.locate(&self.request_url);
        let t = self.current;
        self.turn_unknown = false;
        self.pause_answer = None;
        self.first_unread = self.first_unread.min(t);
        self.add_local_entry(t, "error", Some(&error), now);
        self.become_idle(Some(Outcome::Paused));
        self.error = Some(error);
    }

    /// Whether a stream that should continue a paused run begins with an error without a run id: the server refuses to
    /// continue (docs/agentos-protocol.md §7).
    pub(super) fn refuses_to_continue(&self, event: &RunEvent<'_>) -> bool {
        let fails = matches!(event.kind, Kind::RunError | Kind::WorkflowError) && event.run_id.is_none();
        fails && self.is_turn_unknown() && self.current().is_some_and(|t| t.outcome == Some(Outcome::Paused))
    }

    /// Whether a connection is open and no frame has told yet which turn it belongs to.
    pub(crate) fn is_turn_unknown(&self) -> bool {
        self.active_turn.is_none() && self.turn_unknown
    }

    /// The server's answer to the request to cancel the run of turn `id`. `status`: HTTP status, 0 for no response.
    pub(crate) fn server_cancelled(&mut self, id: u32, status: u16, now: Seconds) {
        let Some(t) = self.position(id) else { return };
        self.first_unread = self.first_unread.min(t);
        let error = match status {
            200..=299 => None,
            0 => Some(StreamError::new(ErrorType::Network, "The server could not be told to stop the run.")),
            _ => {
                let status = crate::text::decimal(status.into());
                let text = ["The server could not be told to stop the run (HTTP ", &status, ")."].concat();
                Some(StreamError::new(ErrorType::Http, text))
            }
        };
        self.add_server_cancel_entry(t, error.as_ref(), now);
    }
}
