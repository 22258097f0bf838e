//! A stream that the caller feeds, by bytes or through the decoder's own buffer.

use super::Core;
use crate::client::Input;
use crate::time::Seconds;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// Opens a leg that is fed by hand; `name`: what the answering party is called before its first event.
    pub fn begin(&self, text: Option<String>, name: Option<String>) {
        if let Some(name) = name {
            self.shell.client.borrow_mut().conversation.name = name;
        }
        self.shell.handle(Input::Begin { text: text.as_deref() });
    }

    /// The caller's next bytes.
    pub fn feed(&self, bytes: &js_sys::Uint8Array) {
        if self.shell.client.borrow().live_request().is_none() {
            self.shell.handle(Input::Feed(&[]));
        }
        if self.shell.client.borrow().is_fed_by_caller() {
            self.shell.receive_all(bytes);
        }
    }

    /// The same without being called back: where the caller's next bytes go, the address of room for so many in the decoder's buffer, to be filled at once and
    /// then told of with `took`. 0: nobody wants them. `first`: they may begin a leg.
    ///
    /// In two calls, because a copy that JavaScript makes by itself costs half of one that it is called back for.
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

    /// The room is filled. Whether listeners are to be told at once; that something changed the caller knows.
    #[wasm_bindgen(js_name = took)]
    pub fn commit(&self, length: usize, now: Seconds) -> bool {
        self.shell.client.borrow_mut().commit(length, now);
        self.shell.carry_out()
    }

    /// The caller's stream is over.
    pub fn end(&self) {
        self.shell.handle(Input::End);
    }
}
