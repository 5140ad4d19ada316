//! README and the pages of `docs/`: what they link to exists, what they show is drawn, and what they
//! say can be typed. `pages.rs` reads them, `commands.rs` runs their commands, `snippets.rs` reads
//! their config files.
//!
//! Addresses on other servers are parsed and not requested: the tests need no network.

#[cfg(unix)]
mod commands;
mod pages;
mod snippets;

use std::collections::BTreeSet;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use flaky::cli::Cli;
use url::Url;

use crate::{gallery, shell, tools};
use pages::{Kind, PAGES, Page, anchor, root};

/// The badge of our own pipelines, which no test draws.
const OWN_BADGE: &str = "https://flaky_kth_devops.gitlab.io/flaky/badge.svg";
/// The picture of the page in a browser, which is not the same in every version of one.
const PAGE: &str = "fixtures/page.png";
/// A page with more lines has a list of its sections.
const LONG: usize = 120;
/// Fails with these complaints, if there are any.
#[track_caller]
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The files in git.
fn files() -> BTreeSet<String> {
    let root = root();
    let listed = tools::output("git", &["-C", root.to_str().expect("a path"), "ls-files"]);
    String::from_utf8(listed).expect("names").lines().map(str::to_string).collect()
}

/// Whether git has this file, or a file in this directory.
fn has(files: &BTreeSet<String>, path: &str) -> bool {
    let below = format!("{path}/");
    files.contains(path) || files.iter().any(|file| file.starts_with(&below))
}

/// The path from the root that a relative link on a page leads to.
fn resolved(page: &Page, target: &str) -> String {
    let base = Url::parse("file:///").expect("a URL").join(&page.path).expect("a path");
    base.join(target).expect("a link").path().trim_matches('/').to_string()
}

#[test]
fn every_link_leads_somewhere() {
    let files = files();
    let mut wrong = Vec::new();
    for page in &*PAGES {
        for link in &page.links {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            if target.contains(':') {
                let url = Url::parse(link).ok().filter(|url| url.scheme() == "https");
                if !url.is_some_and(|url| url.host_str().is_some_and(|host| host.contains('.'))) {
                    wrong.push(format!("{}: {link} is no https address", page.path));
                }
                continue;
            }
            let path = if target.is_empty() { page.path.clone() } else { resolved(page, target) };
            if !has(&files, &path) {
                wrong.push(format!("{}: {link} leads to {path}, which is not in git", page.path));
            }
            let there = PAGES.iter().find(|page| page.path == path);
            let exists = there.is_some_and(|page| page.headings.iter().any(|h| h.anchor == anchor));
            if !anchor.is_empty() && !exists {
                wrong.push(format!("{}: there is no heading for {link}", page.path));
            }
        }
    }
    none(&wrong);
}

#[test]
fn every_page_is_linked_from_readme() {
    let (readme, pages) = PAGES.split_first().expect("README");
    assert!(pages.len() >= 6);
    for page in pages {
        assert!(readme.links.contains(&page.path), "README has no link to {}", page.path);
    }
}

#[test]
fn a_heading_has_the_same_address_on_gitlab_and_github() {
    for page in &*PAGES {
        let mut seen = BTreeSet::new();
        for heading in &page.headings {
            let anchor = &heading.anchor;
            assert!(!anchor.contains("--"), "{}: GitLab shortens {anchor}", page.path);
            assert!(seen.insert(anchor), "{}: two headings are {anchor}", page.path);
        }
    }
    assert_eq!(anchor("Exit codes, and `more_of` it"), "exit-codes-and-more_of-it");
}

#[test]
fn a_long_page_lists_its_sections_in_their_order() {
    for page in &*PAGES {
        let lines = page.text.lines().count();
        let sections: Vec<_> =
            page.sections().into_iter().filter(|section| *section != "contents").collect();
        let listed: Vec<_> = page.links.iter().filter_map(|link| link.strip_prefix('#')).collect();
        if lines > LONG {
            assert!(listed.len() >= sections.len(), "{} has {lines} lines", page.path);
        }
        if listed.len() >= sections.len() {
            assert_eq!(listed[..sections.len()], sections, "{}", page.path);
        }
    }
}

#[test]
fn a_page_begins_with_a_sentence_and_an_example() {
    for page in &PAGES[1..] {
        let (sentence, next) = &page.opening;
        assert!(sentence.ends_with('.'), "{}: {sentence}", page.path);
        assert_eq!(sentence.matches(". ").count(), 0, "{}: {sentence}", page.path);
        assert!(matches!(next, Some(Kind::Example | Kind::Picture)), "{}: {next:?}", page.path);
    }
}

#[test]
fn every_picture_is_one_that_a_test_draws_and_has_words() {
    let drawn: BTreeSet<String> =
        gallery::names().iter().map(|name| format!("fixtures/gallery/{name}")).collect();
    let mut shown = BTreeSet::new();
    for page in &*PAGES {
        for picture in &page.pictures {
            let words = &picture.words;
            assert!(words.split(' ').count() > 1, "{}: {words:?}", page.path);
            if picture.target != OWN_BADGE {
                shown.insert(resolved(page, &picture.target));
            }
        }
    }
    let mut expected = drawn.clone();
    expected.insert(PAGE.to_string());
    assert_eq!(shown, expected, "the pictures shown, and those of the gallery");
    assert!(has(&files(), PAGE));
    let badges = PAGES[0].pictures.iter().filter(|picture| picture.target == OWN_BADGE);
    assert_eq!(badges.count(), 1, "README shows our own badge");
}

/// What is wrong with a command, unless it is only short: `flaky badge` in a sentence has no file.
fn mistake(command: &str) -> Option<String> {
    let command = command.replace("$CI_JOB_STATUS", "success");
    let error = Cli::try_parse_from(shell::words(&command)).err()?;
    let short = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::MissingRequiredArgument
    );
    (!short).then(|| format!("{command}: {error}"))
}

/// The commands of a page that start `flaky`: in its text, its examples and its config files.
fn typed(page: &Page) -> Vec<String> {
    let lines = page.blocks.iter().flat_map(pages::Block::commands);
    let lines = lines.chain(page.codes.iter().cloned()).chain(snippets::commands(page));
    let commands =
        lines.map(|line| shell::invocations(&line).into_iter().map(str::to_string).collect());
    commands.flat_map(|commands: Vec<String>| commands).collect()
}

#[test]
fn every_command_can_be_typed() {
    let mut wrong = Vec::new();
    for page in &*PAGES {
        let commands = typed(page);
        assert!(commands.len() > 5, "{}: {commands:?}", page.path);
        wrong.extend(commands.iter().filter_map(|command| mistake(command)));
    }
    none(&wrong);
}

#[test]
fn every_option_exists() {
    let cli = Cli::command();
    let commands = std::iter::once(&cli).chain(cli.get_subcommands());
    let known: BTreeSet<String> = commands
        .flat_map(clap::Command::get_arguments)
        .filter_map(clap::Arg::get_long)
        .map(|name| format!("--{name}"))
        .chain(["--help".to_string()])
        .collect();
    let mut wrong = Vec::new();
    for page in &*PAGES {
        let ours =
            page.codes.iter().filter(|code| code.starts_with("--") || code.starts_with("flaky "));
        for code in ours {
            let words = shell::words(code);
            let options = words.iter().filter(|word| word.starts_with("--"));
            let unknown = options.filter(|option| !known.contains(*option));
            wrong.extend(unknown.map(|option| format!("{}: no command has {option}", page.path)));
        }
    }
    none(&wrong);
}
