//! Patterns of job names.

use globset::{Glob, GlobSet};

/// The events that Gitea adds to the name of a job: "CI / unit (push)".
const EVENTS: [&str; 5] =
    [" (push)", " (pull_request)", " (schedule)", " (workflow_dispatch)", " (release)"];

/// The maximum length of a glob pattern in bytes. A longer text is only a name.
const LONGEST_GLOB: usize = 256;

/// A job name or a glob pattern. A name may have brackets, as the legs of a matrix do, so a pattern
/// also matches itself.
#[derive(Debug)]
pub(crate) struct JobPattern {
    text: String,
    /// `None` if the text is not a valid pattern.
    glob: Option<GlobSet>,
}

impl JobPattern {
    /// The pattern `text`.
    pub(crate) fn new(text: &str) -> Self {
        // A set, unlike a single matcher, does not panic on a pattern that is too complex.
        let compile = |text| GlobSet::builder().add(Glob::new(text).ok()?).build().ok();
        let glob = Some(text).filter(|text| text.len() <= LONGEST_GLOB).and_then(compile);
        Self { text: text.to_string(), glob }
    }

    /// Returns true for the whole name of a job, or the name without its pipeline or workflow
    /// ("deploy / e2e") and without its event.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let last = name.rsplit(" / ").next().unwrap_or(name);
        let plain = EVENTS.iter().find_map(|event| last.strip_suffix(event)).unwrap_or(last);
        [name, last, plain].into_iter().any(|name| {
            name == self.text || self.glob.as_ref().is_some_and(|glob| glob.is_match(name))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::JobPattern;

    #[test]
    fn a_pattern_may_be_absurd() {
        let nested = format!("{}x{}", "{".repeat(60_000), "}".repeat(60_000));
        let wide = "{?,*}".repeat(50);
        for pattern in [nested.as_str(), &"?".repeat(100_000), &wide, "[", "{", "\\", "**/**"] {
            let pattern = JobPattern::new(pattern);
            assert!(pattern.matches(&pattern.text));
        }
    }

    #[test]
    fn a_job_is_named_or_matched() {
        for (pattern, name, expected) in [
            ("unit", "unit", true),
            ("unit", "unit 2", false),
            ("unit*", "unit 2", true),
            ("test (*)", "test (ubuntu, 3.12)", true),
            ("test (ubuntu, 3.12)", "test (ubuntu, 3.12)", true),
            ("unit: [3.12, x]", "unit: [3.12, x]", true),
            ("unit: [*]", "unit: [3.12, x]", false),
            ("unit: \\[*\\]", "unit: [3.12, x]", true),
            ("[", "[", true),
            ("[", "x", false),
            ("e2e", "deploy / e2e", true),
            ("deploy / *", "deploy / e2e", true),
            ("unit", "CI / unit (push)", true),
            ("{unit,e2e}", "e2e", true),
            ("*", "a/b", true),
            ("", "unit", false),
        ] {
            assert_eq!(JobPattern::new(pattern).matches(name), expected, "{pattern} {name}");
        }
    }
}
