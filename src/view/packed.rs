//! A [`Delta`](super::Delta) as one list of numbers and one text, in the order of the fields.
//!
//! Every call from WebAssembly to JavaScript, and every text decoded there, costs more than reading a field. So a delta
//! crosses as two values, whatever its size, and `pkg/src/wasm/read-delta.ts` reads it back: field by field, in the
//! order in which the structs declare them. The order is the contract. `tests/package/packed-delta.test.mjs` checks it:
//! for every recording and for generated runs, what that file reads equals the same delta as JSON.
//!
//! | Rust | numbers |
//! |---|---|
//! | a number, `bool` | itself, 0 or 1 |
//! | `String`, `&str` | its length in UTF-16 units; its characters go to `text`. A long one: -1 - n for n `pieces` |
//! | an enum without values | the index of the variant |
//! | `None`, a field skipped by `skip_serializing_if` | NaN |
//! | `Some(struct)` | 1, then the struct |
//! | a struct, a tuple | its fields |
//! | a list | its length, then its elements |
//! | [`Section`] | 0: as in the last delta that had it. 1, then its value |
//!
//! To add a field: add it to the struct (anything `Serialize` of the kinds above), to its interface in
//! `pkg/src/wasm/core-delta.ts`, and at the same place of its function in `pkg/src/wasm/read-delta.ts`. The variants of
//! an enum stand there as a list of names, in the same order.

mod serializer;

use super::text_pieces::{pieces, LONG_TEXT};
use crate::text::utf16_length;
use serde::Serialize;
use serializer::{sure, unused};
use std::mem::take;

/// Packed deltas. Keeps its buffers, and what it needs to tell that a section has not changed.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Packed {
    pub numbers: Vec<f64>,
    pub text: String,
    /// Long texts, in pieces.
    pub pieces: Vec<String>,
    /// The value is optional: a struct is preceded by 1.
    optional: bool,
    /// The sections as they were last packed, in their order.
    sections: Vec<(Vec<f64>, String)>,
    /// Index of the next section.
    section: usize,
    /// A section is being packed: its texts are compared, so all go to `text`.
    in_section: bool,
}

/// A part that is left out of a delta if it is the same as in the last one that had it. A delta has each section once,
/// and all or none.
#[derive(Debug, Clone, Serialize)]
pub struct Section<T>(pub T);

impl Packed {
    /// Replaces what was packed before by `value`.
    pub fn pack(&mut self, value: &impl Serialize) {
        self.numbers.clear();
        self.text.clear();
        self.pieces.clear();
        self.section = 0;
        sure(value.serialize(self));
    }

    #[inline(never)]
    fn number(&mut self, number: f64) {
        self.numbers.push(number);
    }

    #[inline(never)]
    fn text(&mut self, text: &str) {
        if text.len() <= LONG_TEXT || self.in_section {
            self.number(utf16_length(text) as f64);
            self.text.push_str(text);
            return;
        }
        let before = self.pieces.len();
        self.pieces.extend(pieces(text).map(str::to_owned));
        self.number(-1.0 - (self.pieces.len() - before) as f64);
    }

    #[inline(never)]
    fn begin_struct(&mut self) {
        if take(&mut self.optional) {
            self.number(1.0);
        }
    }

    #[inline(never)]
    fn begin_list(&mut self, length: Option<usize>) {
        self.optional = false;
        self.number(length.unwrap_or_else(|| unused()) as f64);
    }

    #[inline(never)]
    fn begin_section(&mut self) -> (usize, usize) {
        self.number(1.0);
        self.in_section = true;
        (self.numbers.len(), self.text.len())
    }

    #[inline(never)]
    fn end_section(&mut self, (numbers, text): (usize, usize)) {
        self.in_section = false;
        if self.sections.len() <= self.section {
            self.sections.resize_with(self.section + 1, Default::default);
        }
        // Bits, because a NaN, which stands for nothing, equals no other.
        fn bits(list: &[f64]) -> impl Iterator<Item = u64> + '_ {
            list.iter().map(|number| number.to_bits())
        }
        let (old, fresh) = (&mut self.sections[self.section], (&self.numbers[numbers..], &self.text[text..]));
        self.section += 1;
        if old.1 == fresh.1 && bits(&old.0).eq(bits(fresh.0)) {
            self.numbers.truncate(numbers);
            self.text.truncate(text);
            self.numbers[numbers - 1] = 0.0;
        } else {
            *old = (fresh.0.to_vec(), fresh.1.to_owned());
        }
    }
}
