//! What keeps several blocks together: an element whose end tag has not come, and math between two `$$`.
//!
//! In CommonMark a blank line ends either, and the rest is parsed on its own. Renderers that build the element, or set
//! the math, need it whole.

use super::html::{depth_change, opened_element};
use super::line::Line;

/// What a block waits for before it may end.
#[derive(Debug, Default)]
pub(super) enum Hold {
    #[default]
    Nothing,
    /// End tags of this element.
    Element(Vec<u8>, isize),
    /// The second `$$`.
    Math,
}

impl Hold {
    pub fn is_on(&self) -> bool {
        !matches!(self, Hold::Nothing)
    }

    /// Of a block whose first line begins with a tag.
    pub fn element(line: &Line<'_>) -> Hold {
        opened_element(line.rest()).map_or(Hold::Nothing, |name| Hold::Element(name.to_vec(), 0))
    }

    /// Whether a line begins display math.
    pub fn is_math(line: &Line<'_>) -> bool {
        line.indent() < 4 && line.rest().starts_with(b"$$")
    }

    /// After a line of text.
    pub fn pass(&mut self, line: &[u8]) {
        let is_over = match self {
            Hold::Nothing => false,
            Hold::Element(name, depth) => {
                *depth += depth_change(line, name);
                *depth <= 0
            }
            Hold::Math => line.trim_ascii_end().ends_with(b"$$"),
        };
        if is_over {
            *self = Hold::Nothing;
        }
    }

    /// Of math, by its first line.
    pub fn math(line: &Line<'_>) -> Hold {
        let rest = line.rest();
        let marks = super::line::run(rest, b'$');
        if rest[marks..].contains(&b'$') {
            Hold::Nothing
        } else {
            Hold::Math
        }
    }
}
