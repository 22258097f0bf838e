//! Errors as the page shows them: a message for people and a type for programs.
//!
//! In: what providers, AgentOS and the proxies between them report (docs/agentos-protocol.md). Out: a [`StreamError`].

use crate::event::RunEvent;
use crate::json::Raw;
use crate::refusal::Refusal;
use serde::Serialize;

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
    /// The request's address without query and credentials, if it failed: types `http`, `network` and `protocol`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
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
            url: None,
        }
    }

    /// The request went to `url`.
    pub(crate) fn locate(&mut self, url: &Option<String>) {
        if matches!(self.kind, ErrorType::Http | ErrorType::Network | ErrorType::Protocol) {
            self.url.clone_from(url);
        }
    }

    /// From an `error` event: the server's text, else `An error occurred`.
    pub(crate) fn from_event(text: Option<String>, kind: Option<&str>, retries: Option<u64>) -> Self {
        let kind = match kind {
            Some("rate_limit") => ErrorType::RateLimit,
            Some("unexpected") => ErrorType::Unexpected,
            Some("timeout") => ErrorType::Timeout,
            _ => ErrorType::General,
        };
        let message = text.unwrap_or_else(|| "An error occurred".into());
        StreamError { retries, ..StreamError::new(kind, message) }
    }

    /// From a top-level RunError. `text`: what the provider said, often its raw JSON body.
    pub(crate) fn from_provider(text: &str) -> Self {
        let body = Raw::parse(text.trim()).ok();
        let kind = match Refusal::of_text(text).is_rate_limit() {
            true => ErrorType::RateLimit,
            false => ErrorType::General,
        };
        let words = || Some(text.trim()).filter(|t| !is_markup(t)).map(str::to_owned);
        let message = body.and_then(message_in).or_else(words).unwrap_or_default();
        match message.is_empty() {
            true => StreamError::new(kind, "An error occurred"),
            false => StreamError::new(kind, message),
        }
    }

    /// From a response with a status of 400 or above, whatever its body.
    pub fn from_http(status: u16, body: &str) -> Self {
        let stated = match Raw::parse(body.trim()) {
            Ok(json) => message_in(json),
            Err(_) => short_plain_text(body),
        };
        let generic = || match status {
            401 | 403 => "You are not signed in, or not allowed to do this.",
            404 => "There is no such agent, team or workflow at this address.",
            408 | 504 => "The server took too long to answer.",
            413 => "The message or its files are too large.",
            429 => "Too many requests. Please try again in a few moments.",
            500 => "The server failed while answering.",
            502 | 503 => "The service is not available at the moment. Please try again in a few moments.",
            _ => "The server refused the request.",
        };
        let message = match stated {
            // A server's text about its own failure is rarely meant for people: show both.
            Some(text) if status == 500 => [generic(), " (", &text, ")"].concat(),
            Some(text) => text,
            None => [generic(), " (HTTP ", &crate::text::decimal(status.into()), ")"].concat(),
        };
        let kind = if status == 429 { ErrorType::RateLimit } else { ErrorType::Http };
        let retryable = matches!(status, 408 | 425 | 429) || status >= 500;
        StreamError { http_status: Some(status), retryable, ..StreamError::new(kind, message) }
    }
}

/// What a RunError, TeamRunError or WorkflowError says, as sent: often the provider's JSON.
pub(crate) fn provider_text(event: &RunEvent<'_>) -> String {
    event.error.map(String::from).or_else(|| event.content.map(Raw::to_text)).unwrap_or_default()
}

/// Finds the message in an error body: `{"error":{"message"}}`, `{"detail"}`, `{"error"}`, `{"message"}`, …
pub(crate) fn message_in(body: Raw<'_>) -> Option<String> {
    if let Some(text) = body.as_str().filter(|t| !t.is_empty()) {
        return Some(text.into());
    }
    if let Some(mut list) = body.as_array() {
        return message_in(list.next()?);
    }
    for key in ["error", "detail", "message", "error_description"] {
        let Some(value) = body.member(key) else { continue };
        if let Some(text) = value.as_str().filter(|t| !t.is_empty()) {
            return Some(text.into());
        }
        if let Some(list) = value.as_array() {
            let texts: Vec<String> = list.filter_map(validation_message).collect();
            return (!texts.is_empty()).then(|| texts.join("; "));
        }
        if let Some(text) = value.as_object().and_then(|_| message_in(value)) {
            return Some(text);
        }
    }
    None
}

/// One element of a 422's `detail`: `{"loc":["body","message"],"msg":"Field required"}` → `message: Field required`.
fn validation_message(item: Raw<'_>) -> Option<String> {
    if let Some(text) = item.as_str() {
        return Some(text.into());
    }
    let message: String = item.member("msg")?.as_str()?.into();
    let field = item.member("loc").and_then(Raw::as_array).and_then(Iterator::last).and_then(Raw::as_str);
    Some(match field {
        Some(field) => [&field.decode(), ": ", &message].concat(),
        None => message,
    })
}

/// Whether a text is HTML or an object's repr (`<Response …>`), which tells a user nothing.
pub(crate) fn is_markup(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

/// A body that is short plain text; HTML tells a user nothing.
fn short_plain_text(body: &str) -> Option<String> {
    let text = body.trim();
    (!text.is_empty() && text.len() <= 300 && !text.contains('<')).then(|| text.to_owned())
}
