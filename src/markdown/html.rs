//! HTML blocks: where they begin and end (CommonMark §4.6), and which element one leaves open.

use super::line::is_space;

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
            HtmlEnd::ClosingTag => {
                let mut found = false;
                for_each_tag(text, |tag, is_end| found |= is_end && is_listed(RAW, tag));
                found
            }
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
    let stands_alone = !in_paragraph && !name.is_empty() && (is_closing || !is_raw) && is_whole_tag(after);
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

/// Whether what follows a tag's name completes the tag, and only spaces follow. Attributes are not validated: a tag with
/// malformed ones would be a paragraph, which ends at the same blank line.
fn is_whole_tag(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let end = text.iter().position(|b| matches!(b, b'<' | b'>'));
    matches!(text.first(), Some(b' ' | b'\t' | b'/' | b'>')) && end == text.len().checked_sub(1) && text.ends_with(b">")
}

/// The element that a block opens with, if it has an end tag that a blank line may precede.
pub(super) fn opened_element(rest: &[u8]) -> Option<&[u8]> {
    let name = tag_name(rest.get(1..)?);
    (!name.is_empty() && !is_listed(UNCLOSED, name) && !rest.trim_ascii_end().ends_with(b"/>")).then_some(name)
}

/// Start tags of an element in `text` minus its end tags.
pub(super) fn depth_change(text: &[u8], name: &[u8]) -> isize {
    let mut depth = 0;
    for_each_tag(text, |tag, is_end| {
        if tag.eq_ignore_ascii_case(name) {
            depth += if is_end { -1 } else { 1 };
        }
    });
    depth
}

/// Calls `seen` with the name of each tag in `text`, and whether it is an end tag.
fn for_each_tag(text: &[u8], mut seen: impl FnMut(&[u8], bool)) {
    for (at, _) in text.iter().enumerate().filter(|(_, b)| **b == b'<') {
        let is_end = text.get(at + 1) == Some(&b'/');
        seen(tag_name(&text[at + 1 + usize::from(is_end)..]), is_end);
    }
}

/// Elements whose content is not HTML.
const RAW: &str = "pre script style textarea";

/// Elements that begin a block wherever they stand.
const BLOCKS: &str = "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr track ul";

/// Elements without an end tag, or with one that authors leave out.
const UNCLOSED: &str = "area base body br col dd dt embed head hr html img input li link meta option p param source tbody td tfoot th thead tr track wbr";
