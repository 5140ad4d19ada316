//! Parallel map that keeps the order of its items.
//!
//! The queues are bounded, so a slow writer holds up the rasteriser and memory use stays constant.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// The maximum number of items queued per thread.
const QUEUE: usize = 8;

/// Passes every item to `work`, using `threads` threads including the calling one, and the results
/// to `sink`, on the calling thread and in the order of the items. The results do not depend on
/// `threads`.
///
/// # Errors
/// Returns the first error of `sink`; unfinished work is dropped.
pub(super) fn ordered<T: Send, U: Send, E>(
    threads: usize,
    items: impl Iterator<Item = T>,
    work: impl Fn(T) -> U + Sync,
    mut sink: impl FnMut(U) -> Result<(), E>,
) -> Result<(), E> {
    if threads <= 1 {
        return items.into_iter().try_for_each(|item| sink(work(item)));
    }
    // The calling thread produces the items and takes the results.
    let workers = threads - 1;
    thread::scope(|scope| {
        let work = &work;
        let lanes: Vec<(SyncSender<T>, Receiver<U>)> = (0..workers)
            .map(|_| {
                let (give, todo) = sync_channel::<T>(QUEUE);
                let (done, take) = sync_channel::<U>(QUEUE);
                scope.spawn(move || {
                    for item in todo {
                        if done.send(work(item)).is_err() {
                            break;
                        }
                    }
                });
                (give, take)
            })
            .collect();
        let mut under_way = VecDeque::with_capacity(workers * QUEUE);
        for (i, item) in items.enumerate() {
            let lane = i % workers;
            if under_way.len() == workers * QUEUE {
                collect(&lanes, &mut under_way, &mut sink)?;
            }
            // A lane closes early only if its thread has panicked, which the scope propagates.
            if lanes[lane].0.send(item).is_err() {
                break;
            }
            under_way.push_back(lane);
        }
        while !under_way.is_empty() {
            collect(&lanes, &mut under_way, &mut sink)?;
        }
        Ok(())
    })
}

fn collect<T, U, E>(
    lanes: &[(SyncSender<T>, Receiver<U>)],
    under_way: &mut VecDeque<usize>,
    sink: &mut impl FnMut(U) -> Result<(), E>,
) -> Result<(), E> {
    if let Some(lane) = under_way.pop_front()
        && let Ok(result) = lanes[lane].1.recv()
    {
        sink(result)?;
    }
    Ok(())
}
