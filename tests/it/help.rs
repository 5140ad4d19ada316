//! What `--help` says, as snapshots, and that its examples can be typed.

use clap::{CommandFactory, Parser};
use flaky::cli::Cli;
use flaky::rhythm::glitch;
use flaky::scene::{Colour, theme};

use crate::vocabulary::Folder;

#[test]
fn the_parser_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn is_as_it_was() {
    for words in ["", "render", "themes", "glitches", "completions", "man"] {
        let help = Folder::new().flaky(&format!("{words} --help")).succeeds().stdout();
        let name = if words.is_empty() { "flaky" } else { words };
        insta::assert_snapshot!(name, help);
    }
}

#[test]
fn its_examples_can_be_typed() {
    let help = Folder::new().flaky("render --help").succeeds().stdout();
    let examples: Vec<&str> = help
        .lines()
        .flat_map(|line| line.split(" && "))
        .map(|line| line.split(" | ").next().unwrap().trim())
        .filter(|line| line.starts_with("flaky "))
        .collect();
    assert!(examples.len() >= 6, "{examples:?}");
    for example in examples {
        Cli::try_parse_from(example.split_whitespace())
            .unwrap_or_else(|e| panic!("{example}: {e}"));
    }
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
}
