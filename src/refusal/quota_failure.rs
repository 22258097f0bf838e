//! The exhausted quotas named by a 429 (google.rpc.QuotaFailure), in JSON or in Python's repr.

/// One exhausted quota; members as sent, empty if there are none.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct QuotaViolation {
    pub id: String,
    pub model: String,
    pub value: String,
}

impl QuotaViolation {
    /// The member that a field of this name is.
    pub(super) fn member(&mut self, name: &str) -> Option<&mut String> {
        match name {
            "quotaid" => Some(&mut self.id),
            "model" => Some(&mut self.model),
            "quotavalue" => Some(&mut self.value),
            _ => None,
        }
    }
}
