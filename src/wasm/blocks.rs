//! The blocks of a text, for TypeScript: numbers only, so that a token costs a copy of itself and little else.

use crate::markdown::{Block, Splitter};
use crate::text::slice;
use wasm_bindgen::prelude::*;

/// Finds the blocks of one text.
#[wasm_bindgen]
#[derive(Default)]
pub struct Blocks {
    splitter: Splitter,
    /// Length of the definitions that were told.
    told: usize,
}

#[wasm_bindgen]
impl Blocks {
    #[allow(missing_docs)]
    #[wasm_bindgen(constructor)]
    pub fn new() -> Blocks {
        Blocks::default()
    }

    /// Appends `text`. Returns how many blocks there are.
    pub fn push(&mut self, text: &str) -> usize {
        self.splitter.push(text);
        self.splitter.blocks().len()
    }

    /// Nothing follows. Returns how many blocks there are.
    #[wasm_bindgen(js_name = close)]
    pub fn end(&mut self) -> usize {
        self.splitter.end();
        self.splitter.blocks().len()
    }

    /// Where a block begins, in UTF-16 code units.
    pub fn start(&self, index: usize) -> usize {
        self.splitter.blocks().get(index).map_or(0, |b: &Block| b.start)
    }

    /// Its kind: an index into the names in pkg/src/markdown/block-list.ts.
    pub fn kind(&self, index: usize) -> u8 {
        self.splitter.blocks().get(index).map_or(0, |b: &Block| b.kind as u8)
    }

    /// The definitions that were added since the last call.
    pub fn definitions(&mut self) -> String {
        let all = self.splitter.definitions();
        let fresh = slice(all, self.told..).to_owned();
        self.told = all.len();
        fresh
    }
}
