//! Tool executions.

use crate::json::{Raw, Str};
use crate::time::{self, Seconds};

/// A tool execution as agno sends it (docs/agentos-protocol.md).
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Tool<'a> {
    pub tool_call_id: Option<Str<'a>>,
    pub tool_name: Option<Str<'a>>,
    pub tool_args: Option<Raw<'a>>,
    pub tool_call_error: Option<bool>,
    pub result: Option<Raw<'a>>,
    pub metrics: Option<Raw<'a>>,
    pub child_run_id: Option<Str<'a>>,
    pub created_at: Option<Seconds>,
    pub requires_confirmation: bool,
    pub confirmed: Option<bool>,
    pub requires_user_input: bool,
    pub external_execution_required: bool,
    pub user_input_schema: Option<Raw<'a>>,
}

impl<'a> Tool<'a> {
    /// Reads `tool`, or one element of `tools`; `None` if it is not an object.
    pub fn read(raw: Raw<'a>) -> Option<Tool<'a>> {
        let mut tool = Tool::default();
        let mut object = raw.as_object()?;
        while let Ok(Some((key, value))) = object.next_member() {
            let non_null = || Some(value).filter(|v| !v.is_null());
            let text = || value.as_str().filter(|s| !s.is_empty());
            let yes = || value.as_bool() == Some(true);
            match key.decode().as_ref() {
                "tool_call_id" => tool.tool_call_id = text(),
                "tool_name" => tool.tool_name = text(),
                "tool_args" => tool.tool_args = non_null(),
                "tool_call_error" => tool.tool_call_error = value.as_bool(),
                "result" => tool.result = non_null(),
                "metrics" => tool.metrics = non_null(),
                "child_run_id" => tool.child_run_id = text(),
                "created_at" => tool.created_at = value.as_f64().and_then(time::from_wire),
                "confirmed" => tool.confirmed = value.as_bool(),
                "requires_confirmation" => tool.requires_confirmation = yes(),
                "requires_user_input" => tool.requires_user_input = yes(),
                "external_execution_required" => tool.external_execution_required = yes(),
                "user_input_schema" => tool.user_input_schema = non_null(),
                _ => {}
            }
        }
        Some(tool)
    }
}
