//! How long to wait, as a sentence, a field or a header names it. Everything in seconds; absolute times are compared with
//! the answer's own clock where it has one.

mod amount;
mod header;
mod moment;
mod sentence;
mod words;

pub use header::Headers;
pub(super) use sentence::{in_sentence, of_reset, of_value};

use crate::time::Seconds;

/// The longest wait that is taken for one: a year. Beyond it a number is a mistake, or no duration.
const PLAUSIBLE: Seconds = 366.0 * 86_400.0;

/// The longer of two waits, where they are plausible.
pub(super) fn longer(a: Option<Seconds>, b: Option<Seconds>) -> Option<Seconds> {
    let plausible = |wait: &Seconds| (0.0..=PLAUSIBLE).contains(wait);
    match (a.filter(plausible), b.filter(plausible)) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}
