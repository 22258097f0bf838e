//! How near a model is to its quota of input tokens per minute, and when the next send would stay under it.
//!
//! In: what each model request used, limits from the options or from the body of a 429 (google.rpc.QuotaFailure), the
//! time. Out: a wait in seconds, figures for the page. Never: a clock; more than a minute's seconds per model.

mod model;

use crate::refusal::{quota_violations, QuotaViolation, LONGEST_DELAY};
use crate::text::{contains, grouped};
use crate::time::Seconds;
pub use model::Used;
use model::{is_recent, Model};
use serde::Serialize;

/// The window that the figures and the limits are of.
pub const MINUTE: Seconds = 60.0;

/// What was used, and what may be.
#[derive(Debug, Clone, Default)]
pub struct Quota {
    models: Vec<Model>,
    /// For models that have no limit of their own.
    default_limit: Option<u64>,
    disabled: bool,
    latest: Seconds,
}

/// Who says what the limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums)]
pub enum Source {
    /// The caller.
    Option,
    /// The body of a 429.
    Learned,
}

/// What a page shows of one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ModelView {
    pub model: String,
    pub input_tokens: u64,
    pub total_tokens: u64,
    pub requests: u64,
    pub limit: Option<u64>,
    pub source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota_id: Option<String>,
    pub as_of: Seconds,
    pub free_at: Seconds,
}

impl Quota {
    /// The caller's own limit in input tokens per minute: of one model, or of every other.
    pub fn set(&mut self, model: Option<&str>, limit: u64) {
        match model {
            None => self.default_limit = Some(limit),
            Some(name) => {
                if let Some(model) = self.model_mut(name) {
                    (model.limit, model.source) = (Some(limit), Some(Source::Option));
                }
            }
        }
    }

    /// Never hold anything back.
    pub fn switch_off(&mut self) {
        self.disabled = true;
    }

    /// A model request (or a part of one that was not counted yet) used so much.
    pub fn used(&mut self, model: &str, used: Used, now: Seconds) {
        self.latest = self.latest.max(now);
        let second = now.max(0.0) as u64;
        if let Some(model) = self.model_mut(model) {
            model.record(used, second);
        }
    }

    /// What a 429 says of the quota that is used up. As JSON or as Python prints it; what is no limit of input tokens
    /// per minute is left alone.
    pub fn learn(&mut self, text: &str) {
        for QuotaViolation { id, model, value } in quota_violations(text) {
            self.learn_limit(id, model, value);
        }
    }

    fn learn_limit(&mut self, id: Option<&str>, model: Option<&str>, value: Option<&str>) {
        let per_minute = |id: &&str| contains(id, "PerMinute") && contains(id, "InputToken");
        let limit = value.and_then(|v| v.parse().ok()).filter(|limit| *limit > 0);
        let (Some(id), Some(limit)) = (id.filter(per_minute), limit) else { return };
        if let Some(model) = self.model_mut(model.unwrap_or("")).filter(|m| m.source != Some(Source::Option)) {
            (model.limit, model.source) = (Some(limit), Some(Source::Learned));
            model.quota_id = Some(id.to_owned());
        }
    }

    /// Seconds until a send of `tokens` to `model` stays under its quota; `None`: it may go now.
    ///
    /// A send that is larger than the whole quota waits for an empty minute, and goes: no wait makes it smaller.
    pub fn wait(&self, model: &str, tokens: u64, now: Seconds) -> Option<Seconds> {
        let limit = self.limit(model).filter(|_| !self.disabled)?;
        let need = tokens.min(limit);
        let mut counted = self.input_tokens(model, now);
        if counted == 0 || counted + need <= limit {
            return None;
        }
        for (second, used) in self.recent(model, now) {
            counted -= used.input;
            if counted + need <= limit {
                let free = second as Seconds + 1.0 + MINUTE;
                return Some((free - now).clamp(0.0, LONGEST_DELAY)).filter(|wait| *wait > 0.05);
            }
        }
        None
    }

    /// A conversation so long that a message takes half of the quota or more, in words.
    pub fn hint(&self, model: &str, tokens: u64) -> Option<String> {
        let limit = self.limit(model).filter(|limit| tokens.saturating_mul(2) >= *limit)?;
        let (tokens, limit) = (grouped(round_to_three_figures(tokens)), grouped(limit));
        let hint =
            ["This conversation is long: each message sends about ", &tokens, " tokens, and the limit is ", &limit]
                .concat();
        Some(hint + " per minute. A new chat would send far fewer.")
    }

    /// What a page shows: models that were used in the last minute, or have a limit.
    pub fn view(&self) -> Vec<ModelView> {
        let as_of = self.latest;
        let shown = |m: &&Model| m.limit.is_some() || self.recent(&m.name, as_of).next().is_some();
        let view = |m: &Model| {
            let mut sum = Used::default();
            self.recent(&m.name, as_of).for_each(|(_, used)| sum.add(used));
            let last = self.recent(&m.name, as_of).last().map_or(as_of, |(at, _)| at as Seconds + 1.0 + MINUTE);
            ModelView {
                model: m.name.clone(),
                input_tokens: sum.input,
                total_tokens: sum.total,
                requests: sum.requests,
                limit: m.limit.or(self.default_limit),
                source: m.source.or(self.default_limit.map(|_| Source::Option)),
                quota_id: m.quota_id.clone(),
                as_of,
                free_at: last,
            }
        };
        self.models.iter().filter(shown).map(view).collect()
    }

    fn limit(&self, model: &str) -> Option<u64> {
        let named = |name: &str| self.models.iter().find(|m| m.name == name).and_then(|m| m.limit);
        // A 429 that names no model is of the one that is used.
        named(model).or(self.default_limit).or_else(|| named(""))
    }

    fn input_tokens(&self, model: &str, now: Seconds) -> u64 {
        self.recent(model, now).map(|(_, used)| used.input).sum()
    }

    fn recent(&self, model: &str, now: Seconds) -> impl Iterator<Item = (u64, Used)> + '_ {
        let of = self.models.iter().find(|m| m.name == model);
        of.into_iter().flat_map(|m| m.by_second.iter().copied()).filter(move |(at, _)| is_recent(*at, now))
    }

    /// The record of `model`. `None` beyond the bound: a stream that names a new model in each frame must not grow us.
    fn model_mut(&mut self, model: &str) -> Option<&mut Model> {
        match self.models.iter().position(|m| m.name == model) {
            Some(at) => self.models.get_mut(at),
            None if self.models.len() < MAX_MODELS => {
                self.models.push(Model { name: model.to_owned(), ..Model::default() });
                self.models.last_mut()
            }
            None => None,
        }
    }
}

const MAX_MODELS: usize = 50;

/// To three figures: it is about so many, and 900,019 would promise more.
fn round_to_three_figures(number: u64) -> u64 {
    let unit = 10u64.pow(number.checked_ilog10().unwrap_or_default().saturating_sub(2));
    number.saturating_add(unit / 2) / unit * unit
}

#[cfg(test)]
mod tests;
