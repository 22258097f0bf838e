//! What the message of a `retry` frame says, for a frame without the numbers. The delay is a sentence like any other:
//! [`wait_in`](crate::refusal::wait_in).

use crate::text::{find, slice};

/// `(Attempt 2/3)`, `retry #2 of 3`, `(2/3)`: the attempt, and of how many.
pub(super) fn attempt_in(message: &str) -> Option<(u64, u64)> {
    let lower = message.to_ascii_lowercase();
    ["attempt", "retry", "("].iter().find_map(|mark| attempt_behind(&lower, mark))
}

fn attempt_behind(mut rest: &str, mark: &str) -> Option<(u64, u64)> {
    while let Some(at) = find(rest, mark) {
        rest = slice(rest, at + mark.len()..);
        let (attempt, behind) = leading_digits(rest.trim_start_matches([' ', '#', ':']));
        let of = behind.trim_start();
        let of = of.strip_prefix('/').or_else(|| of.strip_prefix("of ")).unwrap_or_default();
        let max_retries = leading_digits(of.trim_start()).0;
        if let (Ok(attempt), Ok(max_retries)) = (attempt.parse(), max_retries.parse()) {
            return Some((attempt, max_retries));
        }
    }
    None
}

fn leading_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attempt_is_read_however_it_is_written() {
        for (message, attempt) in [
            ("Retrying in 5 seconds... (Attempt 2/3)", Some((2, 3))),
            ("Attempt 2 of 3", Some((2, 3))),
            ("attempt #2/3", Some((2, 3))),
            ("Attempt: 2 / 3", Some((2, 3))),
            ("Retry 1 of 5 in 4s", Some((1, 5))),
            ("Rate limited, trying again (2/3)", Some((2, 3))),
            ("Retrying after attempt two", None),
            ("Retrying in 5 seconds", None),
            ("(2)", None),
        ] {
            assert_eq!(attempt_in(message), attempt, "{message}");
        }
    }
}
