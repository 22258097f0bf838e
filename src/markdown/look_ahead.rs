//! What the beginning of a line tells, before its end has come.

use super::hold::Hold;
use super::line::Line;
use super::start::{Place, Start};
use super::tree::{Container, Leaf, Tree};
use super::Kind;

impl Tree {
    /// Whether the beginning of a line begins a block of the top level, whatever follows.
    pub fn certainly_starts(&self, line: &Line<'_>) -> bool {
        if line.is_blank() || self.hold.is_on() {
            return false;
        }
        let continues = match self.containers.first() {
            Some(Container::Quote) => line.indent() < 4 && line.first() == b'>',
            Some(Container::Note) => line.indent() >= 4,
            Some(Container::Item(item)) => {
                let is_item = |s| matches!(s, Some(Start::Item(new)) if new.marker == item.marker);
                line.indent() >= item.indent
                    || item.may_be_followed_by(line)
                    || is_item(Start::of(line, Place::default()))
            }
            None => match self.leaf {
                Leaf::Fence(_) | Leaf::Html(_) => true,
                Leaf::Indented => line.indent() >= 4,
                _ => false,
            },
        };
        let in_text = match self.leaf {
            Leaf::Paragraph(_) => true,
            Leaf::Table => self.containers.is_empty(),
            _ => false,
        };
        let place = Place { may_be_lazy: in_text, is_partial: true, ..Place::default() };
        !continues && (!in_text || Start::of(line, place).is_some())
    }

    /// The kind of a block that begins with such a line.
    pub fn kind_of(line: &Line<'_>) -> Kind {
        Start::of(line, Place { at_top: true, ..Place::default() }).map_or(Tree::kind_of_text(line), Start::kind)
    }

    pub(super) fn kind_of_text(line: &Line<'_>) -> Kind {
        if Hold::is_math(line) {
            Kind::Math
        } else {
            Kind::Paragraph
        }
    }
}
