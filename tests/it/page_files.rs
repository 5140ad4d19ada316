//! The files that `flaky page` writes.

use std::fs;

use crate::drawing;
use crate::vocabulary::Folder;

#[test]
fn the_page_is_complete_or_absent() {
    let folder = Folder::new();
    fs::create_dir(folder.path("there")).unwrap();
    folder.flaky("page -o there").fails(1, &["there is a directory"]);
    folder.flaky("page -o missing/index.html").fails(1, &["missing", "create the directory"]);
    folder
        .flaky("page --assets -o missing/index.html")
        .fails(1, &["missing", "create the directory"]);
    folder.flaky("page --assets -o there").fails(1, &["there is a directory"]);
    assert_eq!(folder.names(), ["there"]);
    assert!(fs::read_dir(folder.path("there")).unwrap().next().is_none());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    let folder = Folder::new();
    folder.flaky("page -o /dev/full").fails(1, &["/dev/full", "no space left", "make room"]);
}

#[test]
fn an_older_page_is_replaced_and_the_summary_says_what_was_written() {
    let folder = Folder::new().with("index.html", "older");
    let ran = folder.flaky("page --theme amber --seed 7 -o index.html").succeeds();
    ran.says("wrote index.html: ").says(" gzipped), theme amber, seed 7");
    assert!(folder.text("index.html").starts_with("<!doctype html>"));
    assert_eq!(folder.names(), ["index.html"]);
    let quiet = folder.flaky("page -q --theme amber --seed 7 -o other.html").succeeds();
    assert_eq!(quiet.stderr(), "");
    assert_eq!(folder.read("index.html"), folder.read("other.html"));
}

#[test]
fn assets_are_what_they_are_said_to_be() {
    let folder = Folder::new();
    fs::create_dir(folder.path("public")).unwrap();
    folder
        .flaky("page --assets --theme rose --url https://a.example/x/ -o public/index.html")
        .succeeds();
    let page = folder.text("public/index.html");
    for (name, width, height) in
        [("preview.png", 1200, 630), ("icon-180.png", 180, 180), ("icon-512.png", 512, 512)]
    {
        let picture = image::load_from_memory(&folder.read(&format!("public/{name}"))).unwrap();
        assert_eq!((picture.width(), picture.height()), (width, height), "{name}");
        let colours: std::collections::BTreeSet<_> =
            picture.into_rgb8().pixels().map(|pixel| pixel.0).collect();
        assert!(colours.len() > 10, "{name} is empty");
        assert!(page.contains(name), "{name}");
    }
    assert_eq!(drawing::size(&folder.read("public/icon.svg")), (64, 64));
    assert!(page.contains("<link rel=\"icon\" href=\"icon.svg\" type=\"image/svg+xml\">"));
    assert!(page.contains("property=\"og:image\" content=\"https://a.example/x/preview.png\""));
    assert!(page.contains("property=\"og:url\" content=\"https://a.example/x/\""));
    assert!(page.contains("img-src 'self' data:;"));
    let mut names: Vec<_> = fs::read_dir(folder.path("public"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["icon-180.png", "icon-512.png", "icon.svg", "index.html", "preview.png"]);
}

#[test]
fn without_assets_the_icon_is_in_the_page() {
    let folder = Folder::new();
    folder.flaky("page -o index.html").succeeds();
    let page = folder.text("index.html");
    assert!(page.contains("<link rel=\"icon\" href=\"data:image/svg+xml;base64,"));
    assert!(!page.contains("property=\"og:"));
    assert_eq!(folder.names(), ["index.html"]);
}
