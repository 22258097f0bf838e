//! Creates a core from validated options.

use super::shell::Shell;
use super::{Core, Host};
use crate::client::{Client, Config, Fallback, Stall};
use crate::limits::Limits;
use crate::retry::Policy;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// `texts` and `fallbacks` are names and values (path and name) alternating; `limits` are those of the package's
    /// `Limits`, 0 for the default; `retry` is maxRetries, baseDelay, maxDelay, jitter, then custom delays; `resume` is
    /// maxAttempts, baseDelay, maxDelay, then the two stall timeouts.
    ///
    /// Throws a RangeError that names the invalid option.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments)] // flat arguments are free; an object would need serde's deserializer
    pub fn new(
        host: Host,
        endpoint: String,
        path: String,
        runs: String,
        name: Option<String>,
        session: Option<String>,
        background: bool,
        texts: Vec<String>,
        limits: Vec<f64>,
        retry: Vec<f64>,
        resume: Vec<f64>,
        fallbacks: Vec<String>,
        log: bool,
        seed: u32,
    ) -> Result<Core, JsValue> {
        let value = |at: usize| retry.get(at).copied();
        let policy = Policy::new(value(0), value(1), value(2), retry.get(4..).unwrap_or_default(), value(3));
        let part = |at: usize| resume.get(at).copied();
        let taking_up = Policy::of_resume(part(0), part(1), part(2));
        let config = Config {
            endpoint,
            path,
            runs,
            fields: Vec::new(),
            background,
            limits: bounds(&limits),
            retry: policy.map_err(|e| refusal(&e.message()))?,
            resume: taking_up.map_err(|e| refusal(&e.message()))?,
            stall: stall(&resume)?,
            fallbacks: pairs(fallbacks).into_iter().map(|(path, name)| Fallback { path, name }).collect(),
            log,
            fast_path: true,
            seed,
        };
        let mut client = Client::new(config);
        client.conversation.texts.0 = pairs(texts);
        if let Some(name) = name {
            client.conversation.name = name;
        }
        client.conversation.session_id = session.filter(|s| !s.is_empty());
        let shell = Shell {
            client: RefCell::new(client),
            host,
            running_fetch: RefCell::new(None),
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

/// The stall timeouts: background runs, then others.
fn stall(resume: &[f64]) -> Result<Stall, JsValue> {
    let bound = |at: usize, option: &str| match resume.get(at) {
        Some(seconds) if (0.0..=86_400.0).contains(seconds) => Ok(*seconds),
        _ => Err(refusal(&[option, " must be seconds, from 0 to 86400"].concat())),
    };
    Ok(Stall { background: bound(3, "stall.background")?, foreground: bound(4, "stall.foreground")? })
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
