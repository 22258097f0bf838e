//! JSON numbers (RFC 8259 §6).

use super::{JsonError, JsonErrorKind, Result};

/// The end of the number that begins at `start`.
pub(super) fn end(bytes: &[u8], start: usize) -> Result<usize> {
    let digits = |at: usize| {
        let n = bytes[at.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
        match (n, bytes.get(at)) {
            (0, None) => Err(JsonError { kind: JsonErrorKind::Truncated, at }),
            (0, Some(_)) => Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
            _ => Ok(at + n),
        }
    };
    let first = start + usize::from(bytes.get(start) == Some(&b'-'));
    let mut at = digits(first)?;
    if bytes[first] == b'0' && at > first + 1 {
        return Err(JsonError { kind: JsonErrorKind::Unexpected, at: first + 1 });
    }
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let signed = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(at + 1 + signed)?;
    }
    Ok(at)
}

/// The value of a number that `end` has checked. Too large is infinite, as in JSON.parse.
pub(super) fn parse(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}
