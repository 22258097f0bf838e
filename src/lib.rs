//! Everything between the bytes of a streaming AI answer and what the user sees, for Agno AgentOS.
//!
//! One arrow; a module knows only the modules to its left:
//!
//! ```text
//! bytes ──sse──▶ frames ──event──▶ run events ──state──▶ conversation ──view──▶ JavaScript
//!                           json ↗                client drives the whole
//! ```
//!
//! All of it but `wasm` is plain Rust without I/O, clock, randomness or JavaScript: time is an argument, requests are
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
//! // Google says 429; the backend waits, and says so.
//! client.handle(Input::Feed(b"event: retry\ndata: {\"attempt\":1,\"max_retries\":3,\"delay\":5}\n\n"), now);
//! assert_eq!(client.conversation.status, Status::Retrying);
//! assert_eq!(client.conversation.activity.as_deref(), Some("Retrying... (Attempt 1/3)"));
//!
//! // The next attempt is another run: what the first one said is void.
//! let rest = br#"data: {"event":"TeamRunCompleted","run_id":"r2","content":"You asked about the weather."}"#;
//! client.handle(Input::Feed(rest), now + 5.0);
//! client.handle(Input::Feed(b"\n\n"), now + 5.0);
//! client.handle(Input::End, now + 5.0);
//! let turn = &client.conversation.turns[0];
//! assert_eq!(turn.answer.text.as_str(), "You asked about the weather.");
//! assert_eq!((turn.outcome, turn.attempts), (Some(Outcome::Completed), 2));
//! ```
//!
//! Beside the arrow: `retry`, `quota` and `monitor` decide and count, and are told what happened; `generator` (a feature)
//! is the backend half, which runs a model with the same policy.
//!
//! Why not EventSource: it cannot POST, and it reconnects on its own. Why no clock: a retry of a minute is tested in a
//! microsecond. Why a JSON reader of our own: it decides speed and size, and `serde_json` is its oracle in the tests.

mod bytes;
pub mod client;
pub mod error;
pub mod event;
#[cfg(feature = "generator")]
pub mod generator;
pub mod json;
pub mod limits;
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
#[doc = include_str!("../README.md")]
struct Readme;
