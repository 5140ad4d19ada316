//! Reads the XML of a report.

use std::num::IntErrorKind;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::ReportError;
use super::content::{Content, OtherFailure, TestCase};
use super::names::{Names, Suite, SuiteId, TestKey};
use crate::xml::{self, Attributes, XmlError, XmlEvent};

/// The names that pytest gives to its suite and to the whole report.
const PYTEST: [&str; 2] = ["pytest", "pytest tests"];

/// Reads a report into `content`. What stands before an error is kept.
pub(super) fn read(
    bytes: &[u8],
    names: &mut Names,
    content: &mut Content,
) -> Result<(), ReportError> {
    let mut reader = Reader {
        names,
        content,
        depth: 0,
        suites: Vec::new(),
        cases: Vec::new(),
        is_foreign: false,
        hides_reruns: false,
        is_undated: false,
    };
    let parsed = xml::parse(bytes, |event| match event {
        XmlEvent::Start(element, attributes) => reader.start(&element, &attributes),
        XmlEvent::End => reader.end(),
    });
    let Reader { is_foreign, is_undated, hides_reruns, .. } = reader;
    if is_undated {
        content.started = None;
    }
    for cases in content.tests.values_mut() {
        cases.hides_reruns = hides_reruns;
    }
    parsed.map_err(|error| match error {
        XmlError::NotXml => ReportError::NotXml,
        XmlError::Unsafe(why) => ReportError::Unsafe(why),
        XmlError::Damaged(why) => ReportError::Damaged(why),
        XmlError::Stopped(_) if is_foreign => ReportError::Foreign,
        XmlError::Stopped(why) => ReportError::TooLarge(why),
    })
}

/// The state while a report is read.
struct Reader<'a> {
    names: &'a mut Names,
    content: &'a mut Content,
    /// The number of open elements.
    depth: usize,
    suites: Vec<OpenSuite>,
    cases: Vec<OpenCase>,
    /// The root is an element of another format.
    is_foreign: bool,
    hides_reruns: bool,
    /// A suite has no time.
    is_undated: bool,
}

/// A `<testsuite>` or `<testsuites>` that has not ended.
struct OpenSuite {
    depth: usize,
    id: SuiteId,
    /// `None` for the root of all suites, which is not part of a test's identity.
    part_of_identity: Option<SuiteId>,
    /// The failures that its header counts.
    stated: usize,
    /// The failures within it.
    shown: usize,
    /// The failures that the headers within it count in excess.
    missing: usize,
    /// The failures directly in it.
    direct: usize,
}

/// A `<testcase>` that has not ended.
struct OpenCase {
    depth: usize,
    test: TestKey,
    case: TestCase,
}

/// The number in a header; 0 if it is none. One that is too large is still a failure, so it counts as
/// the maximum.
fn stated(text: &str) -> usize {
    match text.parse::<u32>() {
        Ok(number) => number as usize,
        Err(why) if *why.kind() == IntErrorKind::PosOverflow => u32::MAX as usize,
        Err(_) => 0,
    }
}

impl Reader<'_> {
    fn start(&mut self, element: &str, attributes: &Attributes<'_>) -> Result<(), String> {
        self.is_foreign |= self.depth == 0 && !matches!(element, "testsuites" | "testsuite");
        if self.is_foreign {
            return Err("it has no <testsuite>".to_string());
        }
        match element {
            "testsuites" | "testsuite" => self.open_suite(element, attributes)?,
            "testcase" => self.open_case(attributes)?,
            _ => self.mark(element),
        }
        self.depth += 1;
        Ok(())
    }

    fn open_suite(&mut self, element: &str, attributes: &Attributes<'_>) -> Result<(), String> {
        let name = attributes.get("name");
        self.hides_reruns |= PYTEST.contains(&name.as_str());
        let mut text = |name: &str| self.names.text(&attributes.get(name));
        let suite = Suite {
            parent: self.suites.last().and_then(|around| around.part_of_identity),
            name: text("name")?,
            package: text("package")?,
            id: text("id")?,
            host: text("hostname")?,
            file: text("file")?,
        };
        let id = self.names.suite(suite)?;
        let is_suite = element == "testsuite";
        if is_suite {
            self.note_start(&attributes.get("timestamp"));
        }
        let count = |name| stated(attributes.get(name).trim());
        self.suites.push(OpenSuite {
            depth: self.depth,
            id,
            part_of_identity: is_suite.then_some(id),
            stated: count("failures").saturating_add(count("errors")),
            shown: 0,
            missing: 0,
            direct: 0,
        });
        Ok(())
    }

    /// Notes when a suite started. A time without an offset is taken for UTC; it is only compared
    /// with times of the same runner.
    fn note_start(&mut self, text: &str) {
        let utc = |time: DateTime| Offset::UTC.to_timestamp(time).ok();
        let time = text.parse().ok().or_else(|| text.parse().ok().and_then(utc));
        let Some(time): Option<Timestamp> = time else {
            self.is_undated = true;
            return;
        };
        let (first, last) = self.content.started.unwrap_or((time, time));
        self.content.started = Some((first.min(time), last.max(time)));
    }

    fn open_case(&mut self, attributes: &Attributes<'_>) -> Result<(), String> {
        let class = attributes.get("classname");
        // Node names this class for all tests.
        let class = if class == "test" { "" } else { &class };
        let test = TestKey {
            suite: self.suites.last().and_then(|suite| suite.part_of_identity),
            class: self.names.text(class)?,
            name: self.names.text(&attributes.get("name"))?,
            file: self.names.text(&attributes.get("file"))?,
        };
        self.cases.push(OpenCase { depth: self.depth, test, case: TestCase::default() });
        Ok(())
    }

    /// Takes in an element that says how a test case or a suite ended, if it stands directly in it.
    fn mark(&mut self, element: &str) {
        let is_direct = |depth: usize| depth + 1 == self.depth;
        if let Some(open) = self.cases.last_mut().filter(|open| is_direct(open.depth)) {
            match element {
                "failure" => open.case.failures += 1,
                "error" => open.case.errors += 1,
                "flakyFailure" | "flakyError" => open.case.flakes += 1,
                "rerunFailure" | "rerunError" => open.case.reruns += 1,
                "skipped" => open.case.skipped = true,
                _ => {}
            }
        } else if let Some(open) = self.suites.last_mut().filter(|open| is_direct(open.depth))
            && matches!(element, "failure" | "error")
        {
            open.direct += 1;
        }
    }

    fn end(&mut self) -> Result<(), String> {
        self.depth -= 1;
        let depth = self.depth;
        if let Some(OpenCase { test, case, .. }) = self.cases.pop_if(|open| open.depth == depth) {
            if let Some(around) = self.suites.last_mut() {
                around.shown += case.shown();
            }
            self.content.add(self.names, test, case)?;
        } else if let Some(suite) = self.suites.pop_if(|open| open.depth == depth) {
            self.close(&suite)?;
        }
        Ok(())
    }

    /// Compares what a suite has shown with its header. The header of a suite around others counts
    /// their failures in some dialects and not in others, so only an excess means something.
    fn close(&mut self, suite: &OpenSuite) -> Result<(), String> {
        let OpenSuite { id, stated, direct, .. } = *suite;
        let shown = suite.shown + direct;
        let excess = stated.saturating_sub(shown.saturating_add(suite.missing));
        if direct > 0 {
            self.add_other(OtherFailure::InSuite { suite: id, failures: direct })?;
        }
        if excess > 0 {
            self.add_other(OtherFailure::InHeader { suite: id, stated, shown, excess })?;
        }
        if let Some(around) = self.suites.last_mut() {
            around.shown += shown;
            around.missing = around.missing.saturating_add(suite.missing).saturating_add(excess);
        }
        Ok(())
    }

    fn add_other(&mut self, failure: OtherFailure) -> Result<(), String> {
        self.names.reserve(size_of::<OtherFailure>())?;
        self.content.others.push(failure);
        Ok(())
    }
}
