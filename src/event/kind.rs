//! Event names: agno's `RunEvent`, `TeamRunEvent` and `WorkflowRunEvent`, a retrying backend's, and the transport's.

use crate::json::Str;

/// The kind of an event. A team's event has the kind of the agent's event of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)] // the names are agno's own
pub enum Kind {
    RunStarted,
    RunContent,
    RunContentCompleted,
    RunIntermediateContent,
    RunCompleted,
    RunError,
    RunCancelled,
    RunPaused,
    RunContinued,
    PreHookStarted,
    PreHookCompleted,
    PostHookStarted,
    PostHookCompleted,
    ToolCallStarted,
    ToolCallCompleted,
    ToolCallError,
    ReasoningStarted,
    ReasoningStep,
    ReasoningContentDelta,
    ReasoningCompleted,
    MemoryUpdateStarted,
    MemoryUpdateCompleted,
    SessionSummaryStarted,
    SessionSummaryCompleted,
    ParserModelResponseStarted,
    ParserModelResponseCompleted,
    OutputModelResponseStarted,
    OutputModelResponseCompleted,
    ModelRequestStarted,
    ModelRequestCompleted,
    CompressionStarted,
    CompressionCompleted,
    CompactionStarted,
    CompactionCompleted,
    FollowupsStarted,
    FollowupsCompleted,
    CustomEvent,
    TaskIterationStarted,
    TaskIterationCompleted,
    TaskStateUpdated,
    TaskCreated,
    TaskUpdated,
    WorkflowStarted,
    WorkflowCompleted,
    WorkflowPaused,
    WorkflowCancelled,
    WorkflowError,
    WorkflowAgentStarted,
    WorkflowAgentCompleted,
    StepStarted,
    StepCompleted,
    StepProgress,
    StepPaused,
    StepContinued,
    StepExecutorPaused,
    StepExecutorContinued,
    StepOutputReview,
    StepError,
    LoopExecutionStarted,
    LoopIterationStarted,
    LoopIterationCompleted,
    LoopExecutionCompleted,
    ParallelExecutionStarted,
    ParallelExecutionCompleted,
    ConditionExecutionStarted,
    ConditionExecutionCompleted,
    ConditionPaused,
    RouterExecutionStarted,
    RouterExecutionCompleted,
    RouterPaused,
    StepsExecutionStarted,
    StepsExecutionCompleted,
    StepOutput,
    /// Retrying backend: it waits for a rate limit to pass, then starts another attempt.
    Retry,
    /// Retrying backend, and AgentOS's /resume: the run failed, and why.
    Error,
    /// Retrying backend: the run waits for input.
    Paused,
    /// Retrying backend: tokens and costs of one run.
    MetricsUpdate,
    /// /resume of a running run: the missed frames follow.
    CatchUp,
    /// /resume of a finished run.
    Replay,
    /// /resume: live frames follow.
    Subscribed,
    /// /resume with a durable queue: the frames have expired.
    StreamExpired,
    /// Not an event: the JSON answer of a run that was not streamed (`stream=false`, or accepted in the background).
    RunOutput,
    /// Any other name.
    Unknown,
}

impl Kind {
    /// Whether it ends or pauses its run.
    pub(crate) fn ends_run(self) -> bool {
        use Kind::{Error, Paused, RunCancelled, RunCompleted, RunError, RunPaused};
        use Kind::{WorkflowCancelled, WorkflowCompleted, WorkflowError, WorkflowPaused};
        matches!(
            self,
            RunCompleted
                | RunError
                | RunCancelled
                | RunPaused
                | Paused
                | Error
                | WorkflowCompleted
                | WorkflowError
                | WorkflowCancelled
                | WorkflowPaused
        )
    }
}

/// What sent an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Scope {
    Agent,
    Team,
    Workflow,
    /// No run: retry, error, paused, and the control frames of a resumed stream.
    System,
}

/// The kind and, as far as the name determines it, the scope.
pub(super) fn classify(name: Str<'_>) -> (Kind, Scope) {
    let name = name.decode();
    if let Some(kind) = name.strip_prefix("Team").and_then(run_kind) {
        return (kind, Scope::Team);
    }
    if let Some(kind) = run_kind(&name) {
        return (kind, Scope::Agent);
    }
    match workflow_kind(&name) {
        Some(kind) => (kind, Scope::Workflow),
        None => (system_kind(&name), Scope::System),
    }
}

macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident: $($kind:ident)*) => {
        $(#[$doc])*
        fn $name(name: &str) -> Option<Kind> {
            match name {
                $(stringify!($kind) => Some(Kind::$kind),)*
                _ => None,
            }
        }
    };
}

kinds! {
    /// Events of agents and, with the prefix `Team`, of teams.
    run_kind:
    RunStarted RunContent RunContentCompleted RunIntermediateContent RunCompleted RunError RunCancelled RunPaused
    RunContinued PreHookStarted PreHookCompleted PostHookStarted PostHookCompleted ToolCallStarted ToolCallCompleted
    ToolCallError ReasoningStarted ReasoningStep ReasoningContentDelta ReasoningCompleted MemoryUpdateStarted
    MemoryUpdateCompleted SessionSummaryStarted SessionSummaryCompleted ParserModelResponseStarted
    ParserModelResponseCompleted OutputModelResponseStarted OutputModelResponseCompleted ModelRequestStarted
    ModelRequestCompleted CompressionStarted CompressionCompleted CompactionStarted CompactionCompleted
    FollowupsStarted FollowupsCompleted CustomEvent TaskIterationStarted TaskIterationCompleted TaskStateUpdated
    TaskCreated TaskUpdated
}

kinds! {
    /// Events of workflows.
    workflow_kind:
    WorkflowStarted WorkflowCompleted WorkflowPaused WorkflowCancelled WorkflowError WorkflowAgentStarted
    WorkflowAgentCompleted StepStarted StepCompleted StepProgress StepPaused StepContinued StepExecutorPaused
    StepExecutorContinued StepOutputReview StepError LoopExecutionStarted LoopIterationStarted LoopIterationCompleted
    LoopExecutionCompleted ParallelExecutionStarted ParallelExecutionCompleted ConditionExecutionStarted
    ConditionExecutionCompleted ConditionPaused RouterExecutionStarted RouterExecutionCompleted RouterPaused
    StepsExecutionStarted StepsExecutionCompleted StepOutput
}

fn system_kind(name: &str) -> Kind {
    match name {
        "retry" => Kind::Retry,
        "error" => Kind::Error,
        "paused" => Kind::Paused,
        "MetricsUpdate" => Kind::MetricsUpdate,
        "catch_up" => Kind::CatchUp,
        "replay" => Kind::Replay,
        "subscribed" => Kind::Subscribed,
        "stream_expired" => Kind::StreamExpired,
        // AgentOS repeats the whole run after WorkflowPaused.
        "RunOutput" | "WorkflowRunOutput" => Kind::RunOutput,
        _ => Kind::Unknown,
    }
}
