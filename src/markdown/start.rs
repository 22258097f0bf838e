//! What a line begins: CommonMark §4 and §5.

use super::html::{html_start, HtmlEnd};
use super::line::{is_space, run, Line};
use super::Kind;

/// The block that a line begins, after the containers that continue.
#[derive(Debug, Clone, Copy)]
pub(super) enum Start {
    Quote,
    Item(Item),
    /// A footnote definition.
    Note,
    Heading,
    /// A paragraph becomes a heading.
    Setext,
    Rule,
    Fence(Fence),
    Html(HtmlEnd),
    Indented,
}

/// A list item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    /// `-`, `+`, `*`, or of an ordered list `.` or `)`. Items of one list share it.
    pub marker: u8,
    /// Columns of the marker with the spaces after it.
    width: usize,
    /// Columns by which its content is indented.
    pub indent: usize,
    /// Only its marker stands on the line.
    pub is_empty: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Fence {
    pub mark: u8,
    pub length: usize,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// In a paragraph whose containers all continue.
    pub in_paragraph: bool,
    /// An underline would make a heading of it.
    pub underlines: bool,
    /// In a paragraph that the line may continue lazily (CommonMark §5.1).
    pub may_be_lazy: bool,
    /// In no container.
    pub at_top: bool,
    /// More of the line may follow: only what holds whatever follows.
    pub is_partial: bool,
}

impl Start {
    pub fn kind(self) -> Kind {
        match self {
            Start::Quote => Kind::Quote,
            Start::Item(_) => Kind::List,
            Start::Note => Kind::Definition,
            Start::Heading | Start::Setext => Kind::Heading,
            Start::Rule => Kind::Rule,
            Start::Fence(_) | Start::Indented => Kind::Code,
            Start::Html(_) => Kind::Html,
        }
    }

    /// What `line` begins. `None`: text.
    pub fn of(line: &Line<'_>, place: Place) -> Option<Start> {
        let any_paragraph = place.in_paragraph || place.may_be_lazy;
        if line.is_blank() {
            return None;
        }
        if line.indent() >= 4 {
            return (!any_paragraph).then_some(Start::Indented);
        }
        // Text continues the paragraph: what may still become text does not count.
        let unsure = place.is_partial && any_paragraph;
        let rest = line.rest();
        match rest[0] {
            b'>' => Some(Start::Quote),
            b'#' => {
                let level = run(rest, b'#');
                let is_heading = level <= 6 && rest.get(level).map_or(!unsure, |b| is_space(*b));
                is_heading.then_some(Start::Heading)
            }
            b'`' | b'~' => fence(rest).filter(|f| !unsure || f.mark == b'~').map(Start::Fence),
            b'<' => html_start(rest, any_paragraph, unsure).map(Start::Html),
            b'=' | b'-' if place.underlines && is_underline(rest) => Some(Start::Setext),
            b'*' | b'-' | b'_' if is_rule(rest) && !unsure => Some(Start::Rule),
            b'[' if place.at_top && is_note(rest) => Some(Start::Note),
            _ => Item::of(line, place.in_paragraph || unsure).map(Start::Item),
        }
    }
}

impl Item {
    /// `interrupts`: it would end a paragraph, so it has text, and an ordered list begins with 1.
    fn of(line: &Line<'_>, interrupts: bool) -> Option<Item> {
        let rest = line.rest();
        let digits = count_digits(rest);
        let marker = *rest.get(digits)?;
        let fits = match digits {
            0 => matches!(marker, b'-' | b'+' | b'*'),
            1..=9 => matches!(marker, b'.' | b')') && (!interrupts || rest[..digits] == *b"1"),
            _ => false,
        };
        let length = digits + 1;
        if !fits || !rest.get(length).is_none_or(|b| is_space(*b)) {
            return None;
        }
        let mut after = line.clone();
        after.skip_marker(length);
        let is_empty = after.is_blank();
        if is_empty && interrupts {
            return None;
        }
        let spaces = if is_empty || after.indent() > 4 { 1 } else { after.indent() };
        Some(Item { marker, width: spaces, indent: line.indent() + length + spaces, is_empty })
    }

    /// Moves `line` behind the marker.
    pub fn skip(self, line: &mut Line<'_>) {
        line.skip_marker(self.indent - line.indent() - self.width);
        line.skip_columns(self.width);
    }

    /// Whether the beginning of a line may become the next item of its list.
    pub fn may_be_followed_by(self, line: &Line<'_>) -> bool {
        let (marker, rest) = (self.marker, line.rest());
        if line.indent() >= 4 {
            return false;
        }
        if !matches!(marker, b'.' | b')') {
            return rest[0] == marker && rest.get(1).is_none_or(|b| is_space(*b));
        }
        let digits = count_digits(rest);
        (1..=9).contains(&digits)
            && rest.get(digits).is_none_or(|b| *b == marker)
            && rest.get(digits + 1).is_none_or(|b| is_space(*b))
    }
}

/// Digits at the beginning; ten of them are too many for an item.
fn count_digits(rest: &[u8]) -> usize {
    rest.iter().take(10).take_while(|b| b.is_ascii_digit()).count()
}

fn fence(rest: &[u8]) -> Option<Fence> {
    let mark = rest[0];
    let length = run(rest, mark);
    let fits = length >= 3 && (mark == b'~' || !rest[length..].contains(&b'`'));
    fits.then_some(Fence { mark, length })
}

impl Fence {
    pub fn is_closed_by(self, line: &Line<'_>) -> bool {
        let rest = line.rest();
        let length = run(rest, self.mark);
        line.indent() < 4 && length >= self.length && rest[length..].iter().all(|b| is_space(*b))
    }
}

/// `===` or `---`
pub(super) fn is_underline(rest: &[u8]) -> bool {
    matches!(rest[0], b'=' | b'-') && rest[run(rest, rest[0])..].iter().all(|b| is_space(*b))
}

fn is_rule(rest: &[u8]) -> bool {
    let marks = rest.iter().filter(|b| **b == rest[0]).count();
    marks >= 3 && rest.iter().all(|b| *b == rest[0] || is_space(*b))
}

/// `[^label]:`
fn is_note(rest: &[u8]) -> bool {
    let end = rest.iter().position(|b| *b == b']' || is_space(*b)).unwrap_or(0);
    end > 2 && rest[1] == b'^' && rest[end..].starts_with(b"]:")
}
