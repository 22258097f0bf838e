//! Run events → the conversation: everything a page shows.
//!
//! In: [`RunEvent`](crate::event::RunEvent)s and the time. Out: [`Conversation`], with one file of `state/` per thing
//! the user sees. The same events at the same times give the same state. Never: I/O, a clock, or an event that ends the
//! stream.

pub mod activity;
mod activity_line;
mod apply;
mod connection_loss;
mod delegation;
pub mod diagnostics;
mod edits;
mod entry_descriptions;
mod follow;
mod frame_placement;
mod history;
mod member_responses;
pub mod message;
mod message_content;
mod message_head;
mod message_text;
mod outcome;
pub mod pause;
pub mod resume_point;
mod retry_message;
mod retry_state;
mod run;
mod run_identity;
mod run_metadata;
pub mod session;
mod status;
mod task_list;
pub mod timeline;
mod timeline_entries;
pub mod tool;
mod tool_events;
mod tool_phrase;
mod turn;
mod turn_end;
mod turn_start;
pub mod usage;
mod versions;
mod wait_state;

pub use diagnostics::Diagnostics;
pub(crate) use message_content::AppendTarget;
pub(crate) use retry_state::RetryNotice;
pub use status::{Outcome, Status};
pub use turn::{Times, Turn};
pub(crate) use versions::Keeps;
pub use versions::Versions;
pub use wait_state::{Pacing, PacingCause, Retrier, RetryCause, RetryState};

use crate::error::StreamError;
use crate::limits::Limits;
use crate::monitor::Monitor;
use crate::quota::Quota;
use activity::ActivityTexts;
use activity_line::ActivityKind;
use session::Sessions;
use usage::Usage;

/// The conversation.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// The turns, oldest first.
    pub turns: Vec<Turn>,
    /// Whether an answer is under way, and how the last one ended.
    pub status: Status,
    /// The activity line: `Cirkelline is working...`.
    pub activity: Option<String>,
    /// The banner.
    pub error: Option<StreamError>,
    /// The wait of a retry or a resume.
    pub retry: Option<RetryState>,
    /// Why the current send is held back.
    pub pacing: Option<Pacing>,
    /// The session of the next send.
    pub session_id: Option<String>,
    /// The known sessions.
    pub sessions: Sessions,
    /// Retry metrics and alerts.
    pub monitor: Monitor,
    /// Usage of each model against its quota.
    pub quota: Quota,
    /// Counts of what was read and of what could not be.
    pub diagnostics: Diagnostics,
    /// The caller's own activity texts.
    pub texts: ActivityTexts,
    /// Display name of the component before its first event.
    pub name: String,
    limits: Limits,
    /// Index of the turn that receives frames.
    active_turn: Option<usize>,
    /// Index of the turn that received frames last.
    current: usize,
    /// A connection was opened without a user's message: its first frame tells which turn it belongs to.
    turn_unknown: bool,
    /// The user's answer to the pause: the tools, resolved, as JSON. Applied once the run continues.
    pub(crate) pause_answer: Option<String>,
    /// What the activity line shows, so that not every token formats it again.
    activity_of: Option<(ActivityKind, usize)>,
    /// Address of the last request, without query and credentials; `None`: the stream is fed by the caller.
    pub(crate) request_url: Option<String>,
    /// The client retries a run that fails with a rate limit: such an error goes to `rate_limit_error` for the client
    /// to decide about, instead of being shown.
    pub(crate) client_retries: bool,
    pub(crate) rate_limit_error: Option<StreamError>,
    /// The client queues what a busy session refuses: such an event sets `session_busy` instead of being shown.
    pub(crate) client_queues: bool,
    pub(crate) session_busy: bool,
    /// How an edit ended that came to nothing: the outcome of its call.
    pub(crate) taken_back: Option<Outcome>,
    /// The model that answered last, and the input tokens that the conversation so far adds to each request to it.
    context_size: Option<(String, u64)>,
    /// How often the stream named a new session.
    session_changes: u32,
    /// Changes with every event, and with whatever else may change what a content frame does.
    pub(crate) revision: u32,
    next_message: u32,
    next_turn: u32,
    pub(crate) head_dirty: bool,
    /// The fault counts when the view last read them.
    pub(crate) faults_read: [u64; 4],
    /// Turns before this index have not changed since the view last read them.
    pub(crate) first_unread: usize,
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
            active_turn: None,
            current: 0,
            turn_unknown: false,
            pause_answer: None,
            activity_of: None,
            request_url: None,
            client_retries: false,
            rate_limit_error: None,
            client_queues: false,
            session_busy: false,
            taken_back: None,
            context_size: None,
            session_changes: 0,
            revision: 0,
            next_message: 0,
            next_turn: 0,
            head_dirty: true,
            faults_read: [0; 4],
            first_unread: 0,
        }
    }

    /// The turns that may have changed since the view last read them, with their indices; each in the version shown, and
    /// as it is.
    pub(crate) fn changed_turns(&self) -> impl Iterator<Item = (usize, &Turn, &Turn)> {
        self.turns.iter().enumerate().skip(self.first_unread).map(|(at, turn)| (at, turn.shown(), turn))
    }

    /// The turn that runs, or ran last.
    pub fn current(&self) -> Option<&Turn> {
        self.turns.get(self.current).or(self.turns.last())
    }

    /// The run that cancel and continue apply to.
    pub fn run_id(&self) -> Option<&str> {
        self.current().and_then(|t| t.run_id.as_deref())
    }

    /// Tokens and costs of all turns.
    pub fn usage(&self) -> Usage {
        let mut all = Usage::default();
        self.turns.iter().for_each(|t| all.add(&t.usage));
        all
    }
}
