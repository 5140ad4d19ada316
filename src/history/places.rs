//! Where the work went: the lines that commits changed, by place.
//!
//! A place is a top folder, the first component of a path; files at the top of the repository share
//! the place [`TOP`]. Only lines that add to the height of a beat count. Renames are not followed, so
//! a move shows as lines removed in one place and added in another.
//!
//! The lines of all commits are in one table, and a commit knows its row. So commits can be filtered
//! without touching the table, and each takes about 16 bytes more. A commit keeps only the places
//! with the most lines, which also limits the number of names.

mod names;
mod shares;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Commit;
use super::message::MAX_NAME;

pub(super) use names::{Name, Names};
pub use shares::shares;

/// The place of files at the top of the repository.
pub const TOP: &str = ".";
/// Number of places that a commit keeps.
const MAX_KEPT: usize = 8;
/// Number of places of one commit that are told apart while its files are read one by one. What is
/// in others is left out.
const MAX_FOUND: usize = 1 << 16;

/// The lines that the commits of a history changed, by place.
#[derive(Clone, Debug, Default)]
pub struct Places {
    names: Names,
    lines: Vec<(Name, u32)>,
}

/// The part of [`Places`] that belongs to a commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    begin: u32,
    length: u8,
}

impl Places {
    /// The places of a commit with their lines: the most lines first, ties by name.
    pub fn of(&self, commit: &Commit) -> impl Iterator<Item = (&str, u32)> {
        self.row(commit).iter().map(|(name, lines)| (self.names.text(*name), *lines))
    }

    fn row(&self, commit: &Commit) -> &[(Name, u32)] {
        let Row { begin, length } = commit.places;
        let rest = self.lines.get(begin as usize..).unwrap_or_default();
        rest.get(..usize::from(length)).unwrap_or_default()
    }

    /// Adds a row with these places, each of which occurs once. Places without lines are left out.
    pub(super) fn add<'a>(&mut self, found: impl Iterator<Item = (&'a str, u32)>) -> Row {
        let mut found: Vec<_> = found.filter(|(_, lines)| *lines > 0).collect();
        found.sort_unstable_by_key(|(name, lines)| (Reverse(*lines), *name));
        found.truncate(MAX_KEPT);
        let Ok(begin) = u32::try_from(self.lines.len()) else { return Row::default() };
        self.lines.extend(found.iter().map(|(name, lines)| (self.names.insert(name), *lines)));
        Row { begin, length: found.len() as u8 }
    }
}

/// The lines of one commit, as its files are read.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<Box<str>, u32>);

impl Tally {
    /// Adds the lines of a file.
    pub(super) fn add(&mut self, path: &[u8], lines: u32) {
        let name = of_path(path);
        if let Some(sum) = self.0.get_mut(&*name) {
            *sum = sum.saturating_add(lines);
        } else if self.0.len() < MAX_FOUND {
            self.0.insert(name.into(), lines);
        }
    }

    /// The places with their lines.
    pub(super) fn found(&self) -> impl Iterator<Item = (&str, u32)> {
        self.0.iter().map(|(name, lines)| (&**name, *lines))
    }
}

/// The name of a file's place. It is cut after as many characters as a person's name.
pub(super) fn of_path(path: &[u8]) -> Cow<'_, str> {
    let folder = memchr::memchr(b'/', path).map_or(&[][..], |end| &path[..end]);
    if folder.is_empty() {
        return TOP.into();
    }
    let name = String::from_utf8_lossy(folder);
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]).into(),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(places: &mut Places, found: &[(&str, u32)]) -> Commit {
        Commit { places: places.add(found.iter().copied()), ..Commit::default() }
    }

    fn of<'a>(places: &'a Places, commit: &Commit) -> Vec<(&'a str, u32)> {
        places.of(commit).collect()
    }

    #[test]
    fn a_place_is_a_top_folder() {
        for (path, name) in [
            ("src/a/b.rs", "src"),
            ("README.md", TOP),
            ("./odd", TOP),
            ("/odd", TOP),
            ("", TOP),
            ("ünï cödé/a", "ünï cödé"),
        ] {
            assert_eq!(of_path(path.as_bytes()), name, "{path}");
        }
        assert_eq!(of_path(b"\xff/a"), "\u{fffd}");
        let long = format!("{}/a", "é".repeat(101));
        assert_eq!(of_path(long.as_bytes()), "é".repeat(100) + "…");
    }

    #[test]
    fn a_commit_has_its_places_with_the_most_lines_first() {
        let mut places = Places::default();
        let first = add(&mut places, &[("b", 1), ("a", 1), ("src", 7), ("binaries", 0)]);
        let none = add(&mut places, &[]);
        let last = add(&mut places, &[("src", 2)]);
        assert_eq!(of(&places, &first), [("src", 7), ("a", 1), ("b", 1)]);
        assert_eq!(of(&places, &none), []);
        assert_eq!(of(&places, &last), [("src", 2)]);
        assert_eq!(of(&Places::default(), &last), []);
    }

    #[test]
    fn a_commit_keeps_its_largest_places() {
        let names: Vec<String> = (0..12).map(|n| format!("{n:02}")).collect();
        let mut places = Places::default();
        let found: Vec<_> = names.iter().map(|name| (&**name, 5)).chain([("large", 6)]).collect();
        let commit = add(&mut places, &found);
        let kept: Vec<_> = places.of(&commit).map(|(name, _)| name).collect();
        assert_eq!(kept, ["large", "00", "01", "02", "03", "04", "05", "06"]);
    }

    #[test]
    fn lines_in_the_same_place_are_added_up() {
        let mut tally = Tally::default();
        for (path, lines) in [("src/a", 3), ("b", 1), ("src/b/c", 4), ("a", u32::MAX), ("c", 1)] {
            tally.add(path.as_bytes(), lines);
        }
        assert_eq!(tally.found().collect::<Vec<_>>(), [(TOP, u32::MAX), ("src", 7)]);
        for n in 0..MAX_FOUND {
            tally.add(format!("{n}/a").as_bytes(), 1);
        }
        tally.add(b"src/a", 1);
        assert_eq!(tally.found().count(), MAX_FOUND);
        assert_eq!(tally.found().last(), Some(("src", 8)));
    }
}
