//! Finds the end of a value and validates it on the way, without recursion.

use super::{number, string_end, JsonError, JsonErrorKind, Result};
use crate::bytes::structure_masks;

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

/// The end of the value that starts at `at`, in a text that was validated before.
#[cfg_attr(hot, optimize(speed), inline(never))]
pub(super) fn known_end(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'"') => string_end(bytes, at + 1).map_or(bytes.len(), |end| end + 1),
        Some(b'{' | b'[') => known_container_end(bytes, at),
        _ => {
            let rest = bytes.get(at..).unwrap_or_default();
            let ends = |b: &u8| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
            rest.iter().position(ends).map_or(bytes.len(), |length| at + length)
        }
    }
}

/// The end of an array or object that was validated before: 64 bytes at a time, it counts the brackets outside strings.
fn known_container_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    // All bits set inside a string. 1: the first byte of the block is escaped.
    let (mut in_string, mut escaped) = (0u64, 0u64);
    while at < bytes.len() {
        let masks = structure_masks(bytes, at);
        let mut escapes = masks.backslash & !escaped;
        while escapes != 0 {
            let next = (escapes & escapes.wrapping_neg()) << 1;
            escaped |= next;
            escapes &= (escapes - 1) & !next;
        }
        let quotes = masks.quote & !escaped;
        let outside = !(bits_before(quotes) ^ in_string);
        let (open, close) = (masks.open & outside, masks.close & outside);
        if close.count_ones() >= depth {
            let mut brackets = open | close;
            while brackets != 0 {
                let bit = brackets & brackets.wrapping_neg();
                brackets ^= bit;
                depth = if open & bit != 0 { depth + 1 } else { depth - 1 };
                if depth == 0 {
                    return at + bit.trailing_zeros() as usize + 1;
                }
            }
        } else {
            depth = depth + open.count_ones() - close.count_ones();
        }
        in_string ^= 0u64.wrapping_sub(u64::from(quotes.count_ones() & 1));
        escaped = u64::from(masks.backslash >> 63 == 1 && escaped >> 63 == 0);
        at += 64;
    }
    bytes.len()
}

/// Each bit of the result is the parity of the bits up to that place: from a quote on to the next they are set.
fn bits_before(mut quotes: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        quotes ^= quotes << shift;
    }
    quotes
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

#[cfg(test)]
mod tests {
    use super::{known_end, value_end};

    #[test]
    fn the_end_of_a_known_value_is_that_of_a_validated_one() {
        let values = [
            "0",
            "-1.5e3",
            "null",
            "true",
            r#""""#,
            r#""plain""#,
            r#""\\\"}""#,
            r#""\\""#,
            r#""\u00e6\\\\\"[{""#,
            "{}",
            "[]",
            "[[[]],{}]",
            r#"{"a":"}","b":["]",{"c":"\"]}"}]}"#,
            r#"{"a|b":[1,2.5,null,"|\\"],"c":{"d":{"e":[]}}}"#,
            r#"[ "a" , { "b" : "\\\\" } , [ "æ{" ] ]"#,
        ];
        let long = ["[", &values.join(","), ",", &vec![values.join(" , "); 40].join(","), "]"].concat();
        for value in values.iter().copied().chain([long.as_str()]) {
            for before in 0..70 {
                for after in ["", ",", "}", " ]"] {
                    let text = [&"x".repeat(before), value, after].concat();
                    let wanted = value_end(text.as_bytes(), before, 1);
                    assert_eq!(Ok(known_end(text.as_bytes(), before)), wanted, "{text} from {before}");
                }
            }
        }
    }

    #[test]
    fn every_place_of_a_backslash_and_of_a_bracket_is_met() {
        for length in 0..200 {
            for slashes in 0..5 {
                let text =
                    ["{\"a\":\"", &"x".repeat(length), &"\\\\".repeat(slashes), "\\\"}\",\"b\":[\"]\"]}]"].concat();
                assert_eq!(known_end(text.as_bytes(), 0), text.len() - 1, "{text}");
            }
        }
    }
}
