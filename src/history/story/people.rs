//! The people of a history: who made most of the commits, and who came when.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::super::select::is_bot;
use super::super::{Commit, History, Person};

/// Number of different names among the authors of commits, without bots.
pub fn count_people<'c>(history: &History, commits: impl Iterator<Item = &'c Commit>) -> usize {
    let authors: BTreeSet<u32> = commits.map(|commit| commit.author).collect();
    let people = authors.into_iter().map(|author| &history.people[author as usize]);
    people
        .filter(|person| !is_bot(person))
        .map(|person| &*person.name)
        .collect::<BTreeSet<_>>()
        .len()
}

/// A person who made many of the commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leader {
    /// Name.
    pub name: Box<str>,
    /// Number of commits.
    pub commits: usize,
    /// Index of the first commit.
    pub first: usize,
}

/// The people who made most of the commits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaders {
    /// Those people, the one with the most commits first.
    pub list: Vec<Leader>,
    /// The place of every author of the history in that list.
    places: Vec<Option<u8>>,
}

impl Leaders {
    /// The first of `list`, which is sorted by the number of commits: `most` of them, at most 255.
    pub(super) fn new(history: &History, mut list: Vec<Leader>, most: usize) -> Self {
        list.truncate(most.min(usize::from(u8::MAX)));
        let places: BTreeMap<&str, u8> = list.iter().map(|leader| &*leader.name).zip(0..).collect();
        let place =
            |person: &Person| places.get(&*person.name).copied().filter(|_| !is_bot(person));
        let places = history.people.iter().map(place).collect();
        Self { list, places }
    }

    /// The place in the list of an author, given by an index of [`History::people`].
    pub fn place(&self, author: u32) -> Option<usize> {
        self.places.get(author as usize).copied().flatten().map(usize::from)
    }
}

/// All people, the one with the most commits first, and of those with as many the one who came first.
pub(super) fn by_name(history: &History) -> Vec<Leader> {
    let mut counts = vec![(0_usize, usize::MAX); history.people.len()];
    for (index, commit) in history.commits.iter().enumerate() {
        let (count, first) = &mut counts[commit.author as usize];
        *count += 1;
        *first = index.min(*first);
    }
    let mut names: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (person, (count, first)) in history.people.iter().zip(counts) {
        if count > 0 && !is_bot(person) {
            let (sum, earliest) = names.entry(&person.name).or_insert((0, usize::MAX));
            *sum += count;
            *earliest = first.min(*earliest);
        }
    }
    let leader = |(name, (commits, first)): (&str, _)| Leader { name: name.into(), commits, first };
    let mut list: Vec<Leader> = names.into_iter().map(leader).collect();
    list.sort_by_key(|leader| (Reverse(leader.commits), leader.first));
    list
}

/// Indices of the first commits of people, ascending.
pub(super) fn arrivals(people: &[Leader]) -> Vec<u32> {
    let mut firsts: Vec<u32> = people.iter().map(|person| person.first as u32).collect();
    firsts.sort_unstable();
    firsts
}

/// Replaces the names of all people by numbers, "person 1" for the one with the most commits, and
/// removes their addresses. Bots keep their names.
pub fn anonymise(history: &mut History) {
    let numbers: BTreeMap<Box<str>, usize> =
        by_name(history).into_iter().map(|leader| leader.name).zip(1..).collect();
    for person in &mut history.people {
        let number = numbers.get(&person.name).filter(|_| !is_bot(person));
        if let Some(number) = number {
            *person = Person { name: format!("person {number}").into(), email: "".into() };
        }
    }
}
