//! What a refusal's text says: the statuses, codes, sentences and waits in it, at any depth.

use super::pieces::{pieces, unescape, Piece, Value};
use super::prose::prose_of;
use super::scan::{any, ends, equals, has, has_phrase, list, END, WIDE};
use super::status::stated_status;
use super::wait::{in_sentence, longer, of_value};
use crate::text::{contains, find, slice};
use crate::time::Seconds;

/// Codes beyond so many bytes are not kept: an error has a handful.
const MOST_CODES: usize = 1 << 10;
/// Texts within texts: a gateway's JSON around a proxy's around a provider's.
const MOST_NESTED: u32 = 5;
/// So much of a text is looked at, at its beginning and at its end. Errors say what they are in either.
const HEAD: usize = 8 << 10;
const TAIL: usize = 4 << 10;

/// What the value of a field is.
#[derive(Clone, Copy)]
enum Field {
    /// Words for people.
    Sentence,
    /// Words for people, or a code.
    Reason,
    /// A code or a status.
    Code,
    /// A wait in seconds, with a unit, or a time.
    Wait,
    /// A wait in milliseconds.
    WaitInMs,
}

/// The fields that are read, as [`plain`] has their names.
const FIELDS: &[(Field, &str)] = &[
    (
        Field::Sentence,
        list!["message", "msg", "detail", "errormessage", "errordescription", "errormsg", "details", "explanation"],
    ),
    (Field::Reason, list!["error", "errors", "title", "reason", "description", "raw", "body"]),
    (
        Field::Code,
        list![
            "code",
            "type",
            "status",
            "errortype",
            "errorcode",
            "statuscode",
            "httpstatuscode",
            "httpstatus",
            "kind",
            "name",
            "quotaid",
        ],
    ),
    (
        Field::Wait,
        list![
            "retrydelay", // google.rpc.RetryInfo
            "retryafter",
            "retryafterseconds",
            "retryin",
            "retryinseconds",
            "retryat",
            "quotaresetdelay",     // Google Code Assist
            "quotaresettimestamp", // Google Code Assist
            "resetafter",
            "resetat",
            "resetsat", // OpenAI: a plan's usage limit
            "resetin",
            "resetsin",
            "resetinseconds",
            "resetsinseconds", // OpenAI: a plan's usage limit
            "waitseconds",
            "waittime",
            "estimatedtime", // Hugging Face: while a model loads
        ],
    ),
    (Field::WaitInMs, list!["retryafterms", "retryinms", "resetinms"]),
];

#[derive(Default)]
pub(super) struct Facts {
    /// The innermost status that the text states.
    pub status: Option<u16>,
    /// A list: lower case, letters and digits only.
    pub codes: String,
    /// The innermost human sentence, by how surely it is one.
    pub said: [Option<String>; 3],
    /// Everything that may hold a phrase, in lower case.
    pub words: String,
    /// The longest wait that is named.
    pub wait: Option<Seconds>,
    /// Header fields inside the body (OpenRouter's `metadata.headers`), as [`Headers`](super::Headers) has them.
    pub headers: String,
    /// What absolute times are compared with.
    now: Seconds,
    /// `retryDelay: { seconds, nanos }` (google.protobuf.Duration).
    duration: Seconds,
}

impl Facts {
    pub fn of(text: &str, now: Seconds) -> Self {
        let mut facts = Facts { now, ..Facts::default() };
        if text.len() <= HEAD + TAIL {
            facts.read(text, 0);
        } else {
            let boundary = |at: usize| (at..).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            facts.read(slice(text, ..boundary(HEAD)), 0);
            facts.read(slice(text, boundary(text.len() - TAIL)..), 0);
        }
        facts.wait = longer(facts.wait, in_sentence(&facts.words, now));
        if facts.duration > 0.0 {
            facts.wait = longer(facts.wait, Some(facts.duration));
        }
        facts
    }

    fn read(&mut self, text: &str, depth: u32) {
        // JSON whose quotes are escaped, outside of any quotes.
        let first = find(text, "{").map_or("", |at| slice(text, at + 1..).trim_start());
        let unescaped = if first.starts_with(['\\']) { unescape(text) } else { text.into() };
        let mut prose = String::new();
        pieces(&unescaped, &mut |piece| match piece {
            Piece::Prose(words) => prose.push_str(words),
            Piece::Pair { key, of, value } => self.pair(key, of, &value, depth),
        });
        self.prose(&prose, depth);
    }

    fn prose(&mut self, prose: &str, depth: u32) {
        self.hear(prose);
        if depth > 0 {
            self.say(0, prose);
        }
    }

    fn pair(&mut self, key: &str, of: &str, value: &Value<'_>, depth: u32) {
        let text = value.as_str();
        if let Value::Text(text) = value {
            // Another error, as a text.
            if depth < MOST_NESTED && (contains(text, "{") || contains(text, "[{")) && text.len() > 8 {
                return self.read(text, depth + 1);
            }
        }
        let name = plain(key);
        match FIELDS.iter().find(|(_, names)| any(&name, equals, names)).map(|(field, _)| *field) {
            Some(Field::Sentence) => {
                if matches!(value, Value::Text(_)) {
                    self.hear(text);
                    self.say(0, text);
                }
            }
            Some(Field::Reason) if name == "description" && plain(of) == "links" => {}
            Some(Field::Reason) if has(text, WIDE) || has_phrase(text, " ") => {
                self.hear(text);
                self.say(1, text);
            }
            Some(Field::Reason) => {
                self.code_or_status(text);
                self.say(2, text);
            }
            Some(Field::Code) => {
                self.code_or_status(text);
                self.hear(text);
            }
            Some(Field::Wait) => self.wait = longer(self.wait, of_value(text, self.now)),
            Some(Field::WaitInMs) => self.wait = longer(self.wait, of_value(text, self.now).map(|ms| ms / 1000.0)),
            None if plain(of) == "retrydelay" && (name == "seconds" || name == "nanos") => {
                let unit = if name == "nanos" { 1e9 } else { 1.0 };
                self.duration += of_value(text, 0.0).unwrap_or(0.0) / unit;
            }
            None if has_phrase(&name, "ratelimit") && text.len() < 100 => {
                self.headers.push_str(&[&key.to_ascii_lowercase(), ": ", text, "\n"].concat());
            }
            None => {}
        }
    }

    fn code_or_status(&mut self, text: &str) {
        match text.parse::<u16>() {
            Ok(status) if (400..600).contains(&status) => self.status = Some(status),
            _ => self.code(text),
        }
    }

    pub fn code(&mut self, text: &str) {
        if text.len() <= 64 && self.codes.len() < MOST_CODES {
            self.codes.push_str(&[&plain(text), END].concat());
        }
    }

    /// Whether a code is one of `list`.
    pub fn has_code(&self, list: &str) -> bool {
        any(list, |list, code| any(code, equals, list), &self.codes)
    }

    fn hear(&mut self, text: &str) {
        self.status = self.status.or_else(|| stated_status(text));
        if !text.bytes().any(|b| b.is_ascii_whitespace()) {
            self.code(text);
        }
        // `litellm.RateLimitError: …`, `An error occurred (ThrottlingException) when calling …`
        for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            if word.len() > 8 && any(word, ends, list!["Error", "Exception", "Timeout"]) {
                self.code(word);
            }
        }
        if self.words.len() < HEAD + TAIL {
            self.words.push_str(&text.to_ascii_lowercase());
            self.words.push('\n');
        }
    }

    /// The first of the deepest: what is inside of a text that was read replaces nothing that was said before.
    fn say(&mut self, rank: usize, text: &str) {
        if self.said[rank].is_none() {
            self.said[rank] = prose_of(text).map(str::to_owned);
        }
    }
}

/// Lower case, letters and digits only: `RESOURCE_EXHAUSTED`, `resource-exhausted` and `ResourceExhausted` are one.
pub(super) fn plain(text: &str) -> String {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())).collect()
}
