//! What the message of a `retry` frame says, for a frame without the numbers. The delay is a sentence like any other:
//! [`wait_in`](crate::refusal::wait_in).

use crate::text::{find, slice};

/// `(Attempt 2/3)`
pub(super) fn attempt_in(message: &str) -> Option<(u64, u64)> {
    const MARK: &str = "attempt ";
    let lower = message.to_ascii_lowercase();
    let mut rest = lower.as_str();
    while let Some(at) = find(rest, MARK) {
        rest = slice(rest, at + MARK.len()..);
        let (attempt, behind) = leading_digits(rest);
        let max_retries = behind.strip_prefix('/').map_or("", |behind| leading_digits(behind).0);
        if let (Ok(attempt), Ok(max_retries)) = (attempt.parse(), max_retries.parse()) {
            return Some((attempt, max_retries));
        }
    }
    None
}

fn leading_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}
