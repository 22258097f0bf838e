//! Finds the end of a value and validates it on the way, without recursion.

use super::{number, string_end, JsonError, JsonErrorKind, Result};

const MAX_DEPTH: u32 = 128;

pub(super) fn expect(bytes: &[u8], at: usize, wanted: u8) -> Result<()> {
    match bytes.get(at) {
        Some(&b) if b == wanted => Ok(()),
        Some(_) => Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
        None => Err(JsonError { kind: JsonErrorKind::Truncated, at }),
    }
}

pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Validates the value that starts at `at` and returns its end.
pub(super) fn value_end(bytes: &[u8], at: usize, depth: u32) -> Result<usize> {
    match bytes.get(at) {
        Some(b'"') => Ok(string_end(bytes, at + 1)? + 1),
        Some(b'{' | b'[') => container_end(bytes, at, depth),
        _ => scalar_end(bytes, at),
    }
}

fn scalar_end(bytes: &[u8], at: usize) -> Result<usize> {
    let word = |word: &[u8]| {
        let there = &bytes[at..bytes.len().min(at + word.len())];
        match there == word {
            true => Ok(at + word.len()),
            false if word.starts_with(there) => Err(JsonError { kind: JsonErrorKind::Truncated, at: bytes.len() }),
            false => Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
        }
    };
    match bytes.get(at) {
        Some(b't') => word(b"true"),
        Some(b'f') => word(b"false"),
        Some(b'n') => word(b"null"),
        Some(b'N') => word(b"NaN"),
        Some(b'I') => word(b"Infinity"),
        Some(b'-') if bytes.get(at + 1) == Some(&b'I') => word(b"-Infinity"),
        Some(b'-' | b'0'..=b'9') => number::end(bytes, at),
        Some(_) => Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
        None => Err(JsonError { kind: JsonErrorKind::Truncated, at }),
    }
}

/// The end of an object or array. Instead of recursion, one bit per level says which bracket closes it.
#[cfg_attr(hot, optimize(speed), inline(never))]
fn container_end(bytes: &[u8], start: usize, outer: u32) -> Result<usize> {
    let mut objects: u128 = 0;
    let mut depth: u32 = 0;
    let mut at = start;
    // Whether a value comes next, rather than a separator or a closing bracket.
    let mut value_next = true;
    loop {
        at = skip_space(bytes, at);
        let Some(&b) = bytes.get(at) else {
            return Err(JsonError { kind: JsonErrorKind::Truncated, at });
        };
        if value_next {
            match b {
                b'{' | b'[' => {
                    if depth + outer >= MAX_DEPTH {
                        return Err(JsonError { kind: JsonErrorKind::TooDeep, at });
                    }
                    objects = objects << 1 | u128::from(b == b'{');
                    depth += 1;
                    let close = if b == b'{' { b'}' } else { b']' };
                    at = skip_space(bytes, at + 1);
                    if bytes.get(at) == Some(&close) {
                        value_next = false;
                    } else if b == b'{' {
                        at = key_end(bytes, at)?;
                    }
                    continue;
                }
                _ => at = value_end(bytes, at, 0)?,
            }
            value_next = false;
            continue;
        }
        let in_object = objects & 1 == 1;
        match b {
            b',' if in_object => at = key_end(bytes, skip_space(bytes, at + 1))?,
            b',' => at += 1,
            b'}' if in_object => {}
            b']' if !in_object => {}
            _ => return Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
        }
        if b == b',' {
            value_next = true;
            continue;
        }
        objects >>= 1;
        depth -= 1;
        at += 1;
        if depth == 0 {
            return Ok(at);
        }
    }
}

/// The offset after the `:` of the member whose key starts at `at`.
fn key_end(bytes: &[u8], at: usize) -> Result<usize> {
    expect(bytes, at, b'"')?;
    let colon = skip_space(bytes, string_end(bytes, at + 1)? + 1);
    expect(bytes, colon, b':')?;
    Ok(colon + 1)
}
