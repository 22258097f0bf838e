//! A growing text, and how much of it the view has read.

use crate::bytes::starts_with;
use crate::json::{join_halves, Str};
use crate::limits::Limits;
use crate::text::rsplit_once;

/// A growing text, and how much of it the view has read.
#[derive(Debug, Clone, Default)]
pub struct Text {
    text: String,
    pub(crate) read: usize,
    /// The view must discard its text.
    pub(crate) reset: bool,
    /// Start of the current segment: what follows the last pause.
    segment: usize,
    /// Where the text of the last request to the model begins.
    round: usize,
    /// From here on the text is the framework's notice about a pause, not the model's words.
    notice: Option<usize>,
    /// The last delta ended in the first half of a surrogate pair, which waits for the second: backends in JavaScript
    /// cut strings inside of pairs.
    high_half: Option<u32>,
}

impl Text {
    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Appends `more` up to the limit; `false` if some of it did not fit.
    #[cfg_attr(hot, optimize(speed), inline(never))]
    pub(super) fn append(&mut self, mut more: Str<'_>, limits: &Limits) -> bool {
        let before = self.text.len();
        if self.high_half.is_some() || more.is_escaped() {
            more = self.join_halves(more);
        }
        more.push_to(&mut self.text);
        if self.text.len() <= limits.max_text_bytes {
            return true;
        }
        let kept = crate::limits::excerpt(&self.text, limits.max_text_bytes.max(before)).len();
        self.text.truncate(kept);
        false
    }

    /// Appends the pair that `more` completes, and holds back the half that it ends in. Returns the rest.
    #[inline(never)]
    fn join_halves<'a>(&mut self, more: Str<'a>) -> Str<'a> {
        if more.is_empty() {
            return more;
        }
        let mut more = more;
        if let Some(high) = self.high_half.take() {
            let (low, rest) = more.split_low_half();
            self.text.push(low.map_or(char::REPLACEMENT_CHARACTER, |low| join_halves(high, low)));
            more = rest;
        }
        (more, self.high_half) = more.split_high_half();
        more
    }

    /// No delta follows: a half that still waits becomes U+FFFD.
    pub(super) fn end_deltas(&mut self) {
        if self.high_half.take().is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
    }

    /// Appends plain text up to the limit.
    pub(super) fn append_text(&mut self, more: &str, limits: &Limits) {
        self.text.push_str(crate::limits::excerpt(more, limits.max_text_bytes.saturating_sub(self.text.len())));
    }

    /// A request to the model begins.
    pub(super) fn begin_round(&mut self) {
        self.round = self.text.len();
    }

    /// What was said before the last request to the model.
    pub(super) fn before_last_round(&self) -> &str {
        self.text.get(..self.round).unwrap_or("")
    }

    /// The text since the last pause.
    pub(super) fn segment(&self) -> &str {
        crate::text::slice(&self.text, self.segment..)
    }

    /// Marks the segment as a notice, to be dropped when the next one begins.
    pub(super) fn mark_placeholder(&mut self) {
        self.notice = Some(self.segment);
    }

    /// Marks what agno streams as a team's content when a member that it routed to waits for the user.
    pub(super) fn mark_streamed_notice(&mut self) {
        let words = without_notice(self.segment()).len();
        if self.notice.is_none() && words < self.segment().len() {
            self.notice = Some(self.segment + words);
        }
    }

    /// Starts a segment; the text before it stays.
    pub(super) fn begin_segment(&mut self) {
        self.end_deltas();
        if let Some(notice) = self.notice.take() {
            self.truncate(notice);
        }
        self.segment = self.text.len();
        self.begin_round();
    }

    fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
        if self.read > len {
            self.read = 0;
            self.reset = true;
        }
    }

    /// Replaces the segment by `text`, without touching a common beginning.
    pub(super) fn replace_segment(&mut self, text: &str, limits: &Limits) {
        self.high_half = None;
        let text = crate::limits::excerpt(text, limits.max_text_bytes.saturating_sub(self.segment));
        if starts_with(text.as_bytes(), self.segment().as_bytes()) {
            self.text.push_str(crate::text::slice(text, self.text.len() - self.segment..));
            return;
        }
        // Where the last request began in another text is not known.
        let before = self.text.as_bytes().get(self.segment..self.round).unwrap_or_default();
        if !starts_with(text.as_bytes(), before) {
            self.round = self.segment;
        }
        self.truncate(self.segment);
        self.text.push_str(text);
    }

    pub(super) fn clear(&mut self) {
        self.reset = self.read > 0 || self.reset;
        self.read = 0;
        self.segment = 0;
        self.round = 0;
        self.notice = None;
        self.high_half = None;
        self.text.clear();
    }
}

/// The text before `Member 'Mailer' requires human input before continuing.`, once or several times at its end.
fn without_notice(text: &str) -> &str {
    let mut words = text;
    loop {
        let end = words.trim_end();
        // In a team's tasks mode `Task [1] paused.` follows.
        let task =
            end.strip_suffix("] paused.").and_then(|t| rsplit_once(t, " Task [")).map_or(end, |(before, _)| before);
        let notice = task.strip_suffix("' requires human input before continuing.");
        let Some((before, name)) = notice.and_then(|n| rsplit_once(n, "Member '")) else { return words };
        if name.contains('\n') {
            return words;
        }
        words = before;
    }
}
