//! Who may know whom: the invariants of ARCHITECTURE.md that a search can check.

use std::fs;
use std::path::{Path, PathBuf};

/// The files of `src`, by their paths from there.
fn sources() -> Vec<(String, String)> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![top.clone()];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let name = |path: &Path| path.strip_prefix(&top).unwrap().to_string_lossy().replace('\\', "/");
    files.iter().map(|path| (name(path), fs::read_to_string(path).expect("a source"))).collect()
}

/// Nobody but those in `rooms` has `words` in a line that is no comment.
#[track_caller]
fn only(rooms: &[&str], words: &str) {
    let mut found = 0;
    for (name, text) in sources() {
        let here =
            text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(words));
        found += usize::from(here);
        assert!(!here || rooms.iter().any(|room| name.starts_with(room)), "{name} has {words:?}");
    }
    assert!(found > 0, "nobody has {words:?} any more");
}

#[test]
fn each_library_has_its_room() {
    only(&["history/"], "git2::");
    only(&["ci/"], "reqwest::");
    only(&["ci/"], "tokio::");
    only(&["ci/"], "quick_xml::");
    only(&["progress.rs"], "indicatif::");
    only(&["cli.rs", "cli/", "main.rs", "commands/catalogue.rs"], "clap::");
}

#[test]
fn nothing_flows_back() {
    let knows = |who: &str, whom: &str| {
        let word = format!("crate::{whom}");
        sources().iter().any(|(name, text)| name.starts_with(who) && text.contains(&word))
    };
    for (who, strangers) in [
        ("rhythm", &["signal", "scene", "timeline", "raster", "encode", "history", "ci"][..]),
        // Nothing of ours at all.
        ("verdict", &[""]),
        (
            "history",
            &["signal", "scene", "timeline", "raster", "encode", "ci", "commands", "cli", "output"],
        ),
        (
            "ci",
            &[
                "signal", "scene", "timeline", "raster", "encode", "history", "commands", "cli",
                "output",
            ],
        ),
        ("signal", &["scene", "raster", "encode", "history", "ci", "verdict"]),
        ("scene", &["raster", "encode", "history", "ci", "verdict", "commands"]),
        ("raster", &["encode", "history", "ci", "verdict", "commands"]),
        ("encode", &["raster", "history", "rhythm::mark", "ci", "verdict", "commands", "output"]),
    ] {
        for whom in strangers {
            assert!(!knows(who, whom), "{who} knows {whom}");
        }
    }
}
