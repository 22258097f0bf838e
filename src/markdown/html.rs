//! HTML blocks: where they begin and end (CommonMark §4.6), and which element one leaves open.

use super::start::is_space;

/// The end of an HTML block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HtmlEnd {
    /// `</script>` and the like.
    ClosingTag,
    /// One of `-->`, `?>`, `>`, `]]>`.
    Text(&'static str),
    BlankLine,
}

impl HtmlEnd {
    /// Whether the block ends with a line that has this text.
    pub fn is_in(self, text: &[u8]) -> bool {
        match self {
            HtmlEnd::ClosingTag => RAW.split(' ').any(|name| has_closing_tag(text, name.as_bytes())),
            HtmlEnd::Text(end) => text.windows(end.len()).any(|window| window == end.as_bytes()),
            HtmlEnd::BlankLine => false,
        }
    }
}

/// What ends the HTML block that begins with `rest`. `in_paragraph`: it would interrupt one. `unsure`: more may follow.
pub(super) fn html_start(rest: &[u8], in_paragraph: bool, unsure: bool) -> Option<HtmlEnd> {
    for (start, end) in [("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>")] {
        if rest.starts_with(start.as_bytes()) {
            return Some(HtmlEnd::Text(end));
        }
    }
    if rest.starts_with(b"<!") && rest.get(2).is_some_and(u8::is_ascii_alphabetic) {
        return Some(HtmlEnd::Text(">"));
    }
    let is_closing = rest.get(1) == Some(&b'/');
    let name = tag_name(&rest[1 + usize::from(is_closing)..]);
    let after = &rest[1 + usize::from(is_closing) + name.len()..];
    let ends = after.first().map_or(!unsure, |b| is_space(*b) || *b == b'>');
    let is_raw = is_listed(RAW, name);
    if is_raw && !is_closing && ends {
        return Some(HtmlEnd::ClosingTag);
    }
    if is_listed(BLOCKS, name) && (ends || after.starts_with(b"/>")) {
        return Some(HtmlEnd::BlankLine);
    }
    let stands_alone = !in_paragraph && !name.is_empty() && (is_closing || !is_raw) && is_whole_tag(after, is_closing);
    stands_alone.then_some(HtmlEnd::BlankLine)
}

/// The letters, digits and hyphens at the beginning, after a letter.
fn tag_name(text: &[u8]) -> &[u8] {
    let length = text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    if text.first().is_some_and(u8::is_ascii_alphabetic) {
        &text[..length]
    } else {
        &[]
    }
}

fn is_listed(names: &str, name: &[u8]) -> bool {
    !name.is_empty() && names.split(' ').any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether what follows a tag's name completes the tag, and nothing but spaces follows.
fn is_whole_tag(mut text: &[u8], is_closing: bool) -> bool {
    loop {
        let spaces = text.iter().take_while(|b| is_space(**b)).count();
        text = &text[spaces..];
        let is_attribute = text.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b':'));
        if !is_attribute || is_closing || spaces == 0 {
            break;
        }
        let name = text.iter().take_while(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(b)).count();
        text = &text[name..];
        let gap = text.iter().take_while(|b| is_space(**b)).count();
        if text.get(gap) != Some(&b'=') {
            continue;
        }
        text = &text[gap + 1..];
        text = &text[text.iter().take_while(|b| is_space(**b)).count()..];
        let length = match text.first() {
            Some(quote @ (b'"' | b'\'')) => match text[1..].iter().position(|b| b == quote) {
                Some(end) => end + 2,
                None => return false,
            },
            _ => text.iter().take_while(|b| !is_space(**b) && !b"\"'=<>`".contains(b)).count(),
        };
        if length == 0 {
            return false;
        }
        text = &text[length..];
    }
    if !is_closing {
        text = text.strip_prefix(b"/").unwrap_or(text);
    }
    text.strip_prefix(b">").is_some_and(|rest| rest.iter().all(|b| is_space(*b)))
}

fn has_closing_tag(text: &[u8], name: &[u8]) -> bool {
    let length = name.len() + 3;
    text.windows(length)
        .any(|w| w.starts_with(b"</") && w[length - 1] == b'>' && w[2..length - 1].eq_ignore_ascii_case(name))
}

/// The element that a block opens with, if it has an end tag that a blank line may precede.
pub(super) fn opened_element(rest: &[u8]) -> Option<&[u8]> {
    let name = tag_name(rest.get(1..)?);
    (!name.is_empty() && !is_listed(UNCLOSED, name)).then_some(name)
}

/// Start tags of an element in `text` minus its end tags.
pub(super) fn depth_change(text: &[u8], name: &[u8]) -> isize {
    let mut depth = 0;
    for (at, _) in text.iter().enumerate().filter(|(_, b)| **b == b'<') {
        let is_end = text.get(at + 1) == Some(&b'/');
        let tag = &text[at + 1 + usize::from(is_end)..];
        if tag_name(tag).eq_ignore_ascii_case(name) {
            let close = tag.iter().position(|b| matches!(b, b'>' | b'<')).unwrap_or(0);
            let is_empty = close > 0 && tag[close - 1] == b'/';
            depth += if is_end { -1 } else { isize::from(!is_empty) };
        }
    }
    depth
}

/// Elements whose content is not HTML.
const RAW: &str = "pre script style textarea";

/// Elements that begin a block wherever they stand.
const BLOCKS: &str = "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr track ul";

/// Elements without an end tag, or with one that authors leave out.
const UNCLOSED: &str = "area base body br col dd dt embed head hr html img input li link meta option p param source tbody td tfoot th thead tr track wbr";
