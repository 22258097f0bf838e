//! Versions and branches of generated conversations, compared with a naive tree of them: messages, regenerated answers,
//! also those that fail or are stopped, edits, edits that are refused on the way, and versions that are looked at.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod simulation;

use ai_stream_handler::client::{Config, Input};
use ai_stream_handler::state::Outcome;
use common::{frame, saying};
use serde_json::json;
use simulation::{Answer, World};

/// An answer, and its run. One that came to nothing gives way to the last one that completed.
#[derive(Debug, Clone)]
struct Reply {
    text: String,
    run: String,
    completed: bool,
}

/// A question, its answers, and, once it was edited, the turns that followed it.
#[derive(Debug)]
struct Branch {
    question: String,
    answers: Vec<Reply>,
    rest: Vec<Turn>,
}

/// A turn: its question, and those that it was edited to. `shown`: branch and answer.
#[derive(Debug)]
struct Turn {
    id: usize,
    branches: Vec<Branch>,
    shown: (usize, usize),
}

impl Turn {
    fn live(&self) -> (usize, usize) {
        let branch = self.branches.len() - 1;
        let answers = &self.branches[branch].answers;
        (branch, answers.iter().rposition(|answer| answer.completed).unwrap_or(answers.len() - 1))
    }

    fn shown_index(&self) -> usize {
        let before: usize = self.branches[..self.shown.0].iter().map(|branch| branch.answers.len()).sum();
        before + self.shown.1
    }

    fn count(&self) -> usize {
        self.branches.iter().map(|branch| branch.answers.len()).sum()
    }
}

/// All that follows: the turns of a list, then those behind the last one's branch.
fn walk(list: &[Turn], live: bool, visit: &mut dyn FnMut(&Turn)) {
    for turn in list {
        visit(turn);
        let (branch, _) = if live { turn.live() } else { turn.shown };
        walk(&turn.branches[branch].rest, live, visit);
    }
}

fn find<'a>(list: &'a mut Vec<Turn>, id: usize, then: &mut dyn FnMut(&mut Vec<Turn>, usize)) {
    if let Some(at) = list.iter().position(|turn| turn.id == id) {
        return then(list, at);
    }
    for turn in list {
        turn.branches.iter_mut().for_each(|branch| find(&mut branch.rest, id, then));
    }
}

/// The list that the next turn joins.
fn end(list: &mut Vec<Turn>) -> &mut Vec<Turn> {
    match list.last().is_some_and(|turn| turn.branches.len() > 1) {
        true => end(&mut list.last_mut().unwrap().branches.last_mut().unwrap().rest),
        false => list,
    }
}

/// What the model sees is shown.
fn show_live(list: &mut [Turn]) {
    for turn in list {
        let live = turn.live();
        if turn.shown.0 != live.0 {
            turn.shown = live;
        }
        turn.branches.iter_mut().for_each(|branch| show_live(&mut branch.rest));
    }
}

fn expected(list: &[Turn]) -> Vec<String> {
    let mut lines = vec![];
    walk(list, false, &mut |turn| {
        let Branch { question, answers, .. } = &turn.branches[turn.shown.0];
        lines.push(format!(
            "t{} {question} {} {}/{}",
            turn.id,
            answers[turn.shown.1].text,
            turn.shown_index() + 1,
            turn.count()
        ));
    });
    lines
}

fn seen(world: &mut World) -> Vec<String> {
    let view = world.page.view();
    let turns = view["turns"].as_array().unwrap().iter().filter(|turn| turn["facts"]["hidden"] == false);
    let line = |turn: &serde_json::Value| {
        let text = |who: &str| turn[who]["text"].as_str().unwrap().to_owned();
        let versions = &turn["facts"]["versions"];
        format!(
            "t{} {} {} {}/{}",
            turn["id"],
            text("user"),
            text("answer"),
            versions["index"].as_u64().unwrap() + 1,
            versions["count"]
        )
    };
    turns.map(line).collect()
}

/// The ids of what the model sees, by a naive walk.
fn live(list: &[Turn]) -> Vec<usize> {
    let mut ids = vec![];
    walk(list, true, &mut |turn| ids.push(turn.id));
    ids
}

fn agent(run: &str) -> serde_json::Value {
    json!({"agent_id": "a", "run_id": run, "session_id": "s"})
}

fn says(run: &str, text: &str, first: &str) -> Answer {
    ends(run, text, first, "RunCompleted")
}

fn ends(run: &str, text: &str, first: &str, last: &str) -> Answer {
    let frames = [
        frame(first, agent(run)),
        frame("RunContent", saying(agent(run), text)),
        frame(last, saying(agent(run), text)),
    ];
    Answer::Frames(frames.concat())
}

fn stopped(run: &str) -> Answer {
    Answer::Frames(frame("RunContinued", agent(run)) + &frame("RunCancelled", agent(run)))
}

/// The same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

fn play(seed: u64) {
    let mut numbers = Numbers(seed);
    let config = Config { path: "/agents/a/runs".into(), runs: "/agents/a/runs".into(), ..Config::default() };
    let mut world = World::with(config, []);
    world.watches = false;
    let mut list: Vec<Turn> = vec![];
    let mut asked = 0;
    for step in 0..24 {
        let alive = live(&list);
        let (question, answer, run) = (format!("Q{step}"), format!("A{step}"), format!("r{step}"));
        let reply = |completed| Reply { text: answer.clone(), run: run.clone(), completed };
        let ticket = 1_000 + step;
        let which = if alive.is_empty() { 0 } else { numbers.below(7) };
        match which {
            0 | 1 => {
                world.answer_next(says(&run, &answer, "RunStarted"));
                assert_eq!(world.ask(&question), Outcome::Completed);
                let branch = Branch { question, answers: vec![reply(true)], rest: vec![] };
                show_live(&mut list);
                end(&mut list).push(Turn { id: asked, branches: vec![branch], shown: (0, 0) });
                asked += 1;
            }
            2 | 6 => {
                let id = alive[numbers.below(alive.len())];
                let (outcome, end) = match (which, numbers.below(2)) {
                    (2, _) => (Outcome::Completed, "RunCompleted"),
                    (_, 0) => (Outcome::Failed, "RunError"),
                    _ => (Outcome::Cancelled, "RunCancelled"),
                };
                world.answer_next(ends(&run, &answer, "RunContinued", end));
                world.input(Input::Regenerate { ticket, turn: Some(id as u32), instructions: "", stored: None });
                assert_eq!(world.outcome_of(ticket), Some(outcome));
                let asked = world.requests.last().unwrap().1.url.clone();
                find(&mut list, id, &mut |list, at| {
                    let turn = &mut list[at];
                    let (branch, source) = turn.live();
                    let answers = &mut turn.branches[branch].answers;
                    assert!(asked.contains(&format!("/{}/continue", answers[source].run)), "seed {seed}, step {step}");
                    answers.push(reply(outcome == Outcome::Completed));
                    turn.shown = turn.live();
                });
                show_live(&mut list);
            }
            3 | 4 => {
                let at = numbers.below(alive.len());
                let hide: Vec<String> = (at..alive.len()).rev().map(|n| format!("hidden{n}")).collect();
                let refused_at = if which == 4 { Some(numbers.below(hide.len())) } else { None };
                let refusal = Answer::Frames(frame("RunError", json!({"agent_id": "", "content": "No."})));
                let mut answers: Vec<Answer> = (0..hide.len()).map(|n| stopped(&format!("x{step}-{n}"))).collect();
                answers.push(says(&run, &answer, "RunStarted"));
                if let Some(at) = refused_at {
                    answers[at] = refusal;
                    answers.truncate(at + 1);
                }
                answers.into_iter().rev().for_each(|answer| world.answer_next(answer));
                let id = alive[at];
                world.input(Input::Edit {
                    ticket,
                    turn: id as u32,
                    text: &question,
                    files: &[],
                    hide: &hide,
                    run: None,
                    fields: &[],
                });
                let outcome = if refused_at.is_some() { Outcome::Failed } else { Outcome::Completed };
                assert_eq!(world.outcome_of(ticket), Some(outcome));
                find(&mut list, id, &mut |list, at| {
                    let rest: Vec<Turn> = list.drain(at + 1..).collect();
                    let turn = &mut list[at];
                    turn.shown = turn.live();
                    if refused_at.is_none() {
                        let old = turn.branches.last_mut().unwrap();
                        old.rest.extend(rest);
                        turn.branches.push(Branch {
                            question: question.clone(),
                            answers: vec![reply(true)],
                            rest: vec![],
                        });
                        turn.shown = turn.live();
                    } else {
                        list.extend(rest);
                    }
                });
                show_live(&mut list);
            }
            _ => {
                let id = numbers.below(asked);
                find(&mut list, id, &mut |list, at| {
                    let index = numbers.below(list[at].count() + 1);
                    world.input(Input::ShowVersion { turn: id as u32, index });
                    if index < list[at].count() {
                        let mut left = index;
                        let branch = list[at].branches.iter().position(|branch| {
                            let is_here = left < branch.answers.len();
                            left -= if is_here { 0 } else { branch.answers.len() };
                            is_here
                        });
                        list[at].shown = (branch.unwrap(), left);
                    }
                });
            }
        }
        assert_eq!(seen(&mut world), expected(&list), "seed {seed}, step {step}");
        let client = &world.page.client;
        let ids: Vec<usize> = (0..asked).filter(|&t| client.conversation.is_live(t)).collect();
        assert_eq!(ids, live(&list), "seed {seed}, step {step}: what the model sees");
    }
}

#[test]
fn generated_conversations_have_the_versions_and_branches_of_a_naive_tree() {
    let runs = std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(60);
    (0..runs).for_each(play);
}
