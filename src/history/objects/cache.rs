//! The latest objects that a thread has read.

use std::collections::BTreeMap;
use std::rc::Rc;

use git2::Oid;

use super::object::Object;

/// Number of objects that are kept however large they are: two versions of a file.
const ALWAYS: usize = 2;

/// Where an object was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// In a pack, at this offset.
    Packed(usize, u64),
    /// In a file of its own.
    Loose(Oid),
}

/// Objects of a limited total size. Those that have not been used for longest go first.
pub(super) struct Cache {
    limit: usize,
    size: usize,
    turn: u64,
    objects: BTreeMap<Key, (u64, Rc<Object>)>,
    turns: BTreeMap<u64, Key>,
}

impl Cache {
    /// Keeps objects of this size together, in bytes.
    pub(super) fn new(limit: usize) -> Self {
        let (objects, turns) = (BTreeMap::new(), BTreeMap::new());
        Self { limit, size: 0, turn: 0, objects, turns }
    }

    /// An object that has been kept.
    pub(super) fn get(&mut self, key: Key) -> Option<Rc<Object>> {
        let (turn, object) = self.objects.get_mut(&key)?;
        self.turns.remove(turn);
        self.turn += 1;
        *turn = self.turn;
        self.turns.insert(self.turn, key);
        Some(Rc::clone(object))
    }

    /// Keeps an object, instead of older ones.
    pub(super) fn add(&mut self, key: Key, object: Object) -> Rc<Object> {
        let object = Rc::new(object);
        self.turn += 1;
        self.size += object.data.len();
        self.turns.insert(self.turn, key);
        if let Some((turn, older)) = self.objects.insert(key, (self.turn, Rc::clone(&object))) {
            self.size -= older.data.len();
            self.turns.remove(&turn);
        }
        while self.size > self.limit && self.objects.len() > ALWAYS {
            let Some((_, key)) = self.turns.pop_first() else { break };
            if let Some((_, oldest)) = self.objects.remove(&key) {
                self.size -= oldest.data.len();
            }
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use git2::ObjectType;

    use super::*;

    #[test]
    fn the_oldest_go_first_and_two_always_stay() {
        let object = |size: usize| Object { kind: ObjectType::Blob, data: vec![0; size] };
        let key = |offset| Key::Packed(0, offset);
        let mut cache = Cache::new(100);
        for offset in 0..4 {
            cache.add(key(offset), object(30));
        }
        assert!(cache.get(key(0)).is_none());
        assert!(cache.get(key(1)).is_some());
        cache.add(key(4), object(40));
        assert!(cache.get(key(2)).is_none() && cache.get(key(1)).is_some());
        cache.add(key(5), object(1000));
        cache.add(key(6), object(1000));
        let kept: Vec<u64> = (0..8).filter(|at| cache.get(key(*at)).is_some()).collect();
        assert_eq!((kept, cache.size), (vec![5, 6], 2000));
        cache.add(key(6), object(10));
        assert_eq!(cache.size, 1010);
    }
}
