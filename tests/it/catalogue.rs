//! `flaky themes`, `glitches`, `completions`, `man`.

use flaky_core::rhythm::glitch;
use flaky_core::scene::{Colour, theme};

use crate::vocabulary::Folder;

#[test]
fn everything_is_listed_in_a_line() {
    let glitches = Folder::new().flaky("glitches").succeeds().stdout();
    for glitch in glitch::TABLE {
        let line = glitches.lines().find(|line| line.contains(glitch.summary)).expect(glitch.name);
        assert!(line.contains(glitch.name));
    }
    let themes = Folder::new().flaky("themes").succeeds().stdout();
    for theme in theme::THEMES {
        assert!(
            themes.lines().any(|line| line.starts_with(theme.name) && line.contains(theme.summary))
        );
    }
}

#[test]
fn previews_are_one_picture_each() {
    let folder = Folder::new();
    folder.flaky("glitches --preview .").succeeds();
    assert_eq!(folder.names().len(), glitch::TABLE.len());
    let folder = Folder::new();
    folder.flaky("themes --preview . -q").succeeds();
    assert_eq!(folder.names().len(), theme::THEMES.len());
    for theme in theme::THEMES {
        let picture = image::load_from_memory(&folder.read(&format!("{}.png", theme.name)));
        assert_eq!(picture.expect("a PNG").width(), 800);
    }
    folder.flaky("themes --preview missing").fails(1, &["missing", "create it"]);
}

#[test]
fn states_can_be_read_in_every_theme() {
    for theme in theme::THEMES {
        let ground = theme.rgb(Colour::Ground);
        for colour in [Colour::Trace, Colour::Text, Colour::High, Colour::Medium, Colour::Technical]
        {
            let contrast = theme.rgb(colour).contrast(ground);
            assert!(contrast >= 4.5, "{} {}: {contrast:.2}", theme.name, colour.name());
        }
        let grid = (theme.rgb(Colour::Grid).lightness() - ground.lightness()).abs();
        let major = (theme.rgb(Colour::GridMajor).lightness() - ground.lightness()).abs();
        assert!(2.0 < grid && grid < major && major < 25.0, "{}: {grid:.1} {major:.1}", theme.name);
    }
}

#[test]
fn shells_and_manuals_are_served() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = Folder::new().flaky(&format!("completions {shell}")).succeeds().stdout();
        assert!(script.contains("flaky"), "{shell}");
    }
    let folder = Folder::new();
    folder.flaky("man .").succeeds();
    for page in ["flaky-render.1", "flaky-history.1"] {
        assert!(folder.names().contains(&page.to_string()), "{:?}", folder.names());
    }
    assert!(folder.text("flaky.1").contains(".TH"));
}
