//! `flaky page`: the HTML file, without a browser.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use flaky_core::rhythm::glitch;
use flaky_core::scene::Colour;
use flaky_core::scene::theme::{self, THEMES};

use crate::vocabulary::{Folder, Ran};
use crate::{drawing, tools};

/// A page with these options.
fn page(options: &[&str]) -> String {
    written(options).succeeds().stdout()
}

fn written(options: &[&str]) -> Ran {
    let folder = Folder::new();
    let mut command = folder.command();
    Ran::of(&options.join(" "), command.args(["page", "-o", "-"]).args(options))
}

/// The text between two others, which stand in the page once.
#[track_caller]
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    assert_eq!(page.matches(start).count(), 1, "{start}");
    page.split_once(start).unwrap().1.split_once(end).unwrap().0
}

fn settings(page: &str) -> Value {
    let json = between(page, r#"<script type="application/json" id="settings">"#, "</script>");
    serde_json::from_str(json).unwrap()
}

fn policy(page: &str) -> &str {
    between(page, r#"http-equiv="Content-Security-Policy" content=""#, "\"")
}

/// A directive of the policy, without its name.
fn directive<'a>(page: &'a str, name: &str) -> &'a str {
    let mut directives = policy(page).split("; ");
    directives.find_map(|one| one.strip_prefix(name)?.strip_prefix(' ')).expect(name)
}

fn fallback(page: &str) -> &str {
    between(page, r#"<div id="fallback">"#, "</div>")
}

/// Glitches as the page numbers them.
fn bits(names: &str) -> Value {
    let row = |name: &str| glitch::TABLE.iter().position(|row| row.name == name).expect("a row");
    json!(names.split(',').map(|name| 1_u32 << row(name)).sum::<u32>())
}

#[test]
fn settings_are_those_of_the_options() {
    let plain = settings(&page(&[]));
    for (name, expected) in [
        ("title", Value::Null),
        ("statusUrls", json!([])),
        ("pollS", json!(15.0)),
        ("staleS", json!(90.0)),
        ("theme", json!(theme::DEFAULT)),
        ("seed", Value::Null),
        ("bpm", json!(75.0)),
        ("hrv", json!(1.0)),
        ("rate", json!(4.0)),
        ("pool", bits(glitch::DEFAULT)),
        ("sound", json!(false)),
        (
            "verdicts",
            json!([
                { "word": "failed", "alarm": "high", "stars": "***" },
                { "word": "flaky", "alarm": "medium", "stars": "**" },
                { "word": "running", "alarm": null, "stars": "" },
                { "word": "unknown", "alarm": "technical", "stars": "*" },
                { "word": "stopped", "alarm": null, "stars": "" },
                { "word": "passed", "alarm": null, "stars": "" },
            ]),
        ),
    ] {
        assert_eq!(plain[name], expected, "{name}");
    }
    let other = settings(&page(&[
        "--title",
        "unit tests",
        "--theme",
        "amber",
        "--seed",
        "4294967295",
        "--bpm",
        "60.5",
        "--hrv",
        "0",
        "--glitch",
        "all",
        "--glitch-rate",
        "12",
        "--sound",
        "--poll",
        "1min",
        "--status-url",
        "https://ci.example/status/main",
        "--status-url",
        "/status/b?ref=main",
    ]));
    for (name, expected) in [
        ("title", json!("unit tests")),
        ("statusUrls", json!(["https://ci.example/status/main", "/status/b?ref=main"])),
        ("pollS", json!(60.0)),
        ("staleS", json!(120.0)),
        ("theme", json!("amber")),
        ("seed", json!(4_294_967_295_u32)),
        ("bpm", json!(60.5)),
        ("hrv", json!(0.0)),
        ("rate", json!(12.0)),
        ("pool", json!((1_u32 << glitch::TABLE.len()) - 1)),
        ("sound", json!(true)),
    ] {
        assert_eq!(other[name], expected, "{name}");
    }
    assert_eq!(settings(&page(&["--glitch", "none"]))["pool"], 0);
    assert_eq!(settings(&page(&["--glitch", "runaway, wander"]))["pool"], bits("runaway,wander"));
}

#[test]
fn the_tables_are_those_of_the_core() {
    let page = page(&["--theme", "paper"]);
    let settings = settings(&page);
    let names = |table: &str| -> Vec<String> {
        let rows = settings[table].as_array().unwrap();
        rows.iter().map(|row| row["name"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(names("glitches"), glitch::TABLE.iter().map(|row| row.name).collect::<Vec<_>>());
    assert_eq!(names("themes"), THEMES.iter().map(|theme| theme.name).collect::<Vec<_>>());
    assert_eq!(
        settings["glitches"][0],
        json!({"name": "flatline", "caption": "ASYSTOLE", "alarm": "high", "stars": "***"})
    );
    for theme in THEMES {
        let rule = between(&page, &format!("[data-theme={}]{{", theme.name), "}");
        for colour in Colour::ALL {
            let property = format!("--{}:{};", colour.name(), theme.rgb(colour));
            assert!(rule.contains(&property), "{property} in {rule}");
        }
        let light = matches!(theme.name, "paper");
        assert!(rule.ends_with(if light { "color-scheme:light" } else { "color-scheme:dark" }));
    }
    assert!(page.contains(":where(:root),[data-theme=paper]{"));
}

#[test]
fn the_policy_allows_this_script_and_these_styles_alone() {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    for options in [&[][..], &["--status-url", "https://ci.example/a", "--title", "<script>"]] {
        let page = page(options);
        let script = between(&page, "<script>", "</script>");
        assert_eq!(directive(&page, "script-src"), format!("{} 'wasm-unsafe-eval'", hash(script)));
        let styles: Vec<String> = page
            .split("<style>")
            .skip(1)
            .map(|rest| hash(rest.split_once("</style>").unwrap().0))
            .collect();
        assert_eq!(styles.len(), 2, "the page's own, and that of the picture");
        assert_eq!(directive(&page, "style-src"), styles.join(" "));
        for attribute in [" style=", " onload=", " onclick=", "javascript:"] {
            assert!(!page.contains(attribute), "{attribute} is not in the policy");
        }
        assert_eq!(directive(&page, "default-src"), "'none'");
        assert!(
            !policy(&page).contains("unsafe-inline") && !policy(&page).contains("'unsafe-eval'")
        );
    }
}

#[test]
fn the_policy_connects_to_the_status_alone() {
    assert_eq!(directive(&page(&[]), "connect-src"), "'none'");
    let page = page(&[
        "--status-url",
        "https://ci.example/b;c,d?token_=1",
        "--status-url",
        "http://127.0.0.1:8000/",
        "--status-url",
        "/own?a",
        "--status-url",
        "/own?b",
    ]);
    let expected = "'self' http://127.0.0.1:8000/ https://ci.example/b%3Bc%2Cd";
    assert_eq!(directive(&page, "connect-src"), expected);
}

#[test]
fn refers_to_nothing_outside_itself() {
    let page = page(&["--title", "art"]);
    for reference in ["http://", "https://", "url(", "src=\"", "href=\"", "@import"] {
        for (at, _) in page.match_indices(reference) {
            let rest = &page[at..];
            let own =
                ["http://www.w3.org/2000/svg", "url(#", "src=\"data:", "href=\"data:", "href=\"#"];
            let end = rest.char_indices().nth(60).map_or(rest.len(), |(end, _)| end);
            assert!(own.iter().any(|own| rest.starts_with(own)), "{}", &rest[..end]);
        }
    }
}

#[test]
fn is_small() {
    for options in
        [&[][..], &["--glitch", "all", "--glitch-rate", "60", "--bpm", "180", "--hrv", "20"]]
    {
        let page = page(options);
        assert!(page.len() <= 200_000, "{} bytes", page.len());
        if tools::present("gzip", "--version") {
            let folder = Folder::new().with("index.html", &page);
            let path = folder.path("index.html");
            let gzipped = tools::output("gzip", &["-9", "-c", path.to_str().unwrap()]).len();
            assert!(gzipped <= 75_000, "{gzipped} bytes gzipped");
        }
        assert!(fallback(&page).len() <= 30_000, "{} bytes of picture", fallback(&page).len());
    }
}

#[test]
fn the_same_settings_make_the_same_bytes() {
    for options in [&[][..], &["--seed", "99", "--theme", "ice"], &["--status-url", "/s"]] {
        assert!(page(options) == page(options), "{options:?}");
    }
    assert!(page(&["--seed", "1"]) != page(&["--seed", "2"]));
}

#[test]
fn its_picture_is_the_rhythm_or_an_unknown_status() {
    let art = page(&["--seed", "7", "--theme", "amber"]);
    let art = fallback(&art);
    assert_eq!(drawing::size(art.as_bytes()), (480, 180));
    let folder = Folder::new();
    let rendered = folder.render("--seed 7 --theme amber --duration 4.4 --size 480x180", "ecg.svg");
    assert_eq!(art, String::from_utf8(rendered).unwrap().trim_end());
    let ci = page(&["--status-url", "/s", "--title", "unit tests"]);
    let ci = fallback(&ci);
    assert!(ci.contains("aria-label=\"unit tests: unknown\""), "{}", &ci[..400]);
    assert!(art.contains("animation:") && ci.contains("animation:"));
    // At this pace a flatline does not fit into the picture's loop.
    page(&["--bpm", "30", "--glitch", "bigeminy", "--glitch-rate", "60"]);
}

#[test]
fn hostile_titles_are_text() {
    for title in [
        "</title><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "{{script}} {{policy}} {{nothing}}",
        "</script><!--",
        "&lt;b&gt; &amp; 'quoted'",
        "שלום مرحبا",
        "😀 ~ `${x}`",
    ] {
        let page = page(&["--title", title]);
        assert_eq!(settings(&page)["title"], title);
        assert_eq!(page.matches("<script").count(), 3, "{title}");
        assert_eq!(page.matches("</script>").count(), 3, "{title}");
        let shown = between(&page, "<title>", "</title>");
        let text = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        assert_eq!(text.replace("&amp;", "&"), title);
    }
    let odd = page(&["--title", "a\u{202e}b\u{7}c\nd\u{2028}e"]);
    assert_eq!(settings(&odd)["title"], "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e");
}

#[test]
fn wrong_options_are_usage_errors() {
    for (options, expected) in [
        ("--title=", "must not be empty"),
        (&format!("--title={}", "x".repeat(81)), "at most 80 characters"),
        ("--theme phosphro", "\"phosphor\""),
        ("--glitch flatlin", "\"flatline\""),
        ("--bpm 20", "30 to 180"),
        ("--hrv 21", "0 to 20"),
        ("--glitch-rate 0", "--glitch none"),
        ("--seed=-1", "--seed"),
        ("--poll 1s --status-url /s", "5s to 1h"),
        ("--stale-after 25h --status-url /s", "10s to 24h"),
        ("--stale-after 20s --status-url /s", "--stale-after 30s"),
        ("--poll 1min", "--status-url"),
        ("--stale-after 1min", "--status-url"),
        ("--url https://a.example/", "--assets"),
        ("--assets --url ftp://a.example/", "https://user.pages.example/flaky/"),
        ("--assets --url page.html", "https://user.pages.example/flaky/"),
        ("--status-url ci.example/status", "https://ci.example/status/main"),
        ("--status-url //ci.example/status", "https://ci.example/status/main"),
        ("--status-url javascript:alert(1)", "https://, http:// or /"),
        ("--status-url http://[::1]/", "host name"),
        (&"--status-url /s ".repeat(25), "at most 24"),
        ("--preview", "--output"),
    ] {
        let folder = Folder::new();
        folder.flaky(&format!("page {options} -o index.html")).fails(2, &[expected]);
        assert!(folder.names().is_empty(), "{options}");
    }
    let folder = Folder::new();
    folder.flaky("page").fails(2, &["--output"]);
    folder.flaky("page --assets -o -").fails(2, &["--assets", "-o"]);
}

#[test]
fn secrets_in_an_address_are_noticed_and_not_repeated() {
    let refused = written(&["--status-url", "https://me:pa55@ci.example/status"]);
    let refused = refused.fails(2, &["user name or a password", "everyone who opens the page"]);
    assert!(!refused.stderr().contains("pa55"));
    let warned =
        written(&["--status-url", "https://ci.example/status?private_token=pa55"]).succeeds();
    assert!(!warned.stderr().contains("pa55"));
    warned.says("warning: everyone who opens the page can read the value of \"private_token\"");
}
