//! The names of tests and suites: every text is kept once, and is cut.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The length at which a name is cut, in bytes. Tests that differ only behind it count as one.
const LONGEST_NAME: usize = 1000;
/// The maximum memory for the names and the tests of all reports, in bytes.
const MAX_MEMORY: usize = 256 << 20;
/// The memory that an entry of a map takes beside its text, in bytes; rounded up.
const ENTRY: usize = 100;

/// A text in [`Names`]. The default is the empty text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TextId(u32);

/// A suite in [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SuiteId(u32);

/// What tells a suite from others of the same report. Two elements that agree in all of it are one
/// suite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Suite {
    /// The suite around it.
    pub parent: Option<SuiteId>,
    pub name: TextId,
    pub package: TextId,
    pub id: TextId,
    /// A browser or a machine.
    pub host: TextId,
    pub file: TextId,
}

/// The identity of a test within its report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TestKey {
    /// `None` if it stands in no suite.
    pub suite: Option<SuiteId>,
    /// Empty if the runner names no class.
    pub class: TextId,
    pub name: TextId,
    pub file: TextId,
}

impl TestKey {
    /// Tests without a name are different tests.
    pub(super) fn is_unnamed(self) -> bool {
        self.name == TextId::default()
    }
}

/// The names of all reports.
#[derive(Debug)]
pub(super) struct Names {
    texts: BTreeMap<Arc<str>, TextId>,
    suites: BTreeMap<Suite, SuiteId>,
    text_of: Vec<Arc<str>>,
    suite_of: Vec<Suite>,
    memory: usize,
}

impl Default for Names {
    fn default() -> Self {
        let empty: Arc<str> = Arc::from("");
        Self {
            texts: BTreeMap::from([(empty.clone(), TextId::default())]),
            suites: BTreeMap::new(),
            text_of: vec![empty],
            suite_of: Vec::new(),
            memory: 0,
        }
    }
}

impl Names {
    /// The text's number; the text is cut first.
    ///
    /// # Errors
    /// Fails if too much is kept already.
    pub(super) fn text(&mut self, text: &str) -> Result<TextId, String> {
        let text = cut(text);
        if let Some(id) = self.texts.get(text) {
            return Ok(*id);
        }
        self.reserve(text.len())?;
        let id = TextId(number(self.text_of.len())?);
        let shared: Arc<str> = Arc::from(text);
        self.text_of.push(shared.clone());
        self.texts.insert(shared, id);
        Ok(id)
    }

    /// The suite's number.
    ///
    /// # Errors
    /// Fails if too much is kept already.
    pub(super) fn suite(&mut self, suite: Suite) -> Result<SuiteId, String> {
        if let Some(id) = self.suites.get(&suite) {
            return Ok(*id);
        }
        self.reserve(size_of::<Suite>())?;
        let id = SuiteId(number(self.suite_of.len())?);
        self.suite_of.push(suite);
        self.suites.insert(suite, id);
        Ok(id)
    }

    /// Counts an entry of this size, in bytes.
    ///
    /// # Errors
    /// Fails if too much is kept already.
    pub(super) fn reserve(&mut self, bytes: usize) -> Result<(), String> {
        self.memory += bytes + ENTRY;
        if self.is_full() {
            return Err(format!("the names of all tests take more than {} MiB", MAX_MEMORY >> 20));
        }
        Ok(())
    }

    /// Returns true if too much is kept already.
    pub(super) fn is_full(&self) -> bool {
        self.memory > MAX_MEMORY
    }

    /// The text with this number.
    pub(super) fn show(&self, text: TextId) -> &str {
        &self.text_of[text.0 as usize]
    }

    /// The names of a suite and of those around it, the outermost first, separated by spaces.
    pub(super) fn show_suite(&self, suite: Option<SuiteId>) -> String {
        let around = |id: &SuiteId| self.suite_of[id.0 as usize].parent;
        let mut names: Vec<_> = std::iter::successors(suite, around)
            .map(|id| self.show(self.suite_of[id.0 as usize].name).trim())
            .filter(|name| !name.is_empty())
            .collect();
        names.reverse();
        names.join(" ")
    }

    /// The class and the name of a test. The suites stand in for a missing class.
    pub(super) fn show_test(&self, test: TestKey) -> String {
        let class = match self.show(test.class).trim() {
            "" => self.show_suite(test.suite),
            class => class.to_string(),
        };
        let name = match self.show(test.name).trim() {
            "" => "(unnamed)",
            name => name,
        };
        format!("{class} {name}").trim().to_string()
    }

    /// What a test has in common with its namesakes on other hosts and in other files.
    pub(super) fn common_name(&self, test: TestKey) -> CommonName {
        let has_class = test.class != TextId::default();
        let suites = if has_class { String::new() } else { self.show_suite(test.suite) };
        CommonName { name: test.name, class: test.class, suites }
    }
}

/// A name that tests of several reports may have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CommonName {
    name: TextId,
    class: TextId,
    /// In place of a missing class.
    suites: String,
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_NAME);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn number(len: usize) -> Result<u32, String> {
    u32::try_from(len).map_err(|_| "there are too many names".to_string())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NAME, MAX_MEMORY, Names, Suite};

    #[test]
    fn names_are_cut_and_kept_once() {
        let mut names = Names::default();
        let long = "é".repeat(LONGEST_NAME);
        let first = names.text(&long).unwrap();
        let memory = names.memory;
        assert_eq!(names.text(&format!("{long}1")), Ok(first));
        assert_eq!(names.show(first), "é".repeat(LONGEST_NAME / 2));
        let suite = Suite { name: first, ..Suite::default() };
        let one = names.suite(suite).unwrap();
        assert_eq!(names.suite(suite), Ok(one));
        assert!(memory > LONGEST_NAME && names.memory - memory < LONGEST_NAME);
    }

    #[test]
    fn the_memory_for_names_is_bounded() {
        let mut names = Names::default();
        let long = "n".repeat(LONGEST_NAME);
        let mut number = 0;
        let why = loop {
            number += 1;
            if let Err(why) = names.text(&format!("{number} {long}")) {
                break why;
            }
        };
        assert!((MAX_MEMORY / 1200..MAX_MEMORY / 1000).contains(&number), "{number}");
        assert_eq!(why, "the names of all tests take more than 256 MiB");
        assert!(names.is_full() && names.text("short").is_err());
    }
}
