//! Test reports in the dialects of many runners.

use std::fs;

use crate::asking::{Asker, Said, hears};
use crate::vocabulary::fixtures;

/// The result for the fixtures that match a name or pattern.
#[track_caller]
fn report(name: &str) -> Said {
    hears(&format!("--junit {}", fixtures().join("junit").join(name).display()))
}

/// The result for a report with these test cases.
#[track_caller]
fn cases(cases: &str) -> Said {
    let mut asker = Asker::new();
    let suite = format!("<testsuites><testsuite name='s'>{cases}</testsuite></testsuites>");
    asker.folder = asker.folder.with("report.xml", &suite);
    asker.hears("--junit report.xml")
}

/// Asserts that the state for this `report.xml` is unknown for this reason.
#[track_caller]
fn is_none(content: &str, reason: &str) {
    let mut asker = Asker::new();
    asker.folder = asker.folder.with("report.xml", content);
    asker.hears("--junit report.xml").is("unknown").because(reason).reran_nothing();
}

/// A report, the verdict, how many tests flaked of how many, and the evidence.
type Row<'a> = (&'a str, &'a str, (usize, usize), &'a [&'a str]);

#[test]
fn every_runners_report_is_understood() {
    let table: &[Row] = &[
        ("nextest-flaky.xml", "flaky", (1, 2), &["test pulse tests::flaky: failed, then passed"]),
        ("nextest-broken.xml", "failed", (0, 2), &["test pulse tests::broken: failed"]),
        (
            "nextest-flaky-fail.xml",
            "failed",
            (1, 2),
            &["test pulse tests::flaky: failed, then passed, and counts as a failure"],
        ),
        (
            "pytest-1.xml",
            "failed",
            (0, 3),
            &["test test_more test_broken: failed", "test test_pulse test_flaky: failed"],
        ),
        ("pytest-2.xml", "failed", (0, 2), &["test test_more test_broken: failed"]),
        ("pytest-rerun.xml", "failed", (0, 3), &["test test_more test_broken: failed"]),
        ("pytest-rerun-old.xml", "failed", (0, 3), &["test test_more test_broken: failed"]),
        (
            "playwright-retries.xml",
            "failed",
            (1, 3),
            &["test pulse.spec.js flaky: failed, then passed", "test pulse.spec.js broken: failed"],
        ),
        ("playwright.xml", "failed", (0, 3), &["test pulse.spec.js broken: failed"]),
        ("vitest-retry.xml", "failed", (0, 3), &["test pulse.test.js broken: failed"]),
        ("jest-retry.xml", "failed", (0, 3), &["test broken broken: failed"]),
        (
            "surefire-flaky.xml",
            "flaky",
            (2, 3),
            &[
                "test org.example.PulseTest flaky: failed, then passed",
                "test org.example.PulseTest flakyByException: failed, then passed",
            ],
        ),
        (
            "surefire-broken.xml",
            "failed",
            (0, 3),
            &[
                "test org.example.PulseTest broken: failed",
                "test org.example.PulseTest brokenByException: failed",
            ],
        ),
        (
            "gradle-retry.xml",
            "failed",
            (1, 3),
            &[
                "test org.example.PulseTest flaky(): failed, then passed",
                "test org.example.PulseTest broken(): failed",
            ],
        ),
    ];
    for (name, verdict, (flaky, n), evidence) in table {
        report(name).is(verdict).counts(*flaky, *n).shows(evidence);
    }
    let reports = fs::read_dir(fixtures().join("junit")).expect("the reports");
    assert_eq!(reports.count(), table.len() + 1, "each, and what is said of them");
}

#[test]
fn the_second_of_two_reports_decides() {
    report("pytest-?.xml")
        .is("failed")
        .counts(1, 3)
        .because("1 of 3 tests failed, 1 flaked")
        .shows(&[
            "test test_pulse test_flaky: failed, then passed",
            "test test_more test_broken: failed",
        ]);
    let reports = fixtures().join("junit");
    let [first, second] = ["1", "2"].map(|n| reports.join(format!("pytest-{n}.xml")));
    let both = format!("--junit {} {}", first.display(), second.display());
    hears(&both).counts(1, 3);
    let again = format!("--junit {} --junit {}", first.display(), second.display());
    assert_eq!(hears(&again).evidence, hears(&both).evidence);
    // The other way round what passed fails at last.
    let reversed = format!("--junit {} {}", second.display(), first.display());
    hears(&reversed).counts(0, 3).because("2 of 3 tests failed");
}

#[test]
fn a_pattern_finds_what_lies_below() {
    let asker = Asker::new();
    let folder = asker.folder.path("target/ci/deep");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(fixtures().join("junit/surefire-flaky.xml"), folder.join("a.xml")).unwrap();
    asker.hears("--junit target/**/*.xml").is("flaky").counts(2, 3);
    asker.hears("--junit target/*.xml").is("unknown").because("no file matches");
    asker.flaky("status --junit a[.xml").fails(2, &["--junit", "is not a valid glob"]);
}

#[test]
fn a_test_that_passed_first_and_failed_then_is_broken() {
    let (passed, failed) = (
        "<testcase classname='c' name='t'/>",
        "<testcase classname='c' name='t'><failure/></testcase>",
    );
    cases(&format!("{passed}{failed}")).is("failed").counts(0, 1);
    cases(&format!("{failed}{passed}")).is("flaky").counts(1, 1);
    cases(&format!("{failed}{failed}")).is("failed").counts(0, 1);
    cases(&format!("{passed}{passed}")).is("passed").counts(0, 1);
}

#[test]
fn tests_of_one_name_in_different_classes_are_different() {
    let of = |class: &str, inner: &str| {
        format!("<testcase classname='{class}' name='t'>{inner}</testcase>")
    };
    cases(&[of("a", "<failure/>"), of("b", "")].concat()).is("failed").counts(0, 2);
}

#[test]
fn tests_on_different_hosts_are_different() {
    let on = |host: &str, inner: &str| {
        format!(
            "<testsuite hostname='{host}'><testcase classname='c' name='t'>{inner}</testcase></testsuite>"
        )
    };
    let report = |first: &str, second: &str| {
        let (first, second) = (on(first, "<failure/>"), on(second, ""));
        let mut asker = Asker::new();
        let text = format!("<testsuites>{first}{second}</testsuites>");
        asker.folder = asker.folder.with("report.xml", &text);
        asker.hears("--junit report.xml")
    };
    report("chromium", "firefox").is("failed").counts(0, 2);
    report("chromium", "chromium").is("flaky").counts(1, 1);
}

#[test]
fn where_no_class_is_told_the_suites_stand_for_it() {
    // As Node's own runner writes them.
    let of = |suite: &str, inner: &str| {
        format!(
            "<testsuite name='{suite}'><testcase classname='test' name='works'>{inner}</testcase></testsuite>"
        )
    };
    cases(&[of("A", "<failure/>"), of("B", "")].concat()).is("failed").counts(0, 2);
    cases(&[of("A", "<failure/>"), of("A", "")].concat()).is("flaky").counts(1, 1);
}

#[test]
fn tests_without_a_name_are_not_the_same() {
    cases("<testcase><failure/></testcase><testcase/>").is("failed").counts(0, 2);
}

#[test]
fn a_name_with_brackets_is_a_name_first() {
    let mut asker = Asker::new();
    let text = "<testsuite><testcase name='t'/></testsuite>";
    asker.folder = asker.folder.with("report[1].xml", text);
    asker.hears("--junit report[1].xml").is("passed");
}

#[test]
fn tests_that_were_skipped_do_not_count() {
    let skipped = "<testcase classname='c' name='s'><skipped/></testcase>";
    let passed = "<testcase classname='c' name='t'/>";
    cases(&format!("{skipped}{passed}")).is("passed").counts(0, 1).because("1 test passed");
    cases(skipped).is("unknown").because("all 1 tests were skipped");
    cases("").is("unknown").because("the reports have no tests");
}

#[test]
fn what_a_test_prints_is_no_verdict() {
    let printed = "<testcase classname='c' name='t'><system-out><![CDATA[<failure/>]]></system-out>\
                   <system-err>&lt;failure/&gt;</system-err></testcase><system-out/><error/>";
    cases(printed).is("passed").counts(0, 1);
}

#[test]
fn what_is_no_report_is_unknown() {
    is_none("", "report.xml is not a JUnit report: it is not XML");
    is_none("no xml at all", "it is not XML");
    is_none("{\"tests\": 3}", "it is not XML");
    is_none("<html><body>log in</body></html>", "it has no <testsuite>");
    is_none("<project><testsuite/></project>", "it has no <testsuite>");
    is_none("<testsuite></testsuites>", "is not a JUnit report");
    let whole = fs::read_to_string(fixtures().join("junit/surefire-flaky.xml")).unwrap();
    let half = &whole[..whole.len() / 2];
    is_none(half, "is not a JUnit report");
    is_none("<testsuite><testcase name='t'>", "it is incomplete");
}

#[test]
fn a_report_that_is_missing_or_no_file_is_unknown() {
    let asker = Asker::new();
    fs::create_dir(asker.folder.path("report.xml")).unwrap();
    asker.hears("--junit report.xml").is("unknown").because("\"report.xml\" is a directory");
    asker.hears("--junit missing.xml").is("unknown").because("no file matches \"missing.xml\"");
    asker
        .flaky("status --strict --junit missing.xml")
        .fails(1, &["no file matches", "run the tests first"]);
}

#[test]
fn one_report_that_is_none_spoils_the_others() {
    let mut asker = Asker::new();
    asker.folder = asker
        .folder
        .with("a.xml", "<testsuite><testcase name='t'/></testsuite>")
        .with("b.xml", "<testsuite>");
    asker
        .hears("--junit *.xml")
        .is("unknown")
        .because("b.xml is not a JUnit report: it is incomplete");
}

#[test]
fn reports_in_other_encodings_are_read() {
    let asker = Asker::new();
    let xml = "<testsuite><testcase name='t'><failure/></testcase></testsuite>";
    let mut utf16: Vec<u8> = vec![0xff, 0xfe];
    utf16.extend(xml.encode_utf16().flat_map(u16::to_le_bytes));
    fs::write(asker.folder.path("a.xml"), utf16).unwrap();
    asker.hears("--junit a.xml").is("failed");
    fs::write(asker.folder.path("a.xml"), [b"\xef\xbb\xbf", xml.as_bytes()].concat()).unwrap();
    asker.hears("--junit a.xml").is("failed");
    let latin = b"<testsuite><testcase name='\xe9'><failure/></testcase></testsuite>";
    fs::write(asker.folder.path("a.xml"), latin).unwrap();
    asker.hears("--junit a.xml").is("failed");
}
