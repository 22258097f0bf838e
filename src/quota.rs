//! How much of its quota of input tokens per minute a model has used, and when the next send fits.
//!
//! In: the tokens of each model request, limits from the options or from a 429 (google.rpc.QuotaFailure), the time.
//! Out: a wait in seconds, figures for the page. Never: a clock; more than a minute of one-second records per model.

mod model;

use crate::refusal::{QuotaViolation, Refusal, LONGEST_DELAY};
use crate::text::{contains, grouped};
use crate::time::Seconds;
pub use model::Used;
use model::{is_recent, Model};
use serde::Serialize;

/// The window, in seconds, of all figures and limits.
pub const MINUTE: Seconds = 60.0;

/// Usage and limits of all models.
#[derive(Debug, Clone, Default)]
pub struct Quota {
    models: Vec<Model>,
    /// The limit of models without one of their own.
    default_limit: Option<u64>,
    disabled: bool,
    latest: Seconds,
}

/// Where a limit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums)]
pub enum Source {
    /// An option.
    Option,
    /// The body of a 429.
    Learned,
}

/// One model's figures, for the page.
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
    /// Sets the limit in input tokens per minute, of one model or (`None`) of all others.
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

    /// Never delay a send.
    pub fn switch_off(&mut self) {
        self.disabled = true;
    }

    /// Records the usage of a model request, or the part of it not recorded yet.
    pub fn used(&mut self, model: &str, used: Used, now: Seconds) {
        self.latest = self.latest.max(now);
        let second = now.max(0.0) as u64;
        if let Some(model) = self.model_mut(model) {
            model.record(used, second);
        }
    }

    /// Learns limits from a refusal that names them.
    pub fn learn_from(&mut self, refusal: &Refusal) {
        self.learn(&refusal.quotas);
    }

    /// Learns limits from the quotas that a 429 names. Ignores those other than input tokens per minute.
    pub(crate) fn learn(&mut self, quotas: &[QuotaViolation]) {
        for QuotaViolation { id, model, value } in quotas {
            let per_minute = contains(id, "PerMinute") && contains(id, "InputToken");
            let limit = value.parse().ok().filter(|limit| *limit > 0 && per_minute);
            let Some(limit) = limit else { continue };
            if let Some(model) = self.model_mut(model).filter(|model| model.source != Some(Source::Option)) {
                (model.limit, model.source) = (Some(limit), Some(Source::Learned));
                model.quota_id = Some(id.clone());
            }
        }
    }

    /// Seconds until a send of `tokens` to `model` fits its quota; `None` if it fits now.
    ///
    /// A send larger than the whole quota waits for an empty window and then goes out: no wait makes it smaller.
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

    /// A hint for the user if one message takes half of the quota or more.
    pub fn hint(&self, model: &str, tokens: u64) -> Option<String> {
        let limit = self.limit(model).filter(|limit| tokens.saturating_mul(2) >= *limit)?;
        let (tokens, limit) = (grouped(round_to_three_figures(tokens)), grouped(limit));
        let hint =
            ["This conversation is long: each message sends about ", &tokens, " tokens, and the limit is ", &limit]
                .concat();
        Some(hint + " per minute. A new chat would send far fewer.")
    }

    /// The models used in the last minute or with a limit, for the page.
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
        // A 429 that names no model refers to the one in use.
        named(model).or(self.default_limit).or_else(|| named(""))
    }

    fn input_tokens(&self, model: &str, now: Seconds) -> u64 {
        self.recent(model, now).map(|(_, used)| used.input).sum()
    }

    fn recent(&self, model: &str, now: Seconds) -> impl Iterator<Item = (u64, Used)> + '_ {
        let of = self.models.iter().find(|m| m.name == model);
        of.into_iter().flat_map(|m| m.by_second.iter().copied()).filter(move |(at, _)| is_recent(*at, now))
    }

    /// The record of `model`, created if new. `None` at [`MAX_MODELS`]: a stream that names a new model in every frame
    /// must not exhaust memory.
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

/// Rounds to three significant figures: the count is an estimate, and 900,019 would look exact.
fn round_to_three_figures(number: u64) -> u64 {
    let unit = 10u64.pow(number.checked_ilog10().unwrap_or_default().saturating_sub(2));
    number.saturating_add(unit / 2) / unit * unit
}

#[cfg(test)]
mod tests;
