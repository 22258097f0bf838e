use super::*;
use crate::bytes::scanned;

mod fuzz;

fn kind(text: &str) -> Kind {
    Evidence::of_text(text).read(0.0).kind
}
fn http(status: u16, text: &str) -> Kind {
    Evidence::of_http(status, text, Headers::default()).read(0.0).kind
}

#[test]
fn a_rate_limit_is_known_by_its_status_its_code_or_its_words() {
    for text in [
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
        "quota: 500 requests per minute",
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}"#,
        r#"{"error":{"message":"x","type":"tokens","code":"rate_limit_exceeded"}}"#,
        "Rate limit exceeded: 5 per 1 minute",
        "Got a 429.",
        "(429)",
        "{'Error': {'Code': 'throttlingException', 'Message': 'Too many tokens, please wait before trying again.'}, 'ResponseMetadata': {'HTTPStatusCode': 400, 'HTTPHeaders': {}}}",
        "An error occurred (ThrottlingException) when calling the ConverseStream operation (reached max retries: 4): Too many tokens, please wait before trying again.",
    ] {
        assert_eq!(kind(text), Kind::RateLimit, "{text}");
    }
}

#[test]
fn what_only_mentions_a_quota_or_a_429_is_none() {
    for text in [
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
        "Expecting ',' delimiter: line 1 column 429 (char 428)",
        "[Errno 122] Disk quota exceeded: '/srv/data'",
        "Client error '404 Not Found' for url 'https://api.example.test/orders/429'",
        "unknown option rate_limit_enabled",
        "",
    ] {
        assert!(!kind(text).passes(), "{text}: {:?}", kind(text));
    }
}

#[test]
fn the_status_of_an_http_answer_decides_unless_it_wraps_another() {
    assert_eq!(http(429, "<html>"), Kind::RateLimit);
    assert_eq!(http(400, "quota 429"), Kind::BadRequest);
    assert_eq!(http(400, "429 is not a color"), Kind::BadRequest);
    assert_eq!(http(500, "429 RESOURCE_EXHAUSTED"), Kind::RateLimit);
    assert_eq!(http(502, r#"{"error":{"message":"Upstream error 429: Too Many Requests"}}"#), Kind::RateLimit);
    assert_eq!(http(503, "Service Temporarily Unavailable"), Kind::Overloaded);
    assert_eq!(http(500, ""), Kind::Unknown);
    assert_eq!(http(529, ""), Kind::Overloaded);
    assert_eq!(
        http(413, r#"{"error":{"code":"rate_limit_exceeded","message":"Request too large"}}"#),
        Kind::RequestTooLarge
    );
}

#[test]
fn a_megabyte_of_anything_is_read_in_bounded_time_and_memory() {
    for unit in ["{", "[{\"", "{\"a\":\"", "\\\"{", "try again in 1m", "429 ", "'", "{'message': '{"] {
        let text = unit.repeat((1 << 20) / unit.len());
        let refusal = Evidence::of_text(&text).read(0.0);
        assert!(refusal.message.is_none_or(|m| m.len() <= 510), "{unit}");
    }
}

#[test]
fn a_refusal_without_words_gets_those_of_its_kind() {
    let sentence = |status, text| Evidence { status, text, ..Evidence::default() }.read(0.0).sentence().to_owned();
    for (status, text, wanted) in [
        (Some(429), "<html>", "Too many requests. Please try again in a few moments."),
        (Some(500), "{\"detail\":{\"code\":429}}", "Too many requests. Please try again in a few moments."),
        (Some(500), "", "The server failed while answering."),
        (Some(524), "<html>", "The server took too long to answer."),
        (Some(521), "<html>", "The service is not available at the moment. Please try again in a few moments."),
        (Some(402), "{}", "The quota of this account is used up."),
        (Some(418), "{}", "The server refused the request."),
        (None, "{\"error\":{\"code\":\"content_filter\"}}", "The answer was blocked by a content filter."),
        (None, "[object Object]", "An error occurred"),
        (None, "\\<ak-x>null, said the server", "An error occurred"),
    ] {
        assert_eq!(sentence(status, text), wanted, "{status:?} {text}");
    }
}

#[test]
fn the_message_of_a_retry_names_its_wait() {
    for (message, wait) in [
        ("Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)", Some(5.0)),
        ("Retrying in half a minute", Some(30.0)),
        ("Waiting 30 seconds before retry 2 of 3", Some(30.0)),
        ("Next attempt in 00:12", Some(12.0)),
        ("Retrying request to /chat/completions in 0.8 seconds", Some(0.8)),
        ("Backing off for 8s", Some(8.0)),
        ("Sleeping for 2 minutes", Some(120.0)),
        ("Retrying at 2026-11-29T05:00:30Z", None),
        ("Retrying now", None),
    ] {
        assert_eq!(wait_in(message, f64::INFINITY), wait, "{message}");
    }
}

#[test]
fn what_is_around_a_text_adds_codes_and_waits_and_no_words() {
    let read = |text, around| Evidence { text, around, ..Evidence::default() }.read(0.0);
    let refusal = read(
        "Slow down",
        r#"{"error":"Slow down","retry_after":9,"code":"rate_limit_exceeded","message":"quota exceeded"}"#,
    );
    assert_eq!(
        (refusal.kind, refusal.delay, refusal.message.as_deref()),
        (Kind::RateLimit, Some(9.0), Some("Slow down"))
    );
    let refusal = read("It failed", r#"{"content":"It failed","message":"429 Too Many Requests","model":"gpt-5"}"#);
    assert_eq!((refusal.kind, refusal.delay, refusal.provider), (Kind::Unknown, None, None));
}

#[test]
fn who_refused_is_whom_the_run_named_else_whom_the_text_shows() {
    let text = "Requests to the ChatCompletions_Create Operation under Azure OpenAI have exceeded call rate limit.";
    assert_eq!(Evidence::of_text(text).read(0.0).provider.as_deref(), Some("Azure"));
    let named = Evidence { provider: Some("Contoso"), ..Evidence::of_text(text) };
    assert_eq!(named.read(0.0).provider.as_deref(), Some("Contoso"));
    assert_eq!(Evidence::of_text("no idea").read(0.0).provider, None);
}

/// So the time for any length is that for 16 KB, whatever a text makes of it. `make fuzz` looks for what is slow.
#[test]
fn of_a_long_text_only_beginning_and_end_are_read() {
    for unit in ["{", "[{\"", "\\\"{", "try again in 1m ", "wait ~~~~ ", "got 429 ", "<<<429 ", "XError ", "é", "b'"] {
        for before in ["", "Error code: 429 - ", "{\"error\":{\"message\":\""] {
            let of_length = |bytes: usize| [before, &unit.repeat(bytes / unit.len()), " Please retry in 7s."].concat();
            let (short, long) = (of_length(16 << 10), of_length(1 << 20));
            // The tail begins at the same place of a repetition.
            let shift = (long.len() - short.len()) % unit.len();
            assert_eq!(shift, 0, "{unit}");
            assert_eq!(Evidence::of_text(&short).read(0.0), Evidence::of_text(&long).read(0.0), "{before}{unit}");
        }
    }
}

thread_local! {
    /// How many refusals were read.
    pub(super) static READS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[test]
fn in_a_stream_without_an_error_no_refusal_is_read() {
    let read = |name: &str| {
        let path = [env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/recordings/", name, ".sse"].concat();
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut client = crate::client::Client::new(crate::client::Config::default());
        READS.set(0);
        client.handle(crate::client::Input::Begin { text: Some("hello") }, 0.0);
        client.handle(crate::client::Input::Feed(&bytes), 0.0);
        client.handle(crate::client::Input::End, 0.0);
        READS.get()
    };
    for healthy in ["agent_plain", "agent_reasoning_tools", "team_nested", "agent_failing_tool"] {
        assert_eq!(read(healthy), 0, "{healthy}");
    }
    assert!(read("seedroute_seed_general_error") > 0);
}

/// A text of twelve times the length takes twelve times the work, and some: it is bytes that are counted, not time.
#[test]
fn the_work_is_linear_in_what_is_read() {
    let work_of = |text: &str| {
        let before = scanned();
        let _ = Evidence::of_text(text).read(0.0);
        scanned() - before
    };
    for unit in [
        "\\\"{",
        "{\"a\":\"",
        "\"x\":1,",
        "retry_after: ",
        "exceed your ",
        "[{\"",
        "将在",
        "a_b: ",
        "\u{1b}[31m",
        "<a-",
    ] {
        for before in ["", "{\"error\":{\"message\":\""] {
            let of_length = |bytes: usize| work_of(&[before, &unit.repeat(bytes / unit.len())].concat());
            let (short, long) = (of_length(1 << 10), of_length(12 << 10));
            assert!(long < short * 20 + 1_000_000, "{before}{unit}: {short} bytes, {long} bytes");
        }
    }
}
