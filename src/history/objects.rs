//! Reads objects of a repository and caches the latest ones.

use std::collections::VecDeque;
use std::rc::Rc;

use git2::{Error, ObjectType, Odb, OdbObject, Oid};

/// Reads objects on one thread, with a cache.
pub(super) struct Objects<'odb> {
    odb: &'odb Odb<'odb>,
    capacity: usize,
    /// The cache, least recently used first.
    recent: VecDeque<(Oid, Rc<OdbObject<'odb>>)>,
}

impl<'odb> Objects<'odb> {
    /// Creates a cache of up to `capacity` objects.
    pub(super) fn new(odb: &'odb Odb<'odb>, capacity: usize) -> Self {
        Self { odb, capacity, recent: VecDeque::with_capacity(capacity) }
    }

    /// The size of an object in bytes, from its header if it is not cached.
    pub(super) fn size(&self, id: Oid) -> Result<u64, Error> {
        match self.recent.iter().rev().find(|(known, _)| *known == id) {
            Some((_, object)) => Ok(object.len() as u64),
            None => Ok(self.odb.read_header(id)?.0 as u64),
        }
    }

    /// Reads the object with this id, which must be of this kind.
    pub(super) fn read(&mut self, id: Oid, kind: ObjectType) -> Result<Rc<OdbObject<'odb>>, Error> {
        let object = self.any(id)?;
        if object.kind() != kind {
            return Err(Error::from_str("an object is of another kind"));
        }
        Ok(object)
    }

    fn any(&mut self, id: Oid) -> Result<Rc<OdbObject<'odb>>, Error> {
        if let Some(at) = self.recent.iter().rposition(|(known, _)| *known == id)
            && let Some(found) = self.recent.remove(at)
        {
            let object = Rc::clone(&found.1);
            self.recent.push_back(found);
            return Ok(object);
        }
        let object = Rc::new(self.odb.read(id)?);
        if self.recent.len() == self.capacity {
            self.recent.pop_front();
        }
        self.recent.push_back((id, Rc::clone(&object)));
        Ok(object)
    }
}
