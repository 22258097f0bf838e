//! The words around a wait in a sentence.

use crate::refusal::scan::list;

/// What stands in front of a wait. A space, a colon or `=` follows, unless it ends with such a mark itself.
pub(super) const TRIGGERS: &str = list![
    "retry in",
    "retrying in",
    "retrying after",
    "retrying*in",
    "next attempt in",
    "try again in",
    "retry after",
    "retry-after",
    "retry_after",
    "retryafter",
    "retrydelay",
    "retry_delay",
    "again after",
    "reset in:",
    "resets in:",
    "reset time:",
];
/// Behind these a number without a unit is no wait.
pub(super) const TRIGGERS_WITH_UNIT: &str = list![
    "again in",
    "back in",
    "try in",
    "your request in",
    "your request after",
    "again at",
    "retry at",
    "reset in",
    "resets in",
    "reset after",
    "resets after",
    "reset at",
    "resets at",
    "available in",
    "allowed in",
    "possible in",
    "replenished in",
    "wait",
    "wait time",
    "waiting",
    "must wait",
    "back off for",
    "backing off for",
    "refreshed in",
    "resets on",
    "until reset",
    "time remaining",
    "resets",
    "renews in",
    "renews at",
    "refreshes in",
    "restored in",
    "another message in",
    "another request in",
    "next request in",
    "access api after", // WSO2
    "cooldown",
    "lifted in",
    "blocked for",
    "for the next",
    "hold on for",
    "reset time",
    "请在",
    "请",
    "请等待",
    "sleeping",
    "limit reached|", // Claude Code
    "将在",           // Zhipu: `您的限额将在 2026-11-29 13:00:00 重置`
];
/// Behind this one times are those of Beijing.
pub(super) const EAST_ASIA: &str = list!["将在"];

/// What may stand between the trigger and the wait.
pub(super) const FILLERS: &str = list![
    "<b>",
    "<strong>",
    "about ",
    "less than ",
    "under ",
    "<",
    "(",
    "`",
    "*",
    "approximately ",
    "approx. ",
    "around ",
    "at least ",
    "another ",
    "for ",
    "until ",
    "up to ",
    "~",
    "the next ",
    "pt", // ISO 8601: `PT30S`
];

/// Behind a number of seconds that is a wait.
pub(super) const REMAINING: &str = list![" seconds remaining", " second remaining", "s remaining", " seconds left"];
