//! A single frame: each field under its own name (agno 3.1.10, docs/agentos-protocol.md §14), the effect of an
//! unexpected type, and what follows from several fields together.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ai_stream_handler::event::{self, Kind, RunEvent, Scope, Tool};
use ai_stream_handler::json::Raw;
use serde_json::{json, Value};

fn read(name: &str, data: &Value, look: impl FnOnce(&RunEvent<'_>)) {
    let (data, mut scratch) = (data.to_string(), String::new());
    look(&event::read(Some(name), &data, &mut scratch).unwrap());
}

/// A field's name, and its value in `event` as JSON.
type Field = (&'static str, fn(&RunEvent<'_>) -> Value);

macro_rules! fields {
    ($as:ident: $($name:ident)*) => {
        [$((stringify!($name), (|event| $as(event.$name)) as fn(&RunEvent<'_>) -> Value)),*]
    };
}

fn text(field: Option<ai_stream_handler::json::Str<'_>>) -> Value {
    json!(field.map(|text| text.decode().into_owned()))
}

fn value(field: Option<Raw<'_>>) -> Value {
    field.map_or(Value::Null, |raw| serde_json::from_str(raw.text()).unwrap())
}

fn number<N: serde::Serialize>(field: N) -> Value {
    json!(field)
}

const TEXTS: [Field; 23] = fields!(text: run_id parent_run_id session_id agent_id agent_name team_id team_name workflow_id
    workflow_name workflow_run_id step_name content_type reasoning_content model reason error error_type message status title task_id
    description assignee);
const VALUES: [Field; 19] = fields!(value: content reasoning_steps references citations image images videos audio files
    response_audio tool tools requirements memories session_summary followups metrics data
    member_responses);
const NUMBERS: [Field; 8] =
    fields!(number: step_index nested_depth total_events event_index retries attempt max_retries delay);
const TOKENS: [Field; 6] = [
    ("input_tokens", |event| json!(event.tokens.input)),
    ("output_tokens", |event| json!(event.tokens.output)),
    ("total_tokens", |event| json!(event.tokens.total)),
    ("reasoning_tokens", |event| json!(event.tokens.reasoning)),
    ("cache_read_tokens", |event| json!(event.tokens.cache_read)),
    ("cache_write_tokens", |event| json!(event.tokens.cache_write)),
];

fn every() -> impl Iterator<Item = Field> {
    TEXTS.into_iter().chain(VALUES).chain(NUMBERS).chain(TOKENS)
}

#[test]
fn every_field_is_read_under_its_own_name() {
    let texts = TEXTS.map(|(name, _)| (name, json!(format!("the {name} 🏠"))));
    let values = VALUES.map(|(name, _)| (name, json!({name: [1, null]})));
    let counts = NUMBERS.iter().chain(&TOKENS).zip(3u64..).map(|((name, _), n)| (*name, json!(n)));
    let frame: serde_json::Map<_, _> =
        texts.into_iter().chain(values).chain(counts).map(|(name, value)| (name.to_owned(), value)).collect();
    read("ModelRequestCompleted", &json!(frame), |event| {
        for (name, of) in every() {
            // A delay may have a fraction.
            let same = of(event) == frame[name] || of(event).as_f64().is_some_and(|n| Some(n) == frame[name].as_f64());
            assert!(same, "{name}: {} is not {}", of(event), frame[name]);
        }
    });
}

#[test]
fn a_field_that_says_nothing_or_has_another_type_is_absent() {
    let absent = |name: &str, wrong: Value, of: fn(&RunEvent<'_>) -> Value| {
        read("RunContent", &json!({name: wrong, "session_id": wrong, "x": 1}), |event| {
            assert!(matches!(of(event), Value::Null) || of(event) == json!(0), "{name}: {wrong}");
        });
    };
    for (name, of) in TEXTS {
        for wrong in [json!(null), json!(""), json!(7), json!(["a"]), json!({"a": "b"})] {
            absent(name, wrong, of);
        }
    }
    for (name, of) in VALUES {
        absent(name, json!(null), of);
    }
    for (name, of) in NUMBERS.into_iter().chain(TOKENS) {
        for wrong in [json!(null), json!("seven"), json!([7]), json!({})] {
            absent(name, wrong, of);
        }
        // Backends of retries send numbers as strings, and so do some that number their frames.
        if !matches!(name, "event_index" | "retries" | "attempt" | "max_retries" | "delay") {
            absent(name, json!("7"), of);
        }
    }
}

#[test]
fn events_of_the_transport_are_known_by_their_names() {
    let table = [
        ("retry", Kind::Retry),
        ("error", Kind::Error),
        ("paused", Kind::Paused),
        ("catch_up", Kind::CatchUp),
        ("replay", Kind::Replay),
        ("subscribed", Kind::Subscribed),
        ("stream_expired", Kind::StreamExpired),
        ("nonsense", Kind::Unknown),
    ];
    for (name, kind) in table {
        read(name, &json!({"run_id": "r"}), |event| assert_eq!(event.kind, kind, "{name}"));
        read("message", &json!({"event": name, "run_id": "r"}), |event| assert_eq!(event.kind, kind, "{name}"));
    }
}

#[test]
fn whose_event_it_is_where_names_are_shared_is_told_by_its_ids() {
    let table = [
        (json!({"team_id": "t"}), Scope::Team),
        (json!({"agent_id": "a"}), Scope::Agent),
        (json!({"workflow_id": "w"}), Scope::Workflow),
        (json!({"team_id": "t", "agent_id": "a", "workflow_id": "w"}), Scope::Team),
        (json!({"agent_id": "a", "workflow_id": "w"}), Scope::Agent),
        (json!({"team_id": "", "agent_id": null, "workflow_id": "w"}), Scope::Workflow),
    ];
    for name in ["CustomEvent", "MetricsUpdate", "paused"] {
        for (ids, scope) in &table {
            read(name, ids, |event| assert_eq!(event.scope, *scope, "{name} {ids}"));
        }
    }
    // Otherwise the name tells.
    read("TeamRunContent", &json!({"agent_id": "a"}), |event| assert_eq!(event.scope, Scope::Team));
}

#[test]
fn a_member_of_a_workflow_names_its_parent_in_a_field_of_its_own() {
    let parent = |name: &str, ids: Value| {
        let mut found = None;
        read(name, &ids, |event| found = event.parent().map(String::from));
        found
    };
    let workflow = || Some("w".to_owned());
    assert_eq!(parent("RunStarted", json!({"run_id": "m", "workflow_run_id": "w"})), workflow());
    assert_eq!(parent("TeamRunStarted", json!({"run_id": "m", "workflow_run_id": "w"})), workflow());
    assert_eq!(
        parent("RunStarted", json!({"run_id": "m", "workflow_run_id": "w", "parent_run_id": "t"})),
        Some("t".into())
    );
    assert_eq!(parent("RunStarted", json!({"run_id": "w", "workflow_run_id": "w"})), None, "no run is its own parent");
    assert_eq!(parent("StepStarted", json!({"run_id": "m", "workflow_run_id": "w"})), None);
}

#[test]
fn every_field_of_a_tool_is_read_under_its_own_name() {
    let data = json!({"tool_call_id": "c", "tool_name": "n", "tool_args": {"a": 1}, "tool_call_error": true, "result": "r",
        "metrics": {"duration": 1}, "child_run_id": "k", "created_at": 1_795_452_000, "confirmed": false,
        "requires_confirmation": true, "requires_user_input": true, "external_execution_required": true,
        "user_input_schema": [1]});
    let seen = |data: &Value| {
        let data = data.to_string();
        let tool = Tool::read(Raw::parse(&data).unwrap()).unwrap();
        json!({"tool_call_id": text(tool.tool_call_id), "tool_name": text(tool.tool_name), "tool_args": value(tool.tool_args),
            "tool_call_error": tool.tool_call_error, "result": value(tool.result), "metrics": value(tool.metrics),
            "child_run_id": text(tool.child_run_id), "created_at": tool.created_at.map(|at| at as u64),
            "confirmed": tool.confirmed, "requires_confirmation": tool.requires_confirmation,
            "requires_user_input": tool.requires_user_input,
            "external_execution_required": tool.external_execution_required,
            "user_input_schema": value(tool.user_input_schema)})
    };
    assert_eq!(seen(&data), data);
    // Each on its own: the others are absent.
    for (name, one) in data.as_object().unwrap() {
        let mut alone = seen(&json!({}));
        alone[name] = one.clone();
        assert_eq!(seen(&json!({name: one})), alone);
    }
}

#[test]
fn a_json_answer_has_a_run_a_status_and_no_name_at_all() {
    let kind = |name: Option<&str>, data: Value| {
        let (data, mut scratch) = (data.to_string(), String::new());
        let event = event::read(name, &data, &mut scratch).unwrap();
        (event.kind, event.name.decode().into_owned())
    };
    let whole = || json!({"run_id": "r", "status": "COMPLETED"});
    assert_eq!(kind(None, whole()), (Kind::RunOutput, "RunOutput".into()));
    assert_eq!(kind(Some(""), whole()), (Kind::RunOutput, "RunOutput".into()));
    assert_eq!(kind(Some("TeamTaskCreated"), whole()), (Kind::TaskCreated, "TeamTaskCreated".into()));
    assert_eq!(kind(None, json!({"run_id": "r"})), (Kind::Unknown, String::new()));
    assert_eq!(kind(None, json!({"status": "COMPLETED"})), (Kind::Unknown, String::new()));
}
