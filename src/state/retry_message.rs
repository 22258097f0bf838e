//! What the message of a `retry` frame says, for a frame without the numbers.

use crate::json::decimal_value;
use crate::text::{after_each, slice};
use crate::time::Seconds;

/// `(Attempt 2/3)`
pub(super) fn attempt_in(message: &str) -> Option<(u64, u64)> {
    let lower = message.to_ascii_lowercase();
    let both = |rest: &str| {
        let (attempt, rest) = leading_digits(rest);
        let (max_retries, _) = leading_digits(rest.strip_prefix('/')?);
        Some((attempt.parse().ok()?, max_retries.parse().ok()?))
    };
    let found = after_each(&lower, "attempt ").find_map(both);
    found
}

/// `Retrying in 5 seconds...`, `in 1.5s`, `in 2 minutes`
pub(super) fn delay_in(message: &str) -> Option<Seconds> {
    let lower = message.to_ascii_lowercase();
    let delay = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let digits = slice(rest, ..end).trim_end_matches('.');
        let number = Some(digits).filter(|d| d.starts_with(|c: char| c.is_ascii_digit()) && d.len() < 16)?;
        let unit = slice(rest, end..).trim_start();
        let factor = match unit.bytes().next() {
            Some(b'm') if unit.starts_with("ms") || unit.starts_with("milli") => 0.001,
            Some(b'm') => 60.0,
            Some(b'h') => 3600.0,
            _ => 1.0,
        };
        Some(decimal_value(number) * factor)
    };
    let found = after_each(&lower, "in ").find_map(delay);
    found
}

fn leading_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}
