//! The dependency rule: a layer of `src/` imports only from layers below it, and no two modules import each other.
//!
//! Every file of `src/` is parsed, and its `crate::`, `super::` and `self::` paths outside `#[cfg(test)]` are resolved to
//! modules. Paths count wherever they stand: in `use`, in types and expressions, in macro arguments. Method calls do not:
//! `impl Client` may be spread over files that import nothing of one another.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};

/// The layers, lowest first. A layer may import from those before it.
const LAYERS: [&str; 17] = [
    "bytes", "text", "time", "limits", "markdown", "json", "sse", "event", "refusal", "retry", "error", "quota",
    "monitor", "state", "client", "view", "wasm",
];

/// What stands beside the layers, and what it may import. No layer imports it.
const BESIDE: [(&str, &[&str]); 1] =
    [("generator", &["event", "retry", "refusal", "error", "json", "text", "time", "monitor"])];

const MAX_LINES: usize = 300;

/// A module: `["state", "run"]` for `src/state/run.rs`, empty for `lib.rs`.
type Module = Vec<String>;

/// What the files of a crate import from one another.
#[derive(Default)]
struct Sources {
    modules: BTreeSet<Module>,
    /// Importing module, and the path that it names.
    imports: Vec<(Module, Module)>,
    lines: BTreeMap<String, usize>,
}

impl Sources {
    fn of_crate() -> Sources {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut sources = Sources::default();
        for file in rust_files(&root) {
            let text = fs::read_to_string(&file).unwrap();
            let name = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            sources.add(&name, &text);
        }
        sources.without_test_modules()
    }

    fn add(&mut self, name: &str, text: &str) {
        self.lines.insert(name.to_owned(), text.lines().count());
        let stem = name.strip_suffix(".rs").unwrap();
        let module: Module = if stem == "lib" { Vec::new() } else { stem.split('/').map(str::to_owned).collect() };
        self.modules.insert(module.clone());
        let parsed = syn::parse_file(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut paths = Paths { module, sources: self };
        paths.visit_file(&parsed);
    }

    /// Files that are modules of tests only (`#[cfg(test)] mod tests;`) import what they like.
    fn without_test_modules(mut self) -> Sources {
        self.modules.retain(|m| m.last().is_none_or(|name| name != "tests"));
        self.imports.retain(|(from, _)| from.last().is_none_or(|name| name != "tests"));
        self
    }

    /// The module that a path leads to: `["state", "run", "Run"]` leads to `["state", "run"]`.
    fn module_of(&self, path: &[String]) -> Module {
        (0..=path.len()).rev().map(|n| path[..n].to_vec()).find(|m| self.modules.contains(m)).unwrap_or_default()
    }

    /// Imports between children of the same module, by that module: at the root between layers, below between files of a
    /// layer. A child that imports its parent, or a parent its child, is not among them.
    fn siblings(&self) -> BTreeMap<Module, BTreeSet<(String, String)>> {
        let mut found: BTreeMap<Module, BTreeSet<(String, String)>> = BTreeMap::new();
        for (from, path) in &self.imports {
            let to = self.module_of(path);
            let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if let (Some(a), Some(b)) = (from.get(common), to.get(common)) {
                found.entry(from[..common].to_vec()).or_default().insert((a.clone(), b.clone()));
            }
        }
        found
    }

    /// Everything that breaks a rule, in words.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let siblings = self.siblings();
        let none = BTreeSet::new();
        for (from, to) in siblings.get(&Vec::new()).unwrap_or(&none) {
            if !may_import(from, to) {
                faults.push(format!("{from} imports {to}, which is not below it"));
            }
        }
        for (folder, imports) in &siblings {
            if let Some(circle) = circle_in(imports) {
                faults.push(format!("a circle in {}: {}", name_of(folder), circle.join(" → ")));
            }
        }
        for layer in self.modules.iter().filter(|m| m.len() == 1).map(|m| m[0].as_str()) {
            if !LAYERS.contains(&layer) && BESIDE.iter().all(|(beside, _)| *beside != layer) {
                faults.push(format!("{layer} is not listed: add it to LAYERS"));
            }
        }
        for (file, lines) in self.lines.iter().filter(|(_, lines)| **lines > MAX_LINES) {
            faults.push(format!("{file} has {lines} lines, more than {MAX_LINES}: split it along what it does"));
        }
        faults
    }
}

fn may_import(from: &str, to: &str) -> bool {
    let height = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    match BESIDE.iter().find(|(beside, _)| *beside == from) {
        Some((_, allowed)) => allowed.contains(&to),
        None => matches!((height(from), height(to)), (Some(from), Some(to)) if to < from),
    }
}

/// A circle among `imports`, with its first module named again at the end.
fn circle_in(imports: &BTreeSet<(String, String)>) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    imports.iter().find_map(|(from, _)| walk(from, imports, &mut Vec::new(), &mut done))
}

fn walk(
    at: &str,
    imports: &BTreeSet<(String, String)>,
    trail: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(first) = trail.iter().position(|name| name == at) {
        return Some(trail[first..].iter().cloned().chain([at.to_owned()]).collect());
    }
    if !done.insert(at.to_owned()) {
        return None;
    }
    trail.push(at.to_owned());
    let next = imports.iter().filter(|(from, to)| from == at && to != at);
    let found = next.map(|(_, to)| to).find_map(|to| walk(to, imports, trail, done));
    trail.pop();
    found
}

fn name_of(module: &[String]) -> String {
    if module.is_empty() {
        "src".to_owned()
    } else {
        ["src/", &module.join("/")].concat()
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            files.push(entry);
        }
    }
    files
}

/// Collects the paths of one file.
struct Paths<'a> {
    module: Module,
    sources: &'a mut Sources,
}

impl Paths<'_> {
    /// Resolves a path as it is written in `self.module`. Paths of other crates and of what is in scope lead nowhere.
    fn add(&mut self, written: &[String]) {
        let mut rest = written.iter().map(String::as_str).peekable();
        let mut path = match rest.next() {
            Some("crate") => Vec::new(),
            Some("self") => self.module.clone(),
            Some("super") => self.module[..self.module.len() - 1].to_vec(),
            _ => return,
        };
        while rest.next_if_eq(&"super").is_some() {
            path.pop();
        }
        path.extend(rest.map(str::to_owned));
        self.sources.imports.push((self.module.clone(), path));
    }

    fn add_tree(&mut self, tree: &syn::UseTree, prefix: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.add_tree(&path.tree, prefix);
                prefix.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(tree, prefix)),
            syn::UseTree::Name(name) => self.add(&[prefix.as_slice(), &[name.ident.to_string()]].concat()),
            syn::UseTree::Rename(name) => self.add(&[prefix.as_slice(), &[name.ident.to_string()]].concat()),
            syn::UseTree::Glob(_) => self.add(prefix),
        }
    }
}

fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| a.path().is_ident("cfg") && a.parse_args::<syn::Path>().is_ok_and(|p| p.is_ident("test")))
}

impl<'a> Visit<'a> for Paths<'_> {
    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        if !is_test_only(&item.attrs) {
            self.add_tree(&item.tree, &mut Vec::new());
        }
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        if !is_test_only(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if is_test_only(&item.attrs) {
            return;
        }
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        self.add(&segments);
        visit::visit_path(self, path);
    }

    /// The arguments of a macro are tokens, not syntax.
    fn visit_macro(&mut self, item: &'a syn::Macro) {
        let tokens = item.tokens.to_string().replace(" :: ", "::");
        for word in tokens.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            self.add(&word.split("::").map(str::to_owned).collect::<Vec<_>>());
        }
        visit::visit_macro(self, item);
    }
}

#[test]
fn imports_run_downwards_without_circles_and_no_file_is_long() {
    let faults = Sources::of_crate().faults();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_layer_of_the_list_exists() {
    let modules = Sources::of_crate().modules;
    let listed = LAYERS.into_iter().chain(BESIDE.map(|(name, _)| name));
    let missing: Vec<_> = listed.filter(|name| !modules.contains([(*name).to_owned()].as_slice())).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

fn faults_of(files: &[(&str, &str)]) -> Vec<String> {
    let mut sources = Sources::default();
    files.iter().for_each(|(name, text)| sources.add(name, text));
    sources.without_test_modules().faults()
}

#[test]
fn an_upward_import_is_found_however_it_is_written() {
    let found = ["state imports client, which is not below it".to_owned()];
    for upward in [
        "use crate::client::Client;",
        "use crate::{client::queue as q, json::Raw};",
        "use super::super::client::*;",
        "fn f(c: &crate::client::Client) {}",
        "fn f() { if matches!(g(), Some(crate::client::Input::Tick)) {} }",
        "impl From<super::super::client::Client> for u8 {}",
    ] {
        assert_eq!(faults_of(&[("client.rs", ""), ("json.rs", ""), ("state/run.rs", upward)]), found, "{upward}");
    }
    let beside =
        faults_of(&[("generator.rs", "use crate::client::Client;"), ("client.rs", "use crate::generator::Host;")]);
    assert_eq!(beside.len(), 3, "both directions, and their circle: {beside:?}");
}

#[test]
fn what_is_allowed_is_not_reported() {
    let files = [
        ("lib.rs", "mod json; mod state; mod client;"),
        ("json.rs", "#[cfg(test)] mod tests { use crate::client::Client; }\n#[cfg(test)] use crate::state::Run;"),
        ("state.rs", "mod run; pub use run::Run; use crate::json::Raw; use std::fmt;"),
        (
            "state/run.rs",
            "use super::Conversation; use crate::json::Raw; use self::inner::X; mod inner { use super::X; }",
        ),
        ("state/tests.rs", "use crate::client::Client;"),
        ("client.rs", "use crate::state::Run;"),
    ];
    assert_eq!(faults_of(&files), Vec::<String>::new());
}

#[test]
fn a_circle_of_siblings_an_unknown_layer_and_a_long_file_are_found() {
    let circle = [
        ("state/run.rs", "use super::turn::Turn;"),
        ("state/turn.rs", "use crate::state::tool::Tool;"),
        ("state/tool.rs", "fn f() -> super::run::Run {}"),
    ];
    assert_eq!(faults_of(&circle), ["a circle in src/state: run → turn → tool → run"]);
    assert_eq!(faults_of(&[("helper.rs", "")]), ["helper is not listed: add it to LAYERS"]);
    assert_eq!(faults_of(&[("json.rs", &"\n".repeat(MAX_LINES + 1))]).len(), 1);
}
