//! Streams fed by the caller: as bytes, or through the decoder's own buffer.

use super::Core;
use crate::client::Input;
use crate::time::Seconds;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// Opens a stream fed by the caller. `name`: the component's display name before its first event.
    pub fn begin(&self, text: Option<String>, name: Option<String>) {
        if let Some(name) = name {
            self.shell.client.borrow_mut().conversation.name = name;
        }
        self.shell.handle(Input::Begin { text: text.as_deref() });
    }

    /// Feeds bytes.
    pub fn feed(&self, bytes: &js_sys::Uint8Array) {
        if self.shell.client.borrow().live_request().is_none() {
            self.shell.handle(Input::Feed(&[]));
        }
        if self.shell.client.borrow().is_fed_by_caller() {
            self.shell.receive_all(bytes);
        }
    }

    /// Reserves `length` bytes of the decoder's buffer and returns their address; fill them at once, then call `took`.
    /// 0: the bytes are not wanted. `first`: they may open a stream.
    ///
    /// Two calls, because a copy made by JavaScript costs half of one made through a callback.
    #[wasm_bindgen(js_name = room)]
    pub fn reserve(&self, length: usize, first: bool) -> usize {
        if first && self.shell.client.borrow().live_request().is_none() {
            self.shell.handle(Input::Feed(&[]));
        }
        let mut client = self.shell.client.borrow_mut();
        if self.shell.disposed.get() || !client.is_fed_by_caller() {
            return 0;
        }
        client.reserve(length).map_or(0, |room| room.as_mut_ptr() as usize)
    }

    /// Decodes the reserved bytes. Returns whether to notify listeners at once; the caller knows that something
    /// changed.
    #[wasm_bindgen(js_name = took)]
    pub fn commit(&self, length: usize, now: Seconds) -> bool {
        self.shell.client.borrow_mut().commit(length, now);
        self.shell.carry_out()
    }

    /// The caller's stream ended.
    pub fn end(&self) {
        self.shell.handle(Input::End);
    }
}
