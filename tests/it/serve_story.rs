//! The whole story of `flaky serve` once, in a browser: deliveries arrive, and page, badge, title and
//! icon follow.

use crate::browser::Browser;
use crate::serving::{Server, pipeline};

/// Waits until the page says this word, in the title, the picture's name and on the screen.
#[track_caller]
fn shows(browser: &Browser, word: &str) {
    browser.wait(&format!("document.title.startsWith('{word}')"));
    browser.wait(&format!("document.querySelector('.word').textContent.startsWith('{word}')"));
    let name = word.to_lowercase();
    browser.wait(&format!("document.querySelector('canvas').ariaLabel.includes('{name}')"));
}

fn icon(browser: &Browser) -> String {
    browser.text("document.querySelector('link[rel~=icon]').href")
}

#[test]
fn the_page_follows_the_pipelines_and_survives_the_server() {
    let Some(browser) = Browser::start() else { return };
    let mut server = Server::start();
    server.hears(&pipeline(1, "success"));
    browser.open(&server.url("/"));
    shows(&browser, "PASSED");
    let mut icons = vec![icon(&browser)];

    // The same commit fails and passes.
    let mut again = pipeline(2, "failed");
    again["object_attributes"]["sha"] = pipeline(1, "success")["object_attributes"]["sha"].clone();
    server.hears(&again);
    shows(&browser, "FAILED");
    icons.push(icon(&browser));
    let mut retried = pipeline(3, "success");
    retried["object_attributes"]["sha"] = again["object_attributes"]["sha"].clone();
    server.hears(&retried);
    shows(&browser, "FLAKY");
    icons.push(icon(&browser));
    let badge = server.get("/badge/group/project.svg").is(200).text();
    assert!(badge.contains("flaky 1/1"), "{badge}");

    server.hears(&pipeline(4, "running"));
    shows(&browser, "RUNNING");
    server.hears(&pipeline(4, "failed"));
    shows(&browser, "FAILED");
    assert!(server.get("/badge/group/project.svg").text().contains("pipeline: failed"));

    server.kill();
    browser.wait("document.title.startsWith('UNKNOWN')");
    server.run();
    shows(&browser, "FAILED");

    server.hears(&pipeline(5, "success"));
    browser.wait("document.title.startsWith('FLAKY') || document.title.startsWith('RECOVERING')");
    icons.sort();
    icons.dedup();
    assert_eq!(icons.len(), 3, "each state has its own icon");
}
