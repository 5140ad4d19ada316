//! The page under hands: keys, buttons, touch, focus, and for those who see or move differently.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::browser::{Browser, rest};
use crate::page_feed::{Answer, Feed, status};
use crate::page_view::{FLAT, PEAK, View};
use crate::server::{Reply, Server};
use crate::tools;

#[test]
fn every_key_does_what_the_help_says() {
    let Some(browser) = Browser::start() else { return };
    let view = View::opened(
        &browser,
        &["--seed", "7", "--glitch", "flatline", "--glitch-rate", "0.01"],
        "",
    );
    view.is_live();
    assert!(view.moves());
    browser.press(" ");
    browser.wait("document.querySelector('#pause').ariaPressed === 'true'");
    rest(100);
    assert!(view.stands(), "it moves while it is paused");
    browser.press("g");
    browser.wait("document.querySelector('#toast').textContent === 'paused'");
    browser.press(" ");
    browser.wait("document.querySelector('#pause').ariaPressed === 'false'");
    assert!(view.moves());
    browser.press("g");
    browser
        .wait("document.querySelector('#toast').textContent === 'a glitch follows the next beat'");
    browser.wait("document.querySelector('.word').textContent === 'ASYSTOLE'");
    assert_eq!(view.text(".stars"), "***");
    browser.press("s");
    browser.wait("document.querySelector('#sound').ariaPressed === 'true'");
    browser.press("s");
    browser.wait("document.querySelector('#sound').ariaPressed === 'false'");
    for key in ["h", "?"] {
        browser.press(key);
        browser.wait("document.querySelector('#about').open");
        // Keys of the page rest while the help is open.
        browser.press("t");
        assert_eq!(browser.text("document.documentElement.dataset.theme"), "phosphor");
        browser.press("Escape");
        browser.wait("!document.querySelector('#about').open");
    }
    browser.press("f");
    browser.wait(
        "document.fullscreenElement && document.querySelector('#full').ariaPressed === 'true'",
    );
    browser.press("f");
    browser.wait(
        "!document.fullscreenElement && document.querySelector('#full').ariaPressed === 'false'",
    );
    let themes = browser.run("return JSON.parse(document.querySelector('#settings').textContent).themes.map((theme) => theme.name)");
    let themes = themes.as_array().expect("a list").clone();
    browser.click("#pause");
    browser.wait("document.querySelector('#pause').ariaPressed === 'true'");
    rest(100);
    for theme in themes.iter().skip(1).chain(&themes[..1]) {
        let before = view.picture(0);
        browser.press("t");
        browser.wait(&format!("document.documentElement.dataset.theme === {theme}"));
        let begun = std::time::Instant::now();
        while view.picture(0) == before {
            assert!(begun.elapsed().as_secs() < 5, "{theme} is not drawn");
        }
    }
    view.kept_to_itself(&[]);
}

#[test]
fn every_button_is_reached_by_keyboard_and_by_touch() {
    let Some(browser) = Browser::start() else { return };
    let view = View::opened(&browser, &["--seed", "7"], "");
    view.is_live();
    browser.wait("!document.querySelector('#bar').hidden");
    for id in ["pause", "glitch", "theme", "sound", "full", "help"] {
        browser.press("Tab");
        assert_eq!(browser.text("document.activeElement.id"), id);
        let seen = browser.run(
            "const style = getComputedStyle(document.activeElement);
             return style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2
                && document.activeElement.ariaLabel.length > 3
                && document.activeElement.offsetWidth >= 44 && document.activeElement.offsetHeight >= 44",
        );
        assert_eq!(seen, json!(true), "{id}: the focus, the label or the size");
    }
    browser.press("Enter");
    browser.wait("document.querySelector('#about').open");
    browser.wait("document.activeElement.textContent === 'Close'");
    browser.press("Enter");
    browser.wait("!document.querySelector('#about').open");
    browser.wait("document.activeElement.id === 'help'");
    // The bar hides itself, but not while it has the focus.
    browser.wait("document.documentElement.dataset.idle === ''");
    assert_eq!(browser.text("getComputedStyle(document.querySelector('#bar')).opacity"), "1");
    browser.run("document.activeElement.blur()");
    browser.wait("getComputedStyle(document.querySelector('#bar')).opacity === '0'");
    browser.devtools("Emulation.setTouchEmulationEnabled", json!({ "enabled": true }));
    let place = browser.run(
        "const box = document.querySelector('#pause').getBoundingClientRect();
         return { x: box.x + box.width / 2, y: box.y + box.height / 2 };",
    );
    // The first touch shows the bar; it presses nothing that was not to be seen.
    touch(&browser, &place);
    browser.wait("document.documentElement.dataset.idle === undefined");
    browser.wait("getComputedStyle(document.querySelector('#bar')).opacity === '1'");
    assert_eq!(browser.text("document.querySelector('#pause').ariaPressed"), "false");
    touch(&browser, &place);
    browser.wait("document.querySelector('#pause').ariaPressed === 'true'");
    view.kept_to_itself(&[]);
}

fn touch(browser: &Browser, place: &serde_json::Value) {
    browser.devtools(
        "Input.dispatchTouchEvent",
        json!({ "type": "touchStart", "touchPoints": [place] }),
    );
    browser.devtools("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] }));
}

#[test]
fn reduced_motion_is_a_still_and_without_scripts_there_is_the_recording() {
    let Some(browser) = Browser::start() else { return };
    browser.prefers("prefers-reduced-motion", "reduce");
    let art = View::opened(&browser, &["--seed", "7"], "");
    art.is_live();
    assert!(art.stands());
    assert!(art.swing(0) > PEAK, "a still of a heart");
    assert_eq!(browser.text("document.querySelector('#pause').ariaPressed"), "true");
    art.kept_to_itself(&[]);
    let feed = Feed::new().answers("/status", Answer::verdict("passed"));
    let url = feed.url("/status");
    let view = View::opened(&browser, &["--status-url", &url, "--seed", "7"], "");
    browser.wait("document.title.startsWith('PASSED')");
    view.is_live();
    view.swings("passed", |swing| swing > PEAK);
    assert!(view.stands());
    feed.now("/status", Answer::json(status("failed")));
    browser.run("dispatchEvent(new Event('online'))");
    browser.wait("document.title.startsWith('FAILED')");
    view.swings("failed", |swing| swing < FLAT);
    assert!(view.stands());
    view.kept_to_itself(&[url]);

    browser.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.prefers("prefers-reduced-motion", "no-preference");
    let _recording = View::opened(&browser, &["--seed", "7"], "");
    let bright = |picture: &image::RgbImage| picture.pixels().any(|pixel| pixel.0[1] > 150);
    let begun = std::time::Instant::now();
    let first = loop {
        let picture = browser.screenshot();
        if bright(&picture) {
            break picture;
        }
        assert!(begun.elapsed().as_secs() < 5, "nothing is drawn");
    };
    let begun = std::time::Instant::now();
    while browser.screenshot() == first {
        assert!(begun.elapsed().as_secs() < 5, "the recording stands still");
    }
}

#[test]
fn a_folder_of_a_server_is_as_good_as_its_root() {
    let Some(browser) = Browser::start() else { return };
    let view = View::written(&browser, &["--seed", "7", "--status-url", "/api/status.json"]);
    let server = Server::new()
        .replies(
            "/a/deep%20folder/ecg.html",
            [Reply::new(200).set_body_raw(view.html(), "text/html")],
        )
        .replies(
            "/api/status.json",
            [Reply::new(200).set_body_raw(status("passed"), "application/json")],
        );
    browser.open(&server.url("/a/deep%20folder/ecg.html"));
    browser.wait("document.title === 'PASSED · group/project'");
    view.is_live();
    assert!(view.moves());
    assert_eq!(server.places(), ["/a/deep%20folder/ecg.html", "/api/status.json"]);
    view.kept_to_itself(&[server.url("")]);
}

#[test]
fn a_strangers_tool_finds_nothing_that_shuts_anybody_out() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web/node_modules/axe-core/axe.min.js");
    let Ok(axe) = fs::read_to_string(&path) else {
        let required = std::env::var("FLAKY_TOOLS").is_ok_and(|value| value == "required");
        assert!(!required, "axe-core is not installed: run npm ci in tests/web");
        tools::skipped("axe-core is not installed");
        return;
    };
    let Some(browser) = Browser::start() else { return };
    let feed = Feed::new().answers("/status", Answer::verdict("failed"));
    let url = feed.url("/status");
    let art = View::written(&browser, &["--seed", "7"]);
    let ci = View::written(&browser, &["--seed", "7", "--status-url", &url]);
    for (view, query, help) in [
        (&art, "?theme=phosphor", false),
        (&art, "?theme=phosphor", true),
        (&art, "?theme=paper", false),
        (&ci, "?theme=phosphor", false),
        (&ci, "?theme=paper", false),
    ] {
        view.open(query);
        view.is_live();
        browser.wait("!document.querySelector('#bar').hidden");
        if view.address() == ci.address() {
            browser.wait("document.title.startsWith('FAILED')");
        }
        if help {
            browser.press("h");
            browser.wait("document.querySelector('#about').open");
        }
        browser.run(&axe);
        let violations = browser.run(
            "return axe.run(document, { preload: false, resultTypes: ['violations'] }).then(
               (results) => results.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' ')}`))",
        );
        assert_eq!(violations, json!([]), "{query}, help {help}");
    }
    ci.has_no_exception();
}
