//! Which files `--junit` reads, and what becomes of those that are no reports.

use std::fs;

use crate::asking::{Asker, Said};
use crate::vocabulary::{Folder, Ran, fixtures};

const PASSED: &str = "<testsuite name='s'><testcase name='t'/></testsuite>";
const FAILED: &str = "<testsuite name='s'><testcase name='u'><failure/></testcase></testsuite>";

/// An asker in a folder with these files.
fn with(files: &[(&str, &str)]) -> Asker {
    let mut asker = Asker::new();
    for (name, content) in files {
        let parent = asker.folder.path(name).parent().expect("a folder").to_path_buf();
        fs::create_dir_all(parent).expect("a folder");
        asker.folder = asker.folder.with(name, content);
    }
    asker
}

/// What `flaky status --json` prints, and its warnings.
#[track_caller]
fn hears(folder: &Folder, command: &mut std::process::Command) -> (Said, String) {
    command.current_dir(folder.path("."));
    let ran = Ran::of("status --json", command).succeeds();
    (serde_json::from_slice(ran.bytes()).expect("JSON"), ran.stderr())
}

#[test]
fn a_pattern_finds_what_lies_below() {
    let asker = Asker::new();
    let folder = asker.folder.path("target/ci/deep");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(fixtures().join("junit/surefire-flaky.xml"), folder.join("a.xml")).unwrap();
    for pattern in [
        "target/**/*.xml",
        "**/*.xml",
        "t*/*/de?p/[ab].xml",
        "target/**",
        "**/deep/{a,b}.xml",
        "*/ci/**/a.xml",
    ] {
        asker.hears(&format!("--junit {pattern}")).is("flaky").counts(2, 3);
    }
    asker.hears("--junit target/*.xml").is("unknown").because("no file matches");
    asker.flaky("status --junit a[.xml").fails(2, &["--junit", "is not a valid glob"]);
    asker.flaky("status --junit target/**/a[.xml").fails(2, &["--junit", "is not a valid glob"]);
    asker.says(&["status", "--junit", " "]).fails(2, &["--junit is empty"]);
}

#[test]
fn a_name_with_brackets_is_a_name_first() {
    for name in ["report[1].xml", "a[.xml"] {
        with(&[(name, PASSED)]).hears(&format!("--junit {name}")).is("passed");
    }
}

#[test]
fn a_file_named_twice_is_read_once() {
    let asker = with(&[("a.xml", FAILED), ("b.xml", PASSED)]);
    asker
        .hears("--junit a.xml *.xml ./a.xml . --junit b.xml")
        .counts(0, 2)
        .shows(&["test s u: failed"]);
}

#[test]
fn a_directory_stands_for_the_reports_below_it() {
    let asker = with(&[
        ("out/a.xml", PASSED),
        ("out/deep/b.xml", FAILED),
        ("out/deep/c.txt", "no XML"),
        ("out/pom.xml", "<project/>"),
        ("other/pom.xml", "<project/>"),
        ("empty/readme", ""),
    ]);
    asker.hears("--junit out").is("failed").counts(0, 2);
    asker.flaky("status --junit out").says("not JUnit reports, passed over: out/pom.xml");
    asker.hears("--junit out/a.xml other").is("passed");
    asker.hears("--junit other").is("unknown").because("there are no reports");
    asker.hears("--junit empty").is("unknown").because("no .xml file is below \"empty\"");
}

#[test]
fn a_missing_report_is_unknown() {
    let asker = Asker::new();
    asker.hears("--junit missing.xml").is("unknown").because("no file matches \"missing.xml\"");
    asker
        .flaky("status --strict --junit missing.xml")
        .fails(1, &["no file matches", "run the tests first"]);
}

#[test]
fn a_bad_file_hides_no_failure() {
    let bad = [
        ("cut.xml", "<testsuite>", "cut.xml is damaged: it is incomplete"),
        ("empty.xml", "", "empty.xml is not a JUnit report: it is not XML"),
        (
            "login.xml",
            "<html>log in</html>",
            "login.xml is not a JUnit report: it has no <testsuite>",
        ),
    ];
    for (name, content, why) in bad {
        let asker = with(&[("a.xml", FAILED), (name, content), ("z.xml", PASSED)]);
        for words in ["*.xml", "missing.xml a.xml z.xml"] {
            asker
                .hears(&format!("--junit {words}"))
                .is("failed")
                .counts(0, 2)
                .because("1 of 2 tests failed, 1 report could not be read")
                .shows(&["test s u: failed"]);
        }
        assert_eq!(asker.hears("--junit *.xml").notes, [why]);
        let said = asker.flaky("status --junit *.xml").says(&format!("warning: {why}\n  hint: "));
        said.succeeds();
    }
}

#[test]
fn a_hint_says_why_a_file_is_no_report() {
    let doctype = "<!DOCTYPE testsuite><testsuite><testcase name='t'/></testsuite>";
    for (content, hint) in [
        (doctype, "has no document type"),
        ("<testsuite>", "a runner that was stopped"),
        ("", "a runner that was stopped"),
        ("<html/>", "name reports alone"),
    ] {
        let asker = with(&[("a.xml", content)]);
        asker.flaky("status --strict --junit a.xml").fails(1, &[": a.xml is ", hint]);
    }
}

#[test]
fn without_a_bad_file_nothing_has_passed() {
    let flaked = "<testsuite><testcase name='f'><flakyFailure/></testcase></testsuite>";
    let asker = with(&[("a.xml", PASSED), ("b.xml", "<testsuite>"), ("c.xml", flaked)]);
    asker
        .hears("--junit *.xml")
        .is("unknown")
        .counts(1, 2)
        .because("b.xml is damaged: it is incomplete")
        .shows(&["test f: failed, then passed"]);
    let gate = asker.flaky("status --fail-on failed --junit *.xml");
    gate.fails(3, &["the state is unknown"]);
    let two = asker.hears("--junit *.xml missing.xml").is("unknown");
    assert!(
        two.reason.ends_with("it is incomplete, and 1 more report could not be read"),
        "{two:?}"
    );
    assert_eq!(two.notes, ["no file matches \"missing.xml\""]);
}

#[test]
fn what_stands_before_the_end_of_a_cut_report_counts() {
    let cut = "<testsuite><testcase name='u'><failure/></testcase><testcase name='v'>";
    with(&[("a.xml", cut)]).hears("--junit a.xml").is("failed").because("1 test failed");
}

#[test]
fn standard_input_is_a_report() {
    let asker = with(&[("a.xml", FAILED)]);
    let file = || fs::File::open(asker.folder.path("a.xml")).expect("a file");
    let mut command = asker.folder.command();
    command.args(["status", "--json", "--junit", "-", "-"]).stdin(file());
    let (said, _) = hears(&asker.folder, &mut command);
    said.is("failed").counts(0, 1);
    let mut command = asker.folder.command();
    let (said, _) = hears(&asker.folder, command.args(["status", "--json", "--junit", "-"]));
    said.is("unknown").because("standard input is not a JUnit report: it is not XML");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::{FAILED, PASSED, fs, hears, with};
    use crate::asking::Asker;

    fn fifo(asker: &Asker, name: &str) {
        let made = Command::new("mkfifo").arg(asker.folder.path(name)).status();
        assert!(made.expect("mkfifo").success());
    }

    #[test]
    fn pipes_are_read_if_they_are_named() {
        let asker = with(&[("a.xml", FAILED)]);
        let words = [
            "--junit /dev/stdin < a.xml",
            "--junit /dev/stdin < <(cat a.xml)",
            "--junit <(cat a.xml)",
        ];
        for words in words {
            let program = env!("CARGO_BIN_EXE_flaky");
            let mut command = asker.folder.alone("bash");
            command.args(["-c", &format!("{program} status --json {words}")]);
            hears(&asker.folder, &mut command).0.is("failed").counts(0, 1);
        }
    }

    #[test]
    fn pipes_that_are_found_are_passed_over() {
        let asker = with(&[("a.xml", PASSED)]);
        fifo(&asker, "pipe.xml");
        asker.hears("--junit *.xml").is("passed").counts(0, 1);
        asker.hears("--junit .").is("passed").counts(0, 1);
    }

    #[test]
    fn circles_of_links_end() {
        let asker = with(&[("d/a.xml", FAILED), ("real/b.xml", PASSED)]);
        for name in ["one", "two", "three"] {
            symlink("..", asker.folder.path(&format!("d/{name}"))).unwrap();
        }
        symlink("real", asker.folder.path("link")).unwrap();
        symlink("../real/b.xml", asker.folder.path("d/linked.xml")).unwrap();
        for words in ["**/*.xml", ".", "**/*/**/*.xml", "**/**/**/*.xml"] {
            asker.hears(&format!("--junit {words}")).is("failed").counts(0, 2);
        }
        // A link that is named, or matches by its own name, is followed.
        for words in ["link", "link/*.xml", "lin?/*.xml", "d/linked.xml"] {
            asker.hears(&format!("--junit {words}")).is("passed").counts(0, 1);
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_passed_over() {
        let asker = with(&[("a.xml", PASSED), ("sub/a.xml", PASSED)]);
        for link in ["b.xml", "sub/b.xml"] {
            symlink("gone.xml", asker.folder.path(link)).unwrap();
        }
        asker.hears("--junit *.xml").is("unknown").because("cannot read b.xml: no such file");
        asker
            .hears("--junit su?/b.xml")
            .is("unknown")
            .because("cannot read sub/b.xml: no such file");
        symlink("loop", asker.folder.path("loop")).unwrap();
        asker.hears("--junit loop").is("unknown").because("cannot read loop: ");
        asker.hears("--junit /dev/zero a.xml").is("unknown").because("it is larger than 64 MiB");
    }

    /// Runs the program with at most this much address space, in kibibytes.
    fn hears_within(asker: &Asker, memory: usize, words: &str) -> crate::asking::Said {
        let mut command = asker.folder.alone("sh");
        let program = env!("CARGO_BIN_EXE_flaky");
        command.args(["-c", &format!("ulimit -v {memory}; exec {program} status --json {words}")]);
        hears(&asker.folder, &mut command).0
    }

    #[test]
    fn a_long_name_is_kept_once() {
        let long = "n".repeat(500_000);
        let cases: Vec<_> = (0..20_000).map(|n| format!("<testcase name='t{n}'/>")).collect();
        let cases = cases.concat();
        let xml = format!("<testsuite name='{long}'>{cases}</testsuite>");
        let asker = with(&[("a.xml", &xml)]);
        hears_within(&asker, 200_000, "--junit a.xml").is("passed").counts(0, 20_000);
        let nested = format!("<testsuite name='{}'>", "n".repeat(100_000)).repeat(60);
        let xml = format!("{nested}{cases}{}", "</testsuite>".repeat(60));
        fs::write(asker.folder.path("a.xml"), xml).unwrap();
        hears_within(&asker, 200_000, "--junit a.xml").is("passed").counts(0, 20_000);
    }

    #[test]
    fn many_attributes_take_linear_time() {
        let attributes: Vec<_> = (0..100_000).map(|n| format!(" a{n}=''")).collect();
        let attributes = attributes.concat();
        let xml = format!("<testsuite{attributes} name='s'><testcase name='t'/></testsuite>");
        with(&[("a.xml", &xml)]).hears("--junit a.xml").is("passed").counts(0, 1);
    }
}
