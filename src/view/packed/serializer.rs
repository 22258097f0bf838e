//! [`Packed`] as a serde serializer: what each kind of value becomes.

use super::Packed;
use serde::ser::{self, Impossible};
use serde::Serialize;
use std::fmt;

/// Packing cannot fail.
#[derive(Debug)]
#[doc(hidden)]
#[allow(clippy::exhaustive_enums)]
pub enum Never {}

type Done = Result<(), Never>;

pub(super) fn sure(result: Done) {
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
pub(super) fn unused() -> ! {
    unreachable!("a delta has no such value")
}

#[doc(hidden)]
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

#[doc(hidden)]
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

#[doc(hidden)]
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

#[doc(hidden)]
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
