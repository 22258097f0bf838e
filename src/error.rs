//! Errors as the page shows them: a message for people and a type for programs.
//!
//! In: what providers, AgentOS and the proxies between them report (docs/agentos-protocol.md). Out: a [`StreamError`].

use crate::event::RunEvent;
use crate::json::{Raw, Str};
use crate::refusal::{wait_in, Evidence, Headers, Kind, QuotaViolation, Refusal, LONGEST_DELAY};
use crate::retry;
use crate::text::{contains, decimal};
use crate::time::Seconds;
use serde::Serialize;
use std::sync::Arc;

/// The type of an error. The first four are those of a retrying backend (docs/rate-limit-retries.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorType {
    /// The model's quota is exhausted; retries were made, or may help later.
    RateLimit,
    /// The run failed.
    General,
    /// The backend failed unexpectedly.
    Unexpected,
    /// The backend's time limit for the run passed.
    Timeout,
    /// The request got no response.
    Network,
    /// A response with a status of 400 or above.
    Http,
    /// The stream ended before the run did.
    Interrupted,
    /// The response was not an AgentOS stream.
    Protocol,
}

/// An error, as shown in the banner.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamError {
    /// The message for the user.
    pub message: String,
    /// The type for programs.
    #[serde(rename = "type")]
    pub kind: ErrorType,
    /// Retries made before giving up, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u64>,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Whether sending the same message again may succeed.
    pub retryable: bool,
    /// The likely cause, for the user, if the token counts show one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Why the request or the run was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Kind>,
    /// Who refused it, if known: `Google`, `Anthropic`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// When it is worth trying again, if that is too far off to be waited out. Seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Seconds>,
    /// The wait that was named, in seconds.
    #[serde(skip)]
    pub delay: Option<Seconds>,
    #[serde(skip)]
    pub(crate) said: Option<Arc<Said>>,
    /// The request's address without query and credentials, if it failed: types `http`, `network` and `protocol`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What was said of a refusal. Shared: errors are copied, and this may be long.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    /// As sent.
    pub text: String,
    /// The exhausted quotas that it names.
    pub quotas: Vec<QuotaViolation>,
}

impl StreamError {
    /// An error with only a type and a message.
    pub fn new(kind: ErrorType, message: impl Into<String>) -> Self {
        let retryable = !matches!(kind, ErrorType::Http | ErrorType::Protocol);
        StreamError {
            message: message.into(),
            kind,
            retries: None,
            http_status: None,
            retryable,
            hint: None,
            reason: None,
            provider: None,
            retry_at: None,
            delay: None,
            said: None,
            url: None,
        }
    }

    /// The request went to `url`.
    pub(crate) fn locate(&mut self, url: &Option<String>) {
        if matches!(self.kind, ErrorType::Http | ErrorType::Network | ErrorType::Protocol) {
            self.url.clone_from(url);
        }
    }

    /// From an `error` event: the type that the server names, and the sentence of its text, else `An error occurred`.
    #[inline(never)]
    pub(crate) fn from_event(event: &RunEvent<'_>, now: Seconds) -> Self {
        let mut error = StreamError::read(event_text(event).unwrap_or_default(), event, now);
        error.retries = event.retries;
        let stated = match event.error_type.map(Str::decode).as_deref().unwrap_or_default() {
            "rate_limit" => ErrorType::RateLimit,
            "unexpected" => ErrorType::Unexpected,
            "timeout" => ErrorType::Timeout,
            _ => return error,
        };
        if stated == ErrorType::RateLimit && error.reason == Some(Kind::Unknown) {
            error.reason = Some(Kind::RateLimit);
        }
        // Whatever the reason: this server's word for it, and its user may send the message again.
        error.kind = stated;
        error.retryable = true;
        error
    }

    /// From a RunError, TeamRunError or WorkflowError: what the provider said, often its raw JSON body.
    #[inline(never)]
    pub(crate) fn from_run(event: &RunEvent<'_>, now: Seconds) -> Self {
        StreamError::read(provider_text(event), event, now)
    }

    fn read(text: String, event: &RunEvent<'_>, now: Seconds) -> Self {
        let class = event.error_type.map(Str::decode);
        // What was read as the text is read once.
        let around = event.json.filter(|json| *json != text).unwrap_or_default();
        StreamError::from_text(&text, around, class.as_deref(), now)
    }

    /// From what an exception says. `around`: the JSON that it is a member of; `error_type`: its class.
    pub(crate) fn from_text(text: &str, around: &str, error_type: Option<&str>, now: Seconds) -> Self {
        let refusal = Evidence { text, around, error_type, ..Evidence::default() }.read(now);
        StreamError::from_refusal(refusal, ErrorType::General, text, now)
    }

    /// From a response with a status of 400 or above, whatever its body.
    pub fn from_http(status: u16, body: &str, headers: Headers<'_>, now: Seconds) -> Self {
        let mut refusal = Evidence::of_http(status, body, headers).read(now);
        refusal.message = Some(match refusal.message.take() {
            // A server's text about its own failure is rarely meant for people: show both.
            Some(text) if status == 500 && refusal.kind == Kind::Unknown => {
                [refusal.sentence(), " (", &text, ")"].concat()
            }
            Some(text) => text,
            None => [refusal.sentence(), " (HTTP ", &decimal(status.into()), ")"].concat(),
        });
        let mut error = StreamError::from_refusal(refusal, ErrorType::Http, body, now);
        error.http_status = Some(status);
        error.retryable |= status == 425;
        error
    }

    /// `kind`: the type if it is not a rate limit.
    fn from_refusal(refusal: Refusal, kind: ErrorType, text: &str, now: Seconds) -> Self {
        let limited = refusal.kind == Kind::RateLimit || refusal.status == Some(429);
        let kind = if limited { ErrorType::RateLimit } else { kind };
        let mut error = StreamError::new(kind, refusal.sentence());
        error.retryable = refusal.kind.is_retryable();
        error.reason = Some(refusal.kind);
        error.delay = refusal.delay;
        error.provider = refusal.provider;
        error.said = Some(Arc::new(Said { text: text.to_owned(), quotas: refusal.quotas }));
        if refusal.kind.passes() {
            error.defer(now);
        }
        error
    }

    /// Says when it is worth trying again, if the wait that was named is too long to be waited out.
    pub(crate) fn defer(&mut self, now: Seconds) {
        let Some(delay) = self.delay.filter(|delay| *delay > LONGEST_DELAY && self.retry_at.is_none()) else { return };
        self.retry_at = Some(now + delay);
        // Many say it themselves: in words, unlike `43210 seconds` and `1h2m3s`.
        let in_words = contains(&self.message, "hour") || contains(&self.message, "day");
        if !in_words || wait_in(&self.message, now).is_none_or(|said| said <= LONGEST_DELAY) {
            let ended = self.message.ends_with(['.', '!', '?', '…', ')']);
            self.message.push_str(if ended { " " } else { ". " });
            self.message.push_str(&retry::again_in(delay));
        }
    }

    /// What was said, as sent, else the message.
    pub(crate) fn as_sent(&self) -> &str {
        self.said.as_ref().map(|said| said.text.as_str()).filter(|text| !text.is_empty()).unwrap_or(&self.message)
    }

    /// The exhausted quotas that were named.
    pub(crate) fn quotas(&self) -> &[QuotaViolation] {
        self.said.as_ref().map_or(&[], |said| &said.quotas)
    }

    /// Whether waiting helps, and the wait is short enough to be waited out.
    pub(crate) fn may_pass(&self) -> bool {
        self.reason.is_some_and(|kind| kind.may_pass(self.delay))
    }
}

/// What a RunError, TeamRunError or WorkflowError says, as sent: often the provider's JSON.
pub(crate) fn provider_text(event: &RunEvent<'_>) -> String {
    event.error.map(String::from).or_else(|| event.content.map(Raw::to_text)).unwrap_or_default()
}

/// What an `error` event says, as sent; a provider's error object with all that is around it.
fn event_text(event: &RunEvent<'_>) -> Option<String> {
    let whole = || event.json.filter(|_| event.is_unnamed || event.error_value.is_some()).map(str::to_owned);
    let text = event.error.filter(|_| !event.is_unnamed).map(String::from).or_else(whole);
    let text = text.or_else(|| event.message.map(String::from)).or_else(|| event.error_text.map(str::to_owned));
    text.or_else(|| event.json.map(str::to_owned))
}
