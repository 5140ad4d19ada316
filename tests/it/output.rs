//! Output files: they are written completely or not at all.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::tools;
use crate::vocabulary::{Folder, Ran};

const SMALL: &str = "render -q --seed 1 --duration 2s --size 64x32 --glitch none";
/// A command that takes minutes.
const LONG: &str = "render -q --seed 1 --duration 3600s --fps 50 --size 2000x1000 -o ecg.gif";

#[test]
fn standard_output_is_data_alone() {
    let folder = Folder::new();
    let ran =
        folder.flaky("render --seed 1 --duration 2s --glitch none --format csv -o -").succeeds();
    assert!(ran.stdout().starts_with("t_s,mV\n"));
    assert_eq!(ran.stdout().lines().count(), 1001);
    let ran = folder.flaky(&format!("{SMALL} --format gif -o -")).succeeds();
    assert!(ran.bytes().starts_with(b"GIF89a") && ran.bytes().ends_with(b";"));
}

#[test]
fn an_older_file_is_replaced_whole() {
    let folder = Folder::new().with("ecg.gif", "older");
    folder.flaky(&format!("{SMALL} -o ecg.gif")).succeeds();
    assert!(folder.read("ecg.gif").starts_with(b"GIF89a"));
    assert_eq!(folder.names(), ["ecg.gif"]);
}

#[test]
fn folders_are_neither_written_nor_made() {
    let folder = Folder::new();
    fs::create_dir(folder.path("there.gif")).unwrap();
    folder.flaky(&format!("{SMALL} -o there.gif")).fails(1, &["there.gif is a directory"]);
    folder
        .flaky(&format!("{SMALL} -o missing/ecg.gif"))
        .fails(1, &["missing", "create the directory"]);
    assert_eq!(folder.names(), ["there.gif"]);
}

#[test]
fn what_a_person_typed_moves_no_cursor() {
    let folder = Folder::new();
    let (name, none) = ("\u{1b}[31m\u{202e}x.gif", "\u{1b}[31m\u{202e}none");
    let said = |words: &[&str]| {
        let mut command = folder.command();
        let ran = Ran::of(&words.join(" "), command.args(words));
        let said = ran.stderr();
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
        assert!(said.contains(r"\u{1b}[31m"), "{said:?}");
        said
    };
    let small: Vec<&str> = SMALL.split(' ').filter(|word| *word != "-q").collect();
    let missing = format!("missing/{name}");
    assert!(said(&[&small[..], &["-o", name]].concat()).contains("wrote"));
    assert!(said(&[&small[..], &["-o", &missing]].concat()).contains("create the directory"));
    for words in [
        &["render", "--rhythm", none, "-o", "x.gif"][..],
        &["render", "--theme", none, "-o", "x.gif"],
        &["render", "-o", "\u{1b}[31m"],
        &["history", none, "-o", "x.gif"],
        &["history", "--from-log", none, "-o", "x.gif"],
        &["history", "--exclude", "\u{1b}[31m[", "-o", "x.gif"],
        &["badge", "--junit", none, "-o", "x.svg"],
        &["page", "-o", &missing],
    ] {
        said(words);
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::process::ExitStatusExt;

    use super::*;
    use crate::signals::{ended, heard};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn symlinks_are_followed_and_permissions_kept() {
        let folder = Folder::new().with("real.gif", "older");
        fs::create_dir(folder.path("links")).unwrap();
        symlink("../real.gif", folder.path("links/ecg.gif")).unwrap();
        fs::set_permissions(folder.path("real.gif"), fs::Permissions::from_mode(0o640)).unwrap();
        folder.flaky(&format!("{SMALL} -o links/ecg.gif")).succeeds();
        assert!(folder.read("real.gif").starts_with(b"GIF89a"));
        assert!(fs::symlink_metadata(folder.path("links/ecg.gif")).unwrap().is_symlink());
        assert_eq!(mode(&folder.path("real.gif")), 0o640);
    }

    #[test]
    fn a_dangling_symlink_gets_its_file() {
        let folder = Folder::new();
        symlink("later.gif", folder.path("ecg.gif")).unwrap();
        folder.flaky(&format!("{SMALL} -o ecg.gif")).succeeds();
        assert!(folder.read("later.gif").starts_with(b"GIF89a"));
    }

    #[test]
    fn a_new_file_has_usual_permissions() {
        let folder = Folder::new().with("usual", "");
        folder.flaky(&format!("{SMALL} -o ecg.gif")).succeeds();
        assert_eq!(mode(&folder.path("ecg.gif")), mode(&folder.path("usual")));
    }

    #[test]
    fn a_read_only_file_stays() {
        let folder = Folder::new().with("ecg.gif", "older");
        fs::set_permissions(folder.path("ecg.gif"), fs::Permissions::from_mode(0o444)).unwrap();
        folder.flaky(&format!("{SMALL} -o ecg.gif")).fails(1, &["ecg.gif is read-only"]);
        assert_eq!(folder.text("ecg.gif"), "older");
    }

    #[test]
    fn devices_and_pipes_are_written_directly() {
        let folder = Folder::new();
        folder.flaky(&format!("{SMALL} --format gif -o /dev/null")).succeeds();
        let ran = folder.flaky(&format!("{SMALL} --format gif -o /dev/stdout")).succeeds();
        assert!(ran.bytes().starts_with(b"GIF89a"));

        tools::output("mkfifo", &[folder.path("pipe").to_str().unwrap()]);
        let mut child = folder
            .command()
            .args(format!("{SMALL} --format gif -o pipe").split(' '))
            .spawn()
            .unwrap();
        let mut bytes = Vec::new();
        fs::File::open(folder.path("pipe")).unwrap().read_to_end(&mut bytes).unwrap();
        assert!(child.wait().unwrap().success());
        assert!(bytes.starts_with(b"GIF89a") && bytes.ends_with(b";"));
    }

    #[test]
    fn a_full_disk_is_said() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let folder = Folder::new();
        let words = format!("{SMALL} --format gif -o /dev/full");
        folder.flaky(&words).fails(1, &["/dev/full", "no space left", "make room"]);
    }

    #[test]
    fn a_closed_pipe_is_a_clean_end() {
        let folder = Folder::new();
        let mut child = folder
            .command()
            .args("render --seed 1 --duration 600s --format rgb -o -".split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 1000];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{:?}", output.status);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }

    #[test]
    fn a_signal_leaves_the_older_file_and_nothing_else() {
        for (name, number) in [("HUP", 1), ("INT", 2), ("QUIT", 3), ("TERM", 15)] {
            heard(number);
            let folder = Folder::new().with("ecg.gif", "older");
            let mut child =
                folder.command().args(LONG.split(' ')).stderr(Stdio::null()).spawn().unwrap();
            let begun = Instant::now();
            while folder.names().len() < 2 {
                assert!(begun.elapsed() < Duration::from_secs(20), "it never began to write");
                sleep(Duration::from_millis(5));
            }
            tools::output("sh", &["-c", &format!("kill -s {name} {}", child.id())]);
            let status = ended(&mut child, name);
            assert_eq!(status.signal(), Some(number), "{status:?}");
            assert_eq!(folder.names(), ["ecg.gif"], "after {name}");
            assert_eq!(folder.text("ecg.gif"), "older");
        }
    }

    #[test]
    fn bytes_are_kept_from_a_terminal() {
        if !tools::present("script", "--version") {
            return;
        }
        let folder = Folder::new();
        let program = env!("CARGO_BIN_EXE_flaky");
        let command = format!("{program} {SMALL} --format gif -o -");
        let output = Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .current_dir(folder.path("."))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("standard output is a terminal") && said.contains("-o"), "{said}");
        assert_eq!(output.status.code(), Some(2));
    }
}
