//! Everything between the bytes of a streaming AI answer and what the user sees, for Agno AgentOS.
//!
//! A pipeline. Each stage is a layer that imports only from layers below it (`tests/architecture.rs` checks this):
//!
//! ```text
//! bytes ──sse──▶ frames ──event──▶ run events ──state──▶ conversation ──view──▶ JavaScript
//! ```
//!
//! | layer | what it does |
//! | --- | --- |
//! | [`markdown`] | a Markdown text that grows → its blocks |
//! | [`json`] | reads one JSON value in place: no tree, no copies |
//! | [`sse`] | bytes → frames, by WHATWG §9.2.6 |
//! | [`event`] | frame → typed, borrowed run event |
//! | [`refusal`], [`retry`], [`error`] | what a failed request or run says, when to try again, what the user reads |
//! | [`quota`], [`monitor`] | token quotas; retry metrics and alerts |
//! | [`state`] | run events → the conversation |
//! | [`client`] | requests, retries, resume, cancel, the send queue: drives all of the above |
//! | [`view`] | the conversation → what changed since the last read |
//! | `wasm` | the JS bindings: fetch, timers, values for JavaScript |
//!
//! At the bottom are `bytes`, `text`, [`time`] and [`limits`]. `generator` (a feature) is not part of the pipeline: it is
//! the backend half, which runs a model with the same retry policy.
//!
//! Everything except `wasm` is plain Rust without I/O, clock, randomness or JavaScript: time is an argument, requests are
//! outputs. The contract is that of [`client::Client`]: [`handle`](client::Client::handle) an input, drain
//! [`poll_output`](client::Client::poll_output) until it is empty, [`read`](client::Client::read) what changed.
//!
//! ```
//! use ai_stream_handler::client::{Client, Config, Input};
//! use ai_stream_handler::state::{Outcome, Status};
//!
//! let mut client = Client::new(Config::default());
//! let now = 1_795_452_369.0; // seconds since the Unix epoch
//! client.handle(Input::Begin { text: Some("What did I ask you before?") }, now);
//! client.handle(Input::Feed(b"event: TeamRunContent\ndata: {\"run_id\":\"r1\",\"team_name\":\"Cirkelline\","), now);
//! client.handle(Input::Feed(b"\"content\":\"You asked \"}\n\n"), now);
//! assert_eq!(client.conversation.activity.as_deref(), Some("Cirkelline is responding..."));
//!
//! // The provider answers 429. The backend waits, and announces its retry.
//! client.handle(Input::Feed(b"event: retry\ndata: {\"attempt\":1,\"max_retries\":3,\"delay\":5}\n\n"), now);
//! assert_eq!(client.conversation.status, Status::Retrying);
//! assert_eq!(client.conversation.activity.as_deref(), Some("Retrying... (Attempt 1/3)"));
//!
//! // The next attempt is a new run. It supersedes the text of the first.
//! let rest = br#"data: {"event":"TeamRunCompleted","run_id":"r2","content":"You asked about the weather."}"#;
//! client.handle(Input::Feed(rest), now + 5.0);
//! client.handle(Input::Feed(b"\n\n"), now + 5.0);
//! client.handle(Input::End, now + 5.0);
//! let turn = &client.conversation.turns[0];
//! assert_eq!(turn.answer.text.as_str(), "You asked about the weather.");
//! assert_eq!((turn.outcome, turn.attempts), (Some(Outcome::Completed), 2));
//! ```
//!
//! Why not EventSource: it cannot POST, and it reconnects by itself. Why no clock: a test of a minute-long retry takes a
//! microsecond. Why our own JSON reader: it decides speed and size; in the tests it is compared with `serde_json`.

#![cfg_attr(hot, feature(optimize_attribute))]

mod bytes;
pub mod client;
pub mod error;
pub mod event;
#[cfg(feature = "generator")]
pub mod generator;
pub mod json;
pub mod limits;
pub mod markdown;
pub mod monitor;
pub mod quota;
pub mod refusal;
pub mod retry;
pub mod sse;
pub mod state;
mod text;
pub mod time;
pub mod view;
#[cfg(all(target_arch = "wasm32", feature = "browser"))]
pub mod wasm;

#[cfg(all(doctest, feature = "generator"))]
#[doc = include_str!("../docs/rust.md")]
struct RustBlocksOfTheDocs;
