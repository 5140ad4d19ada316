//! Every state of a pipeline on the page: in words, in pixels, in the title and in the icon.

use serde_json::json;

use crate::browser::{Browser, rest};
use crate::page_feed::{Answer, Feed, status};
use crate::page_view::{FLAT, PEAK, View, hurry};

/// A window whose sweep takes 4 s, the shortest there is.
fn browser() -> Option<Browser> {
    let browser = Browser::start()?;
    browser.resize(400, 300, 1.0);
    Some(browser)
}

/// What is on the screen in each state.
#[track_caller]
fn shows(view: &View<'_>, verdict: &str) {
    let word = if verdict == "flaky" { "FLAKY 25%".into() } else { verdict.to_uppercase() };
    let title = format!("document.title === '{word} · group/project'");
    view.browser.wait(&title);
    view.browser.wait(&format!("document.querySelector('.word').textContent === '{word}'"));
    let (stars, alarm) = match verdict {
        "failed" => ("***", "high"),
        "flaky" => ("**", "medium"),
        "unknown" => ("*", "technical"),
        _ => ("", "none"),
    };
    assert_eq!(view.text(".stars"), stars, "{verdict}");
    assert_eq!(view.browser.text("document.querySelector('.lead').dataset.alarm"), alarm);
    assert_eq!(view.text(".title"), "group/project");
    let place = view.text(".place");
    assert!(place.starts_with(&format!("main\u{a0}· {verdict} since ")), "{place}");
    let reason = view.text(".reason");
    assert!(reason.contains(&format!("pipeline 12 is {verdict}")), "{reason}");
    let before = reason.contains("the last finished run was flaky");
    assert_eq!(before, verdict == "running", "{reason}");
    let said = view.browser.text("document.querySelector('canvas').ariaLabel");
    assert!(said.ends_with(&word.to_lowercase()), "{said}");
    let icon = view.browser.text("document.querySelector('link[rel~=icon]').href");
    assert!(icon.starts_with("data:image/svg+xml,"), "{icon}");
}

/// How the line behaves in each state, once the screen has settled.
#[track_caller]
fn draws(view: &View<'_>, verdict: &str) {
    let number = "document.querySelector('.number').textContent";
    match verdict {
        "failed" => view.swings("no beat while it fails", |swing| swing < FLAT),
        "unknown" => {
            view.swings("a lead that comes off", |swing| FLAT < swing && swing < PEAK);
            // However long one looks, there is no R peak.
            for _ in 0..10 {
                assert!(view.swing(0) < PEAK, "a beat although nothing is known");
                rest(100);
            }
        }
        _ => view.swings(verdict, |swing| swing > PEAK),
    }
    match verdict {
        "stopped" => {
            assert!(view.stands(), "the beam moves although all has stopped");
            view.browser.wait(&format!("{number} === '---'"));
            return;
        }
        "failed" => view.browser.wait(&format!("{number} === '0'")),
        "unknown" => view.browser.wait(&format!("{number} === '---'")),
        // A beat for each 2/3 of the interval at rest.
        "running" => view.browser.wait(&format!("Number({number}) > 95")),
        _ => view.browser.wait(&format!("Number({number}) > 50 && Number({number}) < 95")),
    }
    assert!(view.moves(), "{verdict}: the beam stands");
}

#[test]
fn each_verdict_is_shown_in_words_and_in_pixels() {
    let Some(browser) = browser() else { return };
    let feed = Feed::new();
    let url = feed.url("/status");
    let view = View::written(&browser, &["--status-url", &url, "--seed", "7"]);
    let mut icons = Vec::new();
    for verdict in ["passed", "running", "flaky", "failed", "unknown", "stopped"] {
        feed.now("/status", Answer::verdict(verdict));
        view.open("");
        shows(&view, verdict);
        view.is_live();
        draws(&view, verdict);
        icons.push(browser.text("document.querySelector('link[rel~=icon]').href"));
    }
    icons.sort();
    icons.dedup();
    assert_eq!(icons.len(), 6, "each state has its own icon");
    view.kept_to_itself(&[url]);
}

#[test]
fn a_stream_leads_through_failure_and_recovery() {
    let Some(browser) = browser() else { return };
    let feed = Feed::new().answers("/events", Answer::Events);
    let url = feed.url("/events");
    let view = View::opened(&browser, &["--status-url", &url, "--seed", "7"], "");
    view.is_live();
    assert!(browser.text("document.title").starts_with("UNKNOWN"));
    feed.has_a_listener();
    feed.tell(&status("passed"));
    shows(&view, "passed");
    view.swings("passed", |swing| swing > PEAK);
    feed.tell(&status("failed"));
    shows(&view, "failed");
    view.swings("a sweep after the failure", |swing| swing < FLAT);
    feed.tell(&status("passed"));
    browser.wait("document.querySelector('.word').textContent === 'RECOVERING'");
    view.swings("the heart comes back", |swing| swing > PEAK);
    browser.wait("document.querySelector('.word').textContent === 'PASSED'");
    assert!(view.moves());
    assert_eq!(feed.asked("/events"), 1, "one request for all of it");
    view.kept_to_itself(&[url]);
}

#[test]
fn reads_badges_and_pipelines_as_they_change() {
    let Some(browser) = browser() else { return };
    let badge = |message: &str| {
        Answer::json(json!({"schemaVersion": 1, "label": "build", "message": message}).to_string())
    };
    let run = |id: u32, sha: &str, status: &str| {
        json!({
            "id": id, "sha": sha, "ref": "main", "status": status,
            "updated_at": "2026-01-01T00:00:00Z",
            "web_url": format!("https://gitlab.example/group/project/-/pipelines/{id}"),
        })
    };
    hurry(&browser);
    let feed = Feed::new().answers("/status", badge("passing"));
    let url = feed.url("/status");
    let view = View::opened(&browser, &["--status-url", &url, "--title", "nightly"], "");
    let pipelines = |runs: &[serde_json::Value]| Answer::json(json!(runs).to_string());
    for (answer, title) in [
        (badge("passing"), "PASSED · nightly"),
        (badge("flaky 12%"), "FLAKY 12% · nightly"),
        (badge("2 failed, 3 passed"), "FAILED · nightly"),
        (pipelines(&[run(1, "a", "success")]), "PASSED · nightly"),
        (pipelines(&[run(2, "a", "failed"), run(1, "a", "success")]), "FLAKY 1/1 · nightly"),
        (pipelines(&[run(3, "b", "running"), run(1, "a", "failed")]), "RUNNING · nightly"),
        (pipelines(&[]), "UNKNOWN · nightly"),
    ] {
        feed.now("/status", answer);
        // A page that was off-line asks at once.
        browser.run("dispatchEvent(new Event('online'))");
        browser.wait(&format!("document.title === '{title}'"));
    }
    view.kept_to_itself(&[url]);
}

#[test]
fn a_ward_has_the_worst_first() {
    let Some(browser) = Browser::start() else { return };
    let feed = Feed::new()
        .answers("/a", Answer::verdict("passed"))
        .answers("/b", Answer::verdict("flaky"))
        .answers("/c", Answer::verdict("failed"));
    let urls = ["/a", "/b", "/c"].map(|path| feed.url(path));
    let options: Vec<&str> = urls.iter().flat_map(|url| ["--status-url", url]).collect();
    let view = View::opened(&browser, &options, "");
    browser.wait("document.title === '1 failed, 1 flaky, 1 passed'");
    let words = "[...document.querySelectorAll('.word')].map((word) => word.textContent).join()";
    browser.wait(&format!("{words} === 'FAILED,FLAKY 25%,PASSED'"));
    view.is_live();
    assert!(view.swing(0) < FLAT, "the first is flat");
    assert!(view.swing(2) > PEAK, "the last beats");
    feed.now("/a", Answer::verdict("failed"));
    feed.now("/c", Answer::verdict("passed"));
    browser.run("dispatchEvent(new Event('online'))");
    browser.wait(&format!("{words} === 'FAILED,FLAKY 25%,RECOVERING'"));
    browser.wait("document.title === '1 failed, 1 flaky, 1 passed'");
    // Where only one fits, it is the worst, and the others are counted.
    browser.resize(330, 150, 1.0);
    browser.wait("document.querySelectorAll('.lead').length === 1");
    browser.wait(&format!("{words} === 'FAILED'"));
    assert_eq!(view.text("#others"), "+2 more: 1 flaky, 1 passed");
    view.kept_to_itself(&urls);
}
