//! A cache of what is costly to make: each value is made once, however many ask for it, and together
//! they take a bounded number of bytes.
//!
//! A hit takes two read locks and writes nothing that other hits write. What was not used since the
//! longest time goes first; "since" counts additions, not hits, so a hit need not count anything.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use prometheus_client::metrics::counter::Counter;
use tokio::sync::Mutex;

/// What a place in the cache takes besides its value, in bytes, about.
const PLACE: usize = 256;

/// The size of a value in memory, in bytes, about.
pub(crate) trait Weight {
    fn weight(&self) -> usize;
}

/// A cache.
pub(crate) struct Cache<K, V> {
    slots: RwLock<BTreeMap<K, Arc<Slot<V>>>>,
    bytes: AtomicUsize,
    most: usize,
    additions: AtomicU64,
    hits: Counter,
    misses: Counter,
}

/// The place of a value.
struct Slot<V> {
    value: RwLock<Option<V>>,
    weight: AtomicUsize,
    /// The number of additions at the last use.
    used: AtomicU64,
    /// Held by whoever makes the value.
    turn: Mutex<()>,
}

impl<K: Ord + Clone, V: Clone + Weight> Cache<K, V> {
    /// A cache of at most so many bytes, which counts its hits and misses.
    pub(crate) fn new(most: usize, [hits, misses]: [Counter; 2]) -> Self {
        Self {
            slots: RwLock::default(),
            bytes: AtomicUsize::new(0),
            most,
            additions: AtomicU64::new(0),
            hits,
            misses,
        }
    }

    /// The value of `key`. If there is none, or it no longer `holds`, `make` makes it; others who ask
    /// for it wait for that.
    ///
    /// # Errors
    /// That of `make`. The next who asks tries again.
    pub(crate) async fn get<E>(
        &self,
        key: &K,
        holds: impl Fn(&V) -> bool,
        make: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let slot = self.slot(key);
        if let Some(value) = slot.value().filter(&holds) {
            self.hits.inc();
            return Ok(value);
        }
        let _turn = slot.turn.lock().await;
        if let Some(value) = slot.value().filter(&holds) {
            self.hits.inc();
            return Ok(value);
        }
        self.misses.inc();
        // Boxed, because its state is large, and few who ask need it.
        let made = Box::pin(make()).await;
        match &made {
            Ok(value) => self.add(key, &slot, value.clone()),
            Err(_) if slot.value().is_none() => self.remove(key, &slot),
            Err(_) => {}
        }
        made
    }

    /// Removes the values for which a condition holds, and returns their keys.
    pub(crate) fn remove_where(&self, condition: impl Fn(&V) -> bool) -> Vec<K> {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let holds = |slot: &Slot<V>| slot.value().is_some_and(|value| condition(&value));
        let matching = slots.iter().filter(|(_, slot)| holds(slot));
        let keys: Vec<K> = matching.map(|(key, _)| key.clone()).collect();
        for key in &keys {
            self.free(slots.remove(key));
        }
        keys
    }

    /// The place of a key, which is new if there was none.
    fn slot(&self, key: &K) -> Arc<Slot<V>> {
        let additions = self.additions.load(Ordering::Relaxed);
        let known = self.slots.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        if let Some(slot) = known {
            if slot.used.load(Ordering::Relaxed) != additions {
                slot.used.store(additions, Ordering::Relaxed);
            }
            return slot;
        }
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(key.clone()).or_insert_with(|| {
            self.bytes.fetch_add(PLACE, Ordering::Relaxed);
            Arc::new(Slot {
                value: RwLock::new(None),
                weight: AtomicUsize::new(PLACE),
                used: AtomicU64::new(additions),
                turn: Mutex::new(()),
            })
        });
        let slot = Arc::clone(slot);
        self.make_room(&mut slots);
        slot
    }

    fn add(&self, key: &K, slot: &Arc<Slot<V>>, value: V) {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let weight = PLACE + value.weight();
        *slot.value.write().unwrap_or_else(PoisonError::into_inner) = Some(value);
        // It may have been removed while its value was made.
        if !slots.get(key).is_some_and(|known| Arc::ptr_eq(known, slot)) {
            return;
        }
        let before = slot.weight.swap(weight, Ordering::Relaxed);
        self.bytes.fetch_add(weight, Ordering::Relaxed);
        self.bytes.fetch_sub(before, Ordering::Relaxed);
        let now = self.additions.fetch_add(1, Ordering::Relaxed) + 1;
        slot.used.store(now, Ordering::Relaxed);
        self.make_room(&mut slots);
    }

    /// If the bytes are too many, removes an eighth, the least recently used, so that this is not
    /// needed at every addition.
    fn make_room(&self, slots: &mut BTreeMap<K, Arc<Slot<V>>>) {
        if self.bytes.load(Ordering::Relaxed) <= self.most {
            return;
        }
        let mut by_use: Vec<(u64, K)> = slots
            .iter()
            .map(|(key, slot)| (slot.used.load(Ordering::Relaxed), key.clone()))
            .collect();
        by_use.sort();
        for (_, key) in by_use {
            if self.bytes.load(Ordering::Relaxed) <= self.most - self.most / 8 {
                break;
            }
            self.free(slots.remove(&key));
        }
    }

    fn remove(&self, key: &K, slot: &Arc<Slot<V>>) {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if slots.get(key).is_some_and(|known| Arc::ptr_eq(known, slot)) {
            self.free(slots.remove(key));
        }
    }

    /// Takes note of a removal.
    fn free(&self, removed: Option<Arc<Slot<V>>>) {
        let weight = removed.map_or(0, |slot| slot.weight.load(Ordering::Relaxed));
        self.bytes.fetch_sub(weight, Ordering::Relaxed);
    }
}

impl<V: Clone> Slot<V> {
    fn value(&self) -> Option<V> {
        self.value.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{Cache, Weight};

    impl Weight for &'static str {
        fn weight(&self) -> usize {
            self.len()
        }
    }

    impl Weight for Vec<u8> {
        fn weight(&self) -> usize {
            self.len()
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn many_who_ask_at_once_share_one_making() {
        block_on(async {
            let cache = Arc::new(Cache::<u8, &'static str>::new(1 << 20, Default::default()));
            let made = Arc::new(AtomicUsize::new(0));
            let ask = || {
                let (cache, made) = (Arc::clone(&cache), Arc::clone(&made));
                tokio::spawn(async move {
                    let make = async || {
                        made.fetch_add(1, Ordering::Relaxed);
                        tokio::task::yield_now().await;
                        Ok::<_, Infallible>("value")
                    };
                    cache.get(&1, |_| true, make).await.unwrap()
                })
            };
            for task in (0..50).map(|_| ask()).collect::<Vec<_>>() {
                assert_eq!(task.await.unwrap(), "value");
            }
            assert_eq!(made.load(Ordering::Relaxed), 1);
            assert_eq!((cache.hits.get(), cache.misses.get()), (49, 1));
        });
    }

    #[test]
    fn a_value_that_no_longer_holds_is_made_anew() {
        block_on(async {
            let cache = Cache::<u8, &'static str>::new(1 << 20, Default::default());
            let get = async |value, holds: bool| {
                cache.get(&1, |_| holds, async || Ok::<_, Infallible>(value)).await.unwrap()
            };
            assert_eq!(get("old", true).await, "old");
            assert_eq!(get("new", true).await, "old");
            assert_eq!(get("new", false).await, "new");
        });
    }

    #[test]
    fn an_error_is_not_kept() {
        block_on(async {
            let cache = Cache::<u8, &'static str>::new(1 << 20, Default::default());
            assert_eq!(cache.get(&1, |_| true, async || Err("down")).await, Err("down"));
            assert_eq!(cache.bytes.load(Ordering::Relaxed), 0);
            assert_eq!(cache.get(&1, |_| true, async || Ok::<_, &str>("up")).await, Ok("up"));
        });
    }

    #[test]
    fn the_bytes_are_bounded_and_what_is_used_stays() {
        const MOST: usize = 100_000;
        block_on(async {
            let cache = Cache::<u32, Vec<u8>>::new(MOST, Default::default());
            let get = async |key: u32| {
                let make = async || Ok::<_, Infallible>(vec![0; 1000]);
                cache.get(&key, |_| true, make).await.unwrap()
            };
            get(0).await;
            for key in 1..1000 {
                get(key).await;
                get(0).await;
                assert!(cache.bytes.load(Ordering::Relaxed) <= MOST);
            }
            assert_eq!(cache.misses.get(), 1000, "the first was never made again");
            let slots = cache.slots.read().unwrap();
            let weights: usize =
                slots.values().map(|slot| slot.weight.load(Ordering::Relaxed)).sum();
            assert_eq!(cache.bytes.load(Ordering::Relaxed), weights);
        });
    }
}
