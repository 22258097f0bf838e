//! A connection that is lost while the run goes on: from where the server can be asked for the rest, and what the user
//! sees meanwhile. Nothing of the attempt is void.

use super::{ActivityKind, Conversation, Outcome, RetryState, Status, Turn};
use crate::error::{ErrorType, StreamError};
use crate::event::{Kind, RunEvent, Tool};
use crate::state::retrying::Announced;
use crate::time::Seconds;

/// From where a background run is taken up (PROTOCOL §11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResumePoint {
    pub run_id: String,
    /// Of the last frame that was read.
    pub last_index: u64,
    pub session_id: Option<String>,
}

impl Conversation {
    /// Where the answer can be taken up, if it has not ended and the server counts its frames.
    pub(crate) fn resume_point(&self) -> Option<ResumePoint> {
        let turn = self.current()?;
        let open = matches!(turn.outcome, None | Some(Outcome::Interrupted)) && turn.stated.is_none();
        let run = turn.runs.get(turn.living.filter(|_| open)?);
        let last_index = run.last_index?;
        Some(ResumePoint { run_id: run.id.clone(), last_index, session_id: turn.session_id.clone() })
    }

    /// The connection is lost, and the answer will be taken up.
    pub(crate) fn await_resume(&mut self, announced: Announced, now: Seconds) {
        let t = self.reopen(now);
        self.note_wait(t, "resume", &announced, now);
        let Announced { attempt, max_retries, delay, message, cause, by, .. } = announced;
        self.status = Status::Retrying;
        self.set_activity(ActivityKind::Other, usize::MAX, |_| message.clone());
        self.retry = Some(RetryState { attempt, max_retries, delay, message, resumes_at: now + delay, cause, by });
        self.head_dirty = true;
    }

    /// The request for the rest goes out.
    pub(crate) fn take_up(&mut self, now: Seconds) {
        let t = self.reopen(now);
        let name = self.turns[t].answering_name().unwrap_or(&self.name).to_owned();
        self.reconnect(&name, now);
    }

    /// The turn that was interrupted runs again; one that runs does so.
    fn reopen(&mut self, now: Seconds) -> usize {
        let t = match self.live {
            Some(t) => t,
            None => self.current,
        };
        if self.turns.get(t).is_some_and(|turn| turn.outcome == Some(Outcome::Interrupted)) {
            self.monitor.goes_on(self.turns[t].ending());
            self.go_on(t, Kind::Subscribed);
            self.error = None;
            return t;
        }
        self.place(now)
    }

    /// The run that cancel aims at: the one that lives, or waits for the user.
    pub(crate) fn living_run(&self) -> Option<(&Turn, &str)> {
        let turn = self.current()?;
        let open = matches!(turn.outcome, None | Some(Outcome::Paused));
        let run = turn.runs.get(turn.living.filter(|_| open)?);
        Some((turn, run.id.as_str())).filter(|(_, id)| !id.is_empty())
    }

    /// The run that waits for the user.
    pub(crate) fn paused_run(&self) -> Option<&str> {
        let turn = self.current().filter(|t| t.outcome == Some(Outcome::Paused))?;
        turn.pause.as_ref().and_then(|p| p.run_id.as_deref()).or(turn.run_id.as_deref())
    }

    /// The user stops a run that waits for them.
    pub(crate) fn cancel_pause(&mut self, now: Seconds) {
        let t = self.current;
        self.first_unread = self.first_unread.min(t);
        self.note_local(t, "cancelled", None, now);
        self.turns[t].pause = None;
        self.finish(t, Outcome::Cancelled, None, now);
    }

    /// The answer to a pause did not reach the run: it waits on, and the banner says why.
    pub(crate) fn not_continued(&mut self, error: StreamError, now: Seconds) {
        let t = self.current;
        self.unplaced = false;
        self.first_unread = self.first_unread.min(t);
        self.note_local(t, "error", Some(&error), now);
        self.rest(Some(Outcome::Paused));
        self.error = Some(error);
    }

    /// Whether a leg was opened of which no frame has told yet to which turn it belongs.
    pub(crate) fn is_unplaced(&self) -> bool {
        self.live.is_none() && self.unplaced
    }

    /// What the server said to the request to stop the run of turn `id`. `status`: of HTTP, 0 for no answer.
    pub(crate) fn server_cancelled(&mut self, id: u32, status: u16, now: Seconds) {
        let Some(t) = self.turns.iter().position(|turn| turn.id == id) else { return };
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
        self.note_server_cancel(t, error.as_ref(), now);
    }
}

/// How often each event came. A replay from the database numbers its frames anew: what was read before is known by what
/// it says, each as often as it came.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// Key, times read, times replayed; sorted by key.
    counts: Vec<(u64, u32, u32)>,
    replays: bool,
}

impl Seen {
    /// A replay from the database begins.
    pub fn replay(&mut self) {
        self.replays = true;
        self.counts.iter_mut().for_each(|(_, _, replayed)| *replayed = 0);
    }

    /// Frames are numbered by the run again.
    pub fn live(&mut self) {
        self.replays = false;
    }

    pub fn replays(&self) -> bool {
        self.replays
    }

    /// Counts `event`; in a replay, whether it had been read.
    pub fn see(&mut self, event: &RunEvent<'_>) -> bool {
        let key = key(event);
        let at = match self.counts.binary_search_by_key(&key, |(k, ..)| *k) {
            Ok(at) => at,
            Err(at) => {
                self.counts.insert(at, (key, 0, 0));
                at
            }
        };
        let (_, read, replayed) = &mut self.counts[at];
        *replayed += u32::from(self.replays);
        let known = self.replays && *replayed <= *read;
        *read += u32::from(!known);
        known
    }
}

/// FNV-1a over what tells one event from another: everything but its number.
fn key(event: &RunEvent<'_>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut add = |bytes: &[u8]| {
        for byte in bytes.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    add(event.name.decode().as_bytes());
    add(event.run_id.map(|id| id.decode()).unwrap_or_default().as_bytes());
    let call = event.tool.and_then(Tool::read).and_then(|tool| tool.tool_call_id);
    add(call.map(|id| id.decode()).unwrap_or_default().as_bytes());
    add(&event.created_at.unwrap_or_default().to_bits().to_le_bytes());
    hash
}
