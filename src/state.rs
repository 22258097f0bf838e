//! Run events → the conversation: everything a page shows.
//!
//! In: [`RunEvent`](crate::event::RunEvent)s and the time. Out: [`Conversation`], one file of `state/` per thing the
//! user sees. Replaying the same events at the same times gives the same state. Never: I/O, a clock, or an event that
//! could end the stream.

pub mod activity;
mod apply;
mod attempt;
mod content;
mod delegation;
pub mod diagnostics;
mod ending;
mod entries;
pub mod kept;
pub mod message;
pub mod pause;
mod resuming;
mod retrying;
mod run;
pub mod session;
pub mod timeline;
pub mod tool;
mod turn;
pub mod usage;
mod wait;

pub(crate) use content::AppendTo;
pub use diagnostics::Diagnostics;
pub(crate) use retrying::Announced;
pub use turn::{Times, Turn};
pub use wait::{Cause, Gate, Pacing, Retrier, RetryState};

use crate::error::{ErrorType, StreamError};
use crate::limits::Limits;
use crate::monitor::Monitor;
use crate::quota::Quota;
use crate::time::Seconds;
use activity::ActivityTexts;
use message::{Message, Role, RunStatus};
use run::Runs;
use serde::{Serialize, Serializer};
use session::Sessions;
use timeline::Timeline;
use usage::Usage;

/// How a send ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Outcome {
    Completed,
    Paused,
    Cancelled,
    Failed,
    /// The stream stopped without saying how the run ended.
    Interrupted,
}

/// What is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Status {
    Idle,
    Connecting,
    Streaming,
    /// The backend waits for a rate limit to pass.
    Retrying,
    Ended(Outcome),
}

impl Status {
    /// Whether an answer is on its way.
    pub fn is_streaming(self) -> bool {
        matches!(self, Status::Connecting | Status::Streaming | Status::Retrying)
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Status::Idle => serializer.serialize_str("idle"),
            Status::Connecting => serializer.serialize_str("connecting"),
            Status::Streaming => serializer.serialize_str("streaming"),
            Status::Retrying => serializer.serialize_str("retrying"),
            Status::Ended(outcome) => outcome.serialize(serializer),
        }
    }
}

/// The conversation.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// The turns, oldest first.
    pub turns: Vec<Turn>,
    /// What is going on.
    pub status: Status,
    /// The activity line.
    pub activity: Option<String>,
    /// The banner.
    pub error: Option<StreamError>,
    /// A rate limit being waited out.
    pub retry: Option<RetryState>,
    /// A send held back to stay under one.
    pub pacing: Option<Pacing>,
    /// The session that the next send goes to.
    pub session_id: Option<String>,
    /// The sessions seen.
    pub sessions: Sessions,
    /// How rate limits went.
    pub monitor: Monitor,
    /// How near the models are to their quotas.
    pub quota: Quota,
    /// What was read, and what could not be.
    pub diagnostics: Diagnostics,
    /// The activity texts of the caller's own.
    pub texts: ActivityTexts,
    /// What the answering party is called before its first event.
    pub name: String,
    limits: Limits,
    /// Index of the turn that frames go to.
    live: Option<usize>,
    /// Index of the turn that frames went to last.
    current: usize,
    /// A leg was opened without a message of the user's: its first frame tells which turn it belongs to.
    unplaced: bool,
    /// What the user answered to the pause: the tools, resolved, as JSON; it holds once the run goes on.
    pub(crate) pause_answer: Option<String>,
    /// What the activity line tells of, so that a token does not write it anew.
    activity_of: Option<(ActivityKind, usize)>,
    /// A run that fails with a rate limit is started again by the client: such an end is kept in `struck`, for it to
    /// decide, and not shown.
    pub(crate) takes_over: bool,
    pub(crate) struck: Option<StreamError>,
    /// The model that answered last, and the tokens that the conversation so far makes in each request to it.
    history: Option<(String, u64)>,
    /// How often the stream named another session.
    session_changes: u32,
    /// Counts events, and whatever else may change what a content frame does.
    pub(crate) applied: u32,
    next_message: u32,
    next_turn: u32,
    pub(crate) head_dirty: bool,
    /// The counts of what could not be read, or was not kept, as the view knows them.
    pub(crate) faults_read: [u64; 4],
    /// The turns before this one are as the view read them.
    pub(crate) first_unread: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ActivityKind {
    Working,
    Responding,
    Other,
}

impl Conversation {
    /// An empty conversation.
    pub fn new(limits: Limits) -> Self {
        Conversation {
            turns: Vec::new(),
            status: Status::Idle,
            activity: None,
            error: None,
            retry: None,
            pacing: None,
            session_id: None,
            sessions: Sessions::default(),
            monitor: Monitor::default(),
            quota: Quota::default(),
            diagnostics: Diagnostics::default(),
            texts: ActivityTexts::default(),
            name: String::new(),
            limits,
            live: None,
            current: 0,
            unplaced: false,
            pause_answer: None,
            activity_of: None,
            takes_over: false,
            struck: None,
            history: None,
            session_changes: 0,
            applied: 0,
            next_message: 0,
            next_turn: 0,
            head_dirty: true,
            faults_read: [0; 4],
            first_unread: 0,
        }
    }

    /// The turns that may have changed since the view last read them, with their indices.
    pub(crate) fn changed_turns(&self) -> impl Iterator<Item = (usize, &Turn)> {
        self.turns.iter().enumerate().skip(self.first_unread)
    }

    /// The turn that runs, or ran last.
    pub fn current(&self) -> Option<&Turn> {
        self.turns.get(self.current).or(self.turns.last())
    }

    /// The run that cancel and continue aim at.
    pub fn run_id(&self) -> Option<&str> {
        self.current().and_then(|t| t.run_id.as_deref())
    }

    /// Tokens and costs of all turns.
    pub fn usage(&self) -> Usage {
        let mut all = Usage::default();
        self.turns.iter().for_each(|t| all.add(&t.usage));
        all
    }

    /// Opens a leg. With a text it is a new turn; without, its first frame tells whether it goes on with an earlier one.
    pub fn begin(&mut self, text: Option<&str>, status: Status, now: Seconds) {
        self.live = None;
        self.unplaced = text.is_none();
        if text.is_some() {
            self.open_turn(text, now);
        }
        self.error = None;
        self.retry = None;
        self.pacing = None;
        self.takes_over = false;
        self.struck = None;
        self.status = status;
        let name = self.name.clone();
        self.set_activity(ActivityKind::Working, usize::MAX, |texts| texts.working(&name));
        self.head_dirty = true;
    }

    /// The files that the user sent along with what opened the turn.
    pub(crate) fn attach(&mut self, files: Vec<String>) {
        let user = self.live.and_then(|t| self.turns[t].user.as_mut());
        if let Some(user) = user.filter(|_| !files.is_empty()) {
            user.edit().files_sent = files;
        }
    }

    /// The first bytes may come now.
    pub fn opened(&mut self) {
        if self.status == Status::Connecting {
            self.status = Status::Streaming;
            self.head_dirty = true;
        }
    }

    /// The stream is over. If no event said how the run ended, it was interrupted.
    pub fn close(&mut self, now: Seconds) {
        let t = self.place(now);
        let turn = &self.turns[t];
        let outcome = match turn.stated {
            Some(stated) => stated,
            // `stream_events=false`: only content, no start and no end. A clean end is the end.
            None if turn.has_content && !turn.tells_its_end => Outcome::Completed,
            None => return self.interrupt("The connection ended before the answer was complete.", now),
        };
        self.end(t, outcome, None, now);
    }

    /// The stream broke off.
    pub fn interrupt(&mut self, message: &str, now: Seconds) {
        self.fail(Outcome::Interrupted, StreamError::new(ErrorType::Interrupted, message), now);
    }

    /// The leg that runs ends with `error`, as `failed` or `interrupted`, unless it has ended.
    pub fn fail(&mut self, outcome: Outcome, error: StreamError, now: Seconds) {
        let t = self.place(now);
        if self.turns[t].outcome.is_none() {
            self.note_local(t, if outcome == Outcome::Failed { "error" } else { "interrupted" }, Some(&error), now);
        }
        self.end(t, outcome, Some(error), now);
    }

    /// The user stopped it: the text stays, marked.
    pub fn cancel(&mut self, now: Seconds) {
        if self.live.is_none() && self.unplaced {
            // A leg that was opened and never heard of: nothing to mark.
            self.unplaced = false;
            return self.rest(self.current().and_then(|t| t.outcome));
        }
        let t = self.place(now);
        if self.turns[t].outcome.is_none() {
            self.note_local(t, "cancelled", None, now);
        }
        self.end(t, Outcome::Cancelled, None, now);
    }

    /// The leg is over. A turn that has ended stays as it ended.
    fn end(&mut self, t: usize, outcome: Outcome, error: Option<StreamError>, now: Seconds) {
        match self.turns[t].outcome {
            None => self.finish(t, outcome, error, now),
            Some(ended) => {
                let shown = (
                    self.head_dirty,
                    self.status,
                    self.activity.clone(),
                    self.retry.is_some() || self.pacing.is_some(),
                );
                self.rest(Some(ended));
                self.head_dirty = shown != (false, self.status, self.activity.clone(), false);
            }
        }
        self.live = None;
    }

    /// Closes the banner.
    pub fn dismiss_error(&mut self) {
        self.head_dirty |= self.error.take().is_some();
    }

    /// A new chat in the session given, or in none. The list of sessions stays.
    pub fn clear(&mut self, session_id: Option<String>) {
        self.turns.clear();
        self.first_unread = 0;
        self.status = Status::Idle;
        self.activity = None;
        self.activity_of = None;
        self.error = None;
        self.retry = None;
        self.pacing = None;
        self.struck = None;
        self.history = None;
        self.live = None;
        self.unplaced = false;
        self.session_id = session_id;
        self.head_dirty = true;
    }

    /// The turn that frames go to; opened if there is none.
    fn place(&mut self, now: Seconds) -> usize {
        match self.live {
            Some(t) => {
                self.first_unread = self.first_unread.min(t);
                t
            }
            None => self.open_turn(None, now),
        }
    }

    fn open_turn(&mut self, text: Option<&str>, now: Seconds) -> usize {
        let user = text.map(|text| {
            let mut message = self.message(Role::User, now);
            message.text.append_text(text, &self.limits);
            message.head.status = RunStatus::Completed;
            message
        });
        let answer = self.message(Role::Agent, now);
        let id = self.next_turn;
        self.next_turn += 1;
        self.turns.push(Turn {
            id,
            user,
            work: Vec::new(),
            answer,
            timeline: Timeline::default(),
            outcome: None,
            attempts: 1,
            times: Times { began_at: now, first_at: None, ended_at: None },
            run_id: None,
            error: None,
            pause: None,
            followups: None,
            memories: None,
            session_summary: None,
            usage: Usage::default(),
            session_id: self.session_id.clone(),
            runs: Runs::default(),
            living: None,
            delegations: Vec::new(),
            tells_its_end: false,
            has_content: false,
            settled: Vec::new(),
            stated: None,
            restored: false,
            dirty: true,
            work_reset: false,
        });
        self.unplaced = false;
        let t = self.turns.len() - 1;
        self.go_live(t);
        t
    }

    fn go_live(&mut self, t: usize) {
        self.live = Some(t);
        self.current = t;
        self.first_unread = self.first_unread.min(t);
    }

    fn message(&mut self, role: Role, now: Seconds) -> Message {
        let id = self.next_message;
        self.next_message += 1;
        Message::new(id, role, now)
    }

    /// A turn ends. The first end counts: what completes after it was cancelled is still cancelled.
    fn finish(&mut self, t: usize, outcome: Outcome, mut error: Option<StreamError>, now: Seconds) {
        if let Some(limited) = error.as_mut().filter(|e| e.kind == ErrorType::RateLimit && e.hint.is_none()) {
            limited.hint = self.hint();
        }
        let turn = &mut self.turns[t];
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
        turn.settle(outcome);
        turn.error.clone_from(&error);
        self.monitor.ended(turn.ending(), now);
        if let Some(session) = turn.session_id.as_deref() {
            self.sessions.ended(session, outcome, now);
        }
        self.error = error;
        self.rest(Some(outcome));
    }

    /// Nothing runs any more; a pause still says what it waits for.
    fn rest(&mut self, outcome: Option<Outcome>) {
        let name = self.current().and_then(Turn::answering_name).unwrap_or(&self.name);
        self.activity = (outcome == Some(Outcome::Paused)).then(|| self.texts.paused(name));
        self.activity_of = None;
        self.retry = None;
        self.pacing = None;
        self.status = outcome.map_or(Status::Idle, Status::Ended);
        self.head_dirty = true;
    }

    fn set_activity(&mut self, kind: ActivityKind, run: usize, text: impl FnOnce(&ActivityTexts) -> String) {
        if kind != ActivityKind::Other && self.activity_of == Some((kind, run)) {
            return;
        }
        self.activity_of = Some((kind, run));
        let text = Some(text(&self.texts));
        if self.activity != text {
            self.activity = text;
            self.head_dirty = true;
        }
    }
}
