//! Texts made of what refusals are made of, whole and in pieces.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// What refusals are made of, whole and in pieces.
fn fragment() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "\\",
        "\\\"",
        "\\n",
        "\\u00e9",
        ":",
        ": ",
        ",",
        " ",
        "\n",
        "\n\n",
        "<",
        ">",
        "</",
        "{\"error\":",
        "{'error': ",
        "\"message\":\"",
        "'message': '",
        "\"code\":429",
        "'code': 503",
        "\"retryDelay\":\"26s\"",
        "retry_delay {\n seconds: 34\n}",
        "'retry-after': '",
        "Error code: 429 - ",
        "litellm.RateLimitError: ",
        "GroqException - ",
        "b'",
        "An error occurred: ",
        "An error occurred (ThrottlingException) when calling the X operation: ",
        "429 ",
        "529",
        "RESOURCE_EXHAUSTED. ",
        "try again in ",
        "retry after ",
        "resets at ",
        "wait ",
        "2026-11-29T05:00:30Z",
        "02:15:24",
        "1m30s",
        "99999999999999999999",
        "1e308",
        "-5",
        "0",
        "NaN",
        "quota exceeded",
        "too many requests",
        "headers: ",
        "body: ",
        "details = \"",
        "<ak-x>",
        "Provider returned error",
        "insufficient_quota",
        "null",
        "é",
        "😀",
        "Client Error",
        "\u{0}",
        "\u{1b}[31m",
        "half a ",
        "Nov 29, 2026 05:00 UTC",
        "05:30 UTC",
        "\n    at ",
        "overloaded_error: ",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 2 => "[a-zA-Z_ .:]{0,12}", 1 => "\\PC{0,8}", 1 => "[0-9.:smhd-]{0,10}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_text_is_its_sentence_is_bounded_prose_and_its_wait_a_number(
        fragments in vec(fragment(), 0..40),
        status in prop::option::of(100u16..=999),
        headers in vec((prop::sample::select(vec!["retry-after", "ratelimit", "x-ratelimit-reset", "x-ratelimit-remaining", "date"]), fragment()), 0..4),
        now in prop_oneof![Just(0.0), Just(1_795_928_400.0)],
    ) {
        let text = fragments.concat();
        let headers: String = headers.into_iter().map(|(name, value)| [name, ": ", &value, "\n"].concat()).collect();
        let refusal = Evidence { status, text: &text, headers: Headers(&headers), ..Evidence::default() }.read(now);
        prop_assert!(refusal.delay.is_none_or(|wait| wait.is_finite() && wait >= 0.0), "{:?}", refusal.delay);
        prop_assert!(!refusal.sentence().is_empty());
        if let Some(message) = refusal.message {
            prop_assert!(message.len() <= 510, "{}", message.len());
            for dump in ["{\"", "': '", "</", "\\n", "[object ", "\u{1b}", "\u{0}"] {
                prop_assert!(!message.contains(dump), "{message}");
            }
        }
    }
}
