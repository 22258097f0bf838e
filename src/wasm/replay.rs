//! Replaying a recording: its clock and its network.

use super::Core;
use crate::client::Input;
use crate::time::Seconds;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// Starts or continues a replay: the time is `now` (seconds since the Unix epoch) until the next call. Nothing is
    /// fetched; responses arrive through `opened`, `heard`, `closed` and `called`.
    #[wasm_bindgen(js_name = replay)]
    pub fn set_replay_time(&self, now: Seconds) {
        self.shell.replay_time.set(now);
    }

    /// How many requests were made; the next one gets the following number.
    #[wasm_bindgen(js_name = requests)]
    pub fn request_count(&self) -> u32 {
        self.shell.client.borrow().requests()
    }

    /// The head of a response. `headers`: `name: value`, a line each, names in lower case.
    pub fn opened(&self, request: u32, status: u16, content_type: String, headers: String) {
        self.shell.opened(request, status, &content_type, &headers);
    }

    /// The next bytes of a response.
    #[wasm_bindgen(js_name = heard)]
    pub fn received(&self, request: u32, bytes: &js_sys::Uint8Array) {
        self.shell.received(request, bytes);
    }

    /// A request ended: `true`, its response ended; `false`, it failed or broke off; absent, it was not sent.
    pub fn closed(&self, request: u32, whole: Option<bool>) {
        self.shell.handle(match whole {
            Some(true) => Input::Closed { request },
            Some(false) => Input::Failed { request },
            None => Input::NotSent { request },
        });
    }

    /// The status of a cancel request; 0: no response.
    pub fn called(&self, request: u32, status: u16) {
        self.shell.handle(Input::Called { request, status });
    }
}
