//! How near a model is to its quota of input tokens per minute, and when the next send would stay under it.
//!
//! In: what each model request used, limits from the options or from the body of a 429 (google.rpc.QuotaFailure), the
//! time. Out: a wait in seconds, figures for the page. Never: a clock; more than a minute's seconds per model.

use crate::refusal::LONGEST_DELAY;
use crate::text::{behind, find, grouped, has, part};
use crate::time::Seconds;
use serde::Serialize;
use std::collections::VecDeque;

/// The window that the figures and the limits are of.
pub const MINUTE: Seconds = 60.0;

/// What was used, and what may be.
#[derive(Debug, Clone, Default)]
pub struct Quota {
    models: Vec<Model>,
    /// For models that have no limit of their own.
    any: Option<u64>,
    off: bool,
    latest: Seconds,
}

#[derive(Debug, Clone, Default)]
struct Model {
    name: String,
    limit: Option<u64>,
    source: Option<Source>,
    quota_id: Option<String>,
    /// By the second in which it was used.
    used: VecDeque<(u64, Used)>,
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

/// What model requests used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, clippy::exhaustive_structs)]
pub struct Used {
    pub input: u64,
    pub total: u64,
    pub requests: u64,
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
            None => self.any = Some(limit),
            Some(name) => {
                if let Some(model) = self.entry(name) {
                    (model.limit, model.source) = (Some(limit), Some(Source::Option));
                }
            }
        }
    }

    /// Never hold anything back.
    pub fn switch_off(&mut self) {
        self.off = true;
    }

    /// A model request (or a part of one that was not counted yet) used so much.
    pub fn used(&mut self, model: &str, used: Used, now: Seconds) {
        self.latest = self.latest.max(now);
        let second = now.max(0.0) as u64;
        let Some(model) = self.entry(model) else { return };
        let at = model.used.back().map_or(second, |(last, _)| second.max(*last));
        match model.used.back_mut() {
            Some((last, sum)) if *last == at => sum.add(used),
            _ => {
                let mut first = Used::default();
                first.add(used);
                model.used.push_back((at, first));
            }
        }
        while model.used.front().is_some_and(|(first, _)| *first + (MINUTE as u64) < at) {
            model.used.pop_front();
        }
    }

    /// What a 429 says of the quota that is used up. As JSON or as Python prints it; what is no limit of input tokens
    /// per minute is left alone.
    pub fn learn(&mut self, text: &str) {
        // Each violation's value comes with its id and model, on one side of it or the other.
        const VALUE: &str = "quotaValue";
        let mut rest = text;
        while let Some(at) = find(rest, VALUE) {
            let (before, behind) = (part(rest, ..at), part(rest, at + VALUE.len()..));
            let of_it = part(behind, ..find(behind, VALUE).unwrap_or(behind.len()));
            let said = |key| quoted(before, key).or_else(|| quoted(of_it, key));
            self.learn_limit(said("quotaId"), said("model"), leading_value(of_it));
            rest = behind;
        }
    }

    fn learn_limit(&mut self, id: Option<&str>, model: Option<&str>, value: Option<&str>) {
        let per_minute = |id: &&str| has(id, "PerMinute") && has(id, "InputToken");
        let limit = value.and_then(|v| v.parse().ok()).filter(|limit| *limit > 0);
        let (Some(id), Some(limit)) = (id.filter(per_minute), limit) else { return };
        if let Some(model) = self.entry(model.unwrap_or("")).filter(|m| m.source != Some(Source::Option)) {
            (model.limit, model.source) = (Some(limit), Some(Source::Learned));
            model.quota_id = Some(id.to_owned());
        }
    }

    /// Seconds until a send of `tokens` to `model` stays under its quota; `None`: it may go now.
    ///
    /// A send that is larger than the whole quota waits for an empty minute, and goes: no wait makes it smaller.
    pub fn wait(&self, model: &str, tokens: u64, now: Seconds) -> Option<Seconds> {
        let limit = self.limit(model).filter(|_| !self.off)?;
        let need = tokens.min(limit);
        let mut left = self.input(model, now);
        if left == 0 || left + need <= limit {
            return None;
        }
        for (second, used) in self.recent(model, now) {
            left -= used.input;
            if left + need <= limit {
                let free = second as Seconds + 1.0 + MINUTE;
                return Some((free - now).clamp(0.0, LONGEST_DELAY)).filter(|wait| *wait > 0.05);
            }
        }
        None
    }

    /// A conversation so long that a message takes half of the quota or more, in words.
    pub fn hint(&self, model: &str, tokens: u64) -> Option<String> {
        let limit = self.limit(model).filter(|limit| tokens.saturating_mul(2) >= *limit)?;
        let (tokens, limit) = (grouped(rounded(tokens)), grouped(limit));
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
                limit: m.limit.or(self.any),
                source: m.source.or(self.any.map(|_| Source::Option)),
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
        named(model).or(self.any).or_else(|| named(""))
    }

    fn input(&self, model: &str, now: Seconds) -> u64 {
        self.recent(model, now).map(|(_, used)| used.input).sum()
    }

    fn recent(&self, model: &str, now: Seconds) -> impl Iterator<Item = (u64, Used)> + '_ {
        let from = now - MINUTE;
        let of = self.models.iter().find(|m| m.name == model);
        // A second is over when its last moment is a minute old.
        let recent = move |(at, _): &(u64, Used)| *at as Seconds + 1.0 > from && *at as Seconds <= now + 1.0;
        of.into_iter().flat_map(|m| m.used.iter().copied()).filter(recent)
    }

    /// The record of `model`. `None` beyond the bound: a stream that names a new model in each frame must not grow us.
    fn entry(&mut self, model: &str) -> Option<&mut Model> {
        match self.models.iter().position(|m| m.name == model) {
            Some(at) => self.models.get_mut(at),
            None if self.models.len() < MOST_MODELS => {
                self.models.push(Model { name: model.to_owned(), ..Model::default() });
                self.models.last_mut()
            }
            None => None,
        }
    }
}

impl Used {
    fn add(&mut self, other: Used) {
        let sum = |a: u64, b: u64| a.saturating_add(b).min(MOST_TOKENS);
        self.input = sum(self.input, other.input);
        self.total = sum(self.total, other.total);
        self.requests = sum(self.requests, other.requests);
    }
}

const MOST_MODELS: usize = 50;

/// Of one second. A minute of them can be added up without an overflow.
const MOST_TOKENS: u64 = 1 << 50;

/// The text between quotes behind the last `"key"`.
fn quoted<'a>(text: &'a str, key: &'a str) -> Option<&'a str> {
    behind(text, key).filter_map(leading_value).last()
}

/// The text between quotes that follows the end of a key: `": "VALUE"`.
fn leading_value(behind: &str) -> Option<&str> {
    let rest = behind.trim_start_matches('\\').strip_prefix(['"', '\''])?;
    let value = rest.trim_start_matches(['"', '\'', '\\', ':', ' ']);
    value.split(['"', '\'', '\\']).next().filter(|v| !v.is_empty() && v.len() <= 200)
}

/// To three figures: it is about so many, and 900,019 would promise more.
fn rounded(number: u64) -> u64 {
    let unit = 10u64.pow(number.checked_ilog10().unwrap_or_default().saturating_sub(2));
    number.saturating_add(unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = 1_795_452_369.0;
    const MODEL: &str = "gemini-2.5-flash";
    const BODY: &str = r#"{"error":{"code":429,"message":"You exceeded your current quota...","status":"RESOURCE_EXHAUSTED",
        "details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{
        "quotaMetric":"generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count",
        "quotaId":"GenerateContentPaidTierInputTokensPerModelPerMinute",
        "quotaDimensions":{"model":"gemini-2.5-flash","location":"global"},"quotaValue":"1000000"}]}]}}"#;

    fn input(tokens: u64) -> Used {
        Used { input: tokens, total: tokens + 10, requests: 1 }
    }

    #[test]
    fn a_send_waits_until_enough_of_the_minute_is_free() {
        let mut quota = Quota::default();
        quota.set(Some(MODEL), 1_000);
        quota.used(MODEL, input(400), NOW);
        quota.used(MODEL, input(500), NOW + 20.0);
        let at = NOW + 30.0;
        assert_eq!(quota.wait(MODEL, 100, at), None, "it fits");
        assert_eq!(quota.wait(MODEL, 101, at), Some(31.0), "when the first leaves the window");
        assert_eq!(quota.wait(MODEL, 600, at), Some(51.0), "when both have");
        assert_eq!(quota.wait(MODEL, 5_000, at), Some(51.0), "larger than the quota: an empty minute, and no longer");
        assert_eq!(quota.wait(MODEL, 5_000, NOW + 90.0), None);
        assert_eq!(quota.wait("another", 5_000, at), None, "nobody said what it may use");
        quota.set(None, 100);
        quota.used("another", input(100), NOW);
        assert_eq!(quota.wait("another", 1, NOW), Some(61.0));
        quota.switch_off();
        assert_eq!(quota.wait(MODEL, 600, at), None);
    }

    #[test]
    fn the_quota_is_learned_from_a_429_as_json_and_as_python_prints_it() {
        for text in [BODY.to_owned(), BODY.replace('"', "'"), BODY.replace('"', "\\\"")] {
            let mut quota = Quota::default();
            quota.learn(&text);
            let [view] = &quota.view()[..] else { panic!("one model: {text}") };
            assert_eq!((view.model.as_str(), view.limit, view.source), (MODEL, Some(1_000_000), Some(Source::Learned)));
            assert_eq!(view.quota_id.as_deref(), Some("GenerateContentPaidTierInputTokensPerModelPerMinute"));
        }
        let mut quota = Quota::default();
        let sorted = serde_json::from_str::<serde_json::Value>(BODY).map(|body| body.to_string());
        quota.learn(&sorted.unwrap_or_default());
        assert_eq!(quota.view().first().and_then(|m| m.limit), Some(1_000_000), "in whatever order");
        let mut quota = Quota::default();
        quota.learn(&BODY.replace("PerMinute", "PerDay"));
        quota.learn(&BODY.replace("1000000", "-1"));
        quota.learn(&BODY.replace("1000000", "x"));
        quota.learn("quotaMetric quotaId quotaValue");
        assert_eq!(quota.view(), []);
        quota.set(Some(MODEL), 7);
        quota.learn(BODY);
        assert_eq!(quota.view()[0].limit, Some(7), "the caller's own wins");
    }

    #[test]
    fn the_figures_are_those_of_the_last_minute() {
        let mut quota = Quota::default();
        quota.used(MODEL, input(100), NOW);
        quota.used(MODEL, input(50), NOW + 0.5);
        quota.used(MODEL, input(30), NOW + 40.0);
        let view = &quota.view()[0];
        assert_eq!((view.input_tokens, view.total_tokens, view.requests), (180, 210, 3));
        assert_eq!((view.as_of, view.free_at, view.limit), (NOW + 40.0, NOW + 101.0, None));
        quota.used(MODEL, input(1), NOW + 90.0);
        assert_eq!(quota.view()[0].input_tokens, 31);
    }

    #[test]
    fn memory_is_bounded_and_numbers_do_not_overflow() {
        let mut quota = Quota::default();
        for n in 0..10_000u32 {
            quota.used(&n.to_string(), input(1), NOW);
            quota.used(MODEL, input(u64::MAX - 10), NOW + f64::from(n));
        }
        assert!(quota.models.len() <= MOST_MODELS && quota.models.iter().all(|m| m.used.len() <= 62));
    }

    #[test]
    fn a_long_conversation_is_named_where_the_numbers_show_it() {
        let mut quota = Quota::default();
        quota.learn(BODY);
        assert_eq!(quota.hint(MODEL, 499_999), None);
        let hint = quota.hint(MODEL, 908_600);
        let expected =
            "This conversation is long: each message sends about 909,000 tokens, and the limit is 1,000,000 per \
                        minute. A new chat would send far fewer.";
        assert_eq!(hint.as_deref(), Some(expected));
    }
}
