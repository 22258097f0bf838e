//! Parses directives: `[[name key=value …]]`.

use super::Counters;

/// A directive to the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Directive {
    pub name: String,
    /// A word without a value: `429` of `[[http 429]]`.
    pub word: String,
    pairs: Vec<(String, String)>,
}

/// An HTTP error response instead of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub status: u16,
    pub retry_after: Option<String>,
    pub body: String,
}

impl Directive {
    /// The first directive in `script`, if it applies to the component `id`.
    pub fn of(script: &str, id: &str) -> Directive {
        let inside =
            script.split_once("[[").and_then(|(_, rest)| rest.split_once("]]")).map_or("", |(inside, _)| inside);
        let mut words = inside.split_whitespace();
        let mut directive = Directive { name: words.next().unwrap_or_default().to_owned(), ..Directive::default() };
        for word in words {
            match word.split_once('=') {
                Some((key, value)) => directive.pairs.push((key.to_owned(), value.to_owned())),
                None => word.clone_into(&mut directive.word),
            }
        }
        match directive.get("of") {
            Some(of) if of != id => Directive::default(),
            _ => directive,
        }
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// Whether the run is told apart from others by a key of its own.
    pub fn is_keyed(&self) -> bool {
        self.get("key").is_some()
    }

    pub fn number<T: std::str::FromStr>(&self, key: &str, default: T) -> T {
        self.get(key).and_then(|value| value.parse().ok()).unwrap_or(default)
    }

    /// Whether this attempt hits the directive's limit.
    pub fn hit(&self, script: &str, counters: &Counters) -> bool {
        let times = match self.get("times") {
            Some("forever") => None,
            times => Some(times.and_then(|t| t.parse().ok()).unwrap_or(1)),
        };
        counters.hit(self.get("key").unwrap_or(script), times)
    }

    /// The error response of `[[http 429 …]]`.
    pub fn refusal(&self, script: &str, counters: &Counters) -> Option<Refusal> {
        if self.name != "http" || !self.hit(script, counters) {
            return None;
        }
        let status = self.word.parse().ok().filter(|s| (400..600).contains(s)).unwrap_or(429);
        let body = match status {
            429 => r#"{"error":"Rate limit exceeded: 5 per 1 minute"}"#,
            503 => "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>",
            _ => r#"{"detail":"The script refuses this request."}"#,
        };
        Some(Refusal { status, retry_after: self.get("after").map(str::to_owned), body: body.to_owned() })
    }
}

/// The message without its directive.
pub fn without_directive(message: &str) -> String {
    match (message.split_once("[["), message.split_once("]]")) {
        (Some((before, _)), Some((_, after))) => format!("{} {}", before.trim(), after.trim()).trim().to_owned(),
        _ => message.trim().to_owned(),
    }
}
