//! Waits in words and in values: `try again in 6m0s`, `resets after 37s`, `Retry after 2026-11-29T05:00:00Z`, `"26s"`.

use super::amount::{amount, leading, Amount};
use super::longer;
use super::moment::{date, epoch, iso};
use super::words::{EAST_ASIA, FILLERS, REMAINING, TRIGGERS, TRIGGERS_WITH_UNIT};
use crate::limits::excerpt;
use crate::refusal::scan::{
    after_phrase, any, before, begins, begins_in, ends, entry, from, has, list, next_part, skip, skip_back, span_back,
    DIGIT, END, SPACE, WIDE,
};
use crate::time::Seconds;

/// Occurrences of a trigger that are looked at: nobody names more waits.
const MOST: usize = 64;

/// The longest wait that a sentence of `lower`, a text in lower case, names. `now`: what absolute times are compared with.
#[inline(never)]
pub(in crate::refusal) fn in_sentence(lower: &str, now: Seconds) -> Option<Seconds> {
    let mut found = None;
    for (mut list, needs_unit) in [(TRIGGERS, false), (TRIGGERS_WITH_UNIT, true)] {
        while let Some(trigger) = next_part(&mut list, END) {
            let (mut rest, mut left) = (lower, MOST);
            // Hours are read before minutes: without a date, and for a whole day.
            let of_day = any(trigger, ends, list![" at", " on", "resets", "reset time", "reset time:"]);
            let east = if any(trigger, begins, EAST_ASIA) { 8.0 * 3_600.0 } else { 0.0 };
            while let Some(behind) = after_phrase(rest, trigger).filter(|_| left > 0) {
                (rest, left) = (behind, left - 1);
                if begins_in(rest, " :=\n\t") || ends(trigger, "|") || has(trigger, WIDE) {
                    let wait = stated(rest, needs_unit, of_day, now + east);
                    // The allowance of a week or a billing cycle does not say when to retry.
                    let beside = needs_unit && found.is_some() && wait > Some(86_400.0);
                    found = longer(found, wait.filter(|_| !beside));
                }
            }
        }
    }
    let mut behind = REMAINING;
    while let Some(mark) = next_part(&mut behind, END) {
        let lead = before(lower, mark);
        let number = from(lead, lead.len() - span_back(lead, DIGIT, ""));
        if lead.len() < lower.len() {
            found = longer(found, leading(number).map(|(seconds, _)| seconds));
        }
    }
    found
}

/// A number without a unit that is a year: `Try again in 2026`.
fn is_year(seconds: Seconds) -> bool {
    (2_020.0..2_100.0).contains(&seconds)
}

fn stated(rest: &str, needs_unit: bool, mut of_day: bool, now: Seconds) -> Option<Seconds> {
    // Of what follows only the beginning counts.
    let mut rest = skip(excerpt(rest, 80), SPACE, ":=\"'");
    while let Some(filler) = entry(rest, begins, FILLERS) {
        rest = skip(from(rest, filler.len()), SPACE, "");
        of_day |= filler == "until ";
    }
    let Amount { seconds, has_unit, .. } = wait_at(rest, of_day, now)?;
    (has_unit || !needs_unit && !is_year(seconds)).then_some(seconds)
}

/// A field's or a header's whole value: `12`, `12.5`, `26s`, `1m30s`, a date, ISO 8601, or a time since the epoch; between
/// quotes, with a comment behind it, or, where a proxy joined two fields, several.
#[inline(never)]
pub(in crate::refusal) fn of_value(value: &str, now: Seconds) -> Option<Seconds> {
    let value = skip(skip_back(value, SPACE, "\"'"), SPACE, "\"'+");
    // ISO 8601: `PT30S`
    let value = from(value, if begins(value, "PT") { 2 } else { 0 });
    let Amount { seconds, rest, .. } = wait_at(value, false, now)?;
    let rest = skip(rest, SPACE, "\"'");
    match () {
        _ if rest.is_empty() || begins_in(rest, ";(") => Some(seconds),
        _ if begins(rest, ",") => longer(Some(seconds), of_value(from(rest, 1), now)),
        _ => None,
    }
}

/// The value of a reset, whose unit nobody states: no limit lasts longer than a day without saying so as a time, so a
/// larger number counts milliseconds, as does a round one that is no number of hours.
#[inline(never)]
pub(in crate::refusal) fn of_reset(value: &str, now: Seconds) -> Option<Seconds> {
    match leading(value.trim()) {
        Some((ms, "")) if (10_000.0..1e9).contains(&ms) && (ms >= 86_400.0 || is_round(ms as u32)) => {
            Some(ms / 1_000.0)
        }
        _ => of_value(value, now),
    }
}

/// `25000`, and not the five hours of `18000`.
fn is_round(value: u32) -> bool {
    value % 1_000 == 0 && value % 3_600 > 0
}

/// A duration or a time at the beginning of `text`.
#[inline(never)]
fn wait_at(text: &str, of_day: bool, now: Seconds) -> Option<Amount<'_>> {
    let (at, rest) = match iso(text).or_else(|| date(text, now)) {
        // Nothing behind a time changes it.
        Some(at) => (at, ""),
        None => {
            let found = amount(text, of_day)?;
            match epoch(found.seconds) {
                Some(at) => (at, found.rest),
                None => return Some(found),
            }
        }
    };
    Some(Amount { seconds: from_now(at, now), has_unit: true, rest })
}

fn from_now(at: Seconds, now: Seconds) -> Seconds {
    (at - now).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = 1_795_928_400.0; // 2026-11-29T05:00:00Z

    #[test]
    fn every_form_of_a_sentence_is_read() {
        for (text, wait) in [
            ("Please retry in 4.843473059s", Some(4.843473059)),
            ("PLEASE RETRY IN 23S.", Some(23.0)),
            ("retry in 58", Some(58.0)),
            ("Please try again in 350ms.", Some(0.35)),
            ("Please try again in 1m30.5s.", Some(90.5)),
            ("Please try again in 6m0s.", Some(360.0)),
            ("try again in 2 minutes", Some(120.0)),
            ("Please try again in 1 minute, 30 seconds.", Some(90.0)),
            ("try again in 1 hour and 5 minutes", Some(3_900.0)),
            ("Please try again in about 3 minutes.", Some(180.0)),
            ("Please try again in a minute.", Some(60.0)),
            ("Please try again in an hour.", Some(3_600.0)),
            ("Please wait 42 seconds before making another request.", Some(42.0)),
            ("Please wait for at least 2 minutes", Some(120.0)),
            ("Too many requests, try again after 42 seconds.", Some(42.0)),
            ("Your quota will reset after 37s.", Some(37.0)),
            ("The limit resets in 10 min", Some(600.0)),
            ("Please try again in 2 days.", Some(172_800.0)),
            ("try again in 1h2m3s", Some(3_723.0)),
            ("Retry after 2026-11-29T05:00:30.000Z.", Some(30.0)),
            ("resets at 2026-11-29 05:01:00+00:00", Some(60.0)),
            ("limit resets at 1795928460", Some(60.0)),
            ("Retry after 1795928460", Some(60.0)),
            ("retry in 5 more steps", Some(5.0)),
            ("Please try again in 1,200 seconds.", Some(1_200.0)),
            ("try again in 1 month", Some(2_592_000.0)),
            ("1 minute(s) and 20 second(s)? try again in 1 minute(s) and 20 second(s).", Some(80.0)),
            ("try again in **15 seconds**", Some(15.0)),
            ("try again in (15s)", Some(15.0)),
            ("try again in less than 20 seconds", Some(20.0)),
            ("Retrying after 5 seconds", Some(5.0)),
            ("Time until reset: 28s", Some(28.0)),
            ("retry in 1m30m", Some(60.0)),
            ("retry in 5s2m", Some(5.0)),
            ("retry in 9s, or try again in 12s", Some(12.0)),
            ("retry in soon, then retry in 9s", Some(9.0)),
            ("please wait 3 more times", None),
            ("too many tokens, please wait before trying again", None),
            ("retry in a moment", None),
            ("resets at 05:30 UTC", Some(1_800.0)),
            ("resets at 05:30", None),
            ("resets in 05:30", Some(330.0)),
            ("try again in half a minute", Some(30.0)),
            ("try again in a few minutes", None),
            ("try again in a few hours", Some(10_800.0)),
            ("try again in three minutes", Some(180.0)),
            ("try again in 2-3 hours", Some(10_800.0)),
            ("retry after sun, 29 nov 2026 05:00:30 gmt.", Some(30.0)),
            ("limit reached|1795928460", Some(60.0)),
            ("您的限额将在 2026-11-29 13:01:00 重置", Some(60.0)),
            ("retrying request to /chat in 4.5 seconds", Some(4.5)),
            ("retry after pt1m30s", Some(90.0)),
            ("retry in 00:00:30", Some(30.0)),
            ("your limit resets 2:30pm (Pacific/Auckland)", None),
            ("resets 12:50am (America/Los_Angeles)", None),
            ("resets 15:30", None),
            ("please wait until 15:30", None),
            ("reset time: 15:30", None),
            ("resets 2:30pm PST", None),
            ("Resets 5:30 AM (UTC)", Some(1_800.0)),
            ("Retry after 2 failed attempts", None),
            ("Try again in 2026", None),
            ("billing cycle resets in 12 days. Rate limit exceeded: retry in 9 seconds.", Some(9.0)),
            ("wait 1 more second", Some(1.0)),
            ("25 seconds remaining", Some(25.0)),
            ("请60秒后再试", Some(60.0)),
            ("请在 20 秒后重试", Some(20.0)),
            ("try again in <b>30</b> seconds", Some(30.0)),
            ("Reset in: 37", Some(37.0)),
            ("retry in -5s", None),
            ("retry inside 5", None),
            ("retry in 99999999999999999999999999 seconds", None),
            ("", None),
        ] {
            assert_eq!(in_sentence(&text.to_ascii_lowercase(), NOW), wait, "{text}");
        }
    }

    #[test]
    fn values_have_seconds_units_or_a_time() {
        for (value, wait) in [
            ("12", Some(12.0)),
            (" 0 ", Some(0.0)),
            ("1.5", Some(1.5)),
            ("26s", Some(26.0)),
            ("1m30s", Some(90.0)),
            ("30 seconds", Some(30.0)),
            ("1795928425", Some(25.0)),
            ("1795928425500", Some(25.5)),
            ("1795928300", Some(0.0)),
            ("2026-11-29T05:00:17Z", Some(17.0)),
            ("Sun, 29 Nov 2026 05:00:30 GMT", Some(30.0)),
            ("Sun, 29 Nov 2026 04:00:00 GMT", Some(0.0)),
            ("\"30\"", Some(30.0)),
            ("+12", Some(12.0)),
            ("5, 60", Some(60.0)),
            ("30; comment", Some(30.0)),
            ("120 (overloaded)", Some(120.0)),
            ("30 apples", None),
            ("-5", None),
            ("1e9", None),
            ("NaN", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(of_value(value, NOW), wait, "{value}");
        }
        for (value, wait) in
            [("25000", 25.0), ("120000", 120.0), ("18000", 18_000.0), ("25211", 25_211.0), ("12s", 12.0)]
        {
            assert_eq!(of_reset(value, NOW), Some(wait), "{value}");
        }
    }
}
