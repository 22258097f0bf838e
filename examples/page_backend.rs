//! The backend half inside a page: the generator of `src/generator.rs` and the scripted model, as WebAssembly.
//! `www/live/in-page-backend.js` makes it look like a server. The package carries none of it.
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
