//! Which test cases are the same test: by suite, class, name, file, host and report.

use std::fs;

use crate::asking::{Asker, Said};
use crate::vocabulary::fixtures;

/// A case of class `c` and name `t`, with this inside.
fn case(inner: &str) -> String {
    format!("<testcase classname='c' name='t'>{inner}</testcase>")
}

/// The result for reports with these names and contents.
#[track_caller]
fn reports(files: &[(&str, &str)], words: &str) -> Said {
    let mut asker = Asker::new();
    for (name, content) in files {
        asker.folder = asker.folder.with(name, content);
    }
    asker.hears(&format!("--junit {words}"))
}

/// The result for one report with these suites.
#[track_caller]
fn suites(suites: &str) -> Said {
    reports(&[("r.xml", &format!("<testsuites>{suites}</testsuites>"))], "r.xml")
}

#[test]
fn a_failure_wins_over_a_pass_of_one_name() {
    let (passed, failed) = (case(""), case("<failure/>"));
    let suite = |cases: &[&str]| suites(&format!("<testsuite>{}</testsuite>", cases.concat()));
    let both = "test c t: failed once and passed once under one name: a rerun, or different tests";
    suite(&[&failed, &passed]).is("failed").counts(0, 2).shows(&[both]);
    suite(&[&passed, &failed]).is("failed").counts(0, 2).shows(&[both]);
    suite(&[&failed, &failed]).is("failed").counts(0, 2).shows(&["test c t: failed"]);
    suite(&[&passed, &passed]).is("passed").counts(0, 2).shows(&[]);
    let flaked = case("<flakyFailure/>");
    suite(&[&flaked, &passed]).is("flaky").counts(1, 2);
    let twice = both.replace("failed once", "failed twice");
    suite(&[&flaked, &failed]).is("failed").counts(1, 2).shows(&[&twice]);
}

#[test]
fn a_gate_closes_on_a_failure_with_a_passed_namesake() {
    let mut asker = Asker::new();
    let suite = format!("<testsuite>{}{}</testsuite>", case("<failure/>"), case(""));
    asker.folder = asker.folder.with("r.xml", &suite);
    asker.flaky("status --fail-on failed --junit r.xml").fails(3, &["failed"]);
}

#[test]
fn what_differs_in_one_attribute_is_another_test() {
    let (passed, failed) = (case(""), case("<failure/>"));
    for attribute in ["name", "package", "id", "hostname", "file"] {
        let suite = |value: &str, case: &str| {
            format!("<testsuite {attribute}='{value}'>{case}</testsuite>")
        };
        suites(&[suite("1", &failed), suite("2", &passed)].concat())
            .is("failed")
            .counts(0, 2)
            .shows(&["test c t: failed"]);
    }
    for attribute in ["classname='d' name='t'", "classname='c' name='t' file='f'"] {
        let other = format!("<testcase {attribute}/>");
        suites(&format!("<testsuite>{failed}{other}</testsuite>")).shows(&["test c t: failed"]);
    }
    let outer = |name: &str, case: &str| {
        format!("<testsuite name='{name}'><testsuite name='s'>{case}</testsuite></testsuite>")
    };
    suites(&[outer("a", &failed), outer("b", &passed)].concat()).shows(&["test c t: failed"]);
}

#[test]
fn where_no_class_is_told_the_suites_stand_for_it() {
    // As Node's own runner writes them.
    let of = |suite: &str, inner: &str| {
        format!(
            "<testsuite name='{suite}'><testcase classname='test' name='works'>{inner}</testcase></testsuite>"
        )
    };
    suites(&[of("A", "<failure/>"), of("B", "")].concat())
        .is("failed")
        .counts(0, 2)
        .shows(&["test A works: failed"]);
}

#[test]
fn tests_without_a_name_are_not_the_same() {
    suites("<testsuite name='s'><testcase><failure/></testcase><testcase/></testsuite>")
        .is("failed")
        .counts(0, 2)
        .shows(&["test s (unnamed): failed"]);
}

#[test]
fn very_long_names_are_cut_and_a_failure_wins() {
    let long = "n".repeat(2000);
    let case = |end: &str, inner: &str| format!("<testcase name='{long}{end}'>{inner}</testcase>");
    let both = [case("1", "<failure/>"), case("2", "")].concat();
    suites(&format!("<testsuite>{both}</testsuite>")).is("failed").counts(0, 2);
}

/// A report with these cases, which started at this minute of an hour.
fn run(minute: usize, cases: &[&str]) -> String {
    let time = format!("2026-01-01T00:{minute:02}:00");
    format!("<testsuite timestamp='{time}'>{}</testsuite>", cases.concat())
}

const STEADY: &str = "<testcase classname='c' name='steady'/>";

#[test]
fn reports_of_two_platforms_have_different_tests() {
    let (passed, failed) = (case(""), case("<failure/>"));
    let (linux, windows) = (run(0, &[STEADY, &failed]), run(1, &[STEADY, &passed]));
    for words in ["linux.xml windows.xml", "windows.xml linux.xml", "*.xml"] {
        reports(&[("linux.xml", &linux), ("windows.xml", &windows)], words)
            .is("failed")
            .counts(0, 4)
            .because("1 of 4 tests failed")
            .shows(&["test c t: failed in linux.xml, passed in windows.xml"]);
    }
    // Not even if a platform has nothing but what failed on another.
    let smoke = run(1, &[&passed]);
    reports(&[("linux.xml", &linux), ("smoke.xml", &smoke)], "*.xml").is("failed").counts(0, 3);
    // Not even if the directories of the platforms differ in a number.
    for (one, other) in [("node-18", "node-20"), ("py38", "py312"), ("node-2", "node-3")] {
        let mut asker = Asker::new();
        for (name, content) in [(one, &linux), (other, &smoke)] {
            fs::create_dir(asker.folder.path(name)).expect("a directory");
            asker.folder = asker.folder.with(&format!("{name}/junit.xml"), content);
        }
        asker.hears("--junit .").is("failed").counts(0, 3);
        asker.flaky("status --fail-on failed --junit .").fails(3, &["failed"]);
    }
    // Versions are numbers, too.
    reports(&[("3.11.xml", &linux), ("3.12.xml", &windows)], "*.xml").is("failed").counts(0, 4);
}

#[test]
fn a_report_of_what_failed_alone_is_a_rerun() {
    let (passed, failed) = (case(""), case("<failure/>"));
    let other = "<testcase classname='c' name='u'><failure/></testcase>";
    let first = run(0, &[STEADY, &failed, other]);
    let names = ["report.xml", "report-1.xml", "report-rerun.xml"];
    for (first_name, second_name) in [(names[0], names[1]), (names[0], names[2])] {
        let files = [(first_name, first.as_str()), (second_name, &run(1, &[&passed]))];
        reports(&files, "*.xml")
            .is("failed")
            .counts(1, 3)
            .because("1 of 3 tests failed, 1 flaked")
            .shows(&["test c t: failed, then passed", "test c u: failed"]);
    }
    let only = run(0, &[STEADY, &failed]);
    let files = |last: &str| {
        let (second, third) = (run(1, &[&failed]), run(2, &[last]));
        let files = [("r-1.xml", only.as_str()), ("r-2.xml", &second), ("r-3.xml", &third)];
        reports(&files, "*.xml")
    };
    files(&passed).is("flaky").counts(1, 2).because("1 of 2 tests failed, then passed");
    files(&failed).is("failed").counts(0, 2).shows(&["test c t: failed"]);
}

#[test]
fn a_rerun_that_is_called_so_may_have_all_tests() {
    let other = "<testcase classname='c' name='u'><failure/></testcase>";
    let first = run(0, &[&case("<failure/>"), other]);
    let second = run(1, &[&case(""), "<testcase classname='c' name='u'/>"]);
    for name in ["report-rerun.xml", "report-retry-1.xml", "report.attempt2.xml"] {
        reports(&[("report.xml", &first), (name, &second)], "*.xml")
            .is("flaky")
            .counts(2, 2)
            .because("2 of 2 tests failed, then passed");
    }
    for name in ["report-1.xml", "report-2.xml", "report-linux.xml"] {
        reports(&[("report.xml", &first), (name, &second)], "*.xml").is("failed").counts(0, 4);
    }
    // Only what is called a rerun in place of the first.
    let files = [("rerun-a.xml", first.as_str()), ("rerun-b.xml", &second)];
    reports(&files, "*.xml").is("failed").counts(0, 4);
}

#[test]
fn a_rerun_may_be_of_several_reports() {
    let (passed, failed) = (case(""), case("<failure/>"));
    let other = |inner: &str| format!("<testcase classname='c' name='u'>{inner}</testcase>");
    let first = run(0, &[STEADY, &failed]);
    let second = run(1, &["<testcase classname='c' name='good'/>", &other("<failure/>")]);
    let third = |last: &str| {
        let third = run(2, &[&passed, last]);
        let files = [("r-1.xml", first.as_str()), ("r-2.xml", &second), ("r-3.xml", &third)];
        reports(&files, "*.xml")
    };
    third(&other("")).is("flaky").counts(2, 4);
    third(&other("<failure/>")).is("failed").counts(1, 4);
    third(STEADY).is("failed").counts(0, 6);
    // What two series of attempts say of a test, a failure decides.
    let mut asker = Asker::new();
    let steps = [
        ("1/r-1.xml", run(0, &[STEADY, &failed])),
        ("1/r-2.xml", run(1, &[&passed])),
        ("2/r-1.xml", run(1, &[&failed])),
    ];
    for directory in ["1", "2"] {
        fs::create_dir(asker.folder.path(directory)).expect("a directory");
    }
    for (name, content) in &steps {
        asker.folder = asker.folder.with(name, content);
    }
    asker.hears("--junit .").is("failed");
}

#[test]
fn a_report_with_anything_else_is_no_rerun() {
    let (passed, failed) = (case(""), case("<failure/>"));
    let no_rerun = |first: &str, second: &str| {
        reports(&[("r-1.xml", first), ("r-2.xml", second)], "*.xml")
            .is("failed")
            .because("tests failed");
    };
    let first = run(1, &[STEADY, &failed]);
    no_rerun(&first, &run(2, &[&passed, STEADY]));
    no_rerun(&first, &run(2, &[&passed, "<testcase classname='c' name='new'/>"]));
    // It started before the first.
    no_rerun(&first, &run(0, &[&passed]));
    // The first has nothing else.
    no_rerun(&run(1, &[&failed]), &run(2, &[&passed]));
    // It failed on another host.
    let elsewhere = run(2, &[&passed]).replace("<testsuite ", "<testsuite hostname='h' ");
    no_rerun(&first, &elsewhere);
    // Nobody knows which of the two was executed again.
    no_rerun(&run(1, &[STEADY, &failed, &failed]), &run(2, &[&passed]));
}

#[test]
fn the_last_failed_tests_of_pytest_are_a_rerun() {
    let junit = fixtures().join("junit");
    let [first, second] = ["1", "2"].map(|n| junit.join(format!("pytest-{n}.xml")));
    // In any order, since the names tell it.
    for (one, other) in [(&first, &second), (&second, &first)] {
        let words = format!("--junit {} {}", one.display(), other.display());
        Asker::new()
            .hears(&words)
            .is("failed")
            .counts(1, 3)
            .because("1 of 3 tests failed, 1 flaked")
            .shows(&[
                "test test_pulse test_flaky: failed, then passed",
                "test test_more test_broken: failed",
            ]);
    }
}
