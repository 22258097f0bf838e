//! What the shell calls on the package's TypeScript.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The handler on the JavaScript side. Its methods do not throw.
    pub type Host;

    /// Something may have changed. `urgent`: a run ended, notify listeners now.
    #[wasm_bindgen(method)]
    pub fn changed(this: &Host, urgent: bool);

    /// Result of `read`: the address and the count of the numbers of a `Packed`, and its text. `piece` was called
    /// before with its pieces.
    #[wasm_bindgen(method)]
    pub fn delta(this: &Host, numbers: usize, count: usize, text: &str);

    /// The next piece of the delta to come.
    #[wasm_bindgen(method)]
    pub fn piece(this: &Host, piece: &str);

    /// Result of `read` if only one text grew: the index of its turn and of its work message (negative: the answer),
    /// and the counts of bytes and frames.
    #[wasm_bindgen(method)]
    pub fn appended(this: &Host, turn: usize, work: f64, thoughts: bool, text: &JsValue, bytes: f64, frames: f64);

    /// Result of `keep`.
    #[wasm_bindgen(method, js_name = kept)]
    pub fn resume_point(this: &Host, texts: &JsValue, last_index: f64, asked_at: f64);

    /// A send is settled.
    #[wasm_bindgen(method)]
    pub fn settled(this: &Host, ticket: u32, outcome: &str);

    /// Call `tick` in this many seconds; negative: no wake-up needed.
    #[wasm_bindgen(method)]
    pub fn wake(this: &Host, seconds: f64);

    /// Tell other tabs until when a limit lasts (seconds since the Unix epoch); negative: it is over.
    #[wasm_bindgen(method)]
    pub fn limit(this: &Host, until: f64);

    /// The current time in seconds since the Unix epoch.
    #[wasm_bindgen(method)]
    pub fn now(this: &Host) -> f64;

    /// A log line.
    #[wasm_bindgen(method)]
    pub fn log(this: &Host, level: &str, line: &str);

    /// The headers of the next request: an object, or a promise of one.
    #[wasm_bindgen(method)]
    pub fn headers(this: &Host) -> js_sys::Promise;

    /// A copy of the FormData passed to `send`, if any.
    #[wasm_bindgen(method)]
    pub fn form(this: &Host, ticket: u32) -> Option<web_sys::FormData>;

    /// `omit`, `same-origin` or `include`.
    #[wasm_bindgen(method)]
    pub fn credentials(this: &Host) -> web_sys::RequestCredentials;

    /// The request could not be built. `why`: the exception; null: the request was aborted meanwhile.
    #[wasm_bindgen(method)]
    pub fn unsent(this: &Host, id: u32, why: &JsValue);

    /// Performs a fetch. The promise is rejected, or has the part of a Response that transport.rs reads. `form`: the
    /// request's body, to send it again. `id` and `form` are for recording, too.
    #[wasm_bindgen(method, catch)]
    pub fn fetch(
        this: &Host,
        request: &web_sys::Request,
        id: u32,
        form: Option<&web_sys::FormData>,
    ) -> Result<js_sys::Promise, JsValue>;
}
