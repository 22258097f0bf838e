//! JSON text indented by two spaces, byte for byte as `JSON.stringify(value, null, 2)` lays it out.

use super::Raw;
use crate::text::part;

/// Appends `value` with line breaks and an indent of two spaces a level. Strings and numbers stay as they are written.
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
                // Both brackets of an empty container stay together.
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
                out.push_str(part(value.text(), start..at));
            }
            _ => out.push(char::from(b)),
        }
    }
}

fn new_line(depth: usize, out: &mut String) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}
