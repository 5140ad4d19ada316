//! Work on many threads whose results come out in the order in which it went in.
//!
//! The queues are bounded: a slow writer holds up the maker of frames, and memory stays flat.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// How many pieces of work may wait for one thread.
const QUEUE: usize = 8;

/// Hands every item to `work`, on `threads` threads in all, and the results to `sink`, in the
/// order of the items and on the calling thread. The same results with any number of threads.
///
/// # Errors
/// The first error of `sink`; what was still under way is dropped.
pub(super) fn ordered<T: Send, U: Send, E>(
    threads: usize,
    items: impl Iterator<Item = T>,
    work: impl Fn(T) -> U + Sync,
    mut sink: impl FnMut(U) -> Result<(), E>,
) -> Result<(), E> {
    if threads <= 1 {
        return items.into_iter().try_for_each(|item| sink(work(item)));
    }
    // The calling thread makes the items and takes the results.
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
            // A lane only closes when its thread has panicked, which the scope reports.
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
