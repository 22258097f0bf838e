//! Pretty-prints JSON with the layout of `JSON.stringify(value, null, 2)`, byte for byte.

use super::Raw;
use crate::text::slice;

/// Appends `value` with line breaks and an indent of two spaces per level. Numbers stay as written; Python's `NaN`,
/// `Infinity` and `-Infinity` become `null`. Strings keep only the escapes that JSON requires: some backends escape
/// every non-ASCII character (`\u00f8` for ø).
pub fn pretty(value: Raw<'_>, out: &mut String) {
    let bytes = value.text().as_bytes();
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let start = at;
        at += 1;
        match b {
            b' ' | b'\t' | b'\n' | b'\r' => continue,
            b'{' | b'[' => {
                out.push(char::from(b));
                while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
                    at += 1;
                }
                // An empty container stays on one line.
                if let Some(b'}' | b']') = bytes.get(at) {
                    out.push(char::from(bytes[at]));
                    at += 1;
                } else {
                    depth += 1;
                    new_line(depth, out);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                new_line(depth, out);
                out.push(char::from(b));
            }
            b',' => {
                out.push(',');
                new_line(depth, out);
            }
            b':' => out.push_str(": "),
            b'"' => {
                at = super::string_end(bytes, at).map_or(bytes.len(), |end| end + 1);
                push_string(slice(value.text(), start..at), out);
            }
            b'N' | b'I' => {
                at += if b == b'N' { "aN".len() } else { "nfinity".len() };
                out.push_str("null");
            }
            b'-' if bytes.get(at) == Some(&b'I') => {}
            _ => out.push(char::from(b)),
        }
    }
}

/// Appends a string, quotes included.
fn push_string(text: &str, out: &mut String) {
    let decoded = Raw::parse(text).ok().and_then(Raw::as_str).filter(|_| text.contains('\\'));
    let Some(decoded) = decoded else { return out.push_str(text) };
    out.push('"');
    for c in decoded.decode().chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\x1f' => {
                out.push_str(if c < '\x10' { "\\u000" } else { "\\u001" });
                out.extend(char::from_digit(c as u32 & 15, 16));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

fn new_line(depth: usize, out: &mut String) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}
