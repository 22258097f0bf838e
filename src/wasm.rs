//! The shell: the only impure part. It carries out what the client asks for and decides nothing.
//!
//! In: calls from the package's TypeScript. Out: fetches, and calls to its [`Host`]. Never: a call to JavaScript while
//! the client is borrowed, since a listener may call back in.

mod blocks;
mod calls;
mod delta;
mod feed;
mod history;
mod host;
mod options;
mod refusal;
mod replay;
mod shell;
mod transport;

pub use host::Host;
use shell::Shell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// One stream handler.
#[wasm_bindgen]
pub struct Core {
    shell: Rc<Shell>,
}
