//! The network and the clock of a recording.

use super::Core;
use crate::client::Input;
use crate::time::Seconds;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// From here on a recording is replayed: it is `now`, in seconds since the Unix epoch, until the next call. Nothing is
    /// fetched; the answers to the requests that would be made come through `opened`, `heard`, `closed` and `called`.
    #[wasm_bindgen(js_name = replay)]
    pub fn set_replay_time(&self, now: Seconds) {
        self.shell.replay_time.set(now);
    }

    /// How many requests there were: the next one has the number behind it.
    #[wasm_bindgen(js_name = requests)]
    pub fn request_count(&self) -> u32 {
        self.shell.client.borrow().requests()
    }

    /// A request is answered.
    pub fn opened(
        &self,
        request: u32,
        status: u16,
        content_type: String,
        retry_after: Option<String>,
        retry_after_ms: Option<String>,
        date: Option<String>,
    ) {
        self.shell.opened(request, status, &content_type, [retry_after, retry_after_ms, date]);
    }

    /// The next bytes of a request's answer.
    #[wasm_bindgen(js_name = heard)]
    pub fn received(&self, request: u32, bytes: &js_sys::Uint8Array) {
        self.shell.received(request, bytes);
    }

    /// A request is over: its answer ended (`whole`), or broke off or never came; without `whole` it was not even sent.
    pub fn closed(&self, request: u32, whole: Option<bool>) {
        self.shell.handle(match whole {
            Some(true) => Input::Closed { request },
            Some(false) => Input::Failed { request },
            None => Input::NotSent { request },
        });
    }

    /// What came of a request to stop a run.
    pub fn called(&self, request: u32, status: u16) {
        self.shell.handle(Input::Called { request, status });
    }
}
