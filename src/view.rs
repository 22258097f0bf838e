//! The conversation → what a reader has not seen of it yet.
//!
//! In: a [`Conversation`](crate::state::Conversation). Out: a serializable [`Delta`]: appended text, and only those
//! messages and entries that changed. A reader that applies every delta has the whole conversation, and a notification
//! costs what changed, not what exists. Raw JSON (arguments, steps, media) travels as text; the reader parses what it
//! displays.

mod appended_text;
mod changes;
mod packed;
mod text_pieces;

pub use appended_text::Appended;
pub use packed::{Packed, Section};

use crate::client::{Client, QueuedSend};
use crate::error::StreamError;
use crate::monitor::MonitorView;
use crate::quota::ModelView;
use crate::state::message::Head;
use crate::state::pause::Pause;
use crate::state::session::Session;
use crate::state::timeline::Entry;
use crate::state::tool::ToolCall;
use crate::state::usage::Usage;
use crate::state::{Diagnostics, Outcome, Pacing, RetryState, Status, Times, Versions};
use changes::turn_delta;
use serde::Serialize;

/// What changed since the last [`Client::read`].
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Delta<'a> {
    /// Number of turns. Fewer than the reader has means that the conversation was cleared.
    pub turn_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<TurnDelta<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<&'a [Session]>,
    pub diagnostics: &'a Diagnostics,
}

/// What belongs to no turn.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct HeadView<'a> {
    pub status: Status,
    pub is_streaming: bool,
    pub activity_status: Option<&'a str>,
    pub error: Section<Option<&'a StreamError>>,
    pub retry: Section<Option<&'a RetryState>>,
    pub pacing: Section<Option<&'a Pacing>>,
    pub session_id: Option<&'a str>,
    pub run_id: Option<&'a str>,
    /// An answer was interrupted and can be resumed.
    pub resumable: bool,
    pub queue: Section<Vec<QueuedSend<'a>>>,
    pub queue_paused: bool,
    pub quota: Section<Vec<ModelView>>,
    pub usage: Section<Usage>,
    pub monitor: Section<MonitorView>,
}

/// What changed in a turn.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TurnDelta<'a> {
    pub index: usize,
    pub id: u32,
    /// Discard the whole turn: another version of it follows.
    pub fresh: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<TurnFacts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<MessageDelta<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<MessageDelta<'a>>,
    /// Discard the work messages.
    pub work_reset: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<(usize, MessageDelta<'a>)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<&'a Entry>,
}

/// Everything of a turn but its messages and its timeline.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TurnFacts<'a> {
    pub outcome: Option<Outcome>,
    pub attempts: u32,
    pub times: Times,
    pub run_id: Option<&'a str>,
    pub error: Option<&'a StreamError>,
    /// Text of the user that will not be answered.
    pub unsent: Option<&'a str>,
    pub notice: Option<&'static str>,
    /// It belongs to a branch that is not shown.
    pub hidden: bool,
    pub versions: Versions,
    /// Index of the version that the model sees.
    pub version_in_use: Option<u64>,
    pub pause: Option<&'a Pause>,
    pub followups: Option<&'a str>,
    pub memories: Option<&'a str>,
    pub session_summary: Option<&'a str>,
    pub usage: Usage,
}

/// What changed in a message.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct MessageDelta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<&'a Head>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextDelta<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thoughts: Option<TextDelta<'a>>,
    /// Discard the tool calls.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tools_reset: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<(usize, &'a ToolCall)>,
}

/// Appended text; with `reset`, the whole text.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct TextDelta<'a> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    pub append: &'a str,
}

impl HeadView<'_> {
    /// The current values, changed or not.
    pub fn of(client: &Client) -> HeadView<'_> {
        let c = &client.conversation;
        HeadView {
            status: c.status,
            is_streaming: c.status.is_streaming(),
            activity_status: c.activity.as_deref(),
            error: Section(c.error.as_ref()),
            retry: Section(c.retry.as_ref()),
            pacing: Section(c.pacing.as_ref()),
            session_id: c.session_id.as_deref(),
            run_id: c.run_id(),
            resumable: client.can_resume(),
            queue: Section(client.queue().collect()),
            queue_paused: client.is_queue_paused(),
            quota: Section(c.quota.view()),
            usage: Section(c.usage()),
            monitor: Section(c.monitor.view()),
        }
    }
}

impl Client {
    /// Passes what changed since the last call to `f`, then marks it as read.
    pub fn read<R>(&mut self, f: impl FnOnce(&Delta<'_>) -> R) -> R {
        let result = f(&self.delta());
        self.conversation.mark_read();
        result
    }

    /// Like [`read`](Client::read), if the only change since the last call is to one text (and to the counts of bytes
    /// and frames), as after most frames. `None`: there are other changes, and nothing was marked as read.
    pub fn read_text<R>(&mut self, f: impl FnOnce(&Appended<'_>, &Diagnostics) -> R) -> Option<R> {
        let c = &self.conversation;
        let result = f(&c.appended()?, &c.diagnostics);
        self.conversation.mark_read();
        Some(result)
    }

    fn delta(&self) -> Delta<'_> {
        let c = &self.conversation;
        let head = c.head_dirty.then(|| HeadView::of(self));
        Delta {
            turn_count: c.turns.len(),
            head,
            turns: c.changed_turns().filter_map(|(at, shown, turn)| turn_delta(at, shown, turn, c)).collect(),
            sessions: c.sessions.dirty.then(|| c.sessions.list()),
            diagnostics: &c.diagnostics,
        }
    }
}
