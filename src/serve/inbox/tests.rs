//! Deliveries wait together, and are answered one by one.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{Directory, Inbox, MAX_WEIGHT, weight};
use crate::serve::store::tests::bed::{Bed, on_each_engine, runtime};
use crate::serve::store::vocabulary::{at, branch, delivered, delivery, job, run};

#[test]
fn what_is_sent_together_is_stored_and_announced_once() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let directory = Arc::new(Directory::new([]));
        let inbox = Inbox::start(store.clone(), Arc::clone(&directory));
        let sent =
            (0..1000).map(|number| inbox.send(delivered(&[branch("o/r", number, "main")], 1)));
        let receipts = join_all(sent).await;
        assert!(receipts.iter().flatten().all(|receipt| receipt.is_change));
        assert_eq!(receipts.iter().flatten().count(), 1000);
        assert_eq!(store.runs(1, None, 1000).await.expect("runs").len(), 1000);

        let last = store.projects().await.expect("projects").remove(0);
        assert!(last.seq <= 10, "{} transactions for 1000 deliveries", last.seq);
        assert_eq!(directory.news().change, last.seq.unsigned_abs(), "once for a transaction");
    });
}

#[test]
fn one_that_cannot_be_stored_does_not_fail_the_others() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let inbox = Inbox::start(store.clone(), Arc::new(Directory::new([])));
        let sent = ["a", "b\0", "c"].map(|project| inbox.send(delivery(project, 1)));
        let answers = join_all(sent).await;
        assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        let names: Vec<_> =
            store.projects().await.expect("projects").into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["a", "c"]);
    });
}

#[test]
fn what_changes_nothing_is_not_announced() {
    runtime().block_on(async {
        let bed = Bed::sqlite();
        let directory = Arc::new(Directory::new([]));
        let inbox = Inbox::start(bed.open().await, Arc::clone(&directory));
        inbox.send(delivered(&[branch("o/r", 1, "main")], 1)).await.expect("stored");
        let receipt = inbox.send(delivered(&[branch("o/r", 1, "main")], 2)).await.expect("known");
        assert_eq!((receipt.is_change, receipt.project.heard), (false, at(2)));
        assert_eq!(directory.news().change, 1);
        let known = directory.find("o/r").and_then(|topic| topic.project());
        assert_eq!(known.map(|project| project.heard), Some(at(2)));
    });
}

#[test]
fn too_much_is_refused_at_once() {
    runtime().block_on(async {
        let bed = Bed::sqlite();
        let inbox = Inbox::start(bed.open().await, Arc::new(Directory::new([])));
        let mut large = run("o/r", 1, "running", None);
        large.add_jobs((0..5000).map(|id| job(id, "success")));
        let large = delivered(&[large], 1);
        let most = (MAX_WEIGHT / weight(&large)) as usize;
        let answers = join_all((0..most + 3).map(|_| inbox.send(large.clone()))).await;
        let refused: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
        assert_eq!(refused.len(), 3);
        assert!(refused.iter().all(|error| error.is_temporary));
        assert!(inbox.send(large).await.is_ok(), "there is room again");
    });
}

#[test]
fn a_delivery_that_is_heavier_than_the_inbox_is_taken_alone() {
    let mut large = run("o/r", 1, "running", None);
    large.add_jobs((0..u64::from(MAX_WEIGHT)).map(|id| job(id, "success")));
    assert_eq!(weight(&delivered(&[large], 1)), MAX_WEIGHT);
}

#[test]
fn closing_stores_what_was_accepted_and_nothing_more() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let inbox = Inbox::start(store.clone(), Arc::new(Directory::new([])));
        let sent: Vec<_> = (0..500)
            .map(|number| {
                let inbox = inbox.clone();
                let delivery = delivered(&[branch("o/r", number, "main")], 1);
                tokio::spawn(async move { inbox.send(delivery).await })
            })
            .collect();
        tokio::task::yield_now().await;
        inbox.close().await;
        let mut accepted = 0;
        for answer in sent {
            accepted += usize::from(answer.await.expect("a task").is_ok());
        }
        let late = inbox.send(delivery("o/r", 2)).await;
        assert!(late.is_err_and(|error| error.is_temporary));
        let stored =
            if accepted == 0 { 0 } else { store.runs(1, None, 1000).await.expect("runs").len() };
        assert_eq!(stored, accepted);
    });
}
