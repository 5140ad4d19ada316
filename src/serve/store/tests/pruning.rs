//! What is old goes, in small steps; what a badge still shows stays.

use flaky_ci::run::Trigger;

use super::bed::{Bed, on_each_engine};
use super::numbers;
use crate::serve::store::vocabulary::{at, branch, delivered, delivery, report};
use crate::serve::store::{Delivery, Store};

async fn filled(bed: &Bed, numbers: impl IntoIterator<Item = u64>) -> Store {
    let store = bed.open().await;
    let runs: Vec<_> =
        numbers.into_iter().map(|number| branch("group/project", number, "main")).collect();
    store.write(vec![delivered(&runs, 1)]).await.expect("written");
    store
}

#[test]
fn old_runs_are_deleted_in_steps() {
    on_each_engine(async |bed: &Bed| {
        let store = filled(bed, 1..=10).await;
        let mut steps = Vec::new();
        while let deleted @ 1.. = store.prune(at(8), 3).await.expect("pruned") {
            steps.push(deleted);
        }
        assert_eq!(steps, [3, 3, 1], "seven are older than 8");
        assert_eq!(numbers(&store, None, 100).await, [10, 9, 8]);
    });
}

#[test]
fn the_newest_run_of_a_branch_stays() {
    on_each_engine(async |bed: &Bed| {
        let store = filled(bed, 1..=3).await;
        let dev = branch("group/project", 2, "dev");
        let mut dev = dev;
        dev.key.attempt = 2;
        store.write(vec![delivered(&[dev], 1)]).await.expect("written");
        while store.prune(at(100), 1).await.expect("pruned") > 0 {}
        assert_eq!(numbers(&store, Some("main"), 10).await, [3]);
        assert_eq!(numbers(&store, Some("dev"), 10).await, [2]);
    });
}

#[test]
fn the_newest_run_of_each_workflow_and_trigger_stays() {
    on_each_engine(async |bed: &Bed| {
        let store = filled(bed, [1, 9]).await;
        let mut nightly = branch("group/project", 2, "main");
        nightly.kind.trigger = Trigger::Schedule;
        let mut lint = branch("group/project", 3, "main");
        lint.kind.workflow = Some(5);
        store.write(vec![delivered(&[nightly, lint], 1)]).await.expect("written");
        while store.prune(at(100), 100).await.expect("pruned") > 0 {}
        assert_eq!(numbers(&store, None, 10).await, [9, 3, 2]);
    });
}

#[test]
fn a_row_that_stays_is_not_looked_at_in_every_step() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        // The oldest are the only runs of their branches.
        let kept = (1..=20).map(|number| branch("group/project", number, &number.to_string()));
        let old = (21..=30).map(|number| branch("group/project", number, "main"));
        let runs: Vec<_> = kept.chain(old).collect();
        store.write(vec![delivered(&runs, 1)]).await.expect("written");
        assert_eq!(store.prune(at(100), 5).await, Ok(5));
        assert_eq!(store.pruned.lock().expect("a place").runs().0, at(25).as_microsecond());
        assert_eq!(store.prune(at(100), 5).await, Ok(4));
        assert_eq!(store.prune(at(100), 5).await, Ok(0));
        assert_eq!(numbers(&store, None, 100).await.len(), 21);
    });
}

#[test]
fn old_reports_are_deleted_except_those_of_the_newest_run() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let mut second = report(9, Some("main"), 9);
        second.digest = [10; 32];
        let posted = [
            report(1, Some("main"), 1),
            report(2, Some("main"), 2),
            report(3, Some("dev"), 3),
            report(9, Some("main"), 9),
            second,
        ];
        let posted = posted.map(|tests| Delivery { tests: Some(tests), ..delivery("o/r", 9) });
        store.write(posted.to_vec()).await.expect("written");
        assert_eq!(store.prune(at(100), 10).await, Ok(2));
        assert_eq!(store.prune(at(100), 10).await, Ok(0));
        let left = store.reports(1, None, 10).await.expect("reports");
        let left: Vec<_> = left.iter().filter_map(|report| report.run.as_deref()).collect();
        assert_eq!(left, ["9", "9", "3"]);
    });
}

#[test]
fn a_late_report_of_a_run_that_was_pruned_is_no_error() {
    on_each_engine(async |bed: &Bed| {
        let store = filled(bed, 1..=3).await;
        store.prune(at(100), 10).await.expect("pruned");
        let late = branch("group/project", 1, "main");
        store.write(vec![delivered(&[late], 5)]).await.expect("written");
        assert_eq!(numbers(&store, None, 10).await, [3, 1]);
        // The next round takes it again.
        while store.prune(at(100), 10).await.expect("pruned") > 0 {}
        store.prune(at(100), 10).await.expect("pruned");
        assert_eq!(numbers(&store, None, 10).await, [3]);
    });
}
