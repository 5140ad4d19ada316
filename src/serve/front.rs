//! The live page at `/`: the monitor of one project, or the ward of several.
//!
//! One project is followed by its events. Browsers open six connections to a host at most, and a
//! stream of events keeps one, so a ward asks for each state at intervals instead; an unchanged one is
//! answered without a body.

use std::fmt::Write;
use std::sync::Arc;

use flaky_core::sanitize::sanitize;
use tokio::sync::Mutex;

use super::content::{Content, ContentType};
use super::directory::Topic;
use crate::page::{Page, PageSettings, StatusUrl};

/// The maximum length of a title, in characters.
const LONGEST_TITLE: usize = 80;

/// The page, kept until it is about other projects.
#[derive(Default)]
pub(crate) struct Front(Mutex<Option<(Vec<String>, Arc<Content>)>>);

impl Front {
    /// The page about these projects, of which there are at most [`MOST_URLS`](crate::page::MOST_URLS).
    pub(crate) async fn page(&self, usual: &PageSettings, topics: &[Arc<Topic>]) -> Arc<Content> {
        let names = topics.iter().map(|topic| topic.name.as_str());
        let mut last = self.0.lock().await;
        if let Some((about, page)) = last.as_ref()
            && about.iter().map(String::as_str).eq(names.clone())
        {
            return Arc::clone(page);
        }
        let names: Vec<String> = names.map(ToString::to_string).collect();
        let page = Arc::new(page(usual, &names));
        *last = Some((names, Arc::clone(&page)));
        page
    }
}

fn page(usual: &PageSettings, names: &[String]) -> Content {
    let urls: Vec<String> = match names {
        [] => vec!["/status".to_string()],
        [only] => vec![format!("/events?project={}", encoded(only))],
        several => several.iter().map(|name| format!("/status/{}", encoded(name))).collect(),
    };
    let title = match names {
        [only] => Some(sanitize(only, LONGEST_TITLE)),
        _ => None,
    };
    let settings = PageSettings {
        title,
        // A name that makes no address is no name of a platform.
        status_urls: urls.iter().filter_map(|url| StatusUrl::parse(url).ok()).collect(),
        ..usual.clone()
    };
    let page = Page::new(&settings);
    Content::new(ContentType::Html, page.html().to_string()).with_policy(page.policy())
}

/// A name for an address: each byte other than letters, digits, slashes and `-._~` as `%XX`.
pub(crate) fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            _ => write!(text, "%{byte:02X}").expect("a String takes everything"),
        }
    }
    text
}

/// The settings of a page, for tests.
#[cfg(test)]
pub(super) fn usual() -> PageSettings {
    PageSettings {
        title: None,
        status_urls: Vec::new(),
        poll_s: 5.0,
        stale_s: 90.0,
        theme: &flaky_core::scene::theme::THEMES[0],
        seed: None,
        bpm: 75.0,
        hrv_bpm: 1.0,
        pool: Vec::new(),
        glitches_per_min: 4.0,
        sound: false,
        assets: false,
        address: None,
        link: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{encoded, page, usual};

    #[test]
    fn one_project_is_followed_and_several_are_asked_for() {
        let html = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            String::from_utf8(page(&usual(), &names).bytes().to_vec()).unwrap()
        };
        let one = html(&["group/a b"]);
        assert!(one.contains("\"statusUrls\":[\"/events?project=group/a%20b\"]"));
        assert!(one.contains("<title>group/a b</title>"));
        let two = html(&["a/b", "github:c/d"]);
        assert!(two.contains("\"statusUrls\":[\"/status/a/b\",\"/status/github%3Ac/d\"]"));
        assert!(html(&[]).contains("\"statusUrls\":[\"/status\"]"));
    }

    #[test]
    fn a_name_cannot_leave_its_place_in_an_address() {
        assert_eq!(encoded("a/b-c._~"), "a/b-c._~");
        assert_eq!(encoded("a?b#c%d&ä\n"), "a%3Fb%23c%25d%26%C3%A4%0A");
    }
}
