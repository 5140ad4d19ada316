//! The rules on imports, each tested on small made-up sources.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::{Sources, Use};

/// The modules of a crate, each with those it may use.
pub type Rooms = &'static [(&'static str, &'static [&'static str])];

/// Paths that give access to files, clocks, threads and the like, which the core must not use.
const WORLD: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

#[track_caller]
pub fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a path is `module` or lies in it.
fn lies_in(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Where the modules of a crate are not those of the table, or use what they may not.
pub fn strangers(sources: &Sources, table: &[(&str, &[&str])]) -> Vec<String> {
    let mut wrong = Vec::new();
    let rooms = sources.rooms();
    let known: BTreeSet<String> = table.iter().map(|(room, _)| (*room).to_string()).collect();
    wrong.extend(rooms.difference(&known).map(|room| format!("{room} is not in the table")));
    wrong.extend(known.difference(&rooms).map(|room| format!("there is no module {room}")));
    for (room, allowed) in table {
        for other in allowed.iter().filter(|other| !rooms.contains(**other)) {
            wrong.push(format!("{room} may use {other}, which does not exist"));
        }
        let own = format!("crate::{room}");
        for Use { from, to, .. } in &sources.uses {
            let allowed = allowed.iter().any(|other| lies_in(to, &format!("crate::{other}")));
            if lies_in(from, &own) && lies_in(to, "crate") && !lies_in(to, &own) && !allowed {
                wrong.push(format!("{from} uses {to}"));
            }
        }
    }
    wrong
}

/// Where `module` uses anything of the crate `of` that lies outside `allowed`.
pub fn outside(sources: &Sources, module: &str, of: &str, allowed: &[&str]) -> Vec<String> {
    let of = of.replace('-', "_");
    let allowed: Vec<String> = allowed.iter().map(|room| format!("{of}::{room}")).collect();
    let own = format!("crate::{module}");
    let uses = sources.uses.iter().filter(|used| {
        lies_in(&used.from, &own)
            && lies_in(&used.to, &of)
            && !allowed.iter().any(|room| lies_in(&used.to, room))
    });
    let mut wrong: Vec<String> =
        uses.map(|used| format!("{} uses {}", used.from, used.to)).collect();
    if !sources.has(&own) {
        wrong.push(format!("there is no module {module}"));
    }
    wrong
}

/// Where anything but `modules` uses a library, and which of those no longer do.
pub fn elsewhere(sources: &Sources, library: &str, modules: &[&str]) -> Vec<String> {
    let library = library.replace('-', "_");
    let mut wrong = Vec::new();
    let uses: Vec<&Use> = sources.uses.iter().filter(|used| lies_in(&used.to, &library)).collect();
    let rooms: Vec<String> = modules.iter().map(|module| format!("crate::{module}")).collect();
    for room in &rooms {
        if !uses.iter().any(|used| lies_in(&used.from, room)) {
            wrong.push(format!("{room} does not use {library}"));
        }
    }
    for used in &uses {
        if !rooms.is_empty() && !rooms.iter().any(|room| lies_in(&used.from, room)) {
            wrong.push(format!("{} uses {}", used.from, used.to));
        }
    }
    if uses.is_empty() {
        wrong.push(format!("nobody uses {library}"));
    }
    wrong
}

/// What of `WORLD` is used, also by a glob.
pub fn worldly(sources: &Sources) -> Vec<String> {
    let uses = sources.uses.iter().filter(|used| {
        let all = used.to.strip_suffix("::*");
        WORLD
            .iter()
            .any(|world| lies_in(&used.to, world) || all.is_some_and(|all| lies_in(world, all)))
    });
    uses.map(|used| format!("{} uses {}", used.from, used.to)).collect()
}

/// Which file uses which. A child may use what its parents hold, and a parent that passes on what
/// lies in its children does not use it.
fn graph(sources: &Sources) -> BTreeMap<String, BTreeSet<String>> {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for used in &sources.uses {
        let to = sources.file(&used.to);
        let passed_on = used.passed_on && lies_in(&to, &used.from);
        if lies_in(&used.to, "crate") && !lies_in(&used.from, &to) && !passed_on {
            graph.entry(used.from.clone()).or_default().insert(to);
        }
    }
    graph
}

/// The shortest way along uses from one module to another.
fn way(graph: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![from.to_string()]];
    let mut seen = BTreeSet::from([from.to_string()]);
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in way.last().and_then(|last| graph.get(last)).into_iter().flatten() {
                let way = [&way[..], std::slice::from_ref(next)].concat();
                if next == to {
                    return Some(way);
                }
                if seen.insert(next.clone()) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

/// The circles in which modules use each other, without the uses that are allowed for now; and
/// those of them that close no circle.
pub fn circles(sources: &Sources, allowed: &[(&str, &str)]) -> Vec<String> {
    let whole = graph(sources);
    let mut wrong = Vec::new();
    let mut open = whole.clone();
    for (from, to) in allowed {
        if let Some(used) = open.get_mut(*from) {
            used.remove(*to);
        }
    }
    for (from, to) in allowed {
        let there = whole.get(*from).is_some_and(|used| used.contains(*to));
        if !there || way(&open, to, from).is_none() {
            wrong.push(format!("{from} -> {to} need not be allowed any more"));
        }
    }
    let mut named = BTreeSet::new();
    for module in open.keys() {
        if let Some(circle) = way(&open, module, module)
            && named.insert(circle.iter().cloned().collect::<BTreeSet<_>>())
        {
            wrong.push(format!("a circle: {}", circle.join(" -> ")));
        }
    }
    wrong
}

/// A crate of three modules, of which one is this.
fn with(name: &str, code: &str) -> Sources {
    let mut files = BTreeMap::from([
        ("lib.rs", "mod page; mod ink; mod press;"),
        ("page.rs", "mod margin; pub use margin::Margin; pub struct Page;"),
        ("page/margin.rs", "use super::Page; use crate::ink::Ink;"),
        ("ink.rs", "pub struct Ink;"),
        ("press.rs", "use crate::{ink::Ink, page::Margin}; use hammer::hit;"),
    ]);
    files.insert(name, code);
    Sources::of(files)
}

const SOUND: Rooms = &[("ink", &[]), ("page", &["ink"]), ("press", &["ink", "page"])];

#[test]
fn a_stranger_is_caught_in_every_form_of_import() {
    none(&strangers(&with("ink.rs", ""), SOUND));
    for code in [
        "use crate::press;",
        "use crate::{page::{Page}, page};",
        "use super::press::Press;",
        "pub(crate) use super::page::*;",
        "fn f() { crate::press::run() }",
        "fn f() { let page: super::page::Page; }",
        "mod tests { use super::super::page::Page; }",
        "macro_rules! m { () => { $crate::page::Page } }",
    ] {
        assert!(!strangers(&with("ink.rs", code), SOUND).is_empty(), "{code}");
    }
    assert!(
        !strangers(&with("page/margin.rs", "use super::super::press::Press;"), SOUND).is_empty()
    );
}

#[test]
fn a_module_that_was_renamed_is_missed() {
    let missed = strangers(&with("toner.rs", ""), SOUND);
    assert_eq!(missed, ["toner is not in the table"]);
    let missed = strangers(&with("ink.rs", ""), &[("ink", &["toner"]), ("page", &["ink"])]);
    assert_eq!(missed, ["press is not in the table", "ink may use toner, which does not exist"]);
    let missed = strangers(&with("ink.rs", ""), &[SOUND, &[("toner", &[])]].concat());
    assert_eq!(missed, ["there is no module toner"]);
}

#[test]
fn a_library_is_caught_elsewhere_and_missed_at_home() {
    none(&elsewhere(&with("ink.rs", ""), "hammer", &["press"]));
    for code in
        ["use hammer::hit;", "use ::hammer;", "fn f() { hammer::hit() }", "use {hammer::*};"]
    {
        assert_eq!(elsewhere(&with("ink.rs", code), "hammer", &["press"]).len(), 1, "{code}");
    }
    assert!(!elsewhere(&with("ink.rs", ""), "hammer", &["press", "page"]).is_empty());
    assert!(!elsewhere(&with("ink.rs", ""), "anvil", &[]).is_empty());
}

#[test]
fn another_crate_is_caught_where_it_is_not_wanted() {
    let sound = with("ink.rs", "use our_core::pen; fn f() { pen::write() }");
    none(&outside(&sound, "ink", "our-core", &["pen"]));
    for code in
        ["use our_core::desk;", "use our_core::{pen, desk::A};", "fn f() { our_core::desk() }"]
    {
        assert!(!outside(&with("ink.rs", code), "ink", "our-core", &["pen"]).is_empty(), "{code}");
    }
    assert!(!outside(&sound, "toner", "our-core", &["pen"]).is_empty());
}

#[test]
fn the_world_is_caught_in_every_form_of_import() {
    none(&worldly(&with("ink.rs", "use std::time::{self, Duration}; fn f(d: time::Duration) {}")));
    for code in [
        "use std::fs;",
        "use std::{fmt, fs::File};",
        "use std::time::*;",
        "use std::*;",
        "use std::time::{Duration, SystemTime as Now};",
        "use std::time; fn f() { time::Instant::now() }",
        "fn f() { std::thread::spawn(g) }",
        "fn f() { ::std::env::var(\"HOME\") }",
    ] {
        assert!(!worldly(&with("ink.rs", code)).is_empty(), "{code}");
    }
}

#[test]
fn a_circle_is_named_and_its_allowance_ends_with_it() {
    none(&circles(&with("ink.rs", ""), &[]));
    let closed = with("ink.rs", "use crate::press::Press;");
    let named = circles(&closed, &[]);
    assert!(named.iter().any(|circle| circle.contains("crate::ink -> crate::press -> crate::ink")));
    none(&circles(&closed, &[("crate::ink", "crate::press")]));
    let left = circles(&with("ink.rs", ""), &[("crate::ink", "crate::press")]);
    assert_eq!(left, ["crate::ink -> crate::press need not be allowed any more"]);
}
