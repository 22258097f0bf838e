//! Absolute times: an HTTP date, ISO 8601, seconds or milliseconds since the Unix epoch.

use crate::text::slice;
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
pub(super) fn iso(text: &str) -> Option<Seconds> {
    let bytes = text.as_bytes();
    let number = |at: usize, length: usize| -> Option<i64> {
        let digits = bytes.get(at..at + length)?;
        digits.iter().try_fold(0, |n, d| d.is_ascii_digit().then(|| n * 10 + i64::from(d - b'0')))
    };
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|b| wanted.contains(b));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute) = (number(11, 2)?, number(14, 2)?);
    let second = if is(16, b":") { number(17, 2)? } else { 0 };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = slice(text, if is(16, b":") { 19 } else { 16 }..);
    let mut fraction = 0.0;
    if let Some(digits) = rest.strip_prefix('.') {
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        fraction = crate::json::decimal_value(&["0.", slice(digits, ..length.min(6)), "0"].concat());
        rest = slice(digits, length..);
    }
    let zone = match rest.as_bytes() {
        [sign @ (b'+' | b'-'), h1 @ b'0'..=b'9', h2 @ b'0'..=b'9', rest @ ..] => {
            let minutes = match rest {
                [b':', m1 @ b'0'..=b'9', m2 @ b'0'..=b'9', ..] | [m1 @ b'0'..=b'9', m2 @ b'0'..=b'9', ..] => {
                    i64::from(m1 - b'0') * 10 + i64::from(m2 - b'0')
                }
                _ => 0,
            };
            let seconds = (i64::from(h1 - b'0') * 10 + i64::from(h2 - b'0')) * 3_600 + minutes * 60;
            if *sign == b'+' {
                seconds
            } else {
                -seconds
            }
        }
        _ => 0,
    };
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - zone;
    Some(seconds as f64 + fraction)
}

/// Of the proleptic Gregorian calendar; years counted from March, so that a leap day is a year's last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
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
