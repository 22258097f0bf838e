//! What providers, SDKs, gateways and proxies really answer when they refuse: `fixtures/refusals/*.json`, each refusal with
//! its source, its kind, the wait it names and the sentence that a user reads.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ai_stream_handler::refusal::{Evidence, Headers, Refusal};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// 2026-11-29T05:00:00Z: what the absolute times of the corpus are relative to.
const NOW: f64 = 1_795_928_400.0;

const KINDS: [&str; 11] = [
    "rate_limit",
    "overloaded",
    "quota_exhausted",
    "request_too_large",
    "auth",
    "not_found",
    "bad_request",
    "content_filtered",
    "timeout",
    "unavailable",
    "unknown",
];

struct Case {
    file: String,
    name: String,
    status: Option<u16>,
    headers: String,
    text: String,
    expected: Value,
}

impl Case {
    fn new(file: &str, json: &Value) -> Self {
        let name = json["name"].as_str().expect("a refusal has a name").to_owned();
        assert!(json["source"].as_str().is_some_and(|s| s.len() > 5), "{file}, {name}: no source");
        assert!(KINDS.contains(&json["kind"].as_str().unwrap_or_default()), "{file}, {name}: {}", json["kind"]);
        assert!(json.get("wait").is_some() && json.get("sentence").is_some(), "{file}, {name}: wait and sentence");
        let lines = json["headers"].as_object().into_iter().flatten();
        let headers =
            lines.map(|(name, value)| format!("{}: {}\n", name.to_lowercase(), value.as_str().unwrap())).collect();
        // `repeat`: a text too long to be written down.
        let text = match (&json["text"], &json["body"]) {
            (Value::String(text), _) | (Value::Null, Value::String(text)) => text.clone(),
            (Value::Null, Value::Null) => String::new(),
            (_, body) => body.to_string(),
        };
        let text = text.repeat(json["repeat"].as_u64().map_or(1, |n| n as usize));
        let status = json["status"].as_u64().map(|status| status as u16);
        Case { file: file.into(), name, status, headers, text, expected: json.clone() }
    }

    fn read(&self, text: &str) -> Refusal {
        let evidence = Evidence {
            status: self.status,
            text,
            around: "",
            headers: Headers(&self.headers),
            error_type: self.expected["error_type"].as_str(),
            provider: None,
        };
        evidence.read(NOW)
    }

    fn complaints(&self) -> Vec<String> {
        let refusal = self.read(&self.text);
        let mut complaints = Vec::new();
        let mut check = |what: &str, got: Value, wanted: &Value| {
            if got != *wanted {
                complaints.push(format!("{}, {}: {what} is {got}, not {wanted}", self.file, self.name));
            }
        };
        check("kind", serde_json::to_value(refusal.kind).unwrap(), &self.expected["kind"]);
        check("sentence", refusal.message.clone().into(), &self.expected["sentence"]);
        if let Some(provider) = self.expected.get("provider") {
            check("provider", refusal.provider.clone().into(), provider);
        }
        let wanted = self.expected["wait"].as_f64();
        if !matches!((refusal.delay, wanted), (Some(a), Some(b)) if (a - b).abs() < 1e-6) {
            check("wait", refusal.delay.into(), &wanted.into());
        }
        if refusal.sentence().is_empty() || !is_for_people(refusal.sentence()) {
            complaints.push(format!("{}, {}: no sentence: {}", self.file, self.name, refusal.sentence()));
        }
        complaints
    }
}

fn is_for_people(sentence: &str) -> bool {
    sentence.len() <= 560 && !["{\"", "': '", "\\n", "</", " b'", "[object"].iter().any(|dump| sentence.contains(dump))
}

fn corpus() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/refusals");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &Path| -> Vec<Case> {
        let name = path.file_name().unwrap().to_string_lossy();
        let json: Value =
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(json["provider"].is_string(), "{name}: whose refusals are these?");
        json["refusals"].as_array().unwrap().iter().map(|refusal| Case::new(&name, refusal)).collect()
    };
    files.iter().flat_map(|path| read(path)).collect()
}

#[test]
fn every_refusal_of_the_corpus_is_understood() {
    let corpus = corpus();
    assert!(corpus.len() >= 160, "{}", corpus.len());
    let names: BTreeSet<_> = corpus.iter().map(|case| (&case.file, &case.name)).collect();
    assert_eq!(names.len(), corpus.len(), "names that occur twice");
    let complaints: Vec<_> = corpus.iter().flat_map(Case::complaints).collect();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn the_corpus_has_each_kind() {
    for kind in KINDS {
        let count = corpus().iter().filter(|case| case.expected["kind"] == kind).count();
        println!("{kind}: {count}");
        assert!(count >= 3, "{kind}: {count}");
    }
}

/// A backend hands on what it caught: in front of it its own words (docs/rate-limit-retries.md), around it its own JSON.
#[test]
fn what_a_backend_puts_around_a_refusal_changes_neither_its_kind_nor_its_wait() {
    let mut complaints = Vec::new();
    for case in corpus().iter().filter(|case| case.text.len() < 10_000 && !case.text.trim_start().starts_with('<')) {
        let bare = case.read(&case.text);
        let said = case.read(&format!("An error occurred: {}", case.text));
        let nested = case.read(&serde_json::json!({ "detail": case.text }).to_string());
        for (how, refusal) in [("behind a sentence", said), ("as a detail", nested)] {
            if (refusal.kind, refusal.delay) != (bare.kind, bare.delay) || !is_for_people(refusal.sentence()) {
                complaints.push(format!("{}, {}, {how}: {refusal:?}, not {bare:?}", case.file, case.name));
            }
        }
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// A body may break off anywhere, and a proxy may print it prettily.
#[test]
fn a_refusal_cut_anywhere_or_printed_prettily_still_reads_like_a_sentence() {
    for case in corpus().iter().filter(|case| case.text.len() < 10_000) {
        let boundaries = (0..case.text.len()).filter(|at| case.text.is_char_boundary(*at));
        for end in boundaries.step_by(31) {
            let refusal = case.read(&case.text[..end]);
            assert!(is_for_people(refusal.sentence()), "{}, {}: {}", case.file, case.name, refusal.sentence());
        }
        if let Ok(json) = serde_json::from_str::<Value>(&case.text) {
            let (bare, pretty) = (case.read(&case.text), case.read(&format!("{json:#}")));
            assert_eq!(pretty, bare, "{}, {}", case.file, case.name);
        }
    }
}
