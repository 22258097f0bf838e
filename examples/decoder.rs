//! The decoder alone, as WebAssembly. The page in `tests/oracle` compares it with the browser's own EventSource.
#![allow(missing_docs)]

#[cfg(target_arch = "wasm32")]
mod decoder {
    use ai_stream_handler::sse::{Decoder, Frame};
    use js_sys::Array;
    use wasm_bindgen::prelude::*;

    /// Decodes a stream: type, data and last event id of each event in turn; then the last event id, and the
    /// reconnection time in milliseconds or undefined. `cuts`: the offsets at which the stream is split.
    #[wasm_bindgen]
    pub fn decode(stream: &[u8], cuts: &[u32]) -> Array {
        let mut decoder = Decoder::default().without_bare_objects();
        let said = Array::new();
        let mut from = 0;
        for to in cuts.iter().map(|&cut| cut as usize).chain([stream.len()]) {
            decoder.push(stream.get(from..to).unwrap_or_default());
            from = to;
            loop {
                let event = match decoder.next_frame() {
                    None => break,
                    Some(Frame::Event { name, data }) => {
                        [name.as_deref().unwrap_or("message").into(), data.as_ref().into()]
                    }
                    Some(Frame::Comment) => continue,
                    Some(Frame::Malformed { excerpt, .. }) => ["malformed".into(), excerpt.as_ref().into()],
                };
                for part in event.into_iter().chain([decoder.last_event_id().into()]) {
                    said.push(&part);
                }
            }
        }
        said.push(&decoder.last_event_id().into());
        said.push(&decoder.retry().map_or(JsValue::UNDEFINED, |ms| JsValue::from_f64(ms as f64)));
        said
    }
}
