//! The shell in a real browser, for what the native tests cannot see. `wasm-pack test --headless --chrome`.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use ai_stream_handler::json::{JsonErrorKind, Raw};
use ai_stream_handler::wasm::{Core, Host};
use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

/// A host that records its calls. `fetch` is the body of a function of the request.
fn host(fetch: &str) -> Host {
    let make = Function::new_with_args(
        "fetch",
        "const host = { outcomes: [], headers: async () => ({ Authorization: 'Bearer t' }), form: () => undefined, \
         credentials: () => 'same-origin', now: () => Date.now() / 1000, unsent: () => {}, appended: () => {}, wake: () => {}, kept: () => {}, limit: () => {}, log: () => {}, delta: () => {}, piece: () => {}, changed: () => host.onchange?.(), \
         fetch: new Function('request', 'host', fetch) }; \
         host.over = new Promise((resolve) => { host.settled = (ticket, outcome) => { host.outcomes.push(outcome); resolve() } }); \
         const call = host.fetch; host.fetch = (request) => call(request, host); return host",
    );
    make.call1(&JsValue::NULL, &fetch.into()).unwrap().unchecked_into()
}

fn core(host: &Host) -> Core {
    let host: Host = JsValue::from(host).unchecked_into();
    let texts = ["http://127.0.0.1:7777", "/teams/cirkelline/runs", "", "", ""].map(String::from);
    // No retries: tests/package covers them over real HTTP.
    let numbers = [&[0.0, 0.0, 1.0, 0.0][..], &[0.0; 5], &[0.0, 1.0, 30.0, 0.0, 0.0], &[0.0]].concat();
    let fields = vec!["user_id".to_string(), "u1".to_string()];
    let core = Core::new(host, texts.to_vec(), numbers).unwrap();
    core.fields(fields);
    core
}

async fn settled(host: &Host) -> String {
    let over = Reflect::get(host, &"over".into()).unwrap();
    JsFuture::from(over.unchecked_into::<js_sys::Promise>()).await.unwrap();
    js_sys::JSON::stringify(&Reflect::get(host, &"outcomes".into()).unwrap()).unwrap().into()
}

/// What changed, as plain objects. What crosses packed is tested in tests/package/packed-delta.test.mjs.
fn read(core: &Core) -> JsValue {
    core.read_unpacked()
}

fn look(value: &JsValue, path: &[&str]) -> JsValue {
    path.iter().fold(value.clone(), |v, key| Reflect::get(&v, &(*key).into()).unwrap())
}

const RUN: &str = "event: TeamRunStarted\ndata: {\"event\":\"TeamRunStarted\",\"team_name\":\"Cirkelline\",\"run_id\":\"r\",\"session_id\":\"s\"}\n\n\
event: TeamRunContent\ndata: {\"event\":\"TeamRunContent\",\"run_id\":\"r\",\"content\":\"Ærø 🏝️\"}\n\n\
event: TeamRunCompleted\ndata: {\"event\":\"TeamRunCompleted\",\"run_id\":\"r\",\"content\":\"Ærø 🏝️\"}\n\n";

/// A Response whose body arrives in chunks of seven bytes.
fn answering(run: &str) -> String {
    let text = js_sys::JSON::stringify(&run.into()).unwrap();
    format!(
        "const bytes = new TextEncoder().encode({text}); let at = 0; \
         const body = new ReadableStream({{ pull(c) {{ if (at >= bytes.length) return c.close(); c.enqueue(bytes.slice(at, at += 7)) }} }}); \
         host.request = request; return Promise.resolve(new Response(body, {{ headers: {{ 'content-type': 'text/event-stream' }} }}))"
    )
}

#[wasm_bindgen_test]
async fn a_send_posts_a_form_and_streams_the_answer() {
    let host = host(&answering(RUN));
    let core = core(&host);
    core.send(1, "Hej", vec![], false);
    assert_eq!(settled(&host).await, "[\"completed\"]");
    let delta = read(&core);
    assert_eq!(look(&delta, &["head", "status"]), "completed");
    let answer = look(&delta, &["turns", "0", "answer", "text", "append"]);
    assert_eq!(answer, "Ærø 🏝️");

    let request: web_sys::Request = look(&host, &["request"]).unchecked_into();
    assert_eq!(request.url(), "http://127.0.0.1:7777/teams/cirkelline/runs");
    assert_eq!(request.method(), "POST");
    assert_eq!(request.headers().get("authorization").unwrap().unwrap(), "Bearer t");
    let form = JsFuture::from(request.form_data().unwrap()).await.unwrap();
    let form: web_sys::FormData = form.unchecked_into();
    for (name, value) in [("message", "Hej"), ("stream", "true"), ("session_id", ""), ("user_id", "u1")] {
        assert_eq!(form.get(name), value, "{name}");
    }
}

#[wasm_bindgen_test]
async fn a_fetch_that_rejects_with_no_error_at_all_fails_and_traps_nothing() {
    let host = host("return Promise.reject('just a string')");
    let core = core(&host);
    core.send(1, "Hej", vec![], false);
    assert_eq!(settled(&host).await, "[\"failed\"]");
    assert_eq!(look(&read(&core), &["head", "error", "type"]), "network");
}

#[wasm_bindgen_test]
async fn a_fetch_that_throws_and_a_header_that_is_none_fail_and_trap_nothing() {
    let throwing = host("throw 42");
    let first = core(&throwing);
    first.send(1, "Hej", vec![], false);
    assert_eq!(settled(&throwing).await, "[\"failed\"]");

    let bad = host("return Promise.reject(new TypeError('unreachable'))");
    Reflect::set(&bad, &"headers".into(), &Function::new_no_args("return Promise.resolve({ 'no header name': 'x' })"))
        .unwrap();
    let second = core(&bad);
    second.send(1, "Hej", vec![], false);
    assert_eq!(settled(&bad).await, "[\"failed\"]");
}

#[wasm_bindgen_test]
async fn cancel_aborts_the_fetch_and_keeps_the_text() {
    let host = host(
        "host.request = request; const text = 'data: {\"event\":\"RunContent\",\"run_id\":\"r\",\"content\":\"so far\"}\\n\\n'; let pulls = 0; \
         const body = new ReadableStream({ start(c) { request.signal.addEventListener('abort', () => c.error('gone')) }, \
           pull(c) { if (pulls++) return host.isRead(); c.enqueue(new TextEncoder().encode(text)) } }, { highWaterMark: 0 }); \
         return Promise.resolve(new Response(body))",
    );
    let read_all = Function::new_with_args("host", "return new Promise((isRead) => { host.isRead = isRead })");
    let read_all = read_all.call1(&JsValue::NULL, &host).unwrap().unchecked_into::<js_sys::Promise>();
    let core = core(&host);
    core.send(1, "Hej", vec![], false);
    // The second pull: the core has read the first chunk and asks for more.
    JsFuture::from(read_all).await.unwrap();
    core.cancel();
    assert_eq!(settled(&host).await, "[\"cancelled\"]");
    let delta = read(&core);
    assert_eq!(look(&delta, &["turns", "0", "answer", "text", "append"]), "so far");
    assert_eq!(look(&host, &["request", "signal", "aborted"]), true);
    // The instance survives.
    core.begin(None, None);
    core.feed(&Uint8Array::from(RUN.as_bytes()));
    core.end();
    assert_eq!(look(&read(&core), &["head", "status"]), "completed");
}

#[wasm_bindgen_test]
fn a_host_that_calls_back_in_while_it_is_told_finds_the_core_free() {
    let host = host("");
    let core = std::rc::Rc::new(core(&host));
    let inner = core.clone();
    let calls_back = Closure::<dyn Fn()>::new(move || {
        inner.read();
        inner.dismiss_error();
    });
    // Only once: dismissing is a change too.
    let once = Function::new_with_args(
        "f",
        "let busy = false; return () => { if (!busy) { busy = true; f(); busy = false } }",
    );
    let onchange = once.call1(&JsValue::NULL, calls_back.as_ref()).unwrap();
    Reflect::set(&host, &"onchange".into(), &onchange).unwrap();
    core.begin(Some("Hej".into()), None);
    core.feed(&Uint8Array::from(RUN.as_bytes()));
    core.end();
    core.begin(None, None);
    assert_eq!(look(&read(&core), &["turnCount"]), 1.0);
}

#[wasm_bindgen_test]
fn hostile_bytes_trap_nothing_and_the_next_frame_arrives() {
    let host = host("");
    let core = core(&host);
    let deep = "[".repeat(100_000);
    for text in
        [deep.as_str(), "{\"a\":", "\u{0}", "{\"event\":\"RunContent\",\"content\":\"\\ud800\"}", "\"__proto__\""]
    {
        core.feed(&Uint8Array::from(format!("data: {text}\n\n").as_bytes()));
    }
    core.feed(&Uint8Array::from(&[0xFF, 0xFE, b'\n', b'\n'][..]));
    core.feed(&Uint8Array::from(RUN.as_bytes()));
    core.end();
    let delta = read(&core);
    assert_eq!(look(&delta, &["head", "status"]), "completed");
    assert!(look(&delta, &["diagnostics", "malformedFrames"]).as_f64().unwrap() >= 4.0);
}

/// Covers the SIMD paths of `src/bytes.rs`; the native paths have tests of their own.
#[wasm_bindgen_test]
fn special_bytes_are_found_in_every_place_of_a_block() {
    for length in 1..50 {
        for place in 0..length {
            for byte in 0..0x80u8 {
                let mut text = vec![b'x'; length];
                text[place] = byte;
                let json = format!("\"{}\"", String::from_utf8(text).unwrap());
                let read = Raw::parse(&json).map(|_| ()).map_err(|error| (error.kind, error.at));
                let wanted = match byte {
                    0..0x20 => Err((JsonErrorKind::Control, place + 1)),
                    b'"' => Err((JsonErrorKind::Unexpected, place + 2)),
                    b'\\' if place + 1 == length => Err((JsonErrorKind::Truncated, length + 2)),
                    b'\\' => Err((JsonErrorKind::Escape, place + 1)),
                    _ => Ok(()),
                };
                assert_eq!(read, wanted, "{json}");
            }
            let escape = ["x".repeat(place), r#"\n\"\\\u00e6"#.to_owned(), "x".repeat(length - place)];
            let json = format!("\"{}\"", escape.concat());
            let read: String = Raw::parse(&json).unwrap().as_str().unwrap().into();
            assert_eq!(read, escape.concat().replace(&escape[1], "\n\"\\æ"));
        }
    }
}

/// A value inside of one that was validated ends where a validated one ends, wherever it stands in the blocks of 64 bytes.
#[wasm_bindgen_test]
fn the_ends_of_nested_values_are_found_in_every_place_of_a_block() {
    let values = [r#"{"a":"}","b":["]",{"c":"\"]}|"}]}"#, r#"["\\\\\"[",{}]"#, r#""\\""#, "[[],[[1]]]", "12"];
    for before in 0..140 {
        let json = format!("[\"{}\",{}]", "x".repeat(before), values.join(" , "));
        let elements: Vec<_> = Raw::parse(&json).unwrap().as_array().unwrap().skip(1).map(Raw::text).collect();
        assert_eq!(elements, values, "{json}");
    }
}

/// In a browser `src/json/number.rs` leaves what is not a short whole number to the host.
#[wasm_bindgen_test]
fn numbers_are_rounded_as_the_standard_library_rounds_them() {
    let long = ["0.", &"3".repeat(10_000)].concat();
    let texts = [
        "0",
        "-0",
        "-5",
        "5.0",
        "4.843473059",
        "0.00015000000000000001",
        "8.999999999999999e-05",
        "1795452369",
        "123456789012345678901234567890",
        "0.1",
        "1e23",
        "9007199254740993",
        "1.7976931348623159e308",
        "5e-324",
        "2e-324",
        "2.2250738585072011e-308",
        "1e-400",
        "1E+2",
        "0.0e-5",
        &long,
    ];
    for text in texts {
        let wanted: f64 = text.parse().unwrap();
        assert_eq!(Raw::parse(text).unwrap().as_f64().unwrap().to_bits(), wanted.to_bits(), "{text}");
    }
}
