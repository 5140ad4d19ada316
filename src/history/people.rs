//! Authors of commits.

use std::collections::BTreeMap;

use git2::{Mailmap, Signature, Time};

use super::Person;

/// A list of distinct authors.
#[derive(Default)]
pub(super) struct People {
    /// The authors, in the order of their first commit.
    pub list: Vec<Person>,
    /// Indices in the list by name and address.
    indices: BTreeMap<Box<str>, BTreeMap<Box<str>, u32>>,
}

impl People {
    /// The index of a person in the list. New people are added.
    pub(super) fn index(&mut self, name: &str, email: &str) -> u32 {
        let name = if name.is_empty() { "(no name)" } else { name };
        if let Some(index) = self.indices.get(name).and_then(|emails| emails.get(email)) {
            return *index;
        }
        let index = self.list.len() as u32;
        self.list.push(Person { name: name.into(), email: email.into() });
        self.indices.entry(name.into()).or_default().insert(email.into(), index);
        index
    }

    /// Applies a mailmap and returns the list.
    pub(super) fn mapped(self, mailmap: &Mailmap) -> Vec<Person> {
        self.list.into_iter().map(|person| mapped(mailmap, &person).unwrap_or(person)).collect()
    }
}

fn mapped(mailmap: &Mailmap, person: &Person) -> Option<Person> {
    let written = Signature::new(&person.name, &person.email, &Time::new(0, 0)).ok()?;
    let mapped = mailmap.resolve_signature(&written).ok()?;
    // libgit2 strips quotes and commas from the ends of a signature, so take only names that the
    // mailmap has changed.
    let text = |before: &[u8], after: &[u8], own: &str| match after {
        same if same == before => own.into(),
        other => String::from_utf8_lossy(other).into(),
    };
    Some(Person {
        name: text(written.name_bytes(), mapped.name_bytes(), &person.name),
        email: text(written.email_bytes(), mapped.email_bytes(), &person.email),
    })
}
