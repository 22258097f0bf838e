//! Streams of runs that are asked again (docs/agentos-protocol.md §15): in a new run that keeps what the source had, or in
//! the run that failed or waits for the user.

use super::{any_move, Backend, End, Move, Run, LAYOUTS};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

/// What one stream says, and how it ends.
#[derive(Debug, Clone)]
pub struct Leg {
    moves: Vec<(Move, u8, u8)>,
    asks_model_first: bool,
    ends: Ends,
}

#[derive(Debug, Clone)]
enum Ends {
    As(End),
    /// It waits for the user.
    Paused,
}

/// Mostly legs that complete.
pub fn leg() -> impl Strategy<Value = Leg> {
    let of_one_run = |what: &Move| {
        !matches!(what, Move::Retries(_) | Move::Gap(_) | Move::Pauses(..) | Move::PausesForGood | Move::Fails)
    };
    let step = prop_oneof![7 => any_move().prop_filter("of one run", of_one_run), 1 => Just(Move::Noise(0))];
    let layout = prop_oneof![20 => Just(0u8), 10 => 1..LAYOUTS];
    let ends = prop_oneof![
        6 => Just(Ends::As(End::AsSaid)), 1 => Just(Ends::As(End::Otherwise)), 1 => Just(Ends::As(End::Value)),
        1 => Just(Ends::As(End::Wordless)), 1 => Just(Ends::As(End::Cancelled)), 3 => Just(Ends::As(End::Error)),
        2 => Just(Ends::Paused)
    ];
    let parts = (vec((step, layout, 0..12u8), 0..14), prop::bool::weighted(0.8), ends);
    parts.prop_map(|(moves, asks_model_first, ends)| Leg { moves, asks_model_first, ends })
}

/// A frame, and its index in the background.
pub type Frame = (Option<u64>, Vec<u8>);

/// A run on the server.
#[derive(Clone, Default)]
pub struct ServerRun(Backend);

impl ServerRun {
    /// A new run, the `names`th on this server. `next`: the index of its first frame.
    pub fn starts(names: u32, team: bool, next: Option<u64>, leg: &Leg) -> (ServerRun, Vec<Frame>) {
        let mut backend = Backend { names: names * 1000, index: next, parts: vec![vec![]], ..Backend::default() };
        let run = backend.run(None, team);
        backend.runs.push(run);
        backend.run_event(0, "RunStarted", json!({"model": "m"}));
        ServerRun(backend).goes_on(leg)
    }

    /// The run that regenerates this one. Tool calls and members are not repeated; the model may ask for others.
    pub fn is_regenerated(&self, names: u32, next: Option<u64>, leg: &Leg) -> (ServerRun, Vec<Frame>) {
        let source = &self.0.runs[0];
        let mut backend = Backend { names: names * 1000, index: next, parts: vec![vec![]], ..Backend::default() };
        let run = Run { made: source.made, ..backend.run(None, source.team) };
        backend.runs.push(run);
        backend.run_event(0, "RunContinued", json!({}));
        ServerRun(backend).goes_on(leg)
    }

    /// This run goes on after it failed or waited.
    pub fn is_continued(&self, next: Option<u64>, leg: &Leg) -> (ServerRun, Vec<Frame>) {
        let mut backend = self.0.clone();
        (backend.index, backend.over) = (next, false);
        backend.sent.clear();
        // What its members were doing is asked again.
        backend.runs.truncate(1);
        let run = &mut backend.runs[0];
        run.ended = false;
        run.said.clear();
        run.calls.clear();
        (backend.layout, backend.ending) = (0, 0);
        backend.run_event(0, "RunContinued", json!({}));
        ServerRun(backend).goes_on(leg)
    }

    pub fn id(&self) -> &str {
        self.0.runs[0].base["run_id"].as_str().unwrap()
    }

    /// How it ended.
    fn goes_on(mut self, leg: &Leg) -> (ServerRun, Vec<Frame>) {
        let backend = &mut self.0;
        if leg.asks_model_first {
            backend.run_event(0, "ModelRequestStarted", json!({}));
        }
        for (step, layout, ending) in &leg.moves {
            (backend.layout, backend.ending) = (*layout, *ending);
            backend.go(step);
        }
        (backend.layout, backend.ending) = (0, 0);
        if !backend.over {
            match leg.ends {
                Ends::As(end) => backend.ends(0, end),
                Ends::Paused => {
                    let tool = backend.calls(0, "send_email", json!({"to": "ann"}));
                    backend.runs[0].calls.pop();
                    backend.run_event(
                        0,
                        "RunPaused",
                        json!({"tools": [tool], "requirements": [], "content": "I have tools to execute."}),
                    );
                    backend.over = true;
                }
            }
        }
        let frames = std::mem::take(&mut backend.frames);
        (self, frames)
    }
}
