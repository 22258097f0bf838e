//! The backend half inside a page: the generator of `src/generator.rs` and the scripted model, as WebAssembly. The demo
//! page makes it look like a server. Not part of the npm package.
#![allow(missing_docs)]

#[cfg(target_arch = "wasm32")]
#[path = "page_backend/memory.rs"]
mod memory;
#[cfg(target_arch = "wasm32")]
#[path = "page_backend/page.rs"]
mod page;
#[cfg(target_arch = "wasm32")]
#[path = "scripted/mod.rs"]
mod scripted;
#[cfg(target_arch = "wasm32")]
#[path = "page_backend/world.rs"]
mod world;
