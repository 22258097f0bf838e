//! SSE frames as AgentOS writes them: `event: NAME`, one `data:` line of JSON, a blank line.

use super::Event;
use crate::time::Seconds;
use serde::Serialize;

/// The frame of a model's event. Line breaks, which JSON does not need, would end the data line.
pub(super) fn event(event: &Event) -> String {
    let clean = |text: &str| text.replace(['\r', '\n'], " ");
    format!("event: {}\ndata: {}\n\n", clean(&event.name), clean(&event.data))
}

/// Writes the generator's own frames.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frames {
    pub event_key: bool,
}

#[derive(Serialize)]
struct Retry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    attempt: u32,
    max_retries: u32,
    delay: Seconds,
    message: &'a str,
}

#[derive(Serialize)]
struct Error<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    error: &'a str,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retries: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_seconds: Option<Seconds>,
}

impl Frames {
    pub fn retry(&self, attempt: u32, max_retries: u32, delay: Seconds, message: &str) -> String {
        self.write("retry", |event| Retry { event, attempt, max_retries, delay, message })
    }

    pub fn error(&self, error: &str, kind: &str, retries: Option<u32>) -> String {
        self.write("error", |event| Error { event, error, r#type: kind, retries, timeout_seconds: None })
    }

    pub fn timeout(&self, error: &str, seconds: Seconds) -> String {
        let timeout_seconds = Some(seconds);
        self.write("error", |event| Error { event, error, r#type: "timeout", retries: None, timeout_seconds })
    }

    fn write<T: Serialize>(&self, name: &'static str, payload: impl FnOnce(Option<&'static str>) -> T) -> String {
        let payload = payload(self.event_key.then_some(name));
        // Strings and numbers always serialize.
        let data = serde_json::to_string(&payload).unwrap_or_default();
        format!("event: {name}\ndata: {data}\n\n")
    }
}
