//! A bounded run of every fuzz target: inputs that once broke something, the seeds, and mutations of
//! both.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::mutator::Mutator;
use super::{TARGETS, Target};

/// The number of mutated inputs per target. Parsing arguments takes a millisecond.
const INPUTS: usize = 2000;
const INPUTS_OF_ARGUMENTS: usize = 100;
/// The longest time for an input.
const LIMIT: Duration = Duration::from_secs(5);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a directory, sorted by name; none if it is missing.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// The seeds of a target.
fn seeds(name: &str) -> Vec<PathBuf> {
    let folder = if name == "junit" { "fixtures/junit" } else { &format!("fuzz/seeds/{name}") };
    let mut seeds = files(&root().join(folder));
    seeds.retain(|path| path.extension().is_none_or(|extension| extension != "md"));
    seeds
}

fn read(paths: &[PathBuf]) -> Vec<Vec<u8>> {
    paths.iter().map(|path| fs::read(path).expect("a file")).collect()
}

/// Hands an input to a target. Panics with the input if it panics or takes too long.
fn run(name: &str, target: Target, input: &[u8]) -> bool {
    let started = Instant::now();
    let result = catch_unwind(|| target(input));
    let shown = || input[..input.len().min(4000)].escape_ascii();
    let understood = result.unwrap_or_else(|_| panic!("{name} panics on b\"{}\"", shown()));
    assert!(started.elapsed() < LIMIT, "{name} takes too long for b\"{}\"", shown());
    understood
}

#[test]
fn seeds_are_understood() {
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for (path, seed) in seeds.iter().zip(read(&seeds)) {
            assert!(run(name, target, &seed), "{}", path.display());
        }
    }
}

#[test]
fn nothing_panics() {
    for ((name, target), number) in TARGETS.into_iter().zip(0..) {
        let mut seeds = read(&seeds(name));
        let crashes = read(&files(&root().join(format!("fuzz/crashes/{name}"))));
        for crash in &crashes {
            run(name, target, crash);
        }
        seeds.extend(crashes);
        let mut mutator = Mutator::new(&seeds, number);
        let inputs = if name == "arguments" { INPUTS_OF_ARGUMENTS } else { INPUTS };
        for _ in 0..inputs {
            run(name, target, &mutator.input());
        }
    }
}

#[test]
fn every_target_has_its_files() {
    let names: Vec<String> = TARGETS.iter().map(|(name, _)| (*name).to_string()).collect();
    let of = |folder: &str| -> Vec<String> {
        let stem = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
        files(&root().join(folder)).iter().map(stem).collect()
    };
    assert_eq!(of("fuzz/fuzz_targets"), names);
    for folder in ["fuzz/seeds", "fuzz/crashes"] {
        let strange: Vec<String> =
            of(folder).into_iter().filter(|name| !names.contains(name)).collect();
        assert_eq!(strange, [""; 0], "{folder}");
    }
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("a manifest");
    for name in names {
        assert!(
            manifest.contains(&format!("name = \"{name}\"")),
            "{name} is not in fuzz/Cargo.toml"
        );
        let path = root().join(format!("fuzz/fuzz_targets/{name}.rs"));
        let target = fs::read_to_string(path).expect("a target");
        assert!(
            target.contains(&format!("fuzzing::{name}(")),
            "fuzz_targets/{name}.rs runs another"
        );
    }
}

#[test]
fn mutations_differ_and_can_be_repeated() {
    let seeds = [b"seed".to_vec(), b"another".to_vec()];
    let inputs = |number| {
        let mut mutator = Mutator::new(&seeds, number);
        (0..200).map(|_| mutator.input()).collect::<Vec<_>>()
    };
    assert_eq!(inputs(1), inputs(1));
    assert_ne!(inputs(1), inputs(2));
    let mut different = inputs(1);
    different.sort();
    different.dedup();
    assert!(different.len() > 150, "{}", different.len());
}
