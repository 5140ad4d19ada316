//! `flaky page` in a real browser.

use serde_json::json;

use crate::browser::Browser;
use crate::server::{Reply, Server};
use crate::vocabulary::Folder;

/// Opens a page with these options from disk.
fn opened(browser: &Browser, options: &str) -> Folder {
    let folder = Folder::new();
    folder.flaky(&format!("page {options} -o ecg.html")).succeeds();
    browser.open_file(&folder.path("ecg.html"));
    folder
}

/// Asserts that the page has requested nothing but itself and these addresses, and that the console
/// is empty.
#[track_caller]
fn kept_to_itself(browser: &Browser, folder: &Folder, others: &[String]) {
    let own = format!("file://{}", folder.path("ecg.html").display());
    for address in browser.requested() {
        let inside = ["data:", "blob:"].iter().any(|scheme| address.starts_with(scheme));
        assert!(inside || address == own || others.contains(&address), "{address}");
    }
    assert_eq!(browser.console(), Vec::<String>::new());
}

#[test]
fn opened_from_disk_it_draws_and_asks_nobody() {
    let Some(browser) = Browser::start() else { return };
    let folder = opened(&browser, "--seed 7");
    browser.wait("document.querySelector('canvas')");
    kept_to_itself(&browser, &folder, &[]);
}

#[test]
fn shows_the_status_that_a_server_answers() {
    let Some(browser) = Browser::start() else { return };
    let reply = Reply::new(200)
        .insert_header("access-control-allow-origin", "*")
        .set_body_json(json!({ "verdict": "passed", "reason": "" }));
    let server = Server::new().replies("/status", [reply]);
    let address = server.url("/status");
    let folder = opened(&browser, &format!("--status-url {address} --title tests"));
    browser.wait("document.title === 'PASSED · tests'");
    assert_eq!(server.places(), ["/status"]);
    kept_to_itself(&browser, &folder, &[address]);
}

#[test]
fn obeys_keys_and_buttons() {
    let Some(browser) = Browser::start() else { return };
    let folder = opened(&browser, "--theme phosphor");
    browser.wait("document.querySelector('canvas')");
    browser.press("t");
    browser.wait("document.documentElement.dataset.theme === 'amber'");
    browser.press(" ");
    browser.wait("document.querySelector('#pause').ariaPressed === 'true'");
    browser.click("#pause");
    browser.wait("document.querySelector('#pause').ariaPressed === 'false'");
    kept_to_itself(&browser, &folder, &[]);
}

#[test]
fn fits_any_window() {
    let Some(browser) = Browser::start() else { return };
    browser.prefers("prefers-reduced-motion", "reduce");
    let folder = opened(&browser, "--seed 7");
    for (width, height, density) in
        [(1, 1, 1.0), (390, 844, 3.0), (8000, 4000, 1.0), (800, 300, 1.0)]
    {
        browser.resize(width, height, density);
        browser.wait(&format!("innerWidth === {width} && document.querySelector('canvas')"));
    }
    let picture = browser.screenshot();
    assert_eq!(picture.dimensions(), (800, 300));
    assert!(picture.pixels().any(|pixel| pixel.0[1] > 200), "no trace");
    kept_to_itself(&browser, &folder, &[]);
}
