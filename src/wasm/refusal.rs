//! A refusal, read for a page: what the banner would say of it.

use super::Core;
use crate::error::StreamError;
use crate::refusal::{Headers, Kind};
use js_sys::Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// `status`: of an HTTP answer, 0 without one. `headers`: its fields, a line each, names in lower case. Returns the
    /// index of the reason, the delay or null, the message, the provider or null, and whether trying again may help.
    #[wasm_bindgen(js_name = readRefusal)]
    pub fn read_refusal(status: u16, headers: &str, text: &str, error_type: Option<String>, now: f64) -> Array {
        let error = match status {
            0 => StreamError::from_text(text, "", error_type.as_deref(), now),
            _ => StreamError::from_http(status, text, Headers(headers), now),
        };
        let StreamError { reason, delay, message, provider, retryable, .. } = error;
        Array::of5(
            &f64::from(reason.unwrap_or(Kind::Unknown) as u8).into(),
            &delay.map_or(JsValue::NULL, JsValue::from_f64),
            &message.as_str().into(),
            &provider.as_deref().map_or(JsValue::NULL, JsValue::from_str),
            &retryable.into(),
        )
    }
}
