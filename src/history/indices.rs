//! Finds records by the ids of their commits.
//!
//! A hash table of four to sixteen bytes a commit, where a map would take sixty and jump through memory
//! for every step. Ids are hashes already, so a part of one is its place, as in git.

use super::Id;

/// The value of a slot without an index. No list is as long.
const EMPTY: u32 = u32::MAX;
/// Number of slots at first.
const FIRST: usize = 1 << 10;

/// Indices in a list of records, by ids. The list belongs to the caller, who tells the id at an index.
#[derive(Default)]
pub(super) struct Indices {
    /// A power of two in number, at least twice the number of indices.
    slots: Vec<u32>,
    count: usize,
}

impl Indices {
    /// The index of the record with this id.
    pub(super) fn get(&self, id: &Id, id_at: impl Fn(u32) -> Id) -> Option<u32> {
        let index = *self.slots.get(self.slot(id, id_at)?)?;
        (index != EMPTY).then_some(index)
    }

    /// Adds the index of a record with an id that is not there yet.
    pub(super) fn insert(&mut self, index: u32, id_at: impl Fn(u32) -> Id) {
        if 2 * (self.count + 1) > self.slots.len() {
            let larger = vec![EMPTY; (2 * self.slots.len()).max(FIRST)];
            for old in std::mem::replace(&mut self.slots, larger) {
                if old != EMPTY {
                    self.put(old, &id_at);
                }
            }
        }
        self.put(index, &id_at);
        self.count += 1;
    }

    fn put(&mut self, index: u32, id_at: &impl Fn(u32) -> Id) {
        if let Some(slot) = self.slot(&id_at(index), id_at) {
            self.slots[slot] = index;
        }
    }

    /// The slot that has an id, or the empty one where it belongs; `None` in a table without slots.
    fn slot(&self, id: &Id, id_at: impl Fn(u32) -> Id) -> Option<usize> {
        let last = self.slots.len().checked_sub(1)?;
        let first = id.bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let mut slot = first as usize & last;
        while self.slots[slot] != EMPTY && id_at(self.slots[slot]) != *id {
            slot = (slot + 1) & last;
        }
        Some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An id whose place depends on the lowest bits of `place` alone.
    fn id(place: u64, rest: u32) -> Id {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&place.to_le_bytes());
        bytes[16..].copy_from_slice(&rest.to_le_bytes());
        Id::new(&bytes)
    }

    #[test]
    fn what_was_inserted_is_found_and_nothing_else() {
        for places in [1, 3, 5000] {
            let ids: Vec<Id> = (0..4000).map(|n| id(u64::from(n) % places, n)).collect();
            let id_at = |index: u32| ids[index as usize];
            let mut indices = Indices::default();
            assert_eq!(indices.get(&ids[0], id_at), None);
            for index in (0..4000).step_by(2) {
                indices.insert(index, id_at);
            }
            for index in 0..4000 {
                let expected = (index % 2 == 0).then_some(index);
                assert_eq!(indices.get(&ids[index as usize], id_at), expected);
            }
        }
    }
}
