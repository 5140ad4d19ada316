//! Random repositories; the same seed gives the same repository.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::repo::{Repo, data};

/// Branches beside `main`.
const SIDES: usize = 2;
/// Paths of which some are directories of others, so that a file may replace a directory.
const PATHS: [&str; 12] =
    ["a", "a.txt", "a0", "b", "b/c", "b/c/d", "f/1", "f/2", "f/g/3", "f/g/h/4", "z", "z-z"];

type Files = BTreeMap<&'static str, Vec<u8>>;

/// A repository with this many commits on three branches, which are finally merged into `main`.
pub fn repository(seed: u64, commits: usize) -> Repo {
    let repo = Repo::new();
    let mut maker =
        Maker { rng: ChaCha8Rng::seed_from_u64(seed), stream: Vec::new(), line: 0, clock_s: 0 };
    let names: Vec<String> = (0..=SIDES)
        .map(|n| if n == 0 { "main".to_string() } else { format!("side{}", n - 1) })
        .collect();
    let mut branches: Vec<(usize, Files)> = Vec::new();
    for number in 1..=commits {
        if branches.len() <= SIDES && number % 4 == 1 {
            let files = branches.first().map_or(Files::new(), |(_, files)| files.clone());
            let begun = branches.first().map_or(0, |(tip, _)| *tip);
            branches.push((begun, files));
        }
        let at = maker.rng.random_range(0..branches.len());
        let other = maker.rng.random_range(0..branches.len());
        let merged = (other != at && maker.chance(25)).then(|| branches[other].clone());
        maker.commit(number, &names[at], &mut branches[at], merged.as_slice());
    }
    let (main, sides) = branches.split_at_mut(1);
    maker.commit(commits + 1, "main", &mut main[0], sides);
    repo.fast_import(&maker.stream);
    repo
}

struct Maker {
    rng: ChaCha8Rng,
    stream: Vec<u8>,
    line: u32,
    clock_s: i64,
}

impl Maker {
    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    /// Commits to a branch, usually later than the previous commit.
    fn commit(
        &mut self,
        number: usize,
        name: &str,
        (tip, files): &mut (usize, Files),
        merged: &[(usize, Files)],
    ) {
        self.clock_s += self.rng.random_range(-50..400);
        let time = 1_700_000_000 + self.clock_s / 100 * 100;
        self.say(&format!("commit refs/heads/{name}\nmark :{number}\n"));
        self.say(&format!("committer Ann <ann@example.org> {time} +0100\n"));
        data(&mut self.stream, format!("commit {number}").as_bytes());
        if *tip > 0 {
            self.say(&format!("from :{tip}\n"));
        }
        for (other, _) in merged {
            self.say(&format!("merge :{other}\n"));
        }
        for (path, content) in merged.iter().flat_map(|(_, files)| files) {
            if !files.contains_key(path) {
                self.write("100644", path, content);
                files.insert(path, content.clone());
            }
        }
        for _ in 0..self.rng.random_range(0..5) {
            self.change(files);
        }
        *tip = number;
    }

    fn change(&mut self, files: &mut Files) {
        let path = PATHS[self.rng.random_range(0..PATHS.len())];
        let Some(content) = files.get(path).cloned() else {
            let lines = self.rng.random_range(0..60);
            let mut content: Vec<u8> = (0..lines).flat_map(|_| self.line()).collect();
            if self.chance(15) {
                content.extend([0, 1, 2]);
            }
            if self.chance(20) {
                content.pop();
            }
            self.write("100644", path, &content);
            files.insert(path, content);
            return;
        };
        match self.rng.random_range(0..10) {
            0 => {
                self.say(&format!("D {path}\n"));
                files.remove(path);
            }
            1 => {
                let to = PATHS[self.rng.random_range(0..PATHS.len())];
                self.say(&format!("D {path}\n"));
                self.write("100644", to, &content);
                files.remove(path);
                files.insert(to, content);
            }
            2 => self.write("100755", path, &content),
            3 => self.write("120000", path, b"a/target"),
            _ => {
                let content = self.edited(&content);
                self.write("100644", path, &content);
                files.insert(path, content);
            }
        }
    }

    /// Removes and adds random lines.
    fn edited(&mut self, content: &[u8]) -> Vec<u8> {
        let mut lines: Vec<Vec<u8>> =
            content.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        for _ in 0..self.rng.random_range(1..4) {
            let at = self.rng.random_range(0..=lines.len());
            let end = (at + self.rng.random_range(0..5)).min(lines.len());
            let new: Vec<_> = (0..self.rng.random_range(0..5)).map(|_| self.line()).collect();
            lines.splice(at..end, new);
        }
        lines.concat()
    }

    fn line(&mut self) -> Vec<u8> {
        self.line += 1;
        match self.rng.random_range(0..40) {
            0 => b"\n".to_vec(),
            1 => b"}\r\n".to_vec(),
            _ => format!("line {}\n", self.line).into_bytes(),
        }
    }

    fn write(&mut self, mode: &str, path: &str, content: &[u8]) {
        self.say(&format!("M {mode} inline {path}\n"));
        data(&mut self.stream, content);
    }

    fn say(&mut self, text: &str) {
        self.stream.extend(text.bytes());
    }
}
