//! The monitor's figures, for the page.

use super::{Alert, Figures};
use crate::time::Seconds;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// The figures for the page. The windows end at `as_of`, when something was last counted.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct MonitorView {
    pub total: Figures,
    pub last_hour: Figures,
    pub last_day: Figures,
    pub alerts: Vec<Alert>,
    pub as_of: Seconds,
}

/// The totals are flattened beside the windows. By hand: serde's `flatten` would serialize a map, through more code.
impl Serialize for MonitorView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let total = &self.total;
        let mut view = serializer.serialize_struct("MonitorView", 10)?;
        view.serialize_field("answers", &total.answers)?;
        view.serialize_field("retries", &total.retries)?;
        view.serialize_field("successAfterRetry", &total.success_after_retry)?;
        view.serialize_field("retriesExhausted", &total.retries_exhausted)?;
        view.serialize_field("averageDelay", &total.average_delay)?;
        view.serialize_field("sessionsKept", &total.sessions_kept)?;
        view.serialize_field("lastHour", &self.last_hour)?;
        view.serialize_field("lastDay", &self.last_day)?;
        view.serialize_field("alerts", &self.alerts)?;
        view.serialize_field("asOf", &self.as_of)?;
        view.end()
    }
}
