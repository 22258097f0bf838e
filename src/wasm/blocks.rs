//! The blocks of a text, for TypeScript: numbers only, so that a token costs a copy of itself and little else.

use crate::markdown::Splitter;
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

    /// Appends `text`. Returns how many blocks there are. `ends`: nothing follows.
    pub fn push(&mut self, text: &str, ends: bool) -> usize {
        self.splitter.push(text);
        if ends {
            self.splitter.end();
        }
        self.splitter.blocks().len()
    }

    /// Where a block begins, in UTF-16 code units, times 16, plus its kind: an index into the names in
    /// pkg/src/markdown/block-list.ts.
    pub fn at(&self, index: usize) -> f64 {
        self.splitter.blocks().get(index).map_or(0.0, |b| (b.start * 16 + b.kind as usize) as f64)
    }

    /// The definitions that were added since the last call.
    pub fn definitions(&mut self) -> String {
        let all = self.splitter.definitions();
        let fresh = slice(all, self.told..).to_owned();
        self.told = all.len();
        fresh
    }
}
