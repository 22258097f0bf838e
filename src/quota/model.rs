//! One model's usage, by the second, over the last minute.

use super::{Source, MINUTE};
use crate::time::Seconds;

#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) name: String,
    pub(super) limit: Option<u64>,
    pub(super) source: Option<Source>,
    pub(super) quota_id: Option<String>,
    /// Usage by second since the Unix epoch.
    pub(super) by_second: Vec<(u64, Used)>,
}

/// Tokens and requests used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, clippy::exhaustive_structs)]
pub struct Used {
    pub input: u64,
    pub total: u64,
    pub requests: u64,
}

impl Model {
    pub(super) fn record(&mut self, used: Used, second: u64) {
        let at = self.by_second.last().map_or(second, |(last, _)| second.max(*last));
        match self.by_second.last_mut() {
            Some((last, sum)) if *last == at => sum.add(used),
            _ => {
                let mut first = Used::default();
                first.add(used);
                self.by_second.push((at, first));
            }
        }
        self.by_second.retain(|(first, _)| *first + (MINUTE as u64) >= at);
    }
}

/// Whether a second lies within the last minute. It leaves the window once its end is a minute old.
pub(super) fn is_recent(second: u64, now: Seconds) -> bool {
    second as Seconds + 1.0 > now - MINUTE && second as Seconds <= now + 1.0
}

impl Used {
    pub(super) fn add(&mut self, other: Used) {
        let sum = |a: u64, b: u64| a.saturating_add(b).min(MAX_TOKENS);
        self.input = sum(self.input, other.input);
        self.total = sum(self.total, other.total);
        self.requests = sum(self.requests, other.requests);
    }
}

/// Bound per second: the sum over a minute cannot overflow.
const MAX_TOKENS: u64 = 1 << 50;
