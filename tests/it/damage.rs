//! Damaged and forged repositories: reading them ends, in bounded memory, without a panic.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use flaky::history::churn::{self, Counting};
use flaky::history::exclude::Exclusions;
use flaky::history::select::{Selection, Start};
use flaky::history::walk::{self, Walked};
use flaky::history::{Commit, Error, repo};
use flaky::progress::{Progress, Silent};

use crate::repo::{Repo, file, files};
use crate::walker::{refused, small};

const WHO: &str = "author A <a@x> 1714565000 +0000\ncommitter A <a@x> 1714565000 +0000\n\nodd\n";

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Writes a file for an object that claims this id, header and all.
fn fake(repo: &Repo, id: &str, content: &[u8]) {
    let path = repo.object(id);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, deflated(content)).expect("a file");
}

/// An id that no object has.
fn id(number: usize) -> String {
    format!("{number:040x}")
}

/// The bytes of an id in a tree.
fn raw(id: &str) -> Vec<u8> {
    (0..20).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).expect("digits")).collect()
}

/// A tree of directories with these names, all with this id.
fn tree(names: &[&str], id: &str) -> Vec<u8> {
    names
        .iter()
        .flat_map(|name| [format!("40000 {name}\0").as_bytes(), &raw(id)].concat())
        .collect()
}

/// An object with its header.
fn object(kind: &str, content: &[u8]) -> Vec<u8> {
    [format!("{kind} {}\0", content.len()).as_bytes(), content].concat()
}

/// The counted commits of the repository in a folder.
fn counted(folder: &Path) -> Result<Vec<Commit>, Error> {
    let repository = repo::open(Some(folder))?;
    let selection = Selection { start: Start::Range("HEAD".to_string()), ..Selection::default() };
    let Walked { mut history, comparisons, .. } = walk::walk(&repository, &selection, &Silent)?;
    let counting = Counting {
        repository: &repository,
        paths: &[],
        exclusions: &Exclusions::new(&[]).expect("no patterns"),
        threads: 1,
        progress: &|_, _| Box::new(Silent) as Box<dyn Progress>,
    };
    churn::count(&counting, &comparisons, &mut history)?;
    Ok(history.commits)
}

/// Damages a file in every way and everywhere, reads the repository after each, and restores it.
/// Returns how often all commits were as before, and how often they were not.
fn damage(repo: &Repo, path: &Path) -> (usize, usize) {
    let folder = repo.path("");
    let whole = counted(&folder).expect("a whole repository");
    let bytes = fs::read(path).unwrap();
    fs::remove_file(path).unwrap();
    let mut outcomes = (0, 0);
    let mut look = |damaged: &[u8]| {
        fs::write(path, damaged).unwrap();
        match counted(&folder) {
            Ok(commits) if commits == whole => outcomes.0 += 1,
            Ok(_) | Err(_) => outcomes.1 += 1,
        }
    };
    for start in (0..bytes.len()).step_by(6) {
        let range = start..bytes.len().min(start + 8);
        for change in
            [|_: u8| 0, |_| 0xff, |byte: u8| byte ^ 0x55, |byte: u8| byte.wrapping_add(16)]
        {
            let mut damaged = bytes.clone();
            damaged[range.clone()].iter_mut().for_each(|byte| *byte = change(*byte));
            look(&damaged);
        }
        look(&bytes[..start]);
    }
    fs::write(path, &bytes).unwrap();
    assert_eq!(counted(&folder), Ok(whole));
    outcomes
}

#[test]
fn packs_and_their_indices_range_by_range() {
    let long = (0..60).map(|line| format!("line {line}\n")).collect::<Vec<_>>().concat();
    let mut repo = Repo::new().commit("root", &[("long", &long), ("folder/b", "b\n")]);
    for number in 0..4 {
        let changed = long.replace(&format!("line {number}"), "changed");
        repo = repo.change(&format!("change {number}"), &[file("long", changed)]);
    }
    for (version, kind) in [("1", "idx"), ("2", "idx"), ("2", "pack")] {
        repo.git(&["-c", &format!("pack.indexVersion={version}"), "repack", "-q", "-adf"]);
        let packs = files(&repo.path(".git/objects/pack"));
        let path = packs.iter().find(|path| path.extension().is_some_and(|it| it == kind));
        let (same, other) = damage(&repo, path.expect("a pack"));
        assert!(other > 100, "{kind} {version}: {same} as before, {other} not");
    }
}

#[test]
fn an_unreadable_head() {
    let repo = small();
    let head = repo.path(".git/HEAD");
    for content in ["nonsense\n", "ref: \n", ""] {
        fs::write(&head, content).unwrap();
        refused(&repo, "", &["HEAD"]);
    }
    let repo = small();
    fs::write(repo.path(".git/refs/heads/main"), "nonsense\n").unwrap();
    refused(&repo, "", &["cannot read HEAD"]);
    for content in [None, Some("garbage"), Some("")] {
        let repo = small().tag("v1");
        let tip = repo.sha("HEAD");
        fs::remove_file(repo.object(&tip)).unwrap();
        if let Some(content) = content {
            fs::write(repo.object(&tip), content).unwrap();
        }
        for (words, name) in
            [("", "HEAD"), ("HEAD", "HEAD"), ("v1", "v1"), ("--branch main", "main")]
        {
            let said = format!("cannot read {name}, which is commit {}", &tip[..7]);
            refused(&repo, words, &[&said, "git fsck"]);
        }
    }
}

#[test]
fn a_broken_parent() {
    let repo = small();
    let parent = repo.sha("HEAD~1");
    fs::remove_file(repo.object(&parent)).unwrap();
    let said = format!("commit {} cannot be read, so what lies behind is missing", &parent[..7]);
    repo.flaky("history --json").succeeds().says(&said).says("git fsck");
    refused(&repo, "HEAD~2", &["no commit \"HEAD~2\""]);
}

#[test]
fn references_that_cannot_be_read() {
    let repo = small().branch("side").commit("aside", &[("c", "1\n")]);
    let tip = repo.sha("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["tag", "aside", "side"]);
    fs::remove_file(repo.object(&tip)).unwrap();
    let said = "the reference side and another cannot be read";
    repo.flaky("history --json --all").succeeds().says(said).says("git fsck");
    repo.flaky("history --json").succeeds().says("the reference aside cannot be read");
}

#[test]
fn a_list_of_references_that_is_damaged() {
    let repo = small();
    repo.git(&["pack-refs", "--all"]);
    fs::write(repo.path(".git/packed-refs"), "garbage").unwrap();
    refused(&repo, "", &["cannot read the references"]);
}

#[test]
fn objects_that_are_cut_off() {
    for name in ["HEAD", "HEAD~1", "HEAD^{tree}", "HEAD:folder", "HEAD:folder/b", "HEAD~1:a", "v1"]
    {
        let repo = small();
        repo.git(&["tag", "-a", "v1", "-m", "text"]);
        repo.git(&["notes", "add", "-m", "passed", "HEAD"]);
        let path = repo.object(&repo.sha(name));
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        for cut in [bytes.len() - 1, bytes.len() - 6, bytes.len() / 2, 3, 2, 1] {
            fs::write(&path, &bytes[..cut]).unwrap();
            for words in ["", "v1", "main~1...v1", "HEAD@{0}", "--notes commits"] {
                let said = repo.bounded(&format!("history --json --no-cache {words}")).stderr();
                assert!(!said.contains("panicked"), "{name} {words} {cut}: {said}");
            }
        }
    }
}

#[test]
fn notes_that_are_cut_off() {
    let repo = small();
    repo.git(&["notes", "add", "-m", "failed", "HEAD"]);
    assert_eq!(repo.life("--notes commits").kinds(), ["root", "commit", "failed"]);
    for name in ["refs/notes/commits:", "refs/notes/commits"] {
        let path = repo.object(&repo.sha(name));
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
        let said = repo.bounded("history --json --notes commits").stderr();
        assert!(!said.contains("panicked"), "{name}: {said}");
    }
    repo.bounded("history --json --notes commits").fails(1, &["no notes"]);
}

/// A pack of one object, a delta of the object with this id, and its index.
fn pack_of_a_delta(id: &str, base: &str) -> [Vec<u8>; 2] {
    let delta = deflated(&[4, 4, 0x90, 4]);
    let mut pack = b"PACK\0\0\0\x02\0\0\0\x01".to_vec();
    let offset = pack.len() as u32;
    pack.extend([&[0x74], &raw(base)[..], &delta, &[0; 20]].concat());
    let fan =
        (0..256_u32).flat_map(|first| u32::from(first >= u32::from(raw(id)[0])).to_be_bytes());
    let index = [fan.collect(), offset.to_be_bytes().to_vec(), raw(id), vec![0; 40]].concat();
    [pack, index]
}

#[test]
fn deltas_in_a_circle() {
    let repo = small();
    // A base in another place would make the pack incomplete.
    for base in [id(1), id(2), repo.sha("HEAD:a")] {
        let repo = small();
        for (name, bytes) in ["pack", "idx"].iter().zip(pack_of_a_delta(&id(1), &base)) {
            fs::create_dir_all(repo.path(".git/objects/pack")).unwrap();
            fs::write(repo.path(&format!(".git/objects/pack/pack-x.{name}")), bytes).unwrap();
        }
        let tree = [b"100644 a\0", &raw(&id(1))[..]].concat();
        let tree = repo.hash_object("tree", &tree);
        let life = repo.commit_tree("odd", &tree).bounded_life("");
        assert_eq!(life.beat("odd").kind, "lost", "{base}");
    }
}

#[test]
fn alternates_in_a_circle() {
    let repo = small();
    let list =
        (0..3000).map(|number| format!("../objects/{}\n", "./".repeat(number))).collect::<Vec<_>>();
    fs::write(repo.path(".git/objects/info/alternates"), list.concat()).unwrap();
    assert_eq!(repo.bounded_life("").beats.len(), 3);
}

#[test]
fn a_tag_that_points_at_itself() {
    let repo = small();
    let content = format!("object {0}\ntype tag\ntag x\ntagger A <a@x> 1 +0000\n\nx\n", id(1));
    fake(&repo, &id(1), &object("tag", content.as_bytes()));
    fs::write(repo.path(".git/refs/tags/x"), id(1)).unwrap();
    assert_eq!(repo.bounded_life("").beats.len(), 3);
    repo.bounded("history --json x").fails(1, &["cannot read x"]);
}

#[test]
fn a_commit_that_is_its_own_parent() {
    let repo = small();
    let content = format!("tree {}\nparent {1}\n{WHO}", repo.sha("HEAD^{tree}"), id(1));
    fake(&repo, &id(1), &object("commit", content.as_bytes()));
    assert_eq!(repo.bounded_life(&id(1)).subjects(), ["odd"]);
    for words in [format!("{}~1000000000", id(1)), format!("{}~1000", id(1))] {
        let said = repo.bounded(&format!("history --json {words}")).stderr();
        assert!(!said.contains("panicked"), "{said}");
    }
    repo.bounded_life(&format!("{}...main", id(1)));
}

#[test]
fn trees_that_contain_themselves() {
    for names in [&["d"][..], &[""], &["a", "b", "c", "d", "e", "f", "g", "h"]] {
        let repo = small();
        fake(&repo, &id(1), &object("tree", &tree(names, &id(1))));
        let repo = repo.commit_tree("odd", &id(1)).commit("last", &[("a", "1\n")]);
        assert_eq!(repo.bounded_life("").beat("odd").kind, "lost", "{names:?}");
    }
}

#[test]
fn trees_without_names_80_000_deep() {
    let repo = small();
    for level in 1..3000 {
        fake(&repo, &id(level), &object("tree", &tree(&[""], &id(level + 1))));
    }
    let repo = repo.commit_tree("odd", &id(1));
    assert_eq!(repo.bounded_life("").beat("odd").kind, "lost");
}

#[test]
fn ten_times_the_same_tree_on_ten_levels() {
    let repo = small();
    let blob = repo.sha("HEAD:a");
    let mut below = repo.hash_object("tree", &[b"100644 f\0", &raw(&blob)[..]].concat());
    for _ in 0..10 {
        below = repo.hash_object(
            "tree",
            &tree(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], &below),
        );
    }
    let repo = repo.commit_tree("many", &below).commit("last", &[("a", "1\n")]);
    let life = repo.bounded_life("");
    // The files of the former commit are gone; there is one of the others.
    assert_eq!(life.beat("many").files, 3);
    assert!(life.beat("many").estimated);
    let few = small();
    let inner = few.hash_object("tree", &[b"100644 f\0", &raw(&blob)[..]].concat());
    let outer = few.hash_object("tree", &tree(&["0", "1", "2"], &inner));
    let life = few.commit_tree("three", &outer).bounded_life("");
    assert_eq!((life.beat("three").files, life.beat("three").estimated), (5, false));
}

#[test]
fn sizes_that_cannot_be() {
    for (kind, name) in [("tree", "HEAD^{tree}"), ("blob", "HEAD:folder/b"), ("commit", "HEAD~1")] {
        for size in
            ["2147483648", "100000000000", "18446744073709551615", "99999999999999999999", "-1"]
        {
            let repo = small();
            let id = repo.sha(name);
            fs::remove_file(repo.object(&id)).unwrap();
            fake(&repo, &id, format!("{kind} {size}\0text").as_bytes());
            let said = repo.bounded("history --json --no-cache").succeeds().stderr();
            let told = said.contains("could not be read completely") || kind == "blob";
            assert!(told, "{kind} {size}: {said}");
        }
    }
}

#[test]
fn a_file_too_large_to_compare() {
    let repo = small();
    let id = "b".repeat(40);
    // Only its header can be read: nobody may read on.
    fake(&repo, &id, format!("blob {}\0text\n", (128 << 20) + 1).as_bytes());
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{id},huge")]);
    let tree = repo.git(&["write-tree", "--missing-ok"]);
    let life = repo.commit_tree("huge", tree.trim()).life("--strict");
    assert_eq!(life.beat("huge").churn(), (3, 0, 2));
    assert!(life.beat("huge").estimated && !life.beat("third").estimated);
}

#[test]
fn many_megabytes_of_newlines() {
    let text = |first: &str, last: &str| [first, &"\n".repeat(64 << 20), last].concat();
    let repo = Repo::new()
        .commit("root", &[("a", &text("a\n", "b\n"))])
        .commit("other", &[("a", &text("c\nd\n", "e\n"))]);
    let life = repo.bounded_life("--strict");
    assert_eq!(life.beat("other").churn(), (1, 3, 2));
    assert!(life.beat("other").estimated);
}
