//! The latest objects that a thread has read.

use std::rc::Rc;

use git2::Oid;

use super::object::Object;

/// Number of objects that are kept however large they are: two versions of a file.
const ALWAYS: usize = 2;
/// Memory that an object takes besides its content, in bytes, about.
const OVERHEAD: usize = 150;
/// Number of lists of objects, a power of two: few objects share one.
const LISTS: usize = 1 << 14;
/// The end of a list.
const END: u32 = u32::MAX;

/// Where an object was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// In a pack, at this offset.
    Packed(usize, u64),
    /// In a file of its own.
    Loose(Oid),
}

impl Key {
    /// The list of its object.
    fn list(self) -> usize {
        let number = match self {
            Self::Packed(pack, offset) => offset ^ (pack as u64).rotate_right(16),
            Self::Loose(id) => id.as_bytes().first_chunk().map_or(0, |id| u64::from_le_bytes(*id)),
        };
        // Multiplied by the golden ratio, so that all bits count.
        (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % LISTS
    }
}

/// Objects that take a limited amount of memory. Those that have not been used for longest go first.
pub(super) struct Cache {
    limit: usize,
    size: usize,
    /// The first place of each list.
    lists: Vec<u32>,
    places: Vec<Place>,
    /// Places without an object.
    free: Vec<u32>,
    /// The object that was used first, and that which was used last.
    oldest: u32,
    latest: u32,
}

/// An object, the next place in its list, and its neighbours in the order of use.
struct Place {
    key: Key,
    object: Option<Rc<Object>>,
    next: u32,
    older: u32,
    newer: u32,
}

impl Cache {
    /// Keeps objects that take so many bytes together.
    pub(super) fn new(limit: usize) -> Self {
        let (lists, places, free) = (vec![END; LISTS], Vec::new(), Vec::new());
        Self { limit, size: 0, lists, places, free, oldest: END, latest: END }
    }

    /// An object that has been kept.
    pub(super) fn get(&mut self, key: Key) -> Option<Rc<Object>> {
        let at = self.find(key)?;
        self.unlink(at);
        self.link(at);
        self.places[at as usize].object.clone()
    }

    /// Keeps an object, instead of older ones.
    pub(super) fn add(&mut self, key: Key, object: Object) -> Rc<Object> {
        if let Some(same) = self.find(key) {
            self.remove(same);
        }
        let object = Rc::new(object);
        self.size += taken(&object);
        let list = key.list();
        let (kept, next) = (Some(Rc::clone(&object)), self.lists[list]);
        let place = Place { key, object: kept, next, older: END, newer: END };
        let at = self.free.pop().unwrap_or(self.places.len() as u32);
        match self.places.get_mut(at as usize) {
            Some(free) => *free = place,
            None => self.places.push(place),
        }
        self.lists[list] = at;
        self.link(at);
        while self.size > self.limit && self.places.len() - self.free.len() > ALWAYS {
            self.remove(self.oldest);
        }
        object
    }

    /// The place of an object.
    fn find(&self, key: Key) -> Option<u32> {
        let mut at = self.lists[key.list()];
        while at != END && self.places[at as usize].key != key {
            at = self.places[at as usize].next;
        }
        (at != END).then_some(at)
    }

    /// Frees a place.
    fn remove(&mut self, at: u32) {
        self.unlink(at);
        let Place { key, next, .. } = self.places[at as usize];
        let list = &mut self.lists[key.list()];
        if *list == at {
            *list = next;
        } else {
            let mut before = *list;
            while self.places[before as usize].next != at {
                before = self.places[before as usize].next;
            }
            self.places[before as usize].next = next;
        }
        self.size -= self.places[at as usize].object.take().map_or(0, |object| taken(&object));
        self.free.push(at);
    }

    /// Makes a place the latest.
    fn link(&mut self, at: u32) {
        let before = std::mem::replace(&mut self.latest, at);
        (self.places[at as usize].older, self.places[at as usize].newer) = (before, END);
        match self.places.get_mut(before as usize) {
            Some(before) => before.newer = at,
            None => self.oldest = at,
        }
    }

    /// Takes a place out of the order of use.
    fn unlink(&mut self, at: u32) {
        let Place { older, newer, .. } = self.places[at as usize];
        match self.places.get_mut(older as usize) {
            Some(older) => older.newer = newer,
            None => self.oldest = newer,
        }
        match self.places.get_mut(newer as usize) {
            Some(newer) => newer.older = older,
            None => self.latest = older,
        }
    }
}

/// Memory that an object takes, in bytes.
fn taken(object: &Object) -> usize {
    object.data.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use git2::ObjectType;

    use super::*;

    #[test]
    fn the_oldest_go_first_and_two_always_stay() {
        let object = |size: usize| Object { kind: ObjectType::Blob, data: vec![0; size] };
        let key = |offset| Key::Packed(0, offset);
        let mut cache = Cache::new(100 + 3 * OVERHEAD);
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
        assert_eq!((kept, cache.size), (vec![5, 6], 2000 + 2 * OVERHEAD));
        cache.add(key(6), object(10));
        assert_eq!(cache.size, 1010 + 2 * OVERHEAD);
    }
}
