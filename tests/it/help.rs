//! Snapshots of `--help`, and checks that the examples in it are valid commands.

use clap::{CommandFactory, Parser};
use flaky::cli::Cli;
use flaky_core::rhythm::glitch;
use flaky_core::scene::{Colour, theme};

use crate::shell;
use crate::vocabulary::Folder;

#[test]
fn the_parser_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn is_as_it_was() {
    for words in [
        "",
        "render",
        "history",
        "badge",
        "status",
        "page",
        "serve",
        "doctor",
        "providers",
        "themes",
        "glitches",
        "schema",
        "completions",
        "man",
    ] {
        let help = Folder::new().flaky(&format!("{words} --help")).succeeds().stdout();
        let name = if words.is_empty() { "flaky" } else { words };
        insta::assert_snapshot!(name, help);
    }
}

#[test]
fn its_examples_can_be_typed() {
    for (command, least) in [
        ("render", 6),
        ("history", 8),
        ("badge", 6),
        ("status", 3),
        ("page", 6),
        ("serve", 3),
        ("doctor", 3),
    ] {
        let help = Folder::new().flaky(&format!("{command} --help")).succeeds().stdout();
        let examples: Vec<&str> = help.lines().flat_map(shell::invocations).collect();
        assert!(examples.len() >= least, "{examples:?}");
        for example in examples {
            Cli::try_parse_from(shell::words(example)).unwrap_or_else(|e| panic!("{example}: {e}"));
        }
    }
}

/// The help of one option of a command, on one line.
#[track_caller]
fn section(help: &str, option: &str) -> String {
    let is_option = |line: &str| line.trim_start().starts_with('-');
    let names = |line: &str| is_option(line) && line.split_whitespace().any(|word| word == option);
    let mut lines = help.lines().skip_while(|line| !names(line));
    let first = lines.next().unwrap_or_else(|| panic!("no {option} in {help}"));
    // The values of an option are a list; a heading begins at the margin.
    let ends = |line: &str| {
        (is_option(line) && line.trim_start().starts_with("--"))
            || (is_option(line) && line.contains(", --"))
            || line.starts_with(|c: char| !c.is_whitespace())
    };
    let rest = lines.take_while(|line| !ends(line)).flat_map(str::split_whitespace);
    first.split_whitespace().chain(rest).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_section_is_that_of_one_option() {
    let help = "Options:\n  -s, --size <N>\n  The size\n\n  - small: 1\n\n  [default: 2]\n  \
                --sizes <N>\n  All [default: 3]\n\nWork:\n  --at <N>  When [default: 4]";
    assert_eq!(section(help, "--size"), "-s, --size <N> The size - small: 1 [default: 2]");
    assert_eq!(section(help, "--sizes"), "--sizes <N> All [default: 3]");
    assert_eq!(section(help, "--at"), "--at <N> When [default: 4]");
}

#[test]
fn every_colour_and_default_is_named_where_it_belongs() {
    let render = Folder::new().flaky("render --help").succeeds().stdout();
    let colours = section(&render, "--colour");
    for colour in Colour::ALL {
        assert!(colours.contains(colour.name()), "{} in {colours}", colour.name());
    }
    for (option, default) in [
        ("--theme", theme::DEFAULT),
        ("--glitch", glitch::DEFAULT),
        ("--duration", "16s"),
        ("--bpm", "75"),
        ("--hrv", "1"),
        ("--glitch-rate", "4"),
        ("--size", "800x300"),
        ("--fps", "25"),
        ("--sweep-speed", "25"),
        ("--gain", "auto"),
        ("--motion", "sweep"),
        ("--trail", "phosphor"),
        ("--label", "II"),
        ("--loops", "forever"),
        ("--sample-rate", "500"),
    ] {
        let section = section(&render, option);
        assert!(section.ends_with(&format!("[default: {default}]")), "{section}");
    }
    let page = Folder::new().flaky("page --help").succeeds().stdout();
    for (option, default) in [
        ("--theme", theme::DEFAULT),
        ("--glitch", glitch::DEFAULT),
        ("--bpm", "75"),
        ("--hrv", "1"),
        ("--glitch-rate", "4"),
        ("--poll", "15s"),
        ("--stale-after", "90s, or two polls if that is longer"),
    ] {
        let section = section(&page, option);
        assert!(section.ends_with(&format!("[default: {default}]")), "{section}");
    }
    let history = Folder::new().flaky("history --help").succeeds().stdout();
    for (option, default) in [
        ("--fps", "each commit as long as it matters; with --pace time, 25; in a video, 30]"),
        ("--pace", "commits]"),
        ("--duration", "60s]"),
        ("--releases", "all]"),
        ("--people", "5]"),
        ("--cards", "ends]"),
        ("--max-frames", "2000; for a sheet, 5000 beats]"),
        ("--scale", "own]"),
        ("--captions", "full]"),
        ("--loops", "forever]"),
        ("--size", "800x300;"),
    ] {
        let section = section(&history, option);
        assert!(section.contains(&format!("[default: {default}")), "{section}");
    }
}
