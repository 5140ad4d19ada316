//! Architecture rules: the dependencies that ARCHITECTURE.md allows between crates and modules.
//!
//! Between crates, Cargo enforces the manifests, so the manifests are checked. Within a crate,
//! imports are checked (`imports.rs` reads them, `rules.rs` has the rules). A name in these tables
//! that no longer exists is an error, so a renamed module cannot escape a rule.

mod imports;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use imports::Sources;
use rules::{Rooms, circles, elsewhere, none, outside, strangers, worldly};

/// The crates of the workspace, and which of them each depends on.
const CRATES: &[(&str, &[&str])] = &[
    ("flaky", &["flaky-ci", "flaky-core", "flaky-draw"]),
    ("flaky-ci", &["flaky-core"]),
    ("flaky-core", &[]),
    ("flaky-draw", &["flaky-core"]),
    ("flaky-web", &["flaky-core"]),
];

/// Libraries that one crate alone depends on, and the modules of it that use them (none where
/// every module may).
const LIBRARIES: &[(&str, &str, &[&str])] = &[
    ("axum", "flaky", &["serve"]),
    ("bytes", "flaky", &["serve"]),
    ("clap", "flaky", &["cli", "main", "commands::catalogue", "fuzzing"]),
    ("clap_complete", "flaky", &["cli", "commands::catalogue"]),
    ("clap_mangen", "flaky", &["commands::catalogue"]),
    ("fontdb", "flaky", &["fonts"]),
    ("futures-util", "flaky", &["serve"]),
    ("git2", "flaky", &["history"]),
    ("hyper", "flaky", &["serve"]),
    ("hyper-util", "flaky", &["serve"]),
    ("imara-diff", "flaky", &["history"]),
    ("indicatif", "flaky", &["progress"]),
    ("prometheus-client", "flaky", &["serve"]),
    ("quick-xml", "flaky-ci", &["xml"]),
    ("reqwest", "flaky-ci", &[]),
    ("hmac", "flaky-ci", &["webhook"]),
    ("rlimit", "flaky", &["serve"]),
    ("rustix", "flaky", &["store"]),
    ("rusqlite", "flaky", &["serve"]),
    ("rustls-native-certs", "flaky-ci", &["tls"]),
    ("rustls-platform-verifier", "flaky-ci", &["tls"]),
    ("signal-hook", "flaky", &["output"]),
    ("terminal_size", "flaky", &["progress"]),
    ("tokio-postgres", "flaky", &["serve"]),
    ("tokio-postgres-rustls", "flaky", &["serve"]),
    ("toml", "flaky", &["commands::serve"]),
    ("tower-http", "flaky", &["serve"]),
    ("tracing", "flaky", &["serve"]),
    ("tracing-subscriber", "flaky", &["serve"]),
    ("utoipa", "flaky", &["serve"]),
    ("utoipa-axum", "flaky", &["serve"]),
    ("url", "flaky", &["cli", "page"]),
    ("dejavu", "flaky-draw", &["text"]),
    ("gif", "flaky-draw", &["encode::gif"]),
    ("harfrust", "flaky-draw", &["text"]),
    ("pdf-writer", "flaky-draw", &["pdf"]),
    ("png", "flaky-draw", &["encode", "text"]),
    ("resvg", "flaky-draw", &[]),
    ("ttf-parser", "flaky-draw", &["text"]),
    ("unicode-bidi", "flaky-draw", &["text"]),
    ("unicode-segmentation", "flaky-draw", &["text"]),
    ("unicode-width", "flaky-draw", &["text"]),
    ("schemars", "flaky-core", &["rhythm", "verdict"]),
    ("webpki-roots", "flaky-ci", &["tls"]),
    ("zlib-rs", "flaky", &["history"]),
];

const SRC: Rooms = &[
    ("badge", &[]),
    ("cli", &["badge", "error", "history"]),
    (
        "commands",
        &[
            "badge", "cli", "error", "film", "fonts", "history", "output", "page", "progress",
            "serve", "several", "store",
        ],
    ),
    ("error", &[]),
    ("film", &["error", "output"]),
    ("fonts", &["error"]),
    ("fuzzing", &["cli", "history", "store"]),
    ("history", &["error", "progress", "store"]),
    ("main", &[]),
    ("output", &["error"]),
    ("page", &[]),
    ("progress", &[]),
    ("serve", &["badge", "error", "page", "several"]),
    ("schemas", &["history"]),
    ("several", &[]),
    ("store", &["output"]),
];

const CORE: Rooms = &[
    ("animation", &[]),
    ("hash", &[]),
    ("json_error", &["sanitize"]),
    ("pulse", &["rhythm", "verdict"]),
    ("raster", &["animation", "rhythm", "scene", "signal"]),
    ("rhythm", &["json_error"]),
    ("sanitize", &[]),
    // The badge is the look of a report.
    ("scene", &["pulse", "rhythm", "signal", "timeline", "verdict"]),
    ("signal", &["rhythm"]),
    ("timeline", &[]),
    ("verdict", &[]),
];

const DRAW: Rooms = &[
    ("encode", &[]),
    ("pdf", &["svg", "text"]),
    ("raster", &["svg", "text"]),
    ("svg", &["text"]),
    ("text", &[]),
];

/// What sources and encoders may use of the other crates: crate, module, crate used, its modules.
const BETWEEN: &[(&str, &str, &str, &[&str])] = &[
    ("flaky", "history", "flaky-core", &["rhythm", "sanitize", "verdict"]),
    ("flaky", "history", "flaky-draw", &[]),
    (
        "flaky-draw",
        "encode",
        "flaky-core",
        &["animation", "sanitize", "scene", "signal::Axis", "timeline"],
    ),
];

/// Uses that close a circle of modules today: crate, user, used. Delete a line once its circle
/// is open: the test fails while a line stands here that is not needed.
const CIRCLES: &[(&str, &str, &str)] = &[];

/// A member of the workspace.
struct Member {
    /// What it depends on, without what its tests alone need.
    depends: BTreeSet<String>,
    sources: Sources,
}

/// The members of the workspace by their names.
static MEMBERS: LazyLock<BTreeMap<String, Member>> = LazyLock::new(members);

fn members() -> BTreeMap<String, Member> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let words = ["metadata", "--offline", "--no-deps", "--format-version", "1"];
    let output = Command::new(cargo)
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    let member = |package: &Value| {
        let depends = package["dependencies"].as_array().expect("dependencies").iter();
        let depends = depends.filter(|on| on["kind"].is_null()).map(|on| text(&on["name"]));
        let sources = Path::new(&text(&package["manifest_path"])).with_file_name("src");
        let member = Member { depends: depends.collect(), sources: Sources::read(&sources) };
        (text(&package["name"]), member)
    };
    packages.iter().map(member).collect()
}

fn sources(name: &str) -> &'static Sources {
    &MEMBERS.get(name).unwrap_or_else(|| panic!("there is no crate {name}")).sources
}

#[test]
fn crates_depend_on_each_other_in_one_direction() {
    let names: BTreeSet<&str> = MEMBERS.keys().map(String::as_str).collect();
    let expected: BTreeSet<&str> = CRATES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, expected, "the crates of the workspace");
    for (name, expected) in CRATES {
        let ours: BTreeSet<&str> = MEMBERS[*name]
            .depends
            .iter()
            .map(String::as_str)
            .filter(|on| names.contains(on))
            .collect();
        assert_eq!(ours, expected.iter().copied().collect(), "what {name} depends on");
    }
}

#[test]
fn each_library_has_its_place() {
    let mut wrong = Vec::new();
    for (library, owner, modules) in LIBRARIES {
        for (name, member) in &*MEMBERS {
            if member.depends.contains(*library) != (name == owner) {
                wrong.push(format!("{library} belongs to {owner}; look at the manifest of {name}"));
            }
        }
        wrong.extend(elsewhere(sources(owner), library, modules));
    }
    none(&wrong);
}

#[test]
fn modules_use_only_what_they_may() {
    none(&strangers(sources("flaky"), SRC));
    none(&strangers(sources("flaky-core"), CORE));
    none(&strangers(sources("flaky-draw"), DRAW));
}

#[test]
fn sources_know_no_pixels_and_encoders_no_heart() {
    for (name, module, of, allowed) in BETWEEN {
        let used = sources(of);
        for room in *allowed {
            let module = room.split("::").next().unwrap();
            assert!(used.has(&format!("crate::{module}")), "{of} has no module {module}");
        }
        none(&outside(sources(name), module, of, allowed));
    }
}

#[test]
fn the_core_knows_no_world() {
    none(&worldly(sources("flaky-core")));
    none(&worldly(sources("flaky-web")));
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let mut wrong = Vec::new();
    for (name, _) in CRATES {
        let of_crate = CIRCLES.iter().filter(|(of, ..)| of == name);
        let allowed: Vec<(&str, &str)> = of_crate.map(|(_, from, to)| (*from, *to)).collect();
        wrong.extend(circles(sources(name), &allowed));
    }
    none(&wrong);
}
