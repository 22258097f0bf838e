//! What changed in a turn, and marking it as read.

use super::{MessageDelta, TextDelta, TurnDelta, TurnFacts};
use crate::state::message::{Message, Text};
use crate::state::{Conversation, Turn};

/// `turn`: the version shown; `live`: the turn as it is.
pub(super) fn turn_delta<'a>(
    index: usize,
    turn: &'a Turn,
    live: &Turn,
    conversation: &Conversation,
) -> Option<TurnDelta<'a>> {
    let facts = (turn.dirty || live.dirty).then(|| TurnFacts {
        outcome: turn.outcome,
        attempts: turn.attempts,
        times: turn.times,
        run_id: turn.run_id.as_deref(),
        error: turn.error.as_ref(),
        unsent: turn.unsent_text(),
        notice: turn.notice,
        hidden: !conversation.is_visible(index),
        versions: live.versions(),
        version_in_use: live.version_in_use().filter(|_| conversation.is_live(index)),
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
        fresh: turn.fresh,
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

impl Conversation {
    /// Marks all changes as read.
    pub(super) fn mark_read(&mut self) {
        let c = self;
        c.head_dirty = false;
        c.sessions.dirty = false;
        c.faults_read = c.diagnostics.faults();
        let from = c.first_unread;
        for turn in c.turns.iter_mut().skip(from) {
            mark_turn_read(turn);
            turn.older.iter_mut().filter(|version| version.dirty).for_each(mark_turn_read);
        }
        c.first_unread = c.turns.len();
    }
}

#[inline(never)]
fn mark_turn_read(turn: &mut Turn) {
    turn.fresh = false;
    turn.dirty = false;
    turn.work_reset = false;
    turn.timeline.dirty.clear();
    let messages = turn.user.iter_mut().chain(&mut turn.work).chain([&mut turn.answer]);
    messages.for_each(mark_message_read);
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
