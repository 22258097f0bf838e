//! Absolute times: an HTTP date, ISO 8601, seconds or milliseconds since the Unix epoch.

use super::amount::leading;
use crate::json::decimal_value;
use crate::refusal::scan::{begins, from, span, upto, DIGIT};
use crate::time::Seconds;

/// A number too large for a wait is a time: in seconds from 2001 on, in milliseconds from 1973 on.
pub(super) fn epoch(value: f64) -> Option<Seconds> {
    match value {
        v if (1e9..1e11).contains(&v) => Some(v),
        v if (1e11..1e14).contains(&v) => Some(v / 1000.0),
        _ => None,
    }
}

/// RFC 9110 §5.6.7. In a browser the browser's own parser reads it: 4 KB less (brotli) than one of ours. That takes other
/// dates too, those without a time zone as local ones; hence GMT, which both formats in use end with.
#[cfg(target_arch = "wasm32")]
pub(super) fn http_date(value: &str) -> Option<Seconds> {
    let at = value.ends_with("GMT").then(|| js_sys::Date::parse(value) / 1000.0)?;
    at.is_finite().then_some(at)
}

#[cfg(not(target_arch = "wasm32"))]
pub(super) fn http_date(value: &str) -> Option<Seconds> {
    use std::time::{Duration, UNIX_EPOCH};
    let at = httpdate::parse_http_date(value.trim()).ok()?;
    at.duration_since(UNIX_EPOCH).as_ref().map(Duration::as_secs_f64).ok()
}

/// `2026-11-29T05:00:00.000Z`, `2026-11-29 05:00:00+00:00` at the beginning of `text`; without a zone UTC is meant.
#[inline(never)]
pub(super) fn iso(text: &str) -> Option<Seconds> {
    // Digits that are of one number, and what stands between them.
    const FORM: &[u8] = b"0000-11-22T33:44";
    let mut numbers = [0i32; 5];
    for (at, form) in FORM.iter().enumerate() {
        let byte = *text.as_bytes().get(at)?;
        match form {
            b'0'..=b'4' if byte.is_ascii_digit() => {
                let number = &mut numbers[usize::from(form - b'0')];
                *number = *number * 10 + i32::from(byte - b'0');
            }
            b'T' if matches!(byte, b'T' | b't' | b' ') => {}
            _ if byte == *form => {}
            _ => return None,
        }
    }
    let [year, month, day, hour, minute] = numbers;
    let rest = from(text, FORM.len());
    let (second, rest) = if begins(rest, ":") { leading(from(rest, 1))? } else { (0.0, rest) };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 24 || minute > 59 || second >= 61.0 {
        return None;
    }
    let minutes = f64::from(days_since_epoch(year, month, day)) * 1_440.0 + f64::from(hour * 60 + minute) - zone(rest);
    Some(minutes * 60.0 + second)
}

/// `+01:30`, `-0800`, `+02`: minutes east of Greenwich.
fn zone(text: &str) -> f64 {
    let sign = match text.bytes().next() {
        Some(b'+') => 1.0,
        Some(b'-') => -1.0,
        _ => return 0.0,
    };
    let colon = usize::from(begins(from(text, 3), ":"));
    sign * (two_digits(from(text, 1)) * 60.0 + two_digits(from(text, 3 + colon)))
}

fn two_digits(text: &str) -> f64 {
    let digits = upto(text, 2);
    if span(digits, DIGIT, "") == 2 {
        decimal_value(digits)
    } else {
        0.0
    }
}

/// Of the Gregorian calendar; years counted from March, so that a leap day is a year's last.
fn days_since_epoch(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_times_are_those_of_the_calendar() {
        for (text, at) in [
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("2000-02-29T12:00:00Z", Some(951_825_600.0)),
            ("2026-11-29T05:00:00.250Z.", Some(1_795_928_400.25)),
            ("2026-11-29 05:00:00", Some(1_795_928_400.0)),
            ("2026-11-29T06:30:00+01:30", Some(1_795_928_400.0)),
            ("2026-11-28T21:00-0800", Some(1_795_928_400.0)),
            ("2026-13-29T05:00:00Z", None),
            ("2026-11-29", None),
            ("soon", None),
        ] {
            assert_eq!(iso(text), at, "{text}");
        }
        assert_eq!(epoch(1_795_928_400.0), Some(1_795_928_400.0));
        assert_eq!(epoch(1_795_928_400_250.0), Some(1_795_928_400.25));
        assert_eq!(epoch(3_600.0), None);
    }
}
