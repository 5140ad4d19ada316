//! Findings made fit to be published: on one line of bounded length, without control characters and
//! without the path of the home directory, which has the user's name.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

use super::Finding;
use crate::error::printable;
use flaky_ci::without_secrets;

/// The maximum length of a value, in characters.
const LONGEST: usize = 400;
/// What stands for an address that may contain a password in an unusual place.
const HIDDEN: &str = "…";

/// Prepares findings.
pub(super) struct Public {
    /// The paths of the home directory, longest first: one of them may be a symlink.
    homes: Vec<String>,
}

impl Public {
    pub(super) fn new() -> Self {
        Self::at(dirs::home_dir().as_deref())
    }

    fn at(home: Option<&Path>) -> Self {
        let real = home.and_then(|home| fs::canonicalize(home).ok());
        let paths = home.map(Path::to_path_buf).into_iter().chain(real);
        // `/` would be found in every path.
        let named = paths.filter(|path| path.is_absolute() && path.file_name().is_some());
        let text = |path: PathBuf| path.to_string_lossy().trim_end_matches('/').to_string();
        let mut homes: Vec<String> = named.map(text).collect();
        homes.sort_by_key(|home| Reverse(home.len()));
        Self { homes }
    }

    pub(super) fn finding(&self, finding: &Finding) -> Finding {
        let Finding { name, value, hint } = finding;
        Finding { name, value: self.text(value), hint: hint.as_deref().map(|hint| self.text(hint)) }
    }

    fn text(&self, text: &str) -> String {
        let text = self.homes.iter().fold(text.to_string(), |text, home| without_home(&text, home));
        let mut short: String = text.chars().take(LONGEST).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        printable(&short)
    }
}

/// Writes `~` for the home directory where it is the beginning of a path.
fn without_home(text: &str, home: &str) -> String {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let mut short = String::with_capacity(text.len());
    let mut shown = 0;
    for (at, _) in text.match_indices(home) {
        let (before, after) = (&text[..at], &text[at + home.len()..]);
        let is_path = !before.ends_with(is_of_name) && !after.starts_with(is_of_name);
        short.push_str(&text[shown..at]);
        short.push_str(if is_path { "~" } else { home });
        shown = at + home.len();
    }
    short + &text[shown..]
}

/// A URL without a user, a password and parameters.
pub(super) fn address(text: &str) -> String {
    if is_unclear(text) { HIDDEN.to_string() } else { without_secrets(text) }
}

/// Returns true if the beginning of a password may pass for the host of a URL: an `@` behind the host
/// may belong to a password that was not escaped.
pub(super) fn is_unclear(text: &str) -> bool {
    let start = text.find("://").map_or(0, |at| at + "://".len());
    let host = text[start..].find(['/', '\\', '?', '#']).map_or(text.len(), |at| start + at);
    let behind = &text[host..];
    behind.contains('@') || behind.contains("%40")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_directory_is_a_tilde() {
        let public = Public { homes: vec!["/home/ann".to_string()] };
        for (text, shown) in [
            ("/home/ann", "~"),
            ("/home/ann/x and /home/ann/y", "~/x and ~/y"),
            ("in \"/home/ann/x\", file:///home/ann/y", "in \"~/x\", file://~/y"),
            ("/home/anna/x", "/home/anna/x"),
            ("/data/home/ann", "/data/home/ann"),
            ("/home/ann/home/ann", "~/home/ann"),
            ("/home/ann.old", "/home/ann.old"),
        ] {
            assert_eq!(public.text(text), shown);
        }
    }

    #[test]
    fn the_root_is_no_home_directory() {
        for home in ["/", "", "home"] {
            assert_eq!(Public::at(Some(Path::new(home))).text("/srv/home/x"), "/srv/home/x");
        }
        assert_eq!(Public::at(None).text("/srv/x"), "/srv/x");
    }

    #[test]
    fn a_text_is_one_line_of_bounded_length() {
        let public = Public::at(None);
        assert_eq!(public.text("a\n\u{1b}[31m\u{202e}"), r"a\n\u{1b}[31m\u{202e}");
        let long = public.text(&"x".repeat(1 << 20));
        assert_eq!(long.chars().count(), LONGEST + 1);
        assert!(long.ends_with('…'));
        assert_eq!(public.text(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
    }

    #[test]
    fn an_address_has_no_password_wherever_it_stands() {
        for (text, shown) in [
            ("https://gitlab.com/api/v4", "https://gitlab.com/api/v4"),
            ("https://user:1234@ci.example/x", "https://ci.example/x"),
            ("http://1234@proxy:3128", "http://proxy:3128/"),
            ("proxy:3128", "proxy:3128"),
            ("ssh://git@ci.example/a/b.git", "ssh://git@ci.example/a/b.git"),
            ("https://ci.example/x?token=1234#1234", "https://ci.example/x"),
            ("user:1234@proxy:3128", HIDDEN),
            ("http://user:1234/5@proxy", HIDDEN),
            ("http://user:1234#5@proxy", HIDDEN),
            ("http://user:1234\\5@proxy", HIDDEN),
            ("http://user:1234/5%40proxy", HIDDEN),
            ("http://user:12 34@", HIDDEN),
        ] {
            assert_eq!(address(text), shown, "{text}");
        }
    }
}
