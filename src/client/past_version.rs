//! A version of a stored turn.

use crate::time::Seconds;

/// Another version of a turn of a stored session.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_structs)]
pub struct PastVersion<'a> {
    /// Index of the turn; beyond the end: the last one.
    pub turn: usize,
    /// The user's message, if it is another one.
    pub text: Option<&'a str>,
    /// The user edited the message: the turns loaded since belong to the version before.
    pub edits: bool,
    /// It regenerated the version before it, whose tool calls and members it kept.
    pub keeps_work: bool,
    /// Its time, in seconds since the Unix epoch.
    pub at: Seconds,
}
