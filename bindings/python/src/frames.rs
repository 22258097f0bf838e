//! Frames and chunks of frames that a run yields instead of events: read, so that an error in them is noticed.

use ai_stream_handler::event;
use ai_stream_handler::generator::{self, Event};
use ai_stream_handler::sse::{self, Frame};
use pyo3::prelude::*;

/// The text and the type of a failed run's event; `None` if it is another event or a member's.
#[pyfunction]
pub fn top_level_error(name: String, data: String) -> Option<(String, Option<String>)> {
    generator::top_level_error(&Event { name, data })
}

/// Chunks, split anywhere → `(name, data)` of each event.
#[pyclass(module = "ai_stream_handler._core")]
pub struct Decoder(sse::Decoder);

#[pymethods]
impl Decoder {
    #[new]
    fn new() -> Self {
        Decoder(sse::Decoder::default())
    }

    fn push(&mut self, chunk: &[u8]) -> Vec<(String, String)> {
        self.0.push(chunk);
        self.drain()
    }

    /// The last event may lack its blank line.
    fn finish(&mut self) -> Vec<(String, String)> {
        self.0.finish();
        self.drain()
    }
}

impl Decoder {
    fn drain(&mut self) -> Vec<(String, String)> {
        let mut events = Vec::new();
        while let Some(frame) = self.0.next_frame() {
            if let Frame::Event { name, data } = frame {
                let mut scratch = String::new();
                let read = event::read(name.as_deref(), &data, &mut scratch).ok().map(|read| String::from(read.name));
                events.push((read.or(name.map(String::from)).unwrap_or_default(), data.into_owned()));
            }
        }
        events
    }
}
