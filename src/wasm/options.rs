//! Creates a core from validated options.

use super::shell::Shell;
use super::{Core, Host};
use crate::client::{Client, Config, Fallback, Stall};
use crate::limits::Limits;
use crate::retry::Policy;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

// Places in `numbers`.
const BACKGROUND: usize = 0;
const LOG: usize = 1;
const SEED: usize = 2;
const FALLBACKS: usize = 3;
const LIMITS: usize = 4;
const RESUME: usize = 9;
const STALL: usize = 12;
const RETRY: usize = 14;

#[wasm_bindgen]
impl Core {
    /// `texts`: endpoint, path, runs, name, session (empty: none), the fallbacks (path and name), then the activity texts
    /// (name and text). `numbers`: background, log (0 or 1), seed, the number of fallbacks; the package's `Limits`, 0
    /// for the default; of resume maxAttempts, baseDelay, maxDelay; the two stall timeouts; of retry maxRetries,
    /// baseDelay, maxDelay, jitter, then custom delays.
    ///
    /// Two lists, because each argument costs a hundred bytes of glue, and an object would need serde's deserializer.
    ///
    /// Throws a RangeError that names the invalid option.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, texts: Vec<String>, numbers: Vec<f64>) -> Result<Core, JsValue> {
        let number = |at: usize| numbers.get(at).copied();
        let is_set = |at: usize| number(at) == Some(1.0);
        let count = |at: usize| number(at).unwrap_or_default();
        let mut texts = texts.into_iter();
        let mut text = || texts.next().unwrap_or_default();
        let (endpoint, path, runs, name, session) = (text(), text(), text(), text(), text());
        let fallbacks = pairs(texts.by_ref().take(2 * count(FALLBACKS) as usize).collect());
        let delays = numbers.get(RETRY + 4..).unwrap_or_default();
        let policy = Policy::new(number(RETRY), number(RETRY + 1), number(RETRY + 2), delays, number(RETRY + 3));
        let resume = Policy::of_resume(number(RESUME), number(RESUME + 1), number(RESUME + 2));
        let config = Config {
            endpoint,
            path,
            runs,
            fields: Vec::new(),
            background: is_set(BACKGROUND),
            limits: bounds(numbers.get(LIMITS..).unwrap_or_default()),
            retry: policy.map_err(|e| refusal(&e.message()))?,
            resume: resume.map_err(|e| refusal(&e.message()))?,
            stall: Stall {
                background: seconds(number(STALL), "stall.background")?,
                foreground: seconds(number(STALL + 1), "stall.foreground")?,
            },
            fallbacks: fallbacks.into_iter().map(|(path, name)| Fallback { path, name }).collect(),
            log: is_set(LOG),
            fast_path: true,
            seed: count(SEED) as u32,
        };
        let mut client = Client::new(config);
        client.conversation.texts.0 = pairs(texts.collect());
        // Otherwise derived from the id.
        if !name.is_empty() {
            client.conversation.name = name;
        }
        client.conversation.session_id = Some(session).filter(|s| !s.is_empty());
        let shell = Shell {
            client: RefCell::new(client),
            host,
            running_fetch: RefCell::new(None),
            sent: Cell::new(0),
            packed: RefCell::default(),
            disposed: Cell::new(false),
            replay_time: Cell::new(f64::NAN),
        };
        Ok(Core { shell: Rc::new(shell) })
    }

    /// Sets the quota, in input tokens per minute, of `model`, or of every model without one of its own.
    pub fn quota(&self, model: Option<String>, limit: f64) -> Result<(), JsValue> {
        if !(1.0..=1e15).contains(&limit) {
            return Err(refusal("quota must be a number of tokens per minute, 1 or more"));
        }
        self.shell.client.borrow_mut().conversation.quota.set(model.as_deref(), limit as u64);
        Ok(())
    }

    /// Disables holding sends back for quotas.
    #[wasm_bindgen(js_name = quotaOff)]
    pub fn quota_off(&self) {
        self.shell.client.borrow_mut().conversation.quota.switch_off();
    }

    /// Sets additional form fields, names and values alternating.
    pub fn fields(&self, fields: Vec<String>) {
        self.shell.client.borrow_mut().set_fields(pairs(fields));
    }
}

fn refusal(message: &str) -> JsValue {
    js_sys::RangeError::new(&["createStreamHandler: ", message].concat()).into()
}

pub(super) fn pairs(flat: Vec<String>) -> Vec<(String, String)> {
    let mut flat = flat.into_iter();
    let mut pairs = Vec::new();
    while let (Some(name), Some(value)) = (flat.next(), flat.next()) {
        pairs.push((name, value));
    }
    pairs
}

/// A stall timeout.
fn seconds(given: Option<f64>, option: &str) -> Result<f64, JsValue> {
    match given {
        Some(seconds) if (0.0..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err(refusal(&[option, " must be seconds, from 0 to 86400"].concat())),
    }
}

fn bounds(given: &[f64]) -> Limits {
    let mut limits = Limits::default();
    let all = [
        &mut limits.max_event_bytes,
        &mut limits.max_text_bytes,
        &mut limits.max_timeline_entries,
        &mut limits.max_messages,
        &mut limits.max_tool_calls,
    ];
    for (limit, &value) in all.into_iter().zip(given) {
        if value > 0.0 {
            *limit = value as usize;
        }
    }
    limits
}
