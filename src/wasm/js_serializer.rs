//! serde → JavaScript values, out of line.
//!
//! serde-wasm-bindgen creates the values, but it is generic: used directly, its code and its error handling are inlined
//! into each of the 150 fields of a delta, although serializing them cannot fail. Here a field takes two calls: one
//! creates the value, one sets it.

use serde::ser::{self, Impossible, Serialize};
use serde_wasm_bindgen::{preserve, Serializer};
use std::cell::RefCell;
use std::fmt;
use wasm_bindgen::{throw_str, JsValue};

/// The value that JSON.parse would give.
pub(super) fn to_js(value: &(impl Serialize + ?Sized)) -> JsValue {
    sure(value.serialize(JsSerializer))
}

static JS: Serializer = Serializer::json_compatible();

#[derive(Clone, Copy)]
struct JsSerializer;

/// An object under construction.
struct Record(<&'static Serializer as ser::Serializer>::SerializeStruct);

/// An array under construction.
struct List(<&'static Serializer as ser::Serializer>::SerializeSeq);

/// A converted value.
struct Converted(JsValue);

impl Record {
    #[inline(never)]
    fn put(&mut self, key: &'static str, value: JsValue) {
        let _ = ser::SerializeStruct::serialize_field(&mut self.0, key, &Converted(value));
    }
}

impl List {
    #[inline(never)]
    fn put(&mut self, value: JsValue) {
        let _ = ser::SerializeSeq::serialize_element(&mut self.0, &Converted(value));
    }
}

impl Serialize for Converted {
    fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        preserve::serialize(&self.0, serializer)
    }
}

#[inline(never)]
fn text(text: &str) -> JsValue {
    if !(1..=LONGEST_KNOWN).contains(&text.len()) {
        return text.serialize(&JS).unwrap_or(JsValue::NULL);
    }
    KNOWN.with_borrow_mut(|known| {
        let hash = text.bytes().fold(text.len(), |hash, b| hash.wrapping_mul(31).wrapping_add(usize::from(b)));
        let slot = &mut known[hash % KNOWN_TEXTS];
        if slot.0 != text {
            *slot = (text.to_owned(), text.serialize(&JS).unwrap_or(JsValue::NULL));
        }
        slot.1.clone()
    })
}

/// A cache of short strings: names, ids and kinds repeat, and decoding four letters in JavaScript takes longer than
/// finding them here.
const KNOWN_TEXTS: usize = 64;
const LONGEST_KNOWN: usize = 40;

thread_local! {
    static KNOWN: RefCell<[(String, JsValue); KNOWN_TEXTS]> =
        const { RefCell::new([const { (String::new(), JsValue::UNDEFINED) }; KNOWN_TEXTS]) };
}

#[inline(never)]
fn number(number: f64) -> JsValue {
    number.serialize(&JS).unwrap_or(JsValue::NULL)
}

/// Serializing our types cannot fail.
#[derive(Debug)]
enum Never {}

fn sure<T>(result: Result<T, Never>) -> T {
    match result {
        Ok(value) => value,
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

/// For what no delta contains. Throws.
fn unused() -> ! {
    throw_str("not serializable")
}

type Js<T = JsValue> = Result<T, Never>;

impl ser::SerializeStruct for Record {
    type Ok = JsValue;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Js<()> {
        self.put(key, value.serialize(JsSerializer)?);
        Ok(())
    }

    fn end(self) -> Js {
        Ok(ser::SerializeStruct::end(self.0).unwrap_or(JsValue::NULL))
    }
}

impl ser::SerializeSeq for List {
    type Ok = JsValue;
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Js<()> {
        self.put(value.serialize(JsSerializer)?);
        Ok(())
    }

    fn end(self) -> Js {
        Ok(ser::SerializeSeq::end(self.0).unwrap_or(JsValue::NULL))
    }
}

impl ser::SerializeTuple for List {
    type Ok = JsValue;
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Js<()> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Js {
        ser::SerializeSeq::end(self)
    }
}

/// JavaScript has one number type. (All values are counts far below 2^53, or doubles.)
macro_rules! numbers {
    ($($method:ident: $kind:ty,)*) => {
        $(fn $method(self, value: $kind) -> Js {
            Ok(number(value as f64))
        })*
    };
}

impl ser::Serializer for JsSerializer {
    type Ok = JsValue;
    type Error = Never;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = Impossible<JsValue, Never>;
    type SerializeTupleVariant = Impossible<JsValue, Never>;
    type SerializeMap = Impossible<JsValue, Never>;
    type SerializeStruct = Record;
    type SerializeStructVariant = Impossible<JsValue, Never>;

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64,
    }

    fn serialize_bool(self, value: bool) -> Js {
        Ok(value.into())
    }

    fn serialize_char(self, _: char) -> Js {
        unused()
    }

    fn serialize_str(self, value: &str) -> Js {
        Ok(text(value))
    }

    fn serialize_bytes(self, _: &[u8]) -> Js {
        unused()
    }

    fn serialize_none(self) -> Js {
        Ok(JsValue::NULL)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Js {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Js {
        Ok(JsValue::NULL)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Js {
        Ok(JsValue::NULL)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Js {
        Ok(text(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Js {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &str, _: u32, _: &str, _: &T) -> Js {
        unused()
    }

    fn serialize_seq(self, length: Option<usize>) -> Js<List> {
        Ok(List(ser::Serializer::serialize_seq(&JS, length).unwrap_or_else(|_| throw_str("no array"))))
    }

    fn serialize_tuple(self, length: usize) -> Js<List> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Js<Self::SerializeTupleStruct> {
        unused()
    }

    fn serialize_tuple_variant(self, _: &str, _: u32, _: &str, _: usize) -> Js<Self::SerializeTupleVariant> {
        unused()
    }

    fn serialize_map(self, _: Option<usize>) -> Js<Self::SerializeMap> {
        unused()
    }

    fn serialize_struct(self, name: &'static str, fields: usize) -> Js<Record> {
        let object = ser::Serializer::serialize_struct(&JS, name, fields);
        Ok(Record(object.unwrap_or_else(|_| throw_str("no object"))))
    }

    fn serialize_struct_variant(self, _: &str, _: u32, _: &str, _: usize) -> Js<Self::SerializeStructVariant> {
        unused()
    }
}
