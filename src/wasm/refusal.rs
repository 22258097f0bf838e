//! A refusal, read for a page: what the banner would say of it.

use super::js_serializer::to_js;
use super::Core;
use crate::error::StreamError;
use crate::refusal::{Headers, Kind};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// `Refusal` of pkg/src/types/refusal.ts.
#[derive(Serialize)]
struct Reading {
    reason: Option<Kind>,
    delay: Option<f64>,
    message: String,
    provider: Option<String>,
    retryable: bool,
}

#[wasm_bindgen]
impl Core {
    /// `status`: of an HTTP answer, 0 without one. `headers`: its fields, a line each, names in lower case.
    #[wasm_bindgen(js_name = readRefusal)]
    pub fn read_refusal(status: u16, headers: &str, text: &str, error_type: Option<String>, now: f64) -> JsValue {
        let error = match status {
            0 => StreamError::from_provider(text, error_type.as_deref(), now),
            _ => StreamError::from_http(status, text, Headers(headers), now),
        };
        let StreamError { reason, delay, message, provider, retryable, .. } = error;
        to_js(&Reading { reason, delay, message, provider, retryable })
    }
}
