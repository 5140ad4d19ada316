//! Ids of the parents of a commit. Almost every commit has one, which then needs no memory of its own.

use std::ops::Deref;
use std::slice;

use super::Id;

/// Ids of parents, in order.
#[derive(Clone, Debug, Default)]
pub enum Parents {
    /// A root.
    #[default]
    None,
    /// A commit that is no merge.
    One(Id),
    /// A merge.
    Several(Box<[Id]>),
}

impl Deref for Parents {
    type Target = [Id];

    fn deref(&self) -> &[Id] {
        match self {
            Self::None => &[],
            Self::One(id) => slice::from_ref(id),
            Self::Several(ids) => ids,
        }
    }
}

impl From<Vec<Id>> for Parents {
    fn from(ids: Vec<Id>) -> Self {
        match ids[..] {
            [] => Self::None,
            [id] => Self::One(id),
            _ => Self::Several(ids.into()),
        }
    }
}

impl PartialEq for Parents {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
