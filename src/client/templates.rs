//! The content frames that a stream repeats, and where their text goes.
//!
//! Several, because agents interleave and `created_at` ticks. They hold only from one content frame to the next:
//! anything else that happens may change what a content frame means, and all are forgotten.

use crate::event::RunEvent;
use crate::json::Str;
use crate::sse::{Decoder, Template};
use crate::state::{AppendTo, Conversation};
use std::ops::Range;

#[derive(Debug, Clone, Default)]
pub(super) struct Templates {
    /// The one that matched last comes first.
    known: Vec<(Template, AppendTo)>,
}

const MOST: usize = 4;

impl Templates {
    /// Appends the next frame's text, if it is one that is known. `false`: it is to be read.
    pub(super) fn append_repeated(&mut self, decoder: &mut Decoder, conversation: &mut Conversation) -> bool {
        for at in 0..self.known.len() {
            let (template, target) = &self.known[at];
            if !conversation.takes(*target) {
                continue;
            }
            if let Some(text) = decoder.repeated(template) {
                conversation.append(*target, Str::new(text));
                self.known[..=at].rotate_right(1);
                return true;
            }
        }
        false
    }

    /// The event given last appended `value` of its data to `target`.
    pub(super) fn learn(&mut self, decoder: &Decoder, target: AppendTo, value: Range<usize>) {
        let Some(template) = decoder.data_at().and_then(|at| decoder.template(at, value)) else { return };
        self.known.truncate(MOST - 1);
        self.known.insert(0, (template, target));
    }

    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}

/// Where in `data` the event's content stands.
pub(super) fn value_in(data: &str, event: &RunEvent<'_>) -> Option<Range<usize>> {
    let content = event.content?.text();
    // Addresses, to be compared and never followed: unwrapped data stands elsewhere and gives no offset.
    let at = (content.as_ptr() as usize).checked_sub(data.as_ptr() as usize)?;
    let range = at..at.checked_add(content.len())?;
    data.get(range.clone()).is_some_and(|there| std::ptr::eq(there, content)).then_some(range)
}
