//! draft
pub mod client;
pub mod error;
pub mod event;
pub mod json;
pub mod limits;
pub mod monitor;
pub mod sse;
pub mod state;
mod text;
pub mod time;
pub mod view;
#[cfg(target_arch = "wasm32")]
mod wasm;
