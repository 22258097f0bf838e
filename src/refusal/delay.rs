//! Delays stated in a sentence, in a protobuf duration, or in a header.

use super::LONGEST_DELAY;
use crate::text::{after_each, slice};
use crate::time::Seconds;

/// `… retry in 4.843473059s`, `… try again in 1m30.5s`: anywhere, in any case. A number without a unit means seconds.
pub(super) fn in_sentence(text: &str) -> Option<Seconds> {
    let lower = text.to_ascii_lowercase();
    let phrases = ["retry in ", "try again in ", "retry after "];
    phrases.iter().find_map(|phrase| after_each(&lower, phrase).find_map(|rest| duration(rest.trim_start())))
}

/// `"retryDelay": "4.843473059s"` of a google.rpc.RetryInfo, in JSON or in Python's repr. Of several, the longest.
pub(super) fn in_retry_info(text: &str) -> Option<Seconds> {
    let values = after_each(text, "retryDelay").map(|rest| rest.trim_start_matches(['"', '\'', '\\', ':', ' ']));
    values.filter_map(duration).fold(None, |longest, delay| Some(longest.map_or(delay, |l: f64| l.max(delay))))
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or an HTTP date. `date`: the response's `Date`, which makes a date
/// independent of the local clock.
pub(super) fn in_header(value: &str, date: Option<&str>, now: Seconds) -> Option<Seconds> {
    let value = value.trim();
    if let Some(seconds) = number(value) {
        return Some(seconds);
    }
    let at = http_date(value)?;
    let from = date.and_then(http_date).unwrap_or(now);
    Some((at - from).clamp(0.0, LONGEST_DELAY))
}

/// `retry-after-ms`.
pub(super) fn in_milliseconds(value: &str) -> Option<Seconds> {
    number(value.trim()).map(|ms| ms / 1000.0)
}

/// An HTTP date (RFC 9110 §5.6.7). In a browser, `Date.parse` reads it, which saves 4 KB (brotli). It also accepts
/// other dates and treats those without a time zone as local, hence the check for GMT, which the formats in use end with.
#[cfg(target_arch = "wasm32")]
fn http_date(value: &str) -> Option<Seconds> {
    let at = value.ends_with("GMT").then(|| js_sys::Date::parse(value) / 1000.0)?;
    at.is_finite().then_some(at)
}

#[cfg(not(target_arch = "wasm32"))]
fn http_date(value: &str) -> Option<Seconds> {
    use std::time::{Duration, UNIX_EPOCH};
    let at = httpdate::parse_http_date(value.trim()).ok()?;
    at.duration_since(UNIX_EPOCH).as_ref().map(Duration::as_secs_f64).ok()
}

/// A decimal number and nothing else, without sign or exponent.
fn number(text: &str) -> Option<f64> {
    let (value, rest) = leading_number(text)?;
    rest.is_empty().then_some(value)
}

/// `4.8s`, `350ms`, `1m30s`, `2 minutes`, `23`.
fn duration(text: &str) -> Option<Seconds> {
    let (value, mut rest) = leading_number(text)?;
    let Some((factor, after)) = unit(rest) else { return Some(value) };
    let mut sum = scale(value, factor);
    let mut last = factor;
    rest = after;
    // A smaller unit may follow directly: the seconds after the minutes.
    while let Some((value, after)) = leading_number(rest) {
        match unit(after) {
            Some((factor, after)) if factor < last => {
                sum += scale(value, factor);
                (last, rest) = (factor, after);
            }
            _ => break,
        }
    }
    Some(sum)
}

/// Divides for milliseconds: 0.001 has no exact binary form, and 350 ms would not give 0.35 s.
fn scale(value: f64, factor: f64) -> f64 {
    match factor < 1.0 {
        true => value / (1.0 / factor),
        false => value * factor,
    }
}

fn unit(text: &str) -> Option<(f64, &str)> {
    let word = text.trim_start_matches(' ');
    let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
    let factor = match slice(word, ..end) {
        "ms" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hour" | "hours" => 3600.0,
        _ => return None,
    };
    Some((factor, slice(word, end..)))
}

/// The decimal number that `text` starts with, and the rest. More than nine digits count as [`LONGEST_DELAY`].
fn leading_number(text: &str) -> Option<(f64, &str)> {
    let digits = |t: &str| t.find(|c: char| !c.is_ascii_digit()).unwrap_or(t.len());
    let whole = digits(text);
    if whole == 0 {
        return None;
    }
    let fraction = slice(text, whole..).strip_prefix('.').map_or(0, digits);
    let end = if fraction > 0 { whole + 1 + fraction } else { whole };
    let value = match whole > 9 {
        true => LONGEST_DELAY,
        false => crate::json::decimal_value(slice(text, ..end.min(whole + 10))),
    };
    Some((value, slice(text, end..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_found_in_any_sentence_with_any_unit() {
        let table = [
            ("Please retry in 4.843473059s", Some(4.843473059)),
            ("PLEASE RETRY IN 23S.", Some(23.0)),
            ("retry in 58", Some(58.0)),
            ("Please try again in 350ms.", Some(0.35)),
            ("Please try again in 1m30.5s.", Some(90.5)),
            ("try again in 2 minutes", Some(120.0)),
            ("try again in 1h2m3s", Some(3723.0)),
            ("retry in 5 more steps", Some(5.0)),
            ("Retry after 7 seconds", Some(7.0)),
            ("retry in 99999999999999999999999999 seconds", Some(LONGEST_DELAY)),
            ("retry in 1m30s", Some(90.0)),
            ("retry in 1m30m", Some(60.0)),
            ("retry in 5s2m", Some(5.0)),
            ("retry in a moment", None),
            ("retry in -5s", None),
            ("retry in soon, then retry in 9s", Some(9.0)),
            ("retry inside 5", None),
            ("", None),
        ];
        for (text, delay) in table {
            assert_eq!(in_sentence(text), delay, "{text}");
        }
    }

    #[test]
    fn a_protobuf_duration_is_found_at_any_depth_in_json_and_in_pythons_repr() {
        for text in [
            r#"{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"4.843473059s"}]}}"#,
            "429 RESOURCE_EXHAUSTED. {'error': {'details': [{'retryDelay': '4.843473059s'}]}}",
            r#"{"error":"{\"retryDelay\": \"4.843473059s\"}"}"#,
        ] {
            assert_eq!(in_retry_info(text), Some(4.843473059), "{text}");
        }
        assert_eq!(in_retry_info(r#"{"retryDelay":"2s"},{"retryDelay":"9s"}"#), Some(9.0), "the longest");
        assert_eq!(in_retry_info(r#"{"retryDelay":"-2s"}"#), None);
        assert_eq!(in_retry_info(r#"{"retryDelay":null}"#), None);
    }

    #[test]
    fn a_header_has_seconds_or_a_date_in_any_of_the_three_forms() {
        let now = 784_111_777.0; // Sun, 06 Nov 1994 08:49:37 GMT
        let table = [
            ("12", Some(12.0)),
            (" 0 ", Some(0.0)),
            ("1.5", Some(1.5)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30.0)),
            ("Sunday, 06-Nov-94 08:50:07 GMT", Some(30.0)),
            ("Sun Nov  6 08:50:07 1994", Some(30.0)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0.0)), // past
            ("Sun, 06 Nov 2044 08:00:00 GMT", Some(LONGEST_DELAY)),
            ("-5", None),
            ("1e9", None),
            ("NaN", None),
            ("soon", None),
            ("", None),
        ];
        for (value, delay) in table {
            assert_eq!(in_header(value, None, now), delay, "{value}");
        }
        let (at, date) = ("Sun, 06 Nov 1994 08:50:07 GMT", "Sun, 06 Nov 1994 08:50:00 GMT");
        assert_eq!(in_header(at, Some(date), 0.0), Some(7.0), "by the server's clock, whatever ours says");
        assert_eq!(in_milliseconds("1500"), Some(1.5));
        assert_eq!(in_milliseconds("123456789"), Some(123_456.789));
        assert_eq!(in_milliseconds("x"), None);
    }
}
