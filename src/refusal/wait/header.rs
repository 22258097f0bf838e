//! Waits in header fields: `Retry-After` and its kin, else the resets of the limits that are used up.

use super::amount::leading;
use super::longer;
use super::moment::http_date;
use super::sentence::of_value;
use crate::text::{contains, find, slice};
use crate::time::Seconds;

/// The header fields of an answer, a line each: `name: value`, names in lower case. Of another origin's answer a page sees
/// only those that `Access-Control-Expose-Headers` lists.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a>(pub &'a str);

impl<'a> Headers<'a> {
    /// Whether a header field of this name, in lower case, says anything about a wait.
    pub fn reads(name: &str) -> bool {
        name == "date" || ["retry-after", "ratelimit", "rate-limit"].iter().any(|part| contains(name, part))
    }

    pub(in crate::refusal) fn lines(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.lines().filter_map(|line| {
            let at = line.bytes().position(|b| b == b':')?;
            Some((slice(line, ..at).trim(), slice(line, at + 1..).trim()))
        })
    }

    fn get(self, name: &str) -> Option<&'a str> {
        self.lines().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// The answer's own time, by which its absolute times are meant (`Date`, RFC 9110 §6.6.1).
    pub(in crate::refusal) fn date(self) -> Option<Seconds> {
        http_date(self.get("date")?)
    }

    /// What the server asks for: `Retry-After` (RFC 9110 §10.2.3) in seconds, with a unit or as a date,
    /// `retry-after-ms` (OpenAI, Azure). Without them when the limits that are used up start again.
    pub(in crate::refusal) fn wait(self, now: Seconds) -> Option<Seconds> {
        let mut asked = None;
        for (name, value) in self.lines().filter(|(name, _)| contains(name, "retry-after")) {
            let unit = if name.ends_with("-ms") { 1000.0 } else { 1.0 };
            asked = longer(asked, of_value(value, now).map(|wait| wait / unit));
        }
        asked.or_else(|| self.reset(now))
    }

    /// `x-ratelimit-reset*`, `ratelimit-reset`, `anthropic-ratelimit-*-reset`, and `RateLimit` of the IETF draft: when the
    /// limit of which the least is left starts again.
    fn reset(self, now: Seconds) -> Option<Seconds> {
        let mut found: Option<(f64, Seconds)> = None;
        let mut consider = |share: f64, wait: Option<Seconds>| {
            let Some(wait) = longer(wait, None) else { return };
            match found {
                Some((least, _)) if share > least => {}
                Some((least, known)) if share == least => found = Some((least, known.max(wait))),
                _ => found = Some((share, wait)),
            }
        };
        for (name, value) in
            self.lines().filter(|(name, _)| contains(name, "ratelimit") || contains(name, "rate-limit"))
        {
            if name == "ratelimit" {
                if let Some(wait) = parameter(value, "reset=") {
                    consider(parameter(value, "remaining=").unwrap_or(1.0), Some(wait));
                }
                for limit in value.split(',') {
                    consider(parameter(limit, "r=").map_or(1.0, |left| left.min(1.0)), parameter(limit, "t="));
                }
            } else if contains(name, "reset") {
                let of = |part: &str| self.get(&instead_of_reset(name, part)).and_then(number);
                let share = match (of("remaining"), of("limit")) {
                    (Some(0.0), _) => 0.0,
                    (Some(left), Some(all)) if all > 0.0 => left / all,
                    _ => 1.0,
                };
                consider(share, of_value(value, now).map(milliseconds));
            }
        }
        found.map(|(_, wait)| wait)
    }
}

/// No limit lasts longer than a day without saying so as a time: a larger number counts milliseconds.
fn milliseconds(value: f64) -> Seconds {
    if value > 86_400.0 && value < 1e9 {
        value / 1000.0
    } else {
        value
    }
}

/// `t=17` of `"default";r=0;t=17`.
fn parameter(value: &str, name: &str) -> Option<Seconds> {
    let parts = value.split([';', ',', ' ']);
    parts.filter_map(|part| part.trim().strip_prefix(name)).find_map(number)
}

fn number(text: &str) -> Option<f64> {
    leading(text.trim()).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

/// `x-ratelimit-remaining-tokens` for `x-ratelimit-reset-tokens`.
fn instead_of_reset(name: &str, part_of_it: &str) -> String {
    let at = find(name, "reset").unwrap_or(name.len());
    [slice(name, ..at), part_of_it, slice(name, at + "reset".len()..)].concat()
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
            ("retry-after: soon", None),
            ("", None),
        ] {
            assert_eq!(Headers(lines).wait(now), wait, "{lines}");
        }
        assert_eq!(Headers("date: Sun, 29 Nov 2026 05:00:00 GMT").date(), Some(now));
    }
}
