//! Error objects without an event's name: what providers, gateways and proxies write into a stream, or answer with status
//! 200, instead of AgentOS's events.

use crate::json::{Object, Raw};

/// Whether the members of the object `text` say that it is an error.
pub(super) fn states_an_error(text: &str) -> bool {
    let Ok(mut object) = Object::parse(text) else { return false };
    let (mut marked, mut worded) = (false, false);
    while let Ok(Some((key, value))) = object.next_member() {
        let is = |wanted: &[&str]| value.as_str().is_some_and(|text| wanted.iter().any(|wanted| text.is(wanted)));
        match key.decode().as_ref() {
            "error" | "errors" | "detail" | "fault" if is_filled(value) => return true,
            // OpenAI's Responses API.
            "type" if is(&["response.failed"]) => return true,
            // MiniMax.
            "base_resp" if value.member("status_code").is_some_and(is_filled) => return true,
            "type" | "status" | "object" => marked |= is(&["error", "failed", "failure", "fail"]),
            "success" | "ok" => marked |= value.as_bool() == Some(false),
            "code" | "statusCode" | "status_code" => marked |= states_failure(value),
            "message" | "msg" | "errorText" | "error_message" => worded |= is_filled(value),
            _ => {}
        }
    }
    marked && worded
}

/// Neither of `null`, `false`, `0`, `""`, `{}`, `[]`.
fn is_filled(value: Raw<'_>) -> bool {
    let empty = matches!(value.text(), "null" | "false" | "0" | "\"\"" | "\"0\"");
    !empty && !value.is_empty_container()
}

/// A status of 400 or above, or a provider's own number: `429`, `"1302"`.
fn states_failure(value: Raw<'_>) -> bool {
    let text = value.to_text();
    text.bytes().all(|b| b.is_ascii_digit()) && text.parse().is_ok_and(|code: u32| code >= 400)
}
