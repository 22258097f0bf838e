//! What a provider, gateway or proxy said instead of an answer.
//!
//! In: an HTTP status, a text (a body, an exception, a RunError), header fields. Out: whether it is a rate limit,
//! whether a retry may succeed, the delay it asks for, the quotas it names. Never: a decision to wait; that is
//! [`retry`](crate::retry).
//!
//! docs/rate-limit-retries.md defines a rate limit as "429, RESOURCE_EXHAUSTED or quota anywhere in the text". One
//! exception: a status stated in the text takes precedence, so a 400 that mentions a quota is a 400.

mod delay;
mod quota_failure;
mod status;

pub(crate) use quota_failure::{quota_violations, QuotaViolation};

use crate::text::contains;
use crate::time::Seconds;
use status::{stated_status, three_digit_numbers};

/// One hour: longer delays are reduced to this, whatever a server asks for.
pub const LONGEST_DELAY: Seconds = 3_600.0;

/// A refusal, as received.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Refusal<'a> {
    /// The HTTP status, if it is an HTTP response.
    pub status: Option<u16>,
    /// The response body, or the text of an exception.
    pub text: &'a str,
    /// The header fields of an HTTP response.
    pub headers: RetryHeaders<'a>,
}

/// The header fields that state a delay. From another origin a page sees only those listed in
/// `Access-Control-Expose-Headers`.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct RetryHeaders<'a> {
    /// `Retry-After` (RFC 9110 §10.2.3): seconds, or an HTTP date.
    pub retry_after: Option<&'a str>,
    /// `retry-after-ms`: milliseconds (OpenAI, Azure).
    pub retry_after_ms: Option<&'a str>,
    /// `Date`: the reference for a Retry-After date.
    pub date: Option<&'a str>,
}

impl<'a> Refusal<'a> {
    /// The text of an exception or a RunError.
    pub fn of_text(text: &'a str) -> Self {
        Refusal { text, ..Refusal::default() }
    }

    /// An HTTP response.
    pub fn of_http(status: u16, text: &'a str, headers: RetryHeaders<'a>) -> Self {
        Refusal { status: Some(status), text, headers }
    }

    /// Whether it is a rate limit.
    pub fn is_rate_limit(&self) -> bool {
        let lower = || self.text.to_ascii_lowercase();
        let exhausted = || contains(self.text, "RESOURCE_EXHAUSTED");
        match self.status.or_else(|| stated_status(self.text)) {
            Some(429) => true,
            // A proxy may wrap the provider's 429 in another status; Google's own name for it is unambiguous.
            Some(_) => exhausted() && stated_status(self.text) != Some(400),
            None => {
                let lower = lower();
                exhausted()
                    || RATE_LIMIT_PHRASES.iter().any(|name| contains(&lower, name))
                    || three_digit_numbers(self.text).any(|n| n.1 == "429")
            }
        }
    }

    /// Whether the same request may succeed later: a rate limit, or an unavailable service (503).
    pub fn is_transient(&self) -> bool {
        self.status == Some(503) || self.is_rate_limit()
    }

    /// The delay it asks for, in seconds from 0 to [`LONGEST_DELAY`]. Of several, the most precise source counts:
    /// google.rpc.RetryInfo, then a sentence, `retry-after-ms`, `Retry-After`.
    pub fn requested_delay(&self, now: Seconds) -> Option<Seconds> {
        let RetryHeaders { retry_after, retry_after_ms, date } = self.headers;
        let named = delay::in_retry_info(self.text)
            .or_else(|| delay::in_sentence(self.text))
            .or_else(|| retry_after_ms.and_then(delay::in_milliseconds))
            .or_else(|| retry_after.and_then(|value| delay::in_header(value, date, now)));
        named.map(|d| d.min(LONGEST_DELAY))
    }

    /// Renamed to [`is_transient`](Refusal::is_transient).
    #[deprecated = "use is_transient"]
    pub fn may_pass(&self) -> bool {
        self.is_transient()
    }

    /// Renamed to [`requested_delay`](Refusal::requested_delay).
    #[deprecated = "use requested_delay"]
    pub fn named_delay(&self, now: Seconds) -> Option<Seconds> {
        self.requested_delay(now)
    }
}

/// Phrases that mean a rate limit, in lower case: Google's, other providers' error types, gateways' messages.
const RATE_LIMIT_PHRASES: [&str; 6] = [
    "quota",
    "rate_limit_e", // rate_limit_error (Anthropic), rate_limit_exceeded (OpenAI)
    "too many requests",
    "rate limit exceeded",
    "rate limit reached",
    "rate limited",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_limit_is_recognized_by_status_name_or_phrase() {
        let limits = [
            "429 RESOURCE_EXHAUSTED. {'error': {'code': 429, 'message': 'You exceeded your current quota'}}",
            r#"{"error":{"code":429,"message":"You exceeded your current quota...","status":"RESOURCE_EXHAUSTED"}}"#,
            r#"[{"error": {"code": 429}}]"#,
            "<Response [429 Too Many Requests]>",
            "Error code: 429 - {'error': {'message': 'slow down'}}",
            "HTTP 429",
            "429",
            "Client error '429 Too Many Requests' for url",
            "RESOURCE_EXHAUSTED",
            "You exceeded your current QUOTA, please check your plan.",
            "quota: 500 requests per day",
            r#"{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}"#,
            r#"{"error":{"message":"x","type":"tokens","code":"rate_limit_exceeded"}}"#,
            "Rate limit exceeded: 5 per 1 minute",
            "Got a 429.",
            "(429)",
        ];
        for text in limits {
            assert!(Refusal::of_text(text).is_rate_limit(), "{text}");
        }
    }

    #[test]
    fn a_text_that_only_mentions_a_quota_or_429_is_not_a_rate_limit() {
        let others = [
            r#"{"error":{"code":400,"message":"Invalid argument: quota {x}","status":"INVALID_ARGUMENT"}}"#,
            "400 INVALID_ARGUMENT. {'error': {'code': 400, 'message': 'the quota field is unknown'}}",
            "Error code: 400 - quota_project is missing",
            "status_code=403, quota project not set",
            r#"{"error":{"code":500,"message":"An internal error"}}"#,
            "peer closed connection",
            "order 4290 not found",
            "the value 1.429 is out of range",
            "4.429.1",
            "id-429-x",
            "429.5 is no status",
            "400 You exceeded your current quota",
            "",
        ];
        for text in others {
            assert!(!Refusal::of_text(text).is_rate_limit(), "{text}");
        }
    }

    #[test]
    fn the_status_of_an_http_response_takes_precedence() {
        let http = |status, text| Refusal::of_http(status, text, RetryHeaders::default());
        assert!(http(429, "<html>").is_rate_limit());
        assert!(!http(400, "quota 429").is_rate_limit());
        assert!(!http(400, "429 is not a colour").is_rate_limit());
        assert!(http(500, "429 RESOURCE_EXHAUSTED").is_rate_limit(), "a proxy that wraps it");
        assert!(!http(503, "Service Temporarily Unavailable").is_rate_limit());
        assert!(http(503, "").is_transient());
        assert!(!http(500, "").is_transient());
    }

    #[test]
    fn the_most_precise_delay_wins_and_is_bounded() {
        let headers = RetryHeaders { retry_after: Some("30"), retry_after_ms: Some("1500"), date: None };
        let delay = |text, headers| Refusal::of_http(429, text, headers).requested_delay(0.0);
        let info = r#"{"error":{"message":"Please retry in 5s","details":[{"retryDelay":"4.843473059s"}]}}"#;
        assert_eq!(delay(info, headers), Some(4.843473059));
        assert_eq!(delay("Please retry in 5s", headers), Some(5.0));
        assert_eq!(delay("", headers), Some(1.5));
        assert_eq!(delay("", RetryHeaders { retry_after_ms: None, ..headers }), Some(30.0));
        assert_eq!(delay("", RetryHeaders::default()), None);
        assert_eq!(delay("retry in 99999s", headers), Some(LONGEST_DELAY));
    }
}
