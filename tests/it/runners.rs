//! Reports of an installed runner: nextest runs a crate whose tests pass, fail and flake.

use std::fs;

use crate::tools;
use crate::vocabulary::{Folder, Ran};

const TESTS: &str = r#"
#[test]
fn steady() {}

#[test]
fn flaky() {
    let attempt = concat!(env!("CARGO_MANIFEST_DIR"), "/attempt");
    if std::fs::remove_file(attempt).is_err() {
        std::fs::write(attempt, "").unwrap();
        panic!("the first attempt fails");
    }
}

#[test]
#[cfg(feature = "broken")]
fn broken() {
    panic!("every attempt fails");
}
"#;

/// What `flaky status --junit` says after a run of the tests with these words; nothing where the
/// runner is missing.
fn after(words: &[&str]) -> Option<String> {
    if !tools::present("cargo-nextest", "--version") {
        return None;
    }
    let folder = Folder::new().with(
        "Cargo.toml",
        "[package]\nname = \"pulse\"\nedition = \"2021\"\n[features]\nbroken = []\n",
    );
    fs::create_dir_all(folder.path("src")).expect("a folder");
    fs::create_dir_all(folder.path(".config")).expect("a folder");
    fs::write(folder.path("src/lib.rs"), TESTS).expect("a file");
    fs::write(
        folder.path(".config/nextest.toml"),
        "[profile.default.junit]\npath = \"junit.xml\"\n",
    )
    .expect("a file");
    let mut nextest = folder.alone("cargo-nextest");
    nextest.args(["nextest", "run", "--offline", "--retries", "2"]).args(words);
    nextest.env("CARGO_TARGET_DIR", folder.path("target")).output().expect("it starts");
    let mut command = folder.command();
    command.args(["status", "--junit", "target/nextest/**/*.xml"]);
    Some(Ran::of("status --junit", &mut command).succeeds().stdout())
}

#[test]
fn a_flake_of_nextest_is_told_from_a_failure() {
    let Some(said) = after(&[]) else { return };
    assert!(said.starts_with("flaky 1/2: 1 of 2 tests failed, then passed\n"), "{said}");
    let Some(said) = after(&["--features", "broken"]) else { return };
    assert!(said.starts_with("failed: 1 of 3 tests failed, 1 flaked\n"), "{said}");
    assert!(said.contains("tests::broken") || said.contains("pulse broken"), "{said}");
}
