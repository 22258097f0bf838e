//! The texts that users read about rate limits, letter for letter as docs/rate-limit-retries.md defines them.

use crate::text::decimal;
use crate::time::Seconds;

/// `Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)`
pub fn rate_limited(delay: Seconds, attempt: u32, max_retries: u32) -> String {
    retrying("Rate limit reached.", delay, attempt, max_retries)
}

/// The cause of a retry after an overload.
pub(crate) const UNAVAILABLE: &str = "The service is not available at the moment.";

/// `CAUSE Retrying in 5 seconds... (Attempt 1/3)`. Whole seconds, rounded down as in docs/rate-limit-retries.md; below
/// one second it reads `less than a second`.
pub fn retrying(cause: &str, delay: Seconds, attempt: u32, max_retries: u32) -> String {
    let (attempt, max) = (decimal(attempt.into()), decimal(max_retries.into()));
    [cause, " Retrying in ", &duration(delay.trunc()), "... (Attempt ", &attempt, "/", &max, ")"].concat()
}

/// `Connection lost. Resuming in 4 seconds... (Attempt 4/8)`. Rounded up: the user may count along.
pub(crate) fn resuming(delay: Seconds, attempt: u32, max: u32) -> String {
    if delay == 0.0 {
        return "Connection lost. Resuming...".to_owned();
    }
    let (attempt, max) = (decimal(attempt.into()), decimal(max.into()));
    ["Connection lost. Resuming in ", &duration(delay.ceil()), "... (Attempt ", &attempt, "/", &max, ")"].concat()
}

/// `Please try again in about 2 hours.`: a wait that nobody watches.
pub(crate) fn again_in(delay: Seconds) -> String {
    let (count, unit) = match delay / 3_600.0 {
        hours if hours < 1.5 => (1, " hour"),
        hours if hours < 36.0 => (hours.round() as u64, " hours"),
        hours => ((hours / 24.0).round() as u64, " days"),
    };
    ["Please try again in about ", &decimal(count), unit, "."].concat()
}

/// `Maximum retries exceeded (3 attempts). …`
pub fn exhausted(max_retries: u32) -> String {
    [
        "Maximum retries exceeded (",
        &attempts(max_retries),
        "). The service is experiencing high load. Please try again in a few moments.",
    ]
    .concat()
}

/// The retries of one model are used up, and another takes over.
#[cfg(feature = "generator")]
pub(crate) fn falling_back() -> String {
    "Rate limit reached. Trying another model...".to_owned()
}

/// `Request timed out after 2 minutes. …`
pub fn timed_out(after: Seconds) -> String {
    let after = match after >= 60.0 && after % 60.0 == 0.0 {
        true if after == 60.0 => "1 minute".into(),
        true => decimal((after / 60.0) as u64) + " minutes",
        false => duration(after),
    };
    ["Request timed out after ", &after, ". This query may be too complex. Try simplifying your question."].concat()
}

/// `Waiting 12 seconds to stay under the rate limit...`. Rounded up: the user may count along.
pub(crate) fn waiting(delay: Seconds) -> String {
    ["Waiting ", &duration(delay.ceil()), " to stay under the rate limit..."].concat()
}

/// `3 attempts`
pub(crate) fn attempts(number: u32) -> String {
    decimal(number.into()) + if number == 1 { " attempt" } else { " attempts" }
}

fn duration(seconds: Seconds) -> String {
    match seconds as u64 {
        0 => "less than a second".into(),
        1 => "1 second".into(),
        n => decimal(n) + " seconds",
    }
}
