//! Runs the project whose tests pass, fail or flake on purpose (`fixtures/flaky_test`) and reads
//! its reports.

use std::fs;

use crate::markup::Svg;
use crate::tools;
use crate::vocabulary::{Folder, Ran, fixtures};

/// A copy of the project in a directory of its own, and the mode of its tests.
fn project(mode: &str) -> Option<(Folder, bool)> {
    if !tools::present("pytest", "--version") {
        return None;
    }
    let folder = Folder::new();
    for entry in fs::read_dir(fixtures().join("flaky_test")).expect("the project") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            fs::copy(&path, folder.path(&name)).expect("a copy");
        }
    }
    let mut tests = folder.alone("sh");
    let ran = tests.arg("run.sh").env("FLAKY_TEST", mode).output().expect("it starts");
    Some((folder, ran.status.success()))
}

fn status(folder: &Folder) -> String {
    let mut command = folder.command();
    command.args(["status", "--junit", "report-*.xml"]);
    Ran::of("status --junit", &mut command).succeeds().stdout()
}

#[test]
fn passes() {
    let Some((folder, passed)) = project("pass") else { return };
    assert!(passed);
    assert_eq!(status(&folder), "passed: 2 tests passed\n");
}

#[test]
fn fails() {
    let Some((folder, passed)) = project("fail") else { return };
    assert!(!passed);
    assert!(status(&folder).starts_with("failed: 1 of 2 tests failed\n"));
}

#[test]
fn flakes_and_its_badge_says_so() {
    let Some((folder, passed)) = project("flake") else { return };
    assert!(passed);
    let said = status(&folder);
    assert!(said.starts_with("flaky 1/2: 1 of 2 tests failed, then passed\n"), "{said}");
    assert!(said.contains("test_pulse"), "{said}");
    let mut command = folder.command();
    command.args(["badge", "-q", "--junit", "report-*.xml", "-o", "badge.svg"]);
    Ran::of("badge --junit", &mut command).succeeds();
    assert_eq!(Svg::of(&folder.read("badge.svg")).label(), "pipeline: flaky 1/2");
}
