//! The cache of counts makes a run faster and never changes its result.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::SystemTime;

use crate::chance;
use crate::repo::{Repo, file, files};
use crate::tools;

/// Enough commits for several threads.
const MANY: usize = 400;

fn json(repo: &Repo, words: &str) -> String {
    repo.flaky(&format!("history --json {words}")).succeeds().stdout()
}

fn cached(repo: &Repo) -> Vec<PathBuf> {
    files(&repo.folder.home().join("cache"))
}

fn small() -> Repo {
    Repo::new().commit("root", &[("a", "one\n")]).commit("second", &[("a", "two\n")])
}

#[test]
fn threads_and_cache_leave_every_byte_as_it_is() {
    let repo = chance::repository(100, MANY);
    let expected = json(&repo, "--threads 1 --no-cache");
    assert_eq!(json(&repo, "--threads 4 --no-cache"), expected);
    assert!(cached(&repo).is_empty());
    for words in ["", "", "--threads 1", "--threads 4"] {
        assert_eq!(json(&repo, words), expected, "{words}");
        assert_eq!(cached(&repo).len(), 1);
    }
    let repo = repo.commit("one more", &[("new", "line\n")]);
    assert_eq!(json(&repo, ""), json(&repo, "--no-cache"));
}

#[test]
fn what_is_known_is_not_read_again() {
    let repo = small();
    let expected = json(&repo, "");
    fs::remove_file(repo.object(&repo.sha("HEAD~1:a"))).unwrap();
    assert_eq!(json(&repo, ""), expected);
    assert_ne!(json(&repo, "--no-cache"), expected);
}

#[test]
fn another_way_of_counting_is_another_answer() {
    let repo = Repo::new()
        .commit("root", &[("a", "one\n")])
        .branch("topic")
        .commit("topic", &[("Cargo.lock", "1\n2\n3\n")])
        .branch("main")
        .merge("join", &["topic"], &[file("Cargo.lock", "1\n2\n3\n")]);
    for words in ["", "--first-parent", "--exclude none", "--exclude a", "--path a"] {
        let expected = json(&repo, &format!("{words} --no-cache"));
        for _ in 0..2 {
            assert_eq!(json(&repo, words), expected, "{words}");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_would_never_end_is_not_read() {
    let repo = small();
    let expected = json(&repo, "");
    let path = cached(&repo).remove(0);
    fs::remove_file(&path).unwrap();
    tools::output("mkfifo", &[path.to_str().unwrap()]);
    assert_eq!(json(&repo, ""), expected);
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert_eq!(json(&repo, ""), expected);
}

#[test]
fn a_file_that_is_not_whole_is_none() {
    let repo = small();
    let expected = json(&repo, "");
    let path = cached(&repo).remove(0);
    let whole = fs::read(&path).unwrap();
    let with = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    for bytes in [
        Vec::new(),
        b"something else\n".to_vec(),
        whole[..10].to_vec(),
        whole[..16].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        whole[..whole.len() - 36].to_vec(),
        [&whole[..], b"more"].concat(),
        vec![0xff; 10_000],
        with(0),
        with(20),
        with(40),
        with(whole.len() - 1),
    ] {
        fs::write(&path, &bytes).unwrap();
        assert_eq!(json(&repo, ""), expected, "{bytes:02x?}");
        assert_eq!(fs::read(&path).unwrap(), whole, "{bytes:02x?}");
    }
}

#[test]
fn files_used_long_ago_make_room() {
    let repo = small();
    json(&repo, "");
    let path = cached(&repo).remove(0);
    let old = path.with_file_name("0123456789abcdef.store");
    let file = fs::File::create(&old).unwrap();
    file.set_len(65 << 20).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let foreign = path.with_file_name("README");
    fs::write(&foreign, "not ours").unwrap();
    let repo = repo.commit("third", &[("a", "three\n")]);
    json(&repo, "");
    assert!(path.exists() && foreign.exists());
    assert!(!old.exists());
}

#[test]
fn what_a_killed_run_left_is_removed_even_if_all_is_known() {
    let repo = small();
    json(&repo, "");
    let left = cached(&repo).remove(0).with_file_name(".flaky-abc123.tmp");
    let file = fs::File::create(&left).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    json(&repo, "");
    assert!(!left.exists());
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_file() {
    use std::os::unix::fs::PermissionsExt;

    let repo = small();
    json(&repo, "");
    let mode = fs::metadata(cached(&repo).remove(0)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_folder_that_cannot_be_written_costs_nothing_but_time() {
    let repo = small();
    let expected = json(&repo, "--no-cache");
    let cache = repo.folder.home().join("cache");
    fs::create_dir_all(&cache).unwrap();
    fs::write(cache.join("flaky"), "in the way").unwrap();
    assert_eq!(json(&repo, ""), expected);
    assert_eq!(fs::read(cache.join("flaky")).unwrap(), b"in the way");
    fs::remove_dir_all(&cache).unwrap();
    fs::write(&cache, "in the way").unwrap();
    assert_eq!(json(&repo, ""), expected);
}

#[test]
fn runs_at_the_same_time_do_each_other_no_harm() {
    let repo = chance::repository(101, MANY);
    let expected = json(&repo, "--no-cache");
    let start = |_: usize| {
        let mut command = repo.folder.command();
        command
            .current_dir(repo.path("."))
            .args(["history", "--json", "-q"])
            .stdout(Stdio::piped());
        command.spawn().unwrap()
    };
    let children: Vec<Child> = (0..3).map(start).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        assert!(output.stdout == expected.as_bytes());
    }
    assert_eq!(cached(&repo).len(), 1);
    assert_eq!(json(&repo, ""), expected);
}
