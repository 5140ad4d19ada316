//! Bad input to the page: servers that misbehave, texts and parameters that attack, windows of any
//! size, browsers that lack something. The page says why, is never blank, and no script fails.

use std::net::TcpListener;

use serde_json::json;

use crate::browser::{Browser, rest};
use crate::page_feed::{Answer, Feed, status};
use crate::page_view::{PEAK, View, before_scripts, hurry, undone};

#[test]
fn a_server_that_misbehaves_is_no_heartbeat_and_has_a_reason() {
    let Some(browser) = Browser::start() else { return };
    browser.resize(970, 560, 1.0);
    hurry(&browser);
    let gone = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let refused = gone.local_addr().expect("its address").to_string();
    drop(gone);
    let other = Feed::new().answers("/status", Answer::verdict("passed"));
    let location = format!("location: {}\r\n", other.url("/status"));
    let huge = format!("{{\"verdict\":\"passed\",\"reason\":\"{}\"}}", "x".repeat(1_000_000));
    let feed = Feed::new()
        .answers("/500", Answer::text(500, "application/json", "{\"verdict\":\"passed\"}"))
        .answers("/html", Answer::text(200, "text/html", "<!doctype html><title>passed</title>"))
        .answers("/garbage", Answer::text(200, "application/json", b"\xff\xfe\0{passed".to_vec()))
        .answers("/other", Answer::json("{\"state\":\"passed\"}"))
        .answers("/word", Answer::json("{\"verdict\":\"splendid\"}"))
        .answers("/empty", Answer::json(""))
        .answers("/huge", Answer::json(huge))
        .answers("/hangup", Answer::HangUp)
        .answers("/drip", Answer::Drip)
        .answers("/redirect", Answer::Whole(302, location, Vec::new()))
        .answers("/events", Answer::text(200, "text/event-stream", ": nothing\n\n"))
        .answers("/old", Answer::json("{\"verdict\":\"passed\",\"stale\":true}"));
    let host = feed.host();
    let cases = [
        (feed.url("/404"), format!("{host} answered 404")),
        (feed.url("/500"), format!("{host} answered 500")),
        (feed.url("/html"), format!("{host} answered with a web page, not with JSON")),
        (feed.url("/garbage"), format!("{host} answered with something, not with JSON")),
        (feed.url("/other"), format!("{host} answered with JSON that this page cannot read")),
        (feed.url("/word"), format!("{host} answered with JSON that this page cannot read")),
        (feed.url("/empty"), format!("{host} answered with something, not with JSON")),
        (feed.url("/huge"), format!("{host} answered with more than 256 kB")),
        (feed.url("/hangup"), format!("no answer from {host}, or none that this page may read")),
        (feed.url("/drip"), format!("no answer from {host} for 10 s")),
        (feed.url("/redirect"), format!("no answer from {host}, or none that this page may read")),
        (feed.url("/events"), format!("{host} ended the stream without a word")),
        (feed.url("/old"), "its source has not been heard for a while".to_string()),
        (
            format!("http://{refused}/"),
            format!("no answer from {refused}, or none that this page may read"),
        ),
    ];
    let mut options = vec!["--poll", "5s", "--stale-after", "10s"];
    options.extend(cases.iter().flat_map(|(url, _)| ["--status-url", url.as_str()]));
    let view = View::opened(&browser, &options, "");
    view.is_live();
    for (url, reason) in &cases {
        let name = url.strip_prefix("http://").expect("an address");
        let lead = format!(
            "[...document.querySelectorAll('.lead')].find((lead) => lead.ariaLabel === '{name}')"
        );
        browser.wait(&format!("{lead}.querySelector('.reason').textContent === '{reason}'"));
        assert_eq!(browser.text(&format!("{lead}.querySelector('.word').textContent")), "UNKNOWN");
        assert_eq!(browser.text(&format!("{lead}.querySelector('.number').textContent")), "---");
    }
    assert_eq!(browser.text("document.title"), format!("{} unknown", cases.len()));
    assert!(view.moves());
    for lead in 0..cases.len() {
        let swing = view.swing(lead);
        assert!(swing < PEAK, "lead {lead} swings by {swing}: a beat although nothing is known");
    }
    view.has_no_exception();
}

#[test]
fn a_status_that_flips_is_shown_calmly_and_hostile_texts_as_texts() {
    let Some(browser) = Browser::start() else { return };
    let feed = Feed::new().answers("/events", Answer::Events);
    let url = feed.url("/events");
    let markup = "<img src=x onerror=alert(1)></title><script>alert(2)</script>\"'&amp;";
    let view = View::opened(&browser, &["--status-url", &url, "--title", markup], "");
    view.is_live();
    assert_eq!(view.text(".title"), markup);
    browser.run(
        "window.changes = 0;
         new MutationObserver(() => window.changes++).observe(document.querySelector('title'), { childList: true });",
    );
    feed.has_a_listener();
    let flipping = std::time::Instant::now();
    for turn in 0..30 {
        feed.tell(&status(if turn % 2 == 0 { "passed" } else { "failed" }));
        rest(100);
    }
    let changes = browser.run("return window.changes").as_u64().expect("a number");
    let most = flipping.elapsed().as_secs() + 2;
    assert!((1..=most).contains(&changes), "{changes} changes, at most {most} were expected");
    feed.tell("{\"verdict\":\"passed\"");
    browser.wait("document.title.startsWith('UNKNOWN')");
    let hostile = json!({
        "verdict": "failed",
        "subject": "\u{202e}gnp.exe<b>\u{7}",
        "ref": "<script>alert(3)</script>",
        "reason": "\u{2066}\u{0}line\r\nline <img src=x onerror=alert(4)>".repeat(200),
        "evidence": [{"a": 1}, "<b>two</b>", 7, ["x"]],
        "rate": "1e999", "since": "the day before", "before": {"toString": 1},
    });
    feed.tell(&hostile.to_string());
    browser.wait("document.title.startsWith('FAILED')");
    assert!(view.text(".place").contains("<script>alert(3)</script>"));
    let shown = browser.text("document.body.innerText");
    assert!(shown.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()), "{shown:?}");
    assert!(!shown.contains('\u{202e}') && !shown.contains('\u{2066}'), "{shown:?}");
    assert_eq!(browser.run("return document.querySelectorAll('b, img').length"), json!(0));
    assert_eq!(browser.run("return document.body.scrollWidth <= innerWidth"), json!(true));
    view.kept_to_itself(&[url]);
}

#[test]
fn hostile_titles_and_parameters_are_harmless() {
    let Some(browser) = Browser::start() else { return };
    let long = "W".repeat(80);
    for title in [
        "\u{202e}\u{2067}\u{645}\u{631}\u{62d}\u{628}\u{627} tests",
        "</style></script><!--",
        &long,
    ] {
        let view = View::opened(&browser, &["--title", title], "?seed=7");
        view.is_live();
        assert_eq!(browser.run("return document.body.scrollWidth <= innerWidth"), json!(true));
        assert!(!browser.text("document.title").contains('\u{202e}'), "{title:?}");
        view.kept_to_itself(&[]);
    }
    let view = View::written(&browser, &["--seed", "7", "--theme", "amber"]);
    for query in [
        "?seed=-1&bpm=1e9&rate=NaN&theme=__proto__&glitch=constructor&status=toString&sound=%00",
        "?seed=4294967296&bpm=0&rate=-0&theme=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&glitch=,&status=",
        "?%&seed&&&theme=&theme=../..&bpm=75;30&status[]=failed&=",
        "?status=__proto__&glitch=flatline,%3Cb%3E&seed=0x10&bpm=%D9%A7%D9%A5",
    ] {
        view.open(query);
        view.is_live();
        assert_eq!(browser.text("document.documentElement.dataset.theme"), "amber", "{query}");
        assert_eq!(browser.text("document.title"), "flaky", "{query}");
        assert!(view.moves(), "{query}");
    }
    view.kept_to_itself(&[]);
}

#[test]
fn a_window_of_any_size_is_drawn_while_it_runs() {
    let Some(browser) = Browser::start() else { return };
    let view = View::opened(&browser, &["--seed", "7"], "");
    view.is_live();
    for (width, height, density) in
        [(1, 1, 1.0), (8000, 4000, 1.0), (390, 844, 3.0), (3440, 400, 1.0), (320, 240, 0.5)]
    {
        browser.resize(width, height, density);
        let shape = f64::from(width) / f64::from(height);
        browser.wait(&format!(
            "innerWidth === {width}
             && Math.abs(document.querySelector('canvas').width / document.querySelector('canvas').height / {shape} - 1) < .02"
        ));
        let pixels =
            browser.run("const c = document.querySelector('canvas'); return c.width * c.height");
        assert!(pixels.as_u64().is_some_and(|pixels| pixels <= 9_000_000), "{pixels} pixels");
        if width > 1 {
            view.swings(&format!("{width}x{height}"), |swing| swing > 0.1);
            assert!(view.moves(), "{width}x{height}");
        }
    }
    // Faster than it can be laid out.
    for step in 0..40 {
        browser.resize(300 + 20 * step, 700 - 10 * step, 1.0);
    }
    browser.wait("document.querySelector('canvas').width === innerWidth");
    assert!(view.moves());
    view.kept_to_itself(&[]);
}

#[test]
fn a_browser_that_lacks_something_shows_the_heart_or_a_recording_of_it() {
    const NO_WORKER: &str = "delete window.Worker;";
    let Some(browser) = Browser::start() else { return };
    let view = View::written(&browser, &["--seed", "7"]);
    for missing in [
        NO_WORKER,
        "window.Worker = class { constructor() { throw new Error('forbidden'); } };",
        "delete HTMLCanvasElement.prototype.transferControlToOffscreen;",
        "delete window.AudioContext;",
        "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get() { throw new Error('forbidden'); } });",
        "History.prototype.replaceState = () => { throw new Error('forbidden'); };",
    ] {
        let script = before_scripts(&browser, missing);
        view.open("");
        view.is_live();
        assert!(view.moves(), "{missing}");
        browser.press("t");
        browser.wait("document.documentElement.dataset.theme === 'amber'");
        browser.press("s");
        if missing.contains("AudioContext") {
            browser.wait(
                "document.querySelector('#toast').textContent === 'this browser has no sound'",
            );
            assert_eq!(browser.text("document.querySelector('#sound').ariaDisabled"), "true");
        } else {
            browser.wait("document.querySelector('#sound').ariaPressed === 'true'");
        }
        undone(&browser, &script);
    }
    view.kept_to_itself(&[]);
    for (missing, reason) in [
        (format!("{NO_WORKER} delete window.WebAssembly;"), "WebAssembly is missing"),
        (
            "delete HTMLCanvasElement.prototype.transferControlToOffscreen;
             HTMLCanvasElement.prototype.getContext = () => null;"
                .to_string(),
            "the drawing stopped: this browser has no canvas",
        ),
        ("delete window.DecompressionStream;".to_string(), "DecompressionStream is missing"),
    ] {
        let script = before_scripts(&browser, &missing);
        view.open("");
        browser.wait("!document.querySelector('#note').hidden");
        let note = view.text("#note");
        let expected =
            format!("This is a recording: the endless heart cannot be drawn here ({reason}).");
        assert_eq!(note, expected);
        assert_eq!(browser.run("return document.querySelectorAll('canvas').length"), json!(0));
        let picture = browser.screenshot();
        assert!(picture.pixels().any(|pixel| pixel.0[1] > 150), "{missing}: nothing is drawn");
        undone(&browser, &script);
    }
    view.kept_to_itself(&[]);
    // A recording of a heart would tell of a state that nobody knows.
    let script = before_scripts(&browser, &format!("{NO_WORKER} delete window.WebAssembly;"));
    view.open("?status=passed");
    browser.wait("document.title.startsWith('UNKNOWN')");
    assert!(view.text("#note").starts_with("State unknown: this page cannot be drawn here"));
    undone(&browser, &script);
    view.kept_to_itself(&[]);
}
