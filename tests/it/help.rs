//! What `--help` says, as snapshots, and that its examples can be typed.

use clap::{CommandFactory, Parser};
use flaky::cli::Cli;
use flaky_core::rhythm::glitch;
use flaky_core::scene::{Colour, theme};

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
        "providers",
        "themes",
        "glitches",
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
    for (command, least) in [("render", 6), ("history", 8), ("badge", 6), ("status", 3)] {
        let help = Folder::new().flaky(&format!("{command} --help")).succeeds().stdout();
        let examples: Vec<&str> = help
            .lines()
            .flat_map(|line| line.split(" && "))
            .flat_map(|line| line.split(" | "))
            .map(|line| line.trim().trim_start_matches("eval \"$(").trim_end_matches(")\""))
            .filter(|line| line.starts_with("flaky "))
            .collect();
        assert!(examples.len() >= least, "{examples:?}");
        for example in examples {
            Cli::try_parse_from(typed(example)).unwrap_or_else(|e| panic!("{example}: {e}"));
        }
    }
}

/// The words of a line, as a shell reads it: those in quotes are one.
fn typed(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (i, part) in line.split('\'').enumerate() {
        let (inside, last) = (i % 2 == 1, words.len() - 1);
        if inside {
            words[last].push_str(part);
            continue;
        }
        let mut pieces = part.split(' ');
        words[last].push_str(pieces.next().unwrap_or_default());
        words.extend(pieces.map(str::to_string));
    }
    words
}

#[test]
fn names_every_colour_and_default() {
    let help = Folder::new().flaky("render --help").succeeds().stdout();
    let flat = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for colour in Colour::ALL {
        assert!(flat.contains(colour.name()), "{}", colour.name());
    }
    for default in
        [theme::DEFAULT, glitch::DEFAULT, "16s", "800x300", "25", "75", "auto", "forever"]
    {
        assert!(flat.contains(&format!("[default: {default}]")), "{default}");
    }
    let help = Folder::new().flaky("history --help").succeeds().stdout();
    for default in
        ["10]", "2000; for a sheet, 5000 beats]", "own]", "full]", "forever]", "800x300;"]
    {
        assert!(help.contains(&format!("[default: {default}")), "{default}");
    }
}
