//! Streams of another protocol: which one it is, by the first frame or line that was not understood.
//!
//! Decided at the end of a stream of which nothing was understood. A stream that was understood once is AgentOS's,
//! whatever else it carries.

use super::connection::{Body, Connection};
use crate::error::{ErrorType, StreamError};
use crate::limits::excerpt;
use crate::text::contains;

/// Signs of a protocol, and its name in a sentence. The first sign found counts. `"` stands for itself: the signs are
/// compared without white space.
const SIGNS: [(&str, &str); 19] = [
    ("\"choices\":", OPENAI),
    ("\"object\":\"chat.completion", OPENAI),
    ("\"object\":\"text_completion", OPENAI),
    ("\"type\":\"response.", OPENAI),
    ("event:message_start", "in the format of Anthropic's API"),
    ("\"type\":\"message_start\"", "in the format of Anthropic's API"),
    ("\"type\":\"content_block_", "in the format of Anthropic's API"),
    ("\"candidates\":", "in the format of Google's API"),
    ("\"type\":\"text-", AI_SDK),
    ("\"type\":\"start", AI_SDK),
    ("\"type\":\"reasoning-", AI_SDK),
    ("\"type\":\"tool-", AI_SDK),
    ("0:\"", AI_SDK),
    ("f:{\"messageId\"", AI_SDK),
    ("\"type\":\"RUN_", "in the format of AG-UI"),
    ("\"type\":\"TEXT_MESSAGE_", "in the format of AG-UI"),
    ("\"jsonrpc\":", "in JSON-RPC"),
    ("\"done\":", "in the format of Ollama"),
    ("[DONE]", OPENAI),
];

const OPENAI: &str = "in the format of OpenAI's API";
const AI_SDK: &str = "in the format of the AI SDK";

/// Bytes of a frame that are searched.
const MOST: usize = 512;

impl Connection {
    /// Remembers the first frame that was not understood.
    pub(super) fn note_foreign(foreign: &mut Option<String>, name: Option<&str>, data: &str) {
        if foreign.is_none() && !data.trim().is_empty() {
            *foreign = Some([name.map_or("", |_| "event:"), name.unwrap_or(""), "\n", excerpt(data, MOST)].concat());
        }
    }

    /// The error of a stream that is not AgentOS's. `None`: it is, as far as it was read, or it is empty.
    pub(super) fn foreign_error(&self) -> Option<StreamError> {
        let Body::Stream(decoder) = &self.body else { return None };
        if self.understood {
            return None;
        }
        let frame = self.foreign.as_deref();
        let text: String = frame.or(decoder.foreign_line())?.split(&[' ', '\t', '\r'][..]).collect();
        let known =
            SIGNS.iter().find(|(sign, _)| contains(&text, sign) && (!sign.starts_with("0:") || text.starts_with(sign)));
        let how = match known {
            Some((_, how)) => how,
            None if frame.is_none() => "with plain text",
            None => "with a stream of another kind",
        };
        let message = ["The server answered ", how, ", not with a stream of AgentOS. Is the address right?"].concat();
        Some(StreamError::new(ErrorType::Protocol, message))
    }
}
