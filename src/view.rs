//! The conversation → what a reader has not seen of it yet.
//!
//! In: a [`Conversation`]. Out: a [`Delta`], serializable: text as what was appended, messages and entries only
//! if they changed. A reader that applies every delta holds the whole. So one notification costs what changed, not
//! what exists. Raw JSON (arguments, steps, media) travels as text; the reader parses what it looks at.

use crate::client::{Client, QueuedSend};
use crate::error::StreamError;
use crate::limits::excerpt;
use crate::monitor::MonitorView;
use crate::quota::ModelView;
use crate::state::message::{Head, Message, Text};
use crate::state::pause::Pause;
use crate::state::session::Session;
use crate::state::timeline::Entry;
use crate::state::tool::ToolCall;
use crate::state::usage::Usage;
use crate::state::{Conversation, Diagnostics, Outcome, Pacing, RetryState, Status, Times, Turn};
use crate::text::slice;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

/// What changed since the last [`Client::read`].
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Delta<'a> {
    /// Number of turns. Fewer than the reader holds: the conversation was cleared.
    pub turn_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<TurnDelta<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<&'a [Session]>,
    pub diagnostics: &'a Diagnostics,
}

/// Everything that is not of one turn.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct HeadView<'a> {
    pub status: Status,
    pub is_streaming: bool,
    pub activity_status: Option<&'a str>,
    pub error: Option<&'a StreamError>,
    pub retry: Option<&'a RetryState>,
    pub pacing: Option<&'a Pacing>,
    pub session_id: Option<&'a str>,
    pub run_id: Option<&'a str>,
    /// An answer was interrupted, and can be taken up.
    pub resumable: bool,
    pub queue: Vec<QueuedSend<'a>>,
    pub quota: Vec<ModelView>,
    pub usage: Usage,
    pub monitor: MonitorView,
}

/// What changed in a turn.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TurnDelta<'a> {
    pub index: usize,
    pub id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<TurnFacts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<MessageDelta<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<MessageDelta<'a>>,
    /// Forget the work messages.
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
    /// Forget the tool calls.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tools_reset: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<(usize, &'a ToolCall)>,
}

/// What was appended; after `reset`, to nothing.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct TextDelta<'a> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    #[serde(serialize_with = "in_pieces")]
    pub append: &'a str,
}

/// A text that grew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Appended<'a> {
    /// Index of the turn.
    pub turn: usize,
    /// Index into its work messages; `None`: the answer.
    pub work: Option<usize>,
    /// What the model thinks, not what it says.
    pub thoughts: bool,
    pub text: &'a str,
}

/// Browsers and Node decode a megabyte twice as fast in pieces that fit a cache as in one.
const PIECE: usize = 32 << 10;

/// A text, or the pieces of a long one.
fn in_pieces<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if text.len() <= PIECE {
        return serializer.serialize_str(text);
    }
    let mut pieces = serializer.serialize_seq(None)?;
    let mut rest = text;
    while !rest.is_empty() {
        let piece = excerpt(rest, PIECE);
        pieces.serialize_element(piece)?;
        rest = slice(rest, piece.len()..);
    }
    pieces.end()
}

impl HeadView<'_> {
    /// As it is now, whether or not it changed.
    pub fn of(client: &Client) -> HeadView<'_> {
        let c = &client.conversation;
        HeadView {
            status: c.status,
            is_streaming: c.status.is_streaming(),
            activity_status: c.activity.as_deref(),
            error: c.error.as_ref(),
            retry: c.retry.as_ref(),
            pacing: c.pacing.as_ref(),
            session_id: c.session_id.as_deref(),
            run_id: c.run_id(),
            resumable: client.can_resume(),
            queue: client.queue().collect(),
            quota: c.quota.view(),
            usage: c.usage(),
            monitor: c.monitor.view(),
        }
    }
}

impl Client {
    /// Hands `f` what changed since the last call, then counts it as read.
    pub fn read<R>(&mut self, f: impl FnOnce(&Delta<'_>) -> R) -> R {
        let result = f(&self.delta());
        self.mark_read();
        result
    }

    /// As [`read`](Client::read), where all that changed since the last call is one text (and the counts of bytes and
    /// frames): what nearly every frame of an answer does. `None`: it is not so, and nothing was read.
    pub fn read_text<R>(&mut self, f: impl FnOnce(&Appended<'_>, &Diagnostics) -> R) -> Option<R> {
        let c = &self.conversation;
        let result = f(&c.appended()?, &c.diagnostics);
        self.mark_read();
        Some(result)
    }

    fn delta(&self) -> Delta<'_> {
        let c = &self.conversation;
        let head = c.head_dirty.then(|| HeadView::of(self));
        Delta {
            turn_count: c.turns.len(),
            head,
            turns: c.changed_turns().filter_map(|(i, t)| turn_delta(i, t)).collect(),
            sessions: c.sessions.dirty.then(|| c.sessions.list()),
            diagnostics: &c.diagnostics,
        }
    }

    fn mark_read(&mut self) {
        let c = &mut self.conversation;
        c.head_dirty = false;
        c.sessions.dirty = false;
        c.faults_read = c.diagnostics.faults();
        let from = c.first_unread;
        for turn in c.turns.iter_mut().skip(from) {
            turn.dirty = false;
            turn.work_reset = false;
            turn.timeline.dirty.clear();
            let messages = turn.user.iter_mut().chain(&mut turn.work).chain([&mut turn.answer]);
            messages.for_each(mark_message_read);
        }
        c.first_unread = c.turns.len();
    }
}

impl Conversation {
    /// The text that grew, if nothing else changed.
    fn appended(&self) -> Option<Appended<'_>> {
        if self.head_dirty || self.sessions.dirty || self.faults_read != self.diagnostics.faults() {
            return None;
        }
        let mut appended = None;
        for (index, turn) in self.changed_turns() {
            if turn.dirty || turn.work_reset || !turn.timeline.dirty.is_empty() {
                return None;
            }
            let work = turn.work.iter().enumerate().map(|(at, message)| (Some(at), message));
            for (work, message) in work.chain([(None, &turn.answer)]).chain(turn.user.iter().map(|user| (None, user))) {
                if message.head_dirty || message.tools_reset || message.tools.iter().any(|t| t.dirty) {
                    return None;
                }
                for (text, thoughts) in [(&message.text, false), (&message.thoughts, true)] {
                    let more = slice(text.as_str(), text.read..);
                    if text.reset || (!more.is_empty() && appended.is_some()) || more.len() > PIECE {
                        return None;
                    }
                    if !more.is_empty() {
                        appended = Some(Appended { turn: index, work, thoughts, text: more });
                    }
                }
            }
        }
        appended
    }
}

fn turn_delta(index: usize, turn: &Turn) -> Option<TurnDelta<'_>> {
    let facts = turn.dirty.then_some(TurnFacts {
        outcome: turn.outcome,
        attempts: turn.attempts,
        times: turn.times,
        run_id: turn.run_id.as_deref(),
        error: turn.error.as_ref(),
        pause: turn.pause.as_ref(),
        followups: turn.followups.as_deref(),
        memories: turn.memories.as_deref(),
        session_summary: turn.session_summary.as_deref(),
        usage: turn.usage,
    });
    let work: Vec<_> = turn.work.iter().enumerate().filter_map(|(i, m)| Some((i, message_delta(m)?))).collect();
    let entries = turn.timeline.entries();
    let timeline: Vec<_> = turn.timeline.dirty.iter().filter_map(|i| entries.get(*i as usize)).collect();
    let delta = TurnDelta {
        index,
        id: turn.id,
        facts,
        user: turn.user.as_ref().and_then(message_delta),
        answer: message_delta(&turn.answer),
        work_reset: turn.work_reset,
        work,
        timeline,
    };
    let changed = delta.facts.is_some()
        || delta.user.is_some()
        || delta.answer.is_some()
        || delta.work_reset
        || !delta.work.is_empty()
        || !delta.timeline.is_empty();
    changed.then_some(delta)
}

fn message_delta(message: &Message) -> Option<MessageDelta<'_>> {
    let tools: Vec<_> = message.tools.iter().enumerate().filter(|(_, t)| t.dirty).collect();
    let delta = MessageDelta {
        head: message.head_dirty.then_some(&message.head),
        text: text_delta(&message.text),
        thoughts: text_delta(&message.thoughts),
        tools_reset: message.tools_reset,
        tools,
    };
    let changed = delta.head.is_some()
        || delta.text.is_some()
        || delta.thoughts.is_some()
        || delta.tools_reset
        || !delta.tools.is_empty();
    changed.then_some(delta)
}

fn text_delta(text: &Text) -> Option<TextDelta<'_>> {
    let append = text.as_str().get(text.read..).unwrap_or("");
    (text.reset || !append.is_empty()).then_some(TextDelta { reset: text.reset, append })
}

fn mark_message_read(message: &mut Message) {
    message.head_dirty = false;
    message.tools_reset = false;
    message.tools.iter_mut().for_each(|t| t.dirty = false);
    for text in [&mut message.text, &mut message.thoughts] {
        text.read = text.as_str().len();
        text.reset = false;
    }
}
