//! What the shell asks of the package's TypeScript.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The handler on the JavaScript side. Its methods do not throw.
    pub type Host;

    /// Something may have changed; `urgent`: a run ended, tell listeners now.
    #[wasm_bindgen(method)]
    pub fn changed(this: &Host, urgent: bool);

    /// What `read` was asked for.
    #[wasm_bindgen(method)]
    pub fn delta(this: &Host, delta: &JsValue);

    /// What `read` was asked for, where it is one text: of which turn, of which work message (below zero: the answer),
    /// and the counts of bytes and frames.
    #[wasm_bindgen(method)]
    pub fn appended(this: &Host, turn: usize, work: f64, thoughts: bool, text: &JsValue, bytes: f64, frames: f64);

    /// What `keep` was asked for.
    #[wasm_bindgen(method, js_name = kept)]
    pub fn resume_point(this: &Host, kept: &JsValue);

    /// A send is over.
    #[wasm_bindgen(method)]
    pub fn settled(this: &Host, ticket: u32, outcome: &str);

    /// Call `tick` in so many seconds; below zero: no more.
    #[wasm_bindgen(method)]
    pub fn wake(this: &Host, seconds: f64);

    /// Tell the other tabs: a limit was hit that lasts until then (seconds since the Unix epoch); below zero: it is over.
    #[wasm_bindgen(method)]
    pub fn limit(this: &Host, until: f64);

    /// What time it is: seconds since the Unix epoch.
    #[wasm_bindgen(method)]
    pub fn now(this: &Host) -> f64;

    /// A line for the log.
    #[wasm_bindgen(method)]
    pub fn log(this: &Host, level: &str, line: &str);

    /// The headers of the next request: a record, or a promise of one.
    #[wasm_bindgen(method)]
    pub fn headers(this: &Host) -> js_sys::Promise;

    /// A copy of the form of a send that came as FormData.
    #[wasm_bindgen(method)]
    pub fn form(this: &Host, ticket: u32) -> Option<web_sys::FormData>;

    /// `omit`, `same-origin` or `include`.
    #[wasm_bindgen(method)]
    pub fn credentials(this: &Host) -> web_sys::RequestCredentials;

    /// A request was not made, for what it was to be made of: `why`; null, it was given up meanwhile.
    #[wasm_bindgen(method)]
    pub fn unsent(this: &Host, id: u32, why: &JsValue);

    /// The fetch to use; `id` and `form` (of a run, not of a call) are for the host's records.
    #[wasm_bindgen(method, catch)]
    pub fn fetch(
        this: &Host,
        request: &web_sys::Request,
        id: u32,
        form: Option<&web_sys::FormData>,
    ) -> Result<js_sys::Promise, JsValue>;
}
