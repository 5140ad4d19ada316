//! Messages of badges, as CI systems, test runners and people write them.

use super::Verdict;
use super::Verdict::{Failed, Flaky, Passed, Running, Stopped, Unknown};

#[track_caller]
fn all(verdict: Verdict, messages: &[&str]) {
    for message in messages {
        assert_eq!(Verdict::of_badge(message, None, false), verdict, "{message}");
    }
}

#[test]
fn words_alone() {
    all(Passed, &["passing", "build passing", "Passed", "SUCCESS", "succeeded", "fixed", "ok"]);
    all(Failed, &["Failed", "failing", "broken", "errored", "timeout", "timed out", "Timed-out"]);
    all(Failed, &["infrastructure_failure", "partially succeeded", "startup failure", "unstable"]);
    all(Running, &["running", "building", "initiated", "processing", "starting", "testing"]);
    all(Running, &["in progress", "queued", "pending"]);
    all(Stopped, &["canceled", "skipped", "not built", "not run", "action required", "on hold"]);
    all(Flaky, &["flaky", "flaky 7%", "flaky 1/20", "1 flaky, 2 passed"]);
    all(
        Unknown,
        &["", "87 %", "87%", "v1.2.3", "8/10", "unknown", "no tests", "invalid", "3 of 4"],
    );
}

#[test]
fn counts() {
    all(Passed, &["12 passed", "0 failed, 12 passed", "0 tests failed, 12 passed"]);
    all(Passed, &["passed: 12, failed: 0", "passed 12 failed 0", "12 passed 0 failed"]);
    all(Passed, &["80 passed, 3 skipped", "3 passed, 2 skipped", "2 skipped, 3 passed"]);
    all(Passed, &["12 passed, failed: 0", "tests: 0 failed, 12 passed", "12 passed, 0 errors"]);
    all(Passed, &["passed without errors", "passing, no errors", "passed (3 warnings)"]);
    all(Passed, &["all tests passed", "1,000 passed", "errors: none, passed: 3", "1 pass, 0 fail"]);
    all(Passed, &["Passed! - Failed: 0, Passed: 12, Skipped: 0, Total: 12", "OK (12 tests)"]);
    all(Failed, &["12 passed, 1 failed", "passing, 2 errors", "passed: 0, failed: 3"]);
    all(Failed, &["12 passed, 0 skipped, 1 failed", "1,000 failed", "1 000 failed", "3 errors"]);
    all(Failed, &["failed, 0 skipped", "0 errors, failed", "no errors, failed", "build 5 failed"]);
    all(Failed, &["FAILED (failures=1)", "FAILED (errors=0, other=1)", "2 passed; 1 failed"]);
    all(Failed, &["no change since the last failed build"]);
    all(Running, &["3 passed, 2 pending", "running, 3 passed"]);
    all(Stopped, &["3 passed, 1 canceled", "2 skipped", "2 skipped, 0 failed"]);
    all(
        Unknown,
        &["12 passed, 1 unknown", "0 passed, 0 failed", "0 tests, 0 failures", "0 passed"],
    );
}

#[test]
fn nothing_that_failed_has_passed() {
    all(Passed, &["0 failing", "no failures", "failed: 0", "0 failed, 0 errors", "never failed"]);
    assert_eq!(Verdict::of_badge("0 failing", Some("red"), false), Failed);
    assert_eq!(Verdict::of_badge("0 failing", Some("yellow"), false), Passed);
}

#[test]
fn a_part_that_passed_is_a_failure() {
    all(Failed, &["8/10 passed", "8 / 10 passed", "8 of 10 passed", "8 out of 10 tests passed"]);
    all(Failed, &["passed 8/10", "passed: 8 of 10", "0/10 passed", "8/10 unit tests passed"]);
    all(Failed, &["99% passed", "99.5 % passed", "99,5% passed", "passed: 80%", "2/10 failed"]);
    all(Failed, &["none of 12 passed", "92% tests passed, 1 tests failed out of 12"]);
    all(Passed, &["10/10 passed", "10 of 10 passed", "100% passed", "100.0 % passed"]);
    all(Passed, &["100% tests passed, 0 tests failed out of 12", "1,300/1,300 passed"]);
    all(Passed, &["passed on 1/2/2024", "0/10 failed, 10/10 passed"]);
    all(Unknown, &["flaky 0/20", "flaky 0%"]);
}

#[test]
fn symbols() {
    all(Passed, &["✔", "✅ passing", "✔ 80", "✔ 80 | ✘ 0", "✔️ 80 | ✘ 0 | ➟ 3", "80 ✓ 0 ✗"]);
    all(Passed, &["✔ passed: 80 ✘ failed: 0", "✅ 8/8"]);
    all(Failed, &["✘", "✔ 80 | ✘ 2", "❌", "80 ✔, 2 ✖", "✗ 1", "✅ 7/8"]);
    all(Unknown, &["➟ 3", "✔ 0 | ✘ 0"]);
}

#[test]
fn what_is_denied_is_not_so() {
    all(Unknown, &["not passing", "not all tests passed", "isn't passing", "not failing"]);
    all(Failed, &["not passed, 2 failed"]);
    let with = |message, colour| Verdict::of_badge(message, Some(colour), false);
    assert_eq!(with("not passing", "red"), Failed);
    assert_eq!(with("not passing", "green"), Unknown);
    assert_eq!(with("not failing", "green"), Passed);
}

#[test]
fn where_words_do_not_decide_the_colour_does() {
    let with = |colour| Verdict::of_badge("87%", Some(colour), false);
    for colour in ["brightgreen", "green", "success", "#4c1", "4c1", "97ca00", "#2ECC71", "#0f0"] {
        assert_eq!(with(colour), Passed, "{colour}");
    }
    for colour in ["red", "critical", "#e05d44", "E05D44", "#f44336", "d73a49", "f00", "c00"] {
        assert_eq!(with(colour), Failed, "{colour}");
    }
    let other = ["orange", "important", "fe7d37", "yellow", "dfb317", "yellowgreen", "a4a61d"];
    let none = ["lightgrey", "inactive", "9f9f9f", "blue", "informational", "007ec6", "555", "fff"];
    let malformed =
        ["", "#", "#12", "12345", "1234567", "ggg", "#ф00", "rgb(0, 255, 0)", "0f0f", "-10"];
    for colour in [&other[..], &none, &malformed].concat() {
        assert_eq!(with(colour), Unknown, "{colour}");
    }
    assert_eq!(Verdict::of_badge("passing", Some("red"), false), Passed);
    assert_eq!(Verdict::of_badge("failing", Some("green"), false), Failed);
}

#[test]
fn the_colour_of_what_was_not_found_decides_nothing() {
    let with = |message, colour| Verdict::of_badge(message, Some(colour), false);
    for message in ["not found", "repo not found", "Invalid", "invalid badge", "inaccessible"] {
        assert_eq!(with(message, "red"), Unknown, "{message}");
    }
    assert_eq!(with("3 issues found", "red"), Failed);
    assert_eq!(with("no issues found", "green"), Passed);
    assert_eq!(with("0 invalid", "green"), Passed);
    assert_eq!(with("failing, coverage not found", "green"), Failed);
}

#[test]
fn a_badge_in_error_has_not_passed() {
    assert_eq!(Verdict::of_badge("passing", None, true), Unknown);
    assert_eq!(Verdict::of_badge("inaccessible", Some("red"), true), Unknown);
    assert_eq!(Verdict::of_badge("87%", Some("green"), true), Unknown);
    assert_eq!(Verdict::of_badge("failing", Some("green"), true), Failed);
}

#[test]
fn a_text_that_is_no_badge_has_no_verdict() {
    let long = format!("passed {}", "x".repeat(1000));
    assert_eq!(Verdict::of_badge(&long, None, false), Unknown);
    assert_eq!(Verdict::of_badge(&long, Some("red"), false), Failed);
    for message in ["/", "%", "1/", "/1", ".", "1.", "1..2", "% % %", "of of", "out of", "_", "\0"]
    {
        all(Unknown, &[message]);
    }
}
