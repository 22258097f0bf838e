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

use super::text_pieces::{pieces, LONG_TEXT};
use serde::ser::{self, Impossible};
use serde::Serialize;
use std::fmt;
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

/// The length of the text as JavaScript counts.
fn utf16_length(text: &str) -> usize {
    let units = |byte: &u8| usize::from(*byte & 0xC0 != 0x80) + usize::from(*byte >= 0xF0);
    if text.is_ascii() {
        text.len()
    } else {
        text.as_bytes().iter().map(units).sum()
    }
}

/// Packing cannot fail.
#[derive(Debug)]
#[doc(hidden)]
#[allow(clippy::exhaustive_enums)]
pub enum Never {}

type Done = Result<(), Never>;

fn sure(result: Done) {
    match result {
        Ok(()) => {}
        Err(never) => match never {},
    }
}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Never {
        unused()
    }
}

/// For what no delta contains: a programming error, which the first test of such a field finds.
fn unused() -> ! {
    unreachable!("a delta has no such value")
}

impl ser::SerializeStruct for &mut Packed {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    fn skip_field(&mut self, _: &'static str) -> Done {
        self.number(f64::NAN);
        Ok(())
    }

    fn end(self) -> Done {
        Ok(())
    }
}

impl ser::SerializeSeq for &mut Packed {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        Ok(())
    }
}

impl ser::SerializeTuple for &mut Packed {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        Ok(())
    }
}

/// JavaScript has one number type. (All values are counts far below 2^53, or doubles.)
macro_rules! numbers {
    ($($method:ident: $kind:ty,)*) => {
        $(fn $method(self, value: $kind) -> Done {
            self.number(value as f64);
            Ok(())
        })*
    };
}

impl<'a> ser::Serializer for &'a mut Packed {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = &'a mut Packed;
    type SerializeTuple = &'a mut Packed;
    type SerializeTupleStruct = Impossible<(), Never>;
    type SerializeTupleVariant = Impossible<(), Never>;
    type SerializeMap = Impossible<(), Never>;
    type SerializeStruct = &'a mut Packed;
    type SerializeStructVariant = Impossible<(), Never>;

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64,
    }

    fn serialize_bool(self, value: bool) -> Done {
        self.number(f64::from(u8::from(value)));
        Ok(())
    }

    fn serialize_char(self, _: char) -> Done {
        unused()
    }

    fn serialize_str(self, value: &str) -> Done {
        self.text(value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Done {
        unused()
    }

    fn serialize_none(self) -> Done {
        self.number(f64::NAN);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        self.optional = true;
        sure(value.serialize(&mut *self));
        self.optional = false;
        Ok(())
    }

    fn serialize_unit(self) -> Done {
        unused()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        unused()
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Done {
        self.number(index.into());
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        let begin = self.begin_section();
        sure(value.serialize(&mut *self));
        self.end_section(begin);
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &str, _: u32, _: &str, _: &T) -> Done {
        unused()
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, Never> {
        self.begin_list(length);
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Never> {
        self.optional = false;
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Never> {
        unused()
    }

    fn serialize_tuple_variant(self, _: &str, _: u32, _: &str, _: usize) -> Result<Self::SerializeTupleVariant, Never> {
        unused()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Never> {
        unused()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Never> {
        self.begin_struct();
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &str,
        _: u32,
        _: &str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Never> {
        unused()
    }
}
