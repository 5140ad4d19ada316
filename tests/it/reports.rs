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

/// The end of the evidence for a name that failed once and passed once.
const ONE_NAME: &str = "failed once and passed once under one name: a rerun, or different tests";

/// Asserts the results for some of the fixtures, and returns their number.
#[track_caller]
fn are_understood(table: &[Row]) -> usize {
    for (name, verdict, (flaky, n), evidence) in table {
        let evidence: Vec<_> =
            evidence.iter().map(|one| one.replace("ONE_NAME", ONE_NAME)).collect();
        let evidence: Vec<_> = evidence.iter().map(String::as_str).collect();
        report(name).is(verdict).counts(*flaky, *n).shows(&evidence);
    }
    table.len()
}

/// Reports in which the runner marks what it repeated, or hides it.
const REPEATED: &[Row] = &[
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
    (
        "pytest-rerun.xml",
        "failed",
        (0, 3),
        &[
            "test test_more test_broken: ONE_NAME",
            "test test_pulse test_flaky: passed, but was executed twice and may have failed first",
        ],
    ),
    (
        "pytest-rerun-passed.xml",
        "passed",
        (0, 2),
        &["test test_pulse test_flaky: passed, but was executed twice and may have failed first"],
    ),
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
        "surefire-rerun.xml",
        "failed",
        (1, 3),
        &[
            "test org.example.PulseTest flaky: failed, then passed",
            "test org.example.PulseTest broken: failed",
        ],
    ),
    (
        "gradle-retry.xml",
        "failed",
        (0, 5),
        &[
            "test org.example.PulseTest flaky(): ONE_NAME",
            "test org.example.PulseTest broken(): failed",
        ],
    ),
    ("gotestsum-rerun.xml", "failed", (0, 3), &["test example.org/pulse TestFlaky: ONE_NAME"]),
];

/// Reports with several tests of one name.
const NAMESAKES: &[Row] = &[
    ("jest-files.xml", "failed", (0, 2), &["test works works: ONE_NAME"]),
    ("jest-files-named.xml", "failed", (0, 2), &["test works works: failed"]),
    ("mocha-xunit.xml", "failed", (0, 3), &["test A works: ONE_NAME"]),
    ("mocha-junit-reporter.xml", "failed", (0, 3), &["test works A works: ONE_NAME"]),
    ("node-suites.xml", "failed", (0, 2), &["test A works: failed"]),
    ("surefire-names.xml", "failed", (0, 2), &["test org.example.EachTest works[same]: ONE_NAME"]),
    (
        "vitest.xml",
        "failed",
        (0, 3),
        &[
            "test vitest/each.test.mjs each: ONE_NAME",
            "test vitest/load.test.mjs vitest/load.test.mjs: failed",
        ],
    ),
];

/// Reports with expected failures, and with failures outside of tests.
const OTHERS: &[Row] = &[
    ("node-todo.xml", "passed", (0, 1), &[]),
    ("bats.xml", "failed", (0, 2), &["test pulse.bats broken: failed"]),
    (
        "catch2.xml",
        "failed",
        (0, 5),
        &[
            "test c.global broken: failed",
            "test c.global sections/a: failed",
            "test c.global throws: failed",
        ],
    ),
    (
        "phpunit.xml",
        "failed",
        (0, 6),
        &[
            "test PulseTest testBroken: failed",
            "test PulseTest testRisky: failed",
            "test PulseTest testEach with data set #0: failed",
            "test SetupTest testA: failed",
        ],
    ),
    (
        "pytest.xml",
        "failed",
        (0, 5),
        &[
            "test pytest test_load: failed",
            "test test_pulse test_skipped: failed",
            "test test_pulse test_each[a]: failed",
        ],
    ),
    (
        "jest-load.xml",
        "failed",
        (0, 3),
        &["test Test suite failed to run jest/load.test.js: failed"],
    ),
    (
        "surefire-setup.xml",
        "failed",
        (0, 1),
        &["test org.example.SetupTest org.example.SetupTest: failed"],
    ),
];

#[test]
fn every_runners_report_is_understood() {
    let rows = [REPEATED, NAMESAKES, OTHERS].map(are_understood).iter().sum::<usize>();
    let reports = fs::read_dir(fixtures().join("junit")).expect("the reports");
    let unnamed = ["README.md", "gotestsum-build.xml"];
    assert_eq!(reports.count(), rows + unnamed.len(), "each, and what is said of them");
    // Its whole report is called as its file.
    let build = report("gotestsum-build.xml").is("failed").counts(0, 1);
    let evidence = "gotestsum-build.xml: its header counts 1 failure, its tests show none";
    assert!(build.evidence[0].ends_with(evidence), "{build:?}");
}

#[test]
fn what_a_test_prints_is_no_verdict() {
    let printed = "<testcase classname='c' name='t'><system-out><![CDATA[<failure/>]]></system-out>\
                   <system-err>&lt;failure/&gt;</system-err></testcase><system-out><error/></system-out>";
    cases(printed).is("passed").counts(0, 1);
}

#[test]
fn a_failure_directly_in_a_suite_is_one() {
    let passed = "<testcase classname='c' name='t'/>";
    cases(&format!("{passed}<error/>"))
        .is("failed")
        .counts(0, 1)
        .because("1 failure outside of any test")
        .shows(&["suite s: failed once outside of its tests"]);
    let inner = "<testsuite name='inner'><failure/><failure/><error/></testsuite>";
    cases(&format!("{passed}{inner}"))
        .is("failed")
        .because("3 failures outside of any test")
        .shows(&["suite s inner: failed 3 times outside of its tests"]);
    cases(&format!("{passed}<testcase name='u'><failure/></testcase><error/>"))
        .because("1 of 2 tests failed, 1 failure outside of any test");
}

/// The result for a report with this root.
#[track_caller]
fn root(xml: &str) -> Said {
    let mut asker = Asker::new();
    asker.folder = asker.folder.with("report.xml", xml);
    asker.hears("--junit report.xml")
}

#[test]
fn a_failure_that_only_a_header_counts_is_one() {
    let passed = "<testcase classname='c' name='t'/>";
    let failed = "<testcase classname='c' name='u'><failure/></testcase>";
    root(&format!("<testsuite name='s' failures='3'>{passed}{failed}</testsuite>"))
        .is("failed")
        .counts(0, 2)
        .because("1 of 2 tests failed, 2 failures only counted in a header")
        .shows(&["suite s: its header counts 3 failures, its tests show 1", "test c u: failed"]);
    root(&format!("<testsuite name='s' failures='0' errors='1'>{passed}</testsuite>"))
        .is("failed")
        .because("1 failure only counted in a header")
        .shows(&["suite s: its header counts 1 failure, its tests show none"]);
    root(&format!("<testsuites errors='1'><testsuite>{passed}</testsuite></testsuites>"))
        .is("failed")
        .shows(&["suite report.xml: its header counts 1 failure, its tests show none"]);
    root("<testsuite name='s' failures='1'/>").is("failed");
    for many in ["4294967295", "99999999999", "99999999999999999999999"] {
        root(&format!("<testsuite name='s' failures='{many}'>{passed}</testsuite>"))
            .is("failed")
            .because("4294967295 failures only counted in a header");
    }
    root(&format!("<testsuite name='s' failures='-99999999999'>{passed}</testsuite>")).is("passed");
}

#[test]
fn headers_of_nested_suites_are_not_added_up() {
    let failed = "<testcase classname='c' name='u'><failure/></testcase>";
    let nested = |outer: &str, inner: &str, case: &str| {
        root(&format!(
            "<testsuites {outer}><testsuite name='a' {outer}><testsuite name='b' {inner}>{case}\
             </testsuite></testsuite></testsuites>"
        ))
    };
    for outer in ["failures='1'", "failures='0'", "", "failures='many'"] {
        nested(outer, "failures='1'", failed).is("failed").because("1 test failed").counts(0, 1);
    }
    nested("failures='2'", "failures='2'", "")
        .shows(&["suite a b: its header counts 2 failures, its tests show 0"]);
    nested("failures='2'", "failures='1'", failed)
        .shows(&["suite a: its header counts 2 failures, its tests show 1", "test c u: failed"]);
}

#[test]
fn a_header_may_count_failures_of_any_form() {
    // Surefire counts all executions, Node a test that is expected to fail.
    let flaked = "<testcase name='f'><flakyFailure/><flakyError/></testcase>";
    root(&format!("<testsuite failures='1' errors='1'>{flaked}</testsuite>")).is("flaky");
    let later = "<testcase name='t'/><testcase name='l'><skipped/><failure/></testcase>";
    root(&format!("<testsuite failures='1'>{later}</testsuite>")).is("passed").counts(0, 1);
    let counted_as_error = "<testcase name='f'><failure/></testcase>";
    root(&format!("<testsuite failures='0' errors='1'>{counted_as_error}</testsuite>"))
        .because("1 test failed");
}

#[test]
fn a_skipped_test_may_fail_but_its_cleanup_may_not() {
    let passed = "<testcase classname='c' name='t'/>";
    let skipped = |inner: &str| {
        cases(&format!("{passed}<testcase classname='c' name='s'>{inner}</testcase>"))
    };
    skipped("<skipped/><failure/>").is("passed").counts(0, 1);
    skipped("<failure/><skipped/>").is("passed").counts(0, 1);
    skipped("<skipped/><error/>").is("failed").counts(0, 2);
}

#[test]
fn tests_that_were_skipped_do_not_count() {
    let skipped = "<testcase classname='c' name='s'><skipped/></testcase>";
    let passed = "<testcase classname='c' name='t'/>";
    cases(&format!("{skipped}{passed}")).is("passed").counts(0, 1).because("1 test passed");
    cases(skipped).is("unknown").because("the only test was skipped");
    cases(&skipped.repeat(2)).because("all 2 tests were skipped");
    cases("").is("unknown").because("the reports have no tests");
}

#[test]
fn what_is_no_report_is_unknown() {
    is_none("", "report.xml is not a JUnit report: it is not XML");
    is_none("no xml at all", "it is not XML");
    is_none("{\"tests\": 3}", "it is not XML");
    is_none("<html><body>log in</body></html>", "it has no <testsuite>");
    is_none("<project><testsuite/></project>", "it has no <testsuite>");
    is_none(
        "<testsuite>\n</testsuites>",
        "report.xml is damaged: line 2 has </testsuites> in place of </testsuite>",
    );
    is_none("<testsuite/>\n\n</a>", "report.xml is damaged: line 3 has </a> without <a>");
    is_none("<testsuite>\n<!-- -- --><?", "report.xml is damaged: it is incomplete");
    is_none("<testsuite><!nothing></testsuite>", "report.xml is damaged: line 1 is not valid XML");
    let whole = fs::read_to_string(fixtures().join("junit/surefire-flaky.xml")).unwrap();
    let half = &whole[..whole.len() / 2];
    is_none(half, "report.xml is damaged: it is incomplete");
    is_none("<testsuite><testcase name='t'>", "report.xml is damaged: it is incomplete");
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
