//! A duration at the beginning of a text: `4.8s`, `350ms`, `1m30s`, `2 minutes`, `1 minute, 30 seconds`, `a minute`, `23`.

use crate::text::slice;
use crate::time::Seconds;

/// In seconds, and what follows it. Without a unit the number counts seconds.
pub(super) fn amount(text: &str) -> Option<(Seconds, &str)> {
    if let Some(found) = clock(text) {
        return Some(found);
    }
    // A time of the day: of which day, and where?
    if leading(text).is_some_and(|(_, rest)| matches!(rest.as_bytes(), [b':', b'0'..=b'9', ..])) {
        return None;
    }
    let (value, rest) = leading(text).or_else(|| one(text))?;
    let Some((factor, behind)) = unit(rest) else { return Some((value, rest)) };
    let mut sum = times(value, factor);
    let (mut last, mut rest) = (factor, behind);
    // Smaller units may follow: the seconds behind minutes.
    while let Some((value, behind)) = leading(between(rest)) {
        match unit(behind) {
            Some((factor, behind)) if factor < last => {
                sum += times(value, factor);
                (last, rest) = (factor, behind);
            }
            _ => break,
        }
    }
    Some((sum, rest))
}

/// `02:15:24`
fn clock(text: &str) -> Option<(Seconds, &str)> {
    let (hours, rest) = leading(text)?;
    let (minutes, rest) = leading(rest.strip_prefix(':')?)?;
    let (seconds, rest) = leading(rest.strip_prefix(':')?)?;
    (minutes < 60.0 && seconds < 60.0).then_some((hours * 3_600.0 + minutes * 60.0 + seconds, rest))
}

/// What may stand between two parts of one duration.
fn between(text: &str) -> &str {
    let text = text.trim_start_matches([',', ' ']);
    text.strip_prefix("and ").unwrap_or(text)
}

/// `a minute`, `an hour`, `one second`.
fn one(text: &str) -> Option<(f64, &str)> {
    let rest = ["a ", "an ", "one "].iter().find_map(|word| text.strip_prefix(word))?;
    unit(rest).map(|_| (1.0, rest))
}

/// Milliseconds are divided: 0.001 has no exact binary form, and 350 ms would not be 0.35 s.
fn times(value: f64, factor: f64) -> f64 {
    match factor < 1.0 {
        true => value / (1.0 / factor),
        false => value * factor,
    }
}

fn unit(text: &str) -> Option<(f64, &str)> {
    let word = text.trim_start_matches([' ', '-']);
    let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
    let factor = match slice(word, ..end) {
        "ms" | "msec" | "millisecond" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        "week" | "weeks" => 604_800.0,
        _ => return None,
    };
    Some((factor, slice(word, end..)))
}

/// The decimal number that `text` begins with, and what follows.
pub(super) fn leading(text: &str) -> Option<(f64, &str)> {
    let digits = |t: &str| t.find(|c: char| !c.is_ascii_digit()).unwrap_or(t.len());
    let whole = digits(text);
    if whole == 0 {
        return None;
    }
    let fraction = slice(text, whole..).strip_prefix('.').map_or(0, digits);
    let end = if fraction > 0 { whole + 1 + fraction } else { whole };
    let value = match whole > 15 {
        true => f64::INFINITY,
        false => crate::json::decimal_value(slice(text, ..end.min(whole + 10))),
    };
    Some((value, slice(text, end..)))
}
