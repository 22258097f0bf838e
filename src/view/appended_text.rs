//! The common case: a single text grew.

use super::text_pieces::PIECE;
use crate::state::Conversation;
use crate::text::slice;

/// A text that grew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Appended<'a> {
    /// Index of the turn.
    pub turn: usize,
    /// Index into its work messages; `None`: the answer.
    pub work: Option<usize>,
    /// Reasoning instead of the answer.
    pub thoughts: bool,
    pub text: &'a str,
}

impl Conversation {
    /// The text that grew, if nothing else changed.
    pub(super) fn appended(&self) -> Option<Appended<'_>> {
        if self.head_dirty || self.sessions.dirty || self.faults_read != self.diagnostics.faults() {
            return None;
        }
        let mut appended = None;
        for (index, turn, live) in self.changed_turns() {
            if turn.dirty || live.dirty || turn.work_reset || !turn.timeline.dirty.is_empty() {
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
