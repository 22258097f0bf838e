//! Error objects without an event's name: what providers, gateways and proxies write into a stream, or answer with status
//! 200, instead of AgentOS's events.

use crate::json::{Object, Raw};

/// Members that are an error whatever stands beside them.
const ERRORS: [&str; 4] = ["error", "errors", "detail", "fault"];
/// Members that say whether the object is an error: by a word, by `false`, by a number.
const MARKS: [&str; 8] = ["type", "status", "object", "success", "ok", "code", "statusCode", "status_code"];
const FAILURES: [&str; 4] = ["error", "failed", "failure", "fail"];
/// Members with the words of such an error.
const WORDS: [&str; 4] = ["message", "msg", "errorText", "error_message"];

/// Whether the members of the object `text` say that it is an error.
#[inline(never)]
pub(super) fn states_an_error(text: &str) -> bool {
    let Ok(mut object) = Object::parse(text) else { return false };
    let (mut marked, mut worded) = (false, false);
    while let Ok(Some((key, value))) = object.next_member() {
        let is = |names: &[&str]| names.iter().any(|name| key.is(name));
        // MiniMax; OpenAI's Responses API.
        let named = is(&["base_resp"]) && value.member("status_code").is_some_and(is_filled)
            || is(&["type"]) && value.as_str().is_some_and(|kind| kind.is("response.failed"));
        if named || is(&ERRORS) && is_filled(value) {
            return true;
        }
        marked |= is(&MARKS) && states_failure(value);
        worded |= is(&WORDS) && is_filled(value);
    }
    marked && worded
}

/// Anything but `null`, `false`, `0`, `""`, `{}` and `[]`.
fn is_filled(value: Raw<'_>) -> bool {
    !["null", "false", "0", "\"\""].contains(&value.text()) && !value.is_empty_container()
}

/// `"error"`, `false`, a status of 400 or above, or a provider's own number: `429`, `"1302"`.
fn states_failure(value: Raw<'_>) -> bool {
    let text = value.to_text();
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    text == "false" || FAILURES.contains(&text.as_str()) || is_number && text.parse().is_ok_and(|code: u32| code >= 400)
}
