//! A duration at the beginning of a text: `4.8s`, `350ms`, `1m30s`, `1 minute, 30 seconds`, `half a minute`, `2-3 hours`,
//! `23`.

use crate::json::decimal_value;
use crate::refusal::scan::{
    any, begins, entry, equals_in_any_case, first, from, list, skip, span, until, upto, DIGIT, LETTER,
};
use crate::time::Seconds;

pub(super) struct Amount<'a> {
    pub seconds: Seconds,
    /// Without a unit the number counts seconds.
    pub has_unit: bool,
    /// What follows.
    pub rest: &'a str,
}

const UNITS: &[(Seconds, &str)] = &[
    (0.001, list!["ms", "msec", "millisecond", "milliseconds"]),
    (1.0, list!["s", "sec", "secs", "second", "seconds", "秒"]),
    (60.0, list!["m", "min", "mins", "minute", "minutes", "分钟"]),
    (3_600.0, list!["h", "hr", "hrs", "hour", "hours", "小时"]),
    (86_400.0, list!["d", "day", "days", "天"]),
    (604_800.0, list!["week", "weeks"]),
    (2_592_000.0, list!["month", "months"]),
];

/// Behind a number that is no duration: `2:30pm`, `2 failed attempts`.
const NO_UNITS: &str = list!["am", "pm", "failed", "attempt", "attempts", "retries", "tries"];

/// Numbers in words. Those of [`VAGUE`] come to hours at least: `a few minutes` may be any number of them.
const NUMBERS: &[(f64, &str)] = &[
    (0.5, list!["half a ", "half an "]),
    (2.0, list!["two ", "a couple of ", "a couple "]),
    (VAGUE, list!["three ", "a few ", "several "]),
    (4.0, list!["four "]),
    (5.0, list!["five "]),
    (6.0, list!["six "]),
    (10.0, list!["ten "]),
    (12.0, list!["twelve "]),
    (15.0, list!["fifteen "]),
    (20.0, list!["twenty "]),
    (24.0, list!["twenty-four "]),
    (30.0, list!["thirty "]),
    (45.0, list!["forty-five "]),
    (60.0, list!["sixty "]),
    (1.0, list!["a ", "an ", "one "]),
];
const VAGUE: f64 = 3.0;

/// `of_day`: `05:30` is a time of the day, else minutes and seconds.
#[inline(never)]
pub(super) fn amount(text: &str, of_day: bool) -> Option<Amount<'_>> {
    let word = NUMBERS.iter().find_map(|(value, words)| entry(text, begins, words).map(|word| (*value, word)));
    let (mut value, mut rest) = match word {
        Some((value, word)) => (value, from(text, word.len())),
        None => leading(text)?,
    };
    if begins(rest, ":") && first(from(rest, 1)) == DIGIT {
        return clock(value, from(rest, 1), of_day);
    }
    // `2-3 hours`: the longer.
    let to = entry(rest, begins, list!["-", " - ", "–", " – ", " to ", " or "]);
    if let Some(part) = to.and_then(|to| leading(from(rest, to.len()))) {
        (value, rest) = part;
    }
    let mut found = Amount { seconds: value, has_unit: false, rest };
    let mut last = Seconds::INFINITY;
    loop {
        // `<b>30</b> seconds`, `5 more seconds`
        let plain = if begins(rest, "</") { from(rest, until(rest, ">") + 1) } else { rest };
        let letters = skip(plain, 0, " -*`");
        let letters = if begins(letters, "more ") { from(letters, 5) } else { letters };
        let word = upto(letters, span(letters, LETTER, ""));
        let name = entry(letters, begins, list!["秒", "分钟", "小时", "天"]).unwrap_or(word);
        if !found.has_unit && any(name, equals_in_any_case, NO_UNITS) {
            return None;
        }
        let unit = UNITS.iter().find(|(unit, names)| *unit < last && any(name, equals_in_any_case, names));
        let Some((unit, _)) = unit else { break };
        // Milliseconds are divided: 0.001 has no exact binary form, and 350 ms would not be 0.35 s.
        let seconds = if *unit < 1.0 { value / 1_000.0 } else { value * unit };
        let sum = if found.has_unit { found.seconds + seconds } else { seconds };
        let behind = from(letters, name.len());
        // `minute(s)`
        let behind = from(behind, if begins(behind, "(s)") { 3 } else { 0 });
        found = Amount { seconds: sum, has_unit: true, rest: behind };
        last = *unit;
        // Smaller units may follow: the seconds behind minutes.
        let next = skip(behind, 0, ", ");
        let next = if begins(next, "and ") { from(next, 4) } else { next };
        match leading(next) {
            Some(part) => (value, rest) = part,
            None => break,
        }
    }
    let vague = word.is_some_and(|(value, word)| value == VAGUE && !begins(word, "three")) && found.seconds < 3_600.0;
    (word.is_none() || found.has_unit && !vague).then_some(found)
}

/// `02:15:24` and `00:45`, of which the first number was read.
fn clock(first: f64, text: &str, of_day: bool) -> Option<Amount<'_>> {
    let (second, rest) = leading(text)?;
    let third = if begins(rest, ":") { leading(from(rest, 1)) } else { None };
    let (hours, minutes, seconds, rest) = match third {
        Some((third, rest)) => (first, second, third, rest),
        None if of_day => return None,
        None => (0.0, first, second, rest),
    };
    let half = skip(rest, 0, " ");
    let plausible = minutes < 60.0 && seconds < 60.0 && !any(upto(half, 2), equals_in_any_case, list!["am", "pm"]);
    plausible.then_some(Amount { seconds: hours * 3_600.0 + minutes * 60.0 + seconds, has_unit: true, rest })
}

/// The decimal number that `text` begins with, and what follows.
#[inline(never)]
pub(super) fn leading(text: &str) -> Option<(f64, &str)> {
    let whole = span(text, DIGIT, "");
    if whole == 0 {
        return None;
    }
    let rest = from(text, whole);
    // `1,200`: thousands.
    if whole <= 3 && begins(rest, ",") && span(from(rest, 1), DIGIT, "") == 3 {
        let thousands = decimal_value(upto(text, whole)) * 1_000.0;
        return Some((thousands + decimal_value(upto(from(rest, 1), 3)), from(rest, 4)));
    }
    let fraction = if begins(rest, ".") { span(from(rest, 1), DIGIT, "") } else { 0 };
    let end = if fraction > 0 { whole + 1 + fraction } else { whole };
    let value = if whole > 15 { f64::INFINITY } else { decimal_value(upto(text, end.min(whole + 10))) };
    Some((value, from(text, end)))
}
