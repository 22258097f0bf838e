//! Absolute times: an HTTP date, ISO 8601, a time of the day, seconds or milliseconds since the Unix epoch.

use super::amount::leading;
use crate::json::decimal_value;
use crate::limits::excerpt;
use crate::refusal::scan::{any, begins, begins_in, equals, first, from, list, skip, span, upto, ALNUM, DIGIT, SPACE};
use crate::text::find;
use crate::time::Seconds;

/// A number too large for a wait is a time: seconds or milliseconds from 2001 to 2286.
pub(super) fn epoch(value: f64) -> Option<Seconds> {
    match value {
        v if (1e9..1e10).contains(&v) => Some(v),
        v if (1e12..1e13).contains(&v) => Some(v / 1000.0),
        _ => None,
    }
}

/// A date with the name of its month, in any order: the three of RFC 9110 §5.6.7, `Nov 29, 2026 05:00 UTC`,
/// `2026-Nov-29 05:00:00+0000`; without a zone UTC is meant. Or the next time of the day: `05:30 UTC`, `7am (UTC)`.
#[inline(never)]
pub(super) fn date(text: &str, now: Seconds) -> Option<Seconds> {
    const MONTHS: &str = "jan feb mar apr may jun jul aug sep oct nov dec ";
    let text = excerpt(text, 48).to_ascii_lowercase();
    let (mut day, mut month, mut year) = (0, 0, 0);
    let (mut time, mut east) = (None, None);
    let mut rest = text.as_str();
    while east.is_none() {
        if time.is_some() && begins_in(rest, "+-") && first(from(rest, 1)) == DIGIT {
            east = Some(zone(rest));
            break;
        }
        rest = skip(rest, SPACE, ",-(.");
        let word = upto(rest, span(rest, ALNUM, ":"));
        let digits = span(word, DIGIT, "");
        let value = decimal_value(upto(word, digits.min(4)));
        let letters = from(word, digits);
        rest = from(rest, word.len());
        match digits {
            0 if any(letters, equals, list!["utc", "gmt", "z", "ut"]) => east = Some(0.0),
            0 if any(letters, equals, list!["midnight"]) => time = Some(0.0),
            0 if any(upto(letters, 3), equals, list!["mon", "tue", "wed", "thu", "fri", "sat", "sun", "at"]) => {}
            0 if letters.len() > 2 => month = 1 + find(MONTHS, &[upto(letters, 3), " "].concat())? as i32 / 4,
            1 | 2 if begins(letters, ":") || any(letters, equals, list!["am", "pm"]) => {
                time = Some(clock(value, letters, rest)?);
                rest = skip(rest, SPACE, "");
                rest = from(rest, if any(upto(rest, 2), equals, list!["am", "pm"]) { 2 } else { 0 });
            }
            1 | 2 if day == 0 => day = value as i32,
            2 => year = 2_000 + value as i32,
            4 => year = value as i32,
            _ => break,
        }
    }
    let east = east.map(|minutes| minutes * 60.0);
    if month > 0 && year > 1_969 && (1..=31).contains(&day) {
        return Some(at_midnight(year, month, day) + time.unwrap_or_default() - east.unwrap_or_default());
    }
    let since_midnight = (day == 0 && month == 0 && now.is_finite()).then_some(time? - east?)?;
    // Of the days around this one: the first that is not over.
    let mut at = ((now / DAY) as i32 - 1) as Seconds * DAY + since_midnight;
    while at < now {
        at += DAY;
    }
    Some(at)
}

const DAY: Seconds = 86_400.0;

/// Seconds since midnight of `05:30:12`, `5:30 pm` and `5pm`, of which the hours were read.
fn clock(hours: f64, letters: &str, behind: &str) -> Option<Seconds> {
    let (minutes, rest) = if begins(letters, ":") { leading(from(letters, 1))? } else { (0.0, letters) };
    let (seconds, rest) = if begins(rest, ":") { leading(from(rest, 1))? } else { (0.0, rest) };
    let half = if rest.is_empty() { skip(behind, SPACE, "") } else { rest };
    let hours = match () {
        _ if begins(half, "am") => hours - if hours >= 12.0 { 12.0 } else { 0.0 },
        _ if begins(half, "pm") => hours + if hours < 12.0 { 12.0 } else { 0.0 },
        _ => hours,
    };
    (hours <= 24.0 && minutes < 60.0 && seconds < 61.0).then_some(hours * 3_600.0 + minutes * 60.0 + seconds)
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
    let minutes = f64::from(hour * 60 + minute) - zone(skip(rest, SPACE, ""));
    Some(at_midnight(year, month, day) + minutes * 60.0 + second)
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

/// When a day of the Gregorian calendar begins, in UTC. Years are counted from March, so that a leap day is a year's last.
fn at_midnight(year: i32, month: i32, day: i32) -> Seconds {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    f64::from(year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468) * DAY
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
    }

    #[test]
    fn dates_have_the_name_of_their_month() {
        const NOW: Seconds = 1_795_928_400.0;
        for (text, wait) in [
            ("Sun, 29 Nov 2026 05:00:30 GMT", Some(30.0)),
            ("Sunday, 29-Nov-26 05:00:30 GMT", Some(30.0)),
            ("Sun Nov 29 05:00:30 2026", Some(30.0)),
            ("Sun, 29 Nov 2026 06:00:30 +0100", Some(30.0)),
            ("29 November 2026, 05:01 UTC.", Some(60.0)),
            ("Nov 29, 2026, 5:01 AM", Some(60.0)),
            ("Nov 29, 2026, 5:00 pm (UTC)", Some(43_200.0)),
            ("2026-Nov-29 05:00:30+0000 UTC", Some(30.0)),
            ("December 1, 2026", Some(154_800.0)),
            ("05:30 UTC", Some(1_800.0)),
            ("4am (UTC)", Some(82_800.0)),
            ("midnight UTC", Some(68_400.0)),
            ("12am UTC", Some(68_400.0)),
            ("06:30 +01:00", Some(1_800.0)),
            ("05:30", None),
            ("7am (Europe/Copenhagen)", None),
            ("29 Nov", None),
            ("32 Nov 2026", None),
            ("25:00 UTC", None),
            ("12", None),
            ("12 seconds", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(date(text, NOW).map(|at| at - NOW), wait, "{text}");
        }
        assert_eq!(date("05:30 UTC", f64::INFINITY), None);
    }

    #[test]
    fn numbers_that_are_times_are_of_this_century() {
        assert_eq!(epoch(1_795_928_400.0), Some(1_795_928_400.0));
        assert_eq!(epoch(1_795_928_400_250.0), Some(1_795_928_400.25));
        assert_eq!([3_600.0, 315_360_000_000.0, 99_999_999_999_999.0].map(epoch), [None; 3]);
    }
}
