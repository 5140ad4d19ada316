//! Names of places, each kept once.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

/// A name in a list: its number, counted from 1, so that an optional name takes no more space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::history) struct Name(NonZeroU32);

impl Name {
    const FIRST: Self = Self(NonZeroU32::MIN);

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// The same name in the list that another list was merged into.
    pub(in crate::history) fn merged(self, merged: &[Self]) -> Self {
        merged[self.index()]
    }
}

/// A list of distinct names.
#[derive(Clone, Debug, Default)]
pub(in crate::history) struct Names {
    texts: Vec<Box<str>>,
    names: BTreeMap<Box<str>, Name>,
}

impl Names {
    /// The name with this text, which is added if it is new.
    pub(in crate::history) fn insert(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return *name;
        }
        let name = Name(Name::FIRST.0.saturating_add(self.texts.len() as u32));
        self.texts.push(text.into());
        self.names.insert(text.into(), name);
        name
    }

    /// The text of a name of this list.
    pub(in crate::history) fn text(&self, name: Name) -> &str {
        &self.texts[name.index()]
    }

    /// Adds the names of another list, and returns what each has become; see [`Name::merged`].
    pub(in crate::history) fn merge(&mut self, other: &Self) -> Vec<Name> {
        other.texts.iter().map(|text| self.insert(text)).collect()
    }
}
