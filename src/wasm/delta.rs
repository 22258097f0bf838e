//! Hands changes to the host.

use super::js_serializer::to_js;
use super::Core;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// Passes what changed since the last call to the host: a `Delta`, or the appended text.
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
        let delta = client.read(|delta| to_js(delta));
        drop(client);
        self.shell.host.delta(&delta);
    }
}
