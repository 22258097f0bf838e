//! The end of a bare JSON object in a stream, found incrementally: brackets are counted outside of strings.
//!
//! In: bytes, split anywhere. Out: where the object ends, or where it can be no object. It does not judge the JSON
//! beyond that; `json.rs` does.

/// How far the object has been read.
#[derive(Debug, Clone, Default)]
pub(super) struct ObjectScan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    after_newline: bool,
    /// The object is too long: it is read to its end, but not kept.
    pub(super) dropped: bool,
}

pub(super) enum Scanned {
    /// The object goes on behind these bytes.
    More,
    /// It ends before this byte.
    End(usize),
    /// It breaks off before this byte.
    Broken(usize),
}

impl ObjectScan {
    pub(super) fn run(&mut self, bytes: &[u8]) -> Scanned {
        for (at, &b) in bytes.iter().enumerate() {
            if self.in_string {
                match b {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    // JSON has no raw line end in a string: the line was cut, and the stream goes on behind it.
                    b'\n' | b'\r' => return Scanned::Broken(at + 1),
                    _ => {}
                }
                continue;
            }
            // A field of the event stream at the start of a line: no JSON begins a line like that.
            if self.after_newline && matches!(b, b'd' | b'e' | b'i' | b'r' | b':') {
                return Scanned::Broken(at);
            }
            self.after_newline = matches!(b, b'\n' | b'\r');
            match b {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Scanned::End(at + 1);
                    }
                }
                _ => {}
            }
        }
        Scanned::More
    }
}
