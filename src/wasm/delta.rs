//! Hands changes to the host.

use super::Core;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// Passes what changed since the last call to the host: a packed `Delta`, or the appended text.
    ///
    /// Not as a return value: V8 11.3 (Node 20) inlines hot exports, and crashes if memory grows during one that
    /// returns a reference.
    pub fn read(&self) {
        let mut client = self.shell.client.borrow_mut();
        let text = client.read_text(|a, d| {
            let work = a.work.map_or(-1.0, |at| at as f64);
            (a.turn, work, a.thoughts, JsValue::from_str(a.text), d.bytes_read as f64, d.frames_read as f64)
        });
        if let Some((turn, work, thoughts, text, bytes, frames)) = text {
            drop(client);
            return self.shell.host.appended(turn, work, thoughts, &text, bytes, frames);
        }
        let mut packed = self.shell.packed.take();
        client.read(|delta| packed.pack(delta));
        drop(client);
        packed.pieces.iter().for_each(|piece| self.shell.host.piece(piece));
        self.shell.host.delta(packed.numbers.as_ptr() as usize, packed.numbers.len(), &packed.text);
        self.shell.packed.replace(packed);
    }
}

/// The value that JSON.parse would give.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

impl Core {
    /// What changed since the last call, as plain objects: for tests.
    #[doc(hidden)]
    pub fn read_unpacked(&self) -> JsValue {
        self.shell.client.borrow_mut().read(|delta| to_js(delta))
    }
}
