//! Extracts the statuses, codes, sentences and waits from a refusal's text, at any depth of nesting.

use super::code::{codes_of, kind_of_code, kind_of_codes, plain};
use super::kind::Kind;
use super::pieces::{pieces, unescape, Pair};
use super::prose::{is_code, printable, prose_of};
use super::quota_failure::QuotaViolation;
use super::scan::{
    after, any, begins, begins_in, ends, entry, equals, from, has, has_phrase, list, skip, span, span_back,
};
use super::scan::{until, upto, ALNUM, SPACE, WIDE};
use super::signs::{Field, FIELDS, UNITS};
use super::status::{stated_status, status};
use super::wait::{in_sentence, longer, of_reset, of_value};
use crate::limits::excerpt;
use crate::time::Seconds;

/// Bytes of codes that are kept. An error has a handful.
const MOST_CODES: usize = 1 << 10;
/// Longer values are not members of a quota.
const LONGEST_MEMBER: usize = 200;
/// Levels of JSON in a string of JSON: a gateway quotes a proxy, which quotes a provider.
const MOST_NESTED: u32 = 5;
/// Bytes that are read at the beginning and at the end of a text. Errors state their cause at either end.
const HEAD: usize = 8 << 10;
const TAIL: usize = 4 << 10;

#[derive(Default)]
pub(super) struct Facts {
    /// The status stated in the text; of several, the innermost.
    pub status: Option<u16>,
    /// The codes: a `list!` in the form of [`plain`].
    pub codes: String,
    /// The best candidate for the user's sentence, for each rank: a field for sentences, one that may hold a code, a code.
    said: [String; 3],
    /// Whether the candidate of a rank consists of list elements so far.
    listed: [bool; 3],
    /// FastAPI's `loc`: the field that the next `msg` is about.
    location: String,
    /// Whether `loc` goes into the sentence. It does not if the text begins with an SDK's own words.
    names_fields: bool,
    /// Everything that may contain a phrase, a line per text; in lower case once all is read.
    pub words: String,
    /// The longest wait named.
    pub wait: Option<Seconds>,
    /// Header fields inside the body (OpenRouter's `metadata.headers`), in the form of [`Headers`](super::Headers).
    pub headers: String,
    /// The exhausted quotas named.
    pub quotas: Vec<QuotaViolation>,
    /// The time that absolute times are compared with.
    now: Seconds,
    /// `retryDelay: { seconds, nanos }` (google.protobuf.Duration).
    duration: Seconds,
    /// Its unit: `{ value: 30, unit: 'seconds' }`; 0 if none is named.
    unit: Seconds,
}

impl Facts {
    pub fn of(text: &str, now: Seconds) -> Self {
        let mut facts = Facts { now, names_fields: begins_in(text, "{["), ..Facts::default() };
        let head = if text.len() > HEAD + TAIL { excerpt(text, HEAD) } else { text };
        facts.read(head, 0);
        if head.len() < text.len() {
            facts.read(from(text, excerpt(text, text.len() - TAIL).len()), 0);
        }
        facts.words.make_ascii_lowercase();
        facts.wait = longer(facts.wait, in_sentence(&facts.words, now));
        if facts.duration > 0.0 {
            facts.wait = longer(facts.wait, Some(facts.duration * if facts.unit > 0.0 { facts.unit } else { 1.0 }));
        }
        facts
    }

    /// Reads the codes and waits of the JSON object that the text is a member of.
    pub fn read_around(&mut self, json: &str) {
        pieces(excerpt(json, HEAD), &mut |pair| {
            let name = plain(pair.key);
            if pair.value.len() <= LONGEST_MEMBER && matches!(field_of(&name).0, Some(Field::Code | Field::Wait)) {
                self.pair(&pair, MOST_NESTED);
            }
        });
    }

    fn read(&mut self, text: &str, depth: u32) {
        // JSON with escaped quotes, though not itself in quotes.
        let escaped = begins(skip(after(text, "{").unwrap_or_default(), SPACE, ""), "\\");
        let unescaped = if escaped { unescape(text) } else { String::new() };
        // `ModelProviderError(message='…', status_code=429)`
        let head = upto(text, until(text, " ("));
        if depth == 0 && begins(from(text, head.len()), "(message=") && is_code(head) {
            self.code(head);
            return self.read(&["{", from(text, head.len() + 1), "}"].concat(), 1);
        }
        let prose = pieces(if escaped { &unescaped } else { text }, &mut |pair| self.pair(&pair, depth));
        self.hear(&prose);
        if depth > 0 {
            self.say(0, &prose, false);
        }
    }

    fn pair(&mut self, pair: &Pair<'_>, depth: u32) {
        let Pair { key, of, value: text, quoted } = *pair;
        // `"message": { "text": "…" }`
        let name = plain(if key == "text" && of == "message" { of } else { key });
        let (field, unit) = field_of(&name);
        // Another error, as a string.
        if quoted && depth < MOST_NESTED && text.len() > 8 && has_phrase(text, "{") {
            if let Some(Field::Sentence) = field {
                self.say(0, text, false);
            }
            return self.read(text, depth + 1);
        }
        self.quota(&name, text);
        let now = self.now;
        match field {
            // `"detail": 7` and `"message": null` are not sentences.
            Some(Field::Sentence) if !quoted => {}
            Some(Field::Sentence) => {
                self.hear(text);
                if !self.location.is_empty() {
                    self.location.push_str(": ");
                }
                let mut said = std::mem::take(&mut self.location);
                said.push_str(text);
                self.say(0, &said, name == "msg" || key == of);
            }
            Some(Field::Reason) if name == "description" && plain(of) == "links" => {}
            Some(Field::Reason) if has(text, WIDE) || has_phrase(text, " ") => {
                self.hear(text);
                self.say(1, text, false);
            }
            Some(Field::Reason) => {
                self.code_or_status(text);
                self.say(2, text, false);
            }
            Some(Field::Code) => {
                self.code_or_status(text);
                self.hear(text);
            }
            Some(Field::Wait) => {
                let wait = match unit {
                    _ if begins(&name, "ms") || has_phrase(unit, "m") => of_value(text, now).map(|wait| wait / 1_000.0),
                    "" => of_reset(text, now),
                    _ => of_value(text, now),
                };
                self.wait = longer(self.wait, wait);
            }
            None if name == "loc" && self.names_fields => {
                self.location.clear();
                self.location.push_str(if quoted { text } else { "" });
            }
            None if is_wait(of) && name == "unit" => self.unit = of_value(&["1 ", text].concat(), now).unwrap_or(1.0),
            None if is_wait(of) && any(&name, equals, list!["seconds", "nanos", "value"]) => {
                self.duration += of_value(text, now).unwrap_or_default() / if name == "nanos" { 1e9 } else { 1.0 };
            }
            None if has_phrase(&name, "ratelimit") && text.len() < 100 => {
                for part in [&key.to_ascii_lowercase(), ":", text, "\n"] {
                    self.headers.push_str(part);
                }
            }
            None => {}
        }
    }

    /// A member that the current quota already has begins the next one.
    fn quota(&mut self, name: &str, text: &str) {
        let mut next = QuotaViolation::default();
        let Some(member) = next.member(name).filter(|_| text.len() <= LONGEST_MEMBER) else { return };
        member.push_str(text);
        match self.quotas.last_mut().and_then(|last| last.member(name)).filter(|member| member.is_empty()) {
            Some(member) => member.push_str(text),
            None => self.quotas.push(next),
        }
    }

    fn code_or_status(&mut self, text: &str) {
        match status(text).filter(|status| (400..600).contains(status)) {
            Some(status) => self.state(status, true),
            None => self.code(text),
        }
    }

    /// A refusal's status takes precedence over a 5xx that wraps it, and a field (`of_field`) over a sentence.
    fn state(&mut self, status: u16, of_field: bool) {
        let weight = |status: u16| match Kind::of_status(status) {
            Kind::Unknown | Kind::Unavailable | Kind::Timeout => 1,
            Kind::Overloaded => 2,
            _ => 3,
        };
        if self.status.map_or(0, weight) < weight(status) + u8::from(of_field) {
            self.status = Some(status);
        }
    }

    /// Adds a code. Of `openai.RateLimitError` the last part counts, too.
    pub fn code(&mut self, text: &str) {
        let last = from(text, text.len() - span_back(text, ALNUM, "_-"));
        for name in [text, if last.len() < text.len() { last } else { "" }] {
            if name.len() <= 64 && self.codes.len() < MOST_CODES {
                self.codes.push_str(&codes_of(name));
            }
        }
    }

    /// The kind according to the codes.
    pub fn coded(&self) -> Kind {
        kind_of_codes(&self.codes)
    }

    fn hear(&mut self, text: &str) {
        let text = &*printable(text);
        if let Some(status) = stated_status(text) {
            self.state(status, false);
        }
        if !has(text, SPACE) && !begins_in(text, "'\"") {
            self.code(text);
        }
        // `litellm.RateLimitError: …`, `An error occurred (ThrottlingException) when calling …`
        let mut rest = text;
        while !rest.is_empty() {
            let word = upto(rest, span(rest, ALNUM, "_"));
            rest = from(rest, word.len());
            // In quotes it is the subject of another error: `cannot import name 'RateLimitError'`.
            let named = any(word, ends, list!["Error", "Exception", "Timeout"]) && !begins(rest, "'");
            // `RATE_LIMIT_EXCEEDED: …`, `overloaded_error: …`
            if word.len() > 8 && (named || begins(rest, ": ") && kind_of_code(word) != Kind::Unknown) {
                self.code(word);
            }
            rest = skip(rest, !ALNUM, "");
        }
        // One line per text, with single spaces: phrases are written that way.
        if self.words.len() < HEAD + TAIL {
            self.words.push('\n');
            let mut gap = "";
            for word in text.split_whitespace() {
                self.words.push_str(gap);
                self.words.push_str(word);
                gap = " ";
            }
        }
    }

    /// Offers a sentence of a rank. The first one is kept; elements of a list are joined to it.
    fn say(&mut self, rank: usize, text: &str, listed: bool) {
        let said = &mut self.said[rank];
        let goes_on = listed && self.listed[rank];
        if !said.is_empty() && !goes_on {
            return;
        }
        let text = printable(text);
        if let Some(words) = prose_of(&text) {
            if !said.is_empty() {
                said.push_str("; ");
            }
            said.push_str(words);
            self.listed[rank] = listed;
        }
    }

    /// The sentence for the user.
    pub fn said(&self) -> Option<&str> {
        self.said.iter().find(|said| !said.is_empty()).map(String::as_str)
    }
}

fn is_wait(name: &str) -> bool {
    matches!(field_of(&plain(name)).0, Some(Field::Wait))
}

/// What a field's name stands for, and the unit at its end if it is a wait.
fn field_of(name: &str) -> (Option<Field>, &'static str) {
    let unit = entry(name, ends, UNITS).unwrap_or_default();
    let bare = upto(name, name.len() - unit.len());
    let named = |(field, names): &&(Field, &str)| {
        any(name, equals, names) || matches!(field, Field::Wait) && any(bare, equals, names)
    };
    (FIELDS.iter().find(named).map(|(field, _)| *field), unit)
}
