//! The config files on the pages: they parse, name inputs that exist, and this version.

use std::fs;

use yaml_rust2::{Yaml, YamlLoader};

use super::none;
use super::pages::{PAGES, Page, root};

/// What stands before the version in the names of files, images and components.
const BEFORE_VERSION: &[&str] =
    &["flaky-", "flaky:", "/badge@", "/history@", "/releases/", "default: "];
/// Files that name a version besides the pages.
const VERSIONED: &[&str] = &[
    "action.yml",
    "compose.yml",
    "fixtures/flaky_test/.gitlab-ci.yml",
    "templates/badge.yml",
    "templates/history.yml",
];
const COMPONENT: &str = "gitlab.com/flaky_kth_devops/flaky/";
const ACTION: &str = "flaky-kth-devops/flaky@v";

/// The first document of a file or snippet.
fn yaml(text: &str) -> Result<Yaml, String> {
    let documents = YamlLoader::load_from_str(text).map_err(|error| error.to_string())?;
    documents.into_iter().next().ok_or_else(|| "it is empty".to_string())
}

fn snippets(page: &Page) -> Vec<Yaml> {
    let blocks = page.blocks.iter().filter(|block| block.language == "yaml");
    let read =
        |text: &str| yaml(text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", page.path));
    blocks.map(|block| read(&block.text)).collect()
}

/// Every mapping in this node, itself included.
fn mappings(node: &Yaml) -> Vec<&Yaml> {
    let below: Vec<&Yaml> = match node {
        Yaml::Hash(entries) => entries.values().flat_map(mappings).collect(),
        Yaml::Array(items) => items.iter().flat_map(mappings).collect(),
        _ => Vec::new(),
    };
    node.is_hash().then_some(node).into_iter().chain(below).collect()
}

/// Every text in this node.
fn texts(node: &Yaml) -> Vec<&str> {
    match node {
        Yaml::Hash(entries) => entries.values().flat_map(texts).collect(),
        Yaml::Array(items) => items.iter().flat_map(texts).collect(),
        Yaml::String(text) => vec![text],
        _ => Vec::new(),
    }
}

fn keys(node: &Yaml) -> Vec<&str> {
    let entries = node.as_hash().into_iter().flatten();
    entries.filter_map(|(key, _)| key.as_str()).collect()
}

/// The lines of the scripts of a page, and what its actions run.
pub fn commands(page: &Page) -> Vec<String> {
    let mut commands = Vec::new();
    for snippet in snippets(page) {
        commands.extend(texts(&snippet).iter().flat_map(|text| text.lines()).map(str::to_string));
        for step in mappings(&snippet) {
            if let Some(command) = step["with"]["command"].as_str() {
                let output = step["with"]["output"].as_str().map(|file| format!(" -o {file}"));
                commands.push(format!("flaky {command}{}", output.unwrap_or_default()));
            }
        }
    }
    commands
}

/// The inputs of a component or an action.
fn inputs(file: &str) -> Vec<String> {
    let text =
        fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let file = yaml(&text).expect("YAML");
    let inputs = if file["spec"].is_badvalue() { &file["inputs"] } else { &file["spec"]["inputs"] };
    keys(inputs).into_iter().map(str::to_string).collect()
}

/// The components and actions of ours that a page uses: their files, and the inputs that it gives.
fn uses(page: &Page) -> Vec<(String, Vec<String>)> {
    let mut uses = Vec::new();
    for snippet in snippets(page) {
        for mapping in mappings(&snippet) {
            let component = mapping["component"].as_str();
            let component = component.and_then(|name| name.strip_prefix(COMPONENT));
            let action = mapping["uses"].as_str().and_then(|name| name.strip_prefix(ACTION));
            let (file, given) = match (component.and_then(|name| name.split('@').next()), action) {
                (Some(name), _) => (format!("templates/{name}.yml"), &mapping["inputs"]),
                (_, Some(_)) => ("action.yml".to_string(), &mapping["with"]),
                _ => continue,
            };
            uses.push((file, keys(given).into_iter().map(str::to_string).collect()));
        }
    }
    uses
}

#[test]
fn every_snippet_gives_inputs_that_exist() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in &*PAGES {
        for (file, given) in uses(page) {
            count += 1;
            let known = inputs(&file);
            let unknown = given.iter().filter(|input| !known.contains(input));
            wrong
                .extend(unknown.map(|input| format!("{}: {file} has no input {input}", page.path)));
        }
    }
    assert!(count >= 6, "{count} uses of a component or the action");
    none(&wrong);
}

#[test]
fn the_table_of_the_action_has_its_inputs() {
    let known = inputs("action.yml");
    let page = PAGES.iter().find(|page| page.path == "docs/in-ci.md").expect("the page");
    let rows = page.text.lines().skip_while(|line| !line.starts_with("| input |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let told: Vec<_> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    assert_eq!(told, known, "the inputs in docs/in-ci.md and in action.yml");
}

/// What follows these words in a text, each time.
fn after<'a>(text: &'a str, words: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(words).map(move |(place, _)| &text[place + words.len()..])
}

#[test]
fn every_version_is_this_one() {
    let version = env!("CARGO_PKG_VERSION");
    let is_digit = |c: char| c.is_ascii_digit();
    let pages = PAGES.iter().map(|page| (page.path.clone(), page.text.clone()));
    let files = VERSIONED.iter().map(|name| {
        (
            name.to_string(),
            fs::read_to_string(root().join(name)).expect("a file that names a version"),
        )
    });
    let mut wrong = Vec::new();
    let mut count = 0;
    for (path, text) in pages.chain(files) {
        let before = count;
        for words in BEFORE_VERSION {
            for rest in after(&text, words).filter(|rest| rest.starts_with(is_digit)) {
                count += 1;
                let told = rest.split(|c: char| !is_digit(c) && c != '.').next();
                let told = told.unwrap_or_default().trim_end_matches('.');
                if told != version {
                    wrong.push(format!("{path}: {words}{told} is not {version}"));
                }
            }
        }
        if VERSIONED.contains(&path.as_str()) && count == before {
            wrong.push(format!("{path} names no version"));
        }
        let major = version.split('.').next().unwrap_or_default();
        if !after(&text, ACTION).all(|rest| rest.starts_with(major)) {
            wrong.push(format!("{path}: the action is not that of version {major}"));
        }
    }
    assert!(count > 10, "{count} versions");
    none(&wrong);
}
