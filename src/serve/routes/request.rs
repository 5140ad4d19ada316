//! What routes read from a request: the name of a project, and parameters.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use flaky_core::sanitize::sanitize;

use crate::serve::problem::Problem;

/// The maximum length of a part of a request that is repeated in an answer, in characters.
const LONGEST_SHOWN: usize = 100;
/// The maximum length of the name of a branch or tag, in bytes.
const LONGEST_REF: usize = 500;

/// The rest of a path: the name of a project, which may contain slashes.
pub(super) struct Rest(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Rest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path: Result<Path<String>, PathRejection> =
            Path::from_request_parts(parts, state).await;
        // A path that is no text names nothing.
        path.map(|Path(rest)| Self(rest)).map_err(|_| no_project("�"))
    }
}

/// The parameters of a request. Those that a route does not know are ignored.
pub(super) struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::parse(&parts.uri)
    }
}

impl Parameters {
    fn parse(uri: &axum::http::Uri) -> Result<Self, Problem> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(uri);
        query
            .map(|Query(pairs)| Self(pairs))
            .map_err(|_| Problem::bad("the parameters are not understood: expected name=value&…"))
    }

    /// The value of a parameter, the last if there are several; `None` if it is missing or empty.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let value =
            self.0.iter().rev().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// The value of a parameter that may be empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The branch or tag.
    pub(super) fn git_ref(&self) -> Result<Option<&str>, Problem> {
        let git_ref = self.value("ref");
        match git_ref {
            Some(name) if name.len() > LONGEST_REF || name.chars().any(char::is_control) => {
                Err(Problem::bad("ref: expected the name of a branch or tag")
                    .hint(format!("it has at most {LONGEST_REF} bytes and no control characters")))
            }
            git_ref => Ok(git_ref),
        }
    }

    /// The value of a parameter that is one of these words; the first if it is missing.
    pub(super) fn one_of<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, Problem> {
        let Some(value) = self.value(name) else { return Ok(words[0].1) };
        let found = words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning);
        found.ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            Problem::bad(format!("{name}={}: expected {}", shown(value), words.join(", ")))
        })
    }
}

/// A part of a request as an answer repeats it.
pub(super) fn shown(text: &str) -> String {
    sanitize(text, LONGEST_SHOWN)
}

/// The refusal of a project that is not known.
pub(super) fn no_project(name: &str) -> Problem {
    Problem::missing(format!("there is no project {:?}", shown(name)))
        .hint("a project is known as soon as a webhook or a test report about it has arrived")
}

#[cfg(test)]
mod tests {
    use super::Parameters;

    fn parameters(query: &str) -> Parameters {
        Parameters::parse(&format!("/x?{query}").parse().unwrap()).unwrap_or_else(|problem| {
            panic!("{problem:?}");
        })
    }

    #[test]
    fn unknown_and_broken_parameters_are_ignored() {
        for query in ["", "&&", "other=1", "=", "ref", "ref=", "%=%zz", "a=%ff&b"] {
            assert_eq!(parameters(query).value("ref"), None, "{query}");
        }
        assert_eq!(parameters("ref=a&x=1&ref=b%2Fc+d").value("ref"), Some("b/c d"));
    }

    #[test]
    fn a_ref_is_a_short_line() {
        assert_eq!(parameters("ref=feature/%C3%A4").git_ref().unwrap(), Some("feature/ä"));
        assert_eq!(parameters("").git_ref().unwrap(), None);
        for bad in
            ["ref=a%0Ab".to_string(), "ref=%00".to_string(), format!("ref={}", "a".repeat(501))]
        {
            assert!(parameters(&bad).git_ref().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wrong_word_is_answered_with_the_right_ones() {
        let words = [("one", 1), ("two", 2)];
        assert_eq!(parameters("").one_of("n", &words).unwrap(), 1);
        assert_eq!(parameters("n=two").one_of("n", &words).unwrap(), 2);
        let problem = parameters("n=three").one_of("n", &words).unwrap_err();
        assert_eq!(problem.error(), "n=three: expected one, two");
    }
}
