//! The bytes in which counts are kept: records, sorted by id.
//!
//! A record is an id, a length, and so many bytes: the numbers of files, of added and removed lines
//! and of lines that count, then the places, each with the length of its name, its name and its
//! lines. Numbers are written in groups of seven bits, the lowest first, since most are small.

use super::super::places::Places;
use super::super::{Churn, Commit};

/// Length of an id in bytes. The repositories that libgit2 can open have SHA-1 ids.
const ID: usize = 20;

/// What is known of a commit.
#[derive(Debug, PartialEq)]
pub(super) struct Counts<'a> {
    pub(super) churn: Churn,
    pub(super) places: Vec<(&'a str, u32)>,
}

/// Records, and where they begin.
#[derive(Debug, Default)]
pub(super) struct Records {
    bytes: Vec<u8>,
    begins: Vec<usize>,
}

impl Records {
    /// Finds the records in what a file contains; none if the last is not complete.
    pub(super) fn parse(bytes: Vec<u8>) -> Self {
        let mut begins = Vec::new();
        let mut rest = &*bytes;
        while !rest.is_empty() {
            begins.push(bytes.len() - rest.len());
            if take_bytes(&mut rest, ID).and_then(|_| take_text(&mut rest)).is_none() {
                return Self::default();
            }
        }
        Self { bytes, begins }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.begins.is_empty()
    }

    /// Adds the record of a commit at the end.
    pub(super) fn push(&mut self, commit: &Commit, places: &Places) {
        let Churn { files, added, removed, weight } = commit.churn;
        let mut counts = Vec::new();
        for number in [files, added, removed, weight] {
            put(&mut counts, number);
        }
        for (name, lines) in places.of(commit) {
            put_text(&mut counts, name.as_bytes());
            put(&mut counts, lines);
        }
        self.begins.push(self.bytes.len());
        self.bytes.extend(&commit.id.bytes()[..ID]);
        put_text(&mut self.bytes, &counts);
    }

    /// The bytes of these records and of others, sorted, and one for each id.
    pub(super) fn merged(&self, others: &Self) -> Vec<u8> {
        let mut all: Vec<&[u8]> = self.each().chain(others.each()).collect();
        all.sort_unstable();
        all.dedup_by(|a, b| a[..ID] == b[..ID]);
        all.concat()
    }

    fn each(&self) -> impl Iterator<Item = &[u8]> {
        let ends = self.begins.iter().skip(1).copied().chain([self.bytes.len()]);
        self.begins.iter().zip(ends).map(|(begin, end)| &self.bytes[*begin..end])
    }

    /// Finds the record of an id, if records are sorted.
    pub(super) fn find(&self, id: &[u8]) -> Option<Counts<'_>> {
        let at = self.begins.binary_search_by(|begin| self.bytes[*begin..][..ID].cmp(id)).ok()?;
        let mut rest = &self.bytes[self.begins[at] + ID..];
        let mut counts = take_text(&mut rest)?;
        let [files, added, removed, weight] = [(); 4].map(|()| take(&mut counts));
        let churn = Churn { files: files?, added: added?, removed: removed?, weight: weight? };
        let mut places = Vec::new();
        while !counts.is_empty() {
            let name = std::str::from_utf8(take_text(&mut counts)?).ok()?;
            places.push((name, take(&mut counts)?));
        }
        Some(Counts { churn, places })
    }
}

fn put(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_text(bytes: &mut Vec<u8>, text: &[u8]) {
    put(bytes, text.len() as u32);
    bytes.extend(text);
}

fn take(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..u32::BITS).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn take_bytes<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    bytes.split_off(..length)
}

fn take_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take(bytes)?;
    take_bytes(bytes, length as usize)
}

#[cfg(test)]
mod tests {
    use super::super::super::Id;
    use super::*;

    fn commit(places: &mut Places, byte: u8, weight: u32, found: &[(&str, u32)]) -> Commit {
        let churn = Churn { files: 1, added: 300, removed: u32::MAX, weight };
        let places = places.add(found.iter().copied());
        Commit { id: Id::new(&[byte; 20]), churn, places, ..Commit::default() }
    }

    /// The records of three commits, and the commits.
    fn three() -> (Records, Vec<Commit>) {
        let (mut places, mut records) = (Places::default(), Records::default());
        let long = "ü".repeat(101);
        let commits = vec![
            commit(&mut places, 7, 0, &[]),
            commit(&mut places, 9, 128, &[("src", 127), ("a folder", 1)]),
            commit(&mut places, 8, u32::MAX, &[(&*long, u32::MAX), ("b", u32::MAX), ("c", 1)]),
        ];
        for commit in &commits {
            records.push(commit, &places);
        }
        (records, commits)
    }

    #[test]
    fn every_record_is_found_again() {
        let (records, commits) = three();
        let bytes = records.merged(&Records::default());
        assert_eq!(records.merged(&records), bytes);
        let read = Records::parse(bytes);
        for commit in &commits {
            assert_eq!(read.find(commit.id.bytes()).unwrap().churn, commit.churn);
        }
        assert_eq!(read.find(&[7; 20]).unwrap().places, []);
        assert_eq!(read.find(&[9; 20]).unwrap().places, [("src", 127), ("a folder", 1)]);
        let long = "ü".repeat(101);
        let places = [("b", u32::MAX), (&*long, u32::MAX), ("c", 1)];
        assert_eq!(read.find(&[8; 20]).unwrap().places, places);
        assert_eq!(read.find(&[6; 20]), None);
    }

    #[test]
    fn damaged_bytes_are_no_records_or_others_but_never_a_panic() {
        let bytes = three().0.merged(&Records::default());
        for end in 1..bytes.len() {
            let cut = Records::parse(bytes[..end].to_vec());
            assert!(cut.is_empty() || cut.merged(&Records::default()) == bytes[..end]);
        }
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                let read = Records::parse(bytes);
                for id in 6..10 {
                    read.find(&[id; 20]);
                }
            }
        }
        assert!(Records::parse(vec![0xff; 1000]).is_empty());
    }
}
