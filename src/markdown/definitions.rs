//! Link reference definitions at the beginning of a paragraph (CommonMark §4.7).

use super::{cost, line::is_space};

/// Takes the definitions off the beginning of `text`, a paragraph, and adds them to `found`, a line each. Returns the
/// length of what was taken. `is_whole`: the paragraph has ended; otherwise the next line begins with `[`.
pub(super) fn take_definitions(text: &str, is_whole: bool, found: &mut String) -> usize {
    let mut taken = 0;
    while let Some(length) = definition(&text.as_bytes()[taken..]) {
        let end = taken + length;
        // A title on its own line that has not ended yet.
        let follows = gap(text.as_bytes(), end).and_then(|at| text.as_bytes().get(at));
        if !is_whole && matches!(follows, Some(b'"' | b'\'' | b'(')) {
            break;
        }
        let definition = crate::text::slice(text, taken..end);
        found.push_str(definition);
        if !definition.ends_with('\n') {
            found.push('\n');
        }
        taken = end;
    }
    taken
}

/// Whether a paragraph with this first line may begin with a definition.
pub(super) fn may_define(line: &[u8]) -> bool {
    line.first() == Some(&b'[') && label(line).is_none_or(|end| line.get(end) == Some(&b':'))
}

/// The length of the definition at the beginning, with its line end.
fn definition(text: &[u8]) -> Option<usize> {
    let colon = label(text).filter(|end| text.get(*end) == Some(&b':'))?;
    let is_empty = text[1..colon - 1].iter().all(|b| b.is_ascii_whitespace());
    if is_empty {
        return None;
    }
    let start = gap(text, colon + 1)?;
    let destination = destination(&text[start..])? + start;
    let titled = gap(text, destination)
        .filter(|at| *at > destination)
        .and_then(|at| Some(at + title(&text[at..])?))
        .and_then(|at| line_end(text, at));
    cost(titled.unwrap_or(destination));
    titled.or_else(|| line_end(text, destination))
}

/// The end of `[label]`. `None`: it is none, or has not ended.
fn label(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&b'[') {
        return None;
    }
    let mut at = 1;
    while at <= 4000 {
        match text.get(at)? {
            b'\\' => at += 1,
            b'[' => return Some(0),
            b']' => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    Some(0)
}

/// Skips spaces, and at most one line end.
fn gap(text: &[u8], mut at: usize) -> Option<usize> {
    let mut lines = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\n' => lines += 1,
            byte if is_space(*byte) => {}
            _ => break,
        }
        at += 1;
    }
    (lines < 2 && at < text.len()).then_some(at)
}

fn destination(text: &[u8]) -> Option<usize> {
    let is_bracketed = text.first() == Some(&b'<');
    let mut at = usize::from(is_bracketed);
    let mut depth = 0usize;
    loop {
        match text.get(at) {
            Some(b'\\') if text.get(at + 1).is_some_and(u8::is_ascii_punctuation) => at += 1,
            Some(b'>') if is_bracketed => return Some(at + 1),
            Some(b'\n' | b'<') | None if is_bracketed => return None,
            Some(_) if is_bracketed => {}
            Some(b'(') => depth += 1,
            Some(b')') => depth = depth.checked_sub(1)?,
            Some(byte) if !(byte.is_ascii_control() || *byte == b' ') => {}
            _ => return (at > 0 && depth == 0).then_some(at),
        }
        at += 1;
    }
}

fn title(text: &[u8]) -> Option<usize> {
    let close = match text.first()? {
        b'(' => b')',
        quote @ (b'"' | b'\'') => *quote,
        _ => return None,
    };
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'\\' => at += 1,
            byte if *byte == close => return Some(at + 1),
            b'(' if close == b')' => return None,
            _ => {}
        }
        at += 1;
    }
}

/// The end of the line, if only spaces are left.
fn line_end(text: &[u8], mut at: usize) -> Option<usize> {
    while text.get(at).is_some_and(|b| is_space(*b)) {
        at += 1;
    }
    match text.get(at) {
        None => Some(at),
        Some(b'\n') => Some(at + 1),
        Some(_) => None,
    }
}
