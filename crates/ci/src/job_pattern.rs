//! Patterns of job names.

use globset::{Glob, GlobMatcher};

/// The events that Gitea adds to the name of a job: "CI / unit (push)".
const EVENTS: [&str; 5] =
    [" (push)", " (pull_request)", " (schedule)", " (workflow_dispatch)", " (release)"];

/// A job name or a glob pattern. A name may have brackets, as the legs of a matrix do, so a pattern
/// also matches itself.
#[derive(Debug)]
pub(crate) struct JobPattern {
    text: String,
    /// `None` if the text is not a valid pattern.
    glob: Option<GlobMatcher>,
}

impl JobPattern {
    /// The pattern `text`.
    pub(crate) fn new(text: &str) -> Self {
        let glob = Glob::new(text).ok().map(|glob| glob.compile_matcher());
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
