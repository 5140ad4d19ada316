//! `flaky themes`, `glitches`, `completions`, `man`.

use clap::CommandFactory;
use flaky::cli::Cli;
use flaky_core::rhythm::glitch;
use flaky_core::scene::{Colour, theme};

use crate::tools;
use crate::vocabulary::Folder;

#[test]
fn everything_is_listed_in_a_line() {
    let glitches = Folder::new().flaky("glitches").succeeds().stdout();
    for glitch in glitch::TABLE {
        let line = glitches.lines().find(|line| line.ends_with(glitch.summary)).expect(glitch.name);
        let drawn = glitch::DEFAULT.split(',').any(|name| name == glitch.name);
        let begin = format!("{} {} ", if drawn { "*" } else { " " }, glitch.name);
        assert!(line.starts_with(&begin), "{line:?} and {begin:?}");
    }
    let themes = Folder::new().flaky("themes").succeeds().stdout();
    for theme in theme::THEMES {
        let begin = format!("{} ", theme.name);
        let line = themes.lines().find(|line| line.starts_with(&begin)).expect(theme.name);
        assert!(line.contains(theme.summary), "{line:?}");
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

/// The names of all commands.
fn commands() -> Vec<String> {
    Cli::command().get_subcommands().map(|command| command.get_name().to_string()).collect()
}

#[test]
fn completions_are_written_for_every_shell() {
    for (shell, registration) in [
        ("bash", "complete -F _flaky "),
        ("zsh", "#compdef flaky\n"),
        ("fish", "complete -c flaky "),
        ("powershell", "Register-ArgumentCompleter -Native -CommandName 'flaky' "),
        ("elvish", "set edit:completion:arg-completer[flaky] = "),
    ] {
        let script = Folder::new().flaky(&format!("completions {shell}")).succeeds().stdout();
        assert!(script.contains(registration), "{shell} would not know whose these are");
        for word in commands().iter().map(String::as_str).chain(["max-bytes", "phosphor"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn bash_completes_commands_and_values() {
    if !tools::present("bash", "--version") {
        return;
    }
    let folder = Folder::new();
    let script = folder.flaky("completions bash").succeeds().stdout();
    let folder = folder.with("flaky.bash", &script);
    let completed = |words: &str| {
        let count = words.split(' ').count() - 1;
        let last = words.rsplit(' ').next().unwrap();
        let before = words.split(' ').nth(count - 1).unwrap();
        let typed = format!(
            "source flaky.bash; COMP_WORDS=({words}); COMP_CWORD={count}; \
             _flaky flaky '{last}' '{before}'; echo \"${{COMPREPLY[@]}}\""
        );
        let output = folder.alone("bash").args(["-c", &typed]).output().expect("bash");
        String::from_utf8_lossy(&output.stdout).trim().to_string()
    };
    assert_eq!(completed("flaky ren"), "render");
    assert_eq!(completed("flaky render --max"), "--max-bytes");
    assert_eq!(completed("flaky render --motion s"), "sweep scroll");
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = Folder::new();
    folder.flaky("man .").succeeds();
    let mut expected: Vec<String> =
        commands().iter().map(|command| format!("flaky-{command}.1")).collect();
    expected.push("flaky.1".to_string());
    expected.sort();
    assert_eq!(folder.names(), expected);
    for page in expected {
        let title = format!(".TH {}", page.trim_end_matches(".1"));
        let text = folder.text(&page);
        assert!(text.lines().any(|line| line.starts_with(&title)), "{page}: no {title}");
    }
}
