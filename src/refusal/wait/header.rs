//! Waits in header fields: `Retry-After` and its kin, else the resets of the limits that are used up.

use super::amount::leading;
use super::longer;
use super::moment::date;
use super::sentence::{of_reset, of_value};
use crate::refusal::scan::{after, any, before, begins, ends, entry, from, has_phrase, list, next_part};
use crate::time::Seconds;

/// The header fields of an answer, a line each: `name: value`, names in lower case. Of another origin's answer a page sees
/// only those that `Access-Control-Expose-Headers` lists.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a>(pub &'a str);

impl<'a> Headers<'a> {
    /// Whether a header field of this name, in lower case, says anything about a wait.
    pub fn reads(name: &str) -> bool {
        name == "date" || any(name, has_phrase, list!["retry-after", "ratelimit", "rate-limit"])
    }

    /// The name and the value of the next field of `lines`.
    fn next(lines: &mut &'a str) -> Option<(&'a str, &'a str)> {
        let mut value = next_part(lines, "\n")?;
        let name = next_part(&mut value, ":").unwrap_or_default();
        Some((name.trim(), value.trim()))
    }

    fn get(self, wanted: &str) -> Option<&'a str> {
        let mut lines = self.0;
        while let Some((name, value)) = Self::next(&mut lines) {
            if name == wanted {
                return Some(value);
            }
        }
        None
    }

    /// The answer's own time, by which its absolute times are meant (`Date`, RFC 9110 §6.6.1).
    pub(in crate::refusal) fn date(self) -> Option<Seconds> {
        date(self.get("date")?, Seconds::INFINITY)
    }

    /// What the server asks for: `Retry-After` (RFC 9110 §10.2.3) in seconds, with a unit or as a date,
    /// `retry-after-ms` (OpenAI, Azure). Without them when the limits that are used up start again: of
    /// `x-ratelimit-reset*`, `ratelimit-reset`, `anthropic-ratelimit-*-reset`, and `RateLimit` of the IETF draft that of
    /// which the least is left.
    #[inline(never)]
    pub(in crate::refusal) fn wait(self, now: Seconds) -> Option<Seconds> {
        let (mut asked, mut reset, mut least) = (None, None, f64::INFINITY);
        let mut consider = |share: f64, wait: Option<Seconds>| {
            let wait = longer(wait, None);
            if wait.is_some() && share <= least {
                reset = if share < least { wait } else { longer(reset, wait) };
                least = share;
            }
        };
        let mut lines = self.0;
        while let Some((name, value)) = Self::next(&mut lines) {
            if has_phrase(name, "retry-after") {
                let unit = if ends(name, "-ms") { 1_000.0 } else { 1.0 };
                asked = longer(asked, of_value(value, now).map(|wait| wait / unit));
            } else if name == "ratelimit" {
                // `limit=10, remaining=0, reset=9`, else `"default";r=0;t=17` of each limit.
                let (mut limits, mut limit) = (value, Some(value));
                while let Some(parts) = limit {
                    let left = parameter(parts, list!["r=", "remaining="]);
                    consider(left.map_or(1.0, |left| left.min(1.0)), parameter(parts, list!["t=", "reset="]));
                    limit = next_part(&mut limits, ",");
                }
            } else if any(name, has_phrase, list!["ratelimit*reset", "rate-limit*reset"]) {
                let wait = if ends(name, "-ms") { number(value).map(|ms| ms / 1_000.0) } else { of_reset(value, now) };
                consider(self.share_left(name), wait.filter(|_| self.beside(name, "status") != Some("allowed")));
            }
        }
        asked.or(reset)
    }

    /// How much of the limit of a reset's `name` is left, 0 to 1, as far as it is known.
    fn share_left(self, name: &str) -> f64 {
        // Anthropic's limits of a subscription.
        if self.beside(name, "status") == Some("rejected") {
            return 0.0;
        }
        if let Some(used) = self.beside(name, "utilization").and_then(number) {
            return 1.0 - used.min(1.0);
        }
        // Some count below zero.
        let count =
            |part: &str| self.beside(name, part).and_then(|n| if begins(n, "-") { Some(0.0) } else { number(n) });
        let left = count("remaining").unwrap_or(f64::INFINITY);
        match count("limit") {
            _ if left == 0.0 => 0.0,
            Some(all) => (left / all).min(1.0),
            None => 1.0,
        }
    }

    /// The value of `x-ratelimit-remaining-tokens` for `x-ratelimit-reset-tokens`.
    fn beside(self, name: &str, part_of_it: &str) -> Option<&'a str> {
        self.get(&[before(name, "reset"), part_of_it, after(name, "reset")?].concat())
    }
}

/// `t=17` of `"default";r=0;t=17`.
#[inline(never)]
fn parameter(mut parts: &str, names: &str) -> Option<f64> {
    while let Some(part) = next_part(&mut parts, ";, ") {
        if let Some(name) = entry(part, begins, names) {
            return number(from(part, name.len()));
        }
    }
    None
}

fn number(text: &str) -> Option<f64> {
    leading(text.trim()).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_after_counts_before_any_reset() {
        let now = 1_795_928_400.0; // Sun, 29 Nov 2026 05:00:00 GMT
        for (lines, wait) in [
            ("retry-after: 12", Some(12.0)),
            ("retry-after: 12s", Some(12.0)),
            ("retry-after-ms: 1500", Some(1.5)),
            ("retry-after-ms: 123456789", Some(123_456.789)),
            ("retry-after: 2\nretry-after-ms: 1500", Some(2.0)),
            ("retry-after: Sun, 29 Nov 2026 05:00:30 GMT", Some(30.0)),
            ("retry-after: Sunday, 29-Nov-26 05:00:30 GMT", Some(30.0)),
            ("retry-after: Sun Nov 29 05:00:30 2026", Some(30.0)),
            ("retry-after: 3\nx-ratelimit-reset-tokens: 6m0s\nx-ratelimit-remaining-tokens: 0", Some(3.0)),
            ("x-ratelimit-remaining-tokens: 0\nx-ratelimit-remaining-requests: 12\nx-ratelimit-reset-tokens: 42.5s\nx-ratelimit-reset-requests: 1m30s", Some(42.5)),
            ("x-ratelimit-reset: 1795928425", Some(25.0)),
            ("x-ratelimit-reset: 1795928425000", Some(25.0)),
            ("x-ratelimit-reset: 120000", Some(120.0)),
            ("ratelimit-reset: 17", Some(17.0)),
            ("anthropic-ratelimit-tokens-reset: 2026-11-29T05:00:23Z\nanthropic-ratelimit-tokens-remaining: 0", Some(23.0)),
            ("ratelimit: \"default\";r=0;t=17", Some(17.0)),
            ("ratelimit: limit=10, remaining=0, reset=9", Some(9.0)),
            ("ratelimit-policy: \"default\";q=100;w=60", None),
            // No limit lasts longer than a day without saying so as a time: a larger number counts milliseconds.
            ("x-ratelimit-reset: 120000", Some(120.0)),
            ("x-ratelimit-reset: 1796101200", Some(172_800.0)),
            ("x-ratelimit-reset: 48h0m0s", Some(172_800.0)),
            ("x-ratelimit-reset-ms: 5000", Some(5.0)),
            ("x-ratelimit-remaining-requests: -1\nx-ratelimit-reset-requests: 20s\nx-ratelimit-remaining-tokens: 5000\nx-ratelimit-limit-tokens: 6000\nx-ratelimit-reset-tokens: 500ms", Some(20.0)),
            ("anthropic-ratelimit-unified-5h-status: rejected\nanthropic-ratelimit-unified-5h-reset: 1795930200\nanthropic-ratelimit-unified-7d-status: allowed\nanthropic-ratelimit-unified-7d-reset: 1796360400", Some(1_800.0)),
            ("anthropic-ratelimit-unified-5h-utilization: 0.4\nanthropic-ratelimit-unified-5h-reset: 1795930200\nanthropic-ratelimit-unified-7d-utilization: 1.0\nanthropic-ratelimit-unified-7d-reset: 1795928460", Some(60.0)),
            ("retry-after: 99999999999999", None),
            ("retry-after: soon", None),
            ("", None),
        ] {
            assert_eq!(Headers(lines).wait(now), wait, "{lines}");
        }
        assert_eq!(Headers("date: Sun, 29 Nov 2026 05:00:00 GMT").date(), Some(now));
    }
}
