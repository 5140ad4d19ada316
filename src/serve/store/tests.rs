//! The suite that both engines pass.
//!
//! SQLite is always tried. PostgreSQL is tried if `FLAKY_POSTGRES` has the URL of a server, in a schema of
//! its own for each test; `tests/postgres` starts one.

pub(in crate::serve) mod bed;
mod plans;
mod pruning;

use std::sync::Arc;

use flaky_ci::Provider;
use flaky_core::verdict::Verdict;
use proptest::prelude::*;

use super::vocabulary::{at, branch, delivered, delivery, report, run};
use super::{Delivery, MAX_RUNS, Store};
use bed::{Bed, on_each_engine, runtime};

/// The numbers of the runs of the first project.
async fn numbers(store: &Store, git_ref: Option<&str>, most: usize) -> Vec<u64> {
    let runs = store.runs(1, git_ref, most).await.expect("runs");
    runs.iter().map(|run| run.key.id.number().expect("a number")).collect()
}

#[test]
fn what_is_written_is_read_again() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let told = Delivery {
            default_branch: Some("main".to_string()),
            ..delivered(&[branch("group/project", 7, "main")], 100)
        };
        let receipts = store.write(vec![told]).await.expect("written");
        assert!(receipts[0].is_change);
        let project = &receipts[0].project;
        assert_eq!(project.provider, Some(Provider::GitLab));
        assert_eq!(project.default_branch.as_deref(), Some("main"));
        assert_eq!((project.heard, project.seq), (at(100), 1));

        assert_eq!(store.projects().await, Ok(vec![project.clone()]));
        let runs = store.runs(project.id, None, 10).await;
        assert_eq!(runs, Ok(vec![branch("group/project", 7, "main")]));
    });
}

#[test]
fn what_is_written_is_there_after_a_restart() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let posted = Delivery { tests: Some(report(1, None, 5)), ..delivery("group/project", 5) };
        store.write(vec![posted]).await.expect("written");
        let before = store.projects().await;
        store.close().await;
        assert!(store.ping().await.is_err_and(|error| error.is_temporary));

        let store = bed.open().await;
        assert_eq!(store.projects().await, before);
        assert_eq!(store.reports(1, None, 10).await, Ok(vec![report(1, None, 5).report]));
        let results = store.results(1, None, 10).await.expect("results");
        assert_eq!(results.len(), 1);
        assert_eq!(results[0].of.as_deref(), Some("1"));
        assert_eq!((results[0].at, results[0].read()), (at(5), Ok(report(1, None, 5).results)));
    });
}

#[test]
fn a_late_message_reopens_nothing() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let finished = run("group/project", 7, "failed", Some(20));
        let late = run("group/project", 7, "running", Some(10));
        store.write(vec![delivered(&[finished], 20)]).await.expect("written");
        let receipts = store.write(vec![delivered(&[late], 30)]).await.expect("written");
        assert!(!receipts[0].is_change);
        assert_eq!((receipts[0].project.seq, receipts[0].project.heard), (1, at(30)));
        let runs = store.runs(1, None, 10).await.expect("runs");
        assert_eq!(runs[0].verdict(), Verdict::Failed);
    });
}

#[test]
fn the_newest_runs_come_first_and_no_more_than_asked() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let runs = [3, 1, 4, 2].map(|number| {
            branch("group/project", number, if number % 2 == 0 { "main" } else { "Ünicode" })
        });
        store.write(vec![delivered(&runs, 9)]).await.expect("written");
        assert_eq!(numbers(&store, None, 10).await, [4, 3, 2, 1]);
        assert_eq!(numbers(&store, None, 2).await, [4, 3]);
        assert_eq!(numbers(&store, Some("main"), 10).await, [4, 2]);
        assert_eq!(numbers(&store, Some("Ünicode"), 1).await, [3]);
        assert_eq!(numbers(&store, Some("none"), 10).await, [0_u64; 0]);
        assert_eq!(numbers(&store, None, 0).await, [0_u64; 0]);
        assert_eq!(store.runs(2, None, 10).await, Ok(Vec::new()));
    });
}

#[test]
fn runs_of_one_moment_are_sorted_by_number_and_attempt() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let runs = [(9, 1), (10, 1), (10, 2), (2, 1)].map(|(number, attempt)| {
            let mut run = branch("group/project", number, "main");
            run.key.attempt = attempt;
            run.times.created = Some(at(5));
            run
        });
        store.write(vec![delivered(&runs, 9)]).await.expect("written");
        for git_ref in [None, Some("main")] {
            assert_eq!(numbers(&store, git_ref, 10).await, [10, 10, 9, 2]);
        }
        assert_eq!(store.runs(1, None, 1).await.expect("runs")[0].key.attempt, 2);
    });
}

#[test]
fn a_page_has_a_limit() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let runs: Vec<_> =
            (0..=MAX_RUNS as u64).map(|number| branch("group/project", number, "main")).collect();
        store.write(vec![delivered(&runs, 9)]).await.expect("written");
        assert_eq!(numbers(&store, None, usize::MAX).await.len(), MAX_RUNS);
    });
}

#[test]
fn reports_of_a_branch_are_those_that_name_it_or_none() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let posted = [(1, Some("main")), (2, None), (3, Some("dev")), (4, Some("main"))];
        let posted = posted.map(|(number, git_ref)| Delivery {
            tests: Some(report(number, git_ref, number.into())),
            ..delivery("group/project", 9)
        });
        store.write(posted.to_vec()).await.expect("written");
        let runs = async |git_ref, most| -> Vec<String> {
            let reports = store.reports(1, git_ref, most).await.expect("reports");
            let results = store.results(1, git_ref, most).await.expect("results");
            let runs: Vec<_> = reports.into_iter().filter_map(|report| report.run).collect();
            assert_eq!(runs, results.into_iter().filter_map(|one| one.of).collect::<Vec<_>>());
            runs
        };
        assert_eq!(runs(None, 10).await, ["4", "3", "2", "1"]);
        assert_eq!(runs(Some("main"), 10).await, ["4", "2", "1"]);
        assert_eq!(runs(Some("main"), 2).await, ["4", "2"]);
        assert_eq!(runs(Some("other"), 10).await, ["2"]);
    });
}

#[test]
fn a_report_that_is_posted_twice_counts_once() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let posted = Delivery { tests: Some(report(1, None, 5)), ..delivery("group/project", 5) };
        let receipts = store.write(vec![posted.clone(), posted.clone()]).await.expect("written");
        assert_eq!(receipts.iter().map(|one| one.is_change).collect::<Vec<_>>(), [true, false]);
        let receipts = store.write(vec![posted]).await.expect("written");
        assert!(!receipts[0].is_change);
        assert_eq!(store.reports(1, None, 10).await.expect("reports").len(), 1);
    });
}

#[test]
fn changes_are_told_from_a_number_on_in_their_order() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        for project in ["c", "a", "b", "c"] {
            let number = store.projects().await.expect("projects").len() as u64;
            store.write(vec![delivered(&[branch(project, number, "main")], 1)]).await.expect("ok");
        }
        let after = async |seq| -> Vec<(String, i64)> {
            let changed = store.changed_since(seq).await.expect("changes");
            changed.into_iter().map(|project| (project.name, project.seq)).collect()
        };
        let all = [("a".to_string(), 2), ("b".to_string(), 3), ("c".to_string(), 4)];
        assert_eq!(after(0).await, all);
        assert_eq!(after(2).await, all[1..]);
        assert_eq!(after(4).await, []);
        let names: Vec<_> =
            store.projects().await.expect("projects").into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["a", "b", "c"]);
    });
}

#[test]
fn runs_in_progress_are_found_until_they_end() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let running = [3, 1, 2, 9].map(|number| {
            let mut running = run("group/project", number, "running", None);
            running.times.created = Some(at(number as i64));
            running
        });
        store.write(vec![delivered(&running, 1)]).await.expect("written");
        store.write(vec![delivered(&[branch("group/project", 2, "main")], 9)]).await.expect("ok");
        let found = async |most| -> Vec<u64> {
            let found = store.unfinished(at(9), most).await.expect("runs");
            assert!(found.iter().all(|(project, _)| project.name == "group/project"));
            found.iter().filter_map(|(_, run)| run.key.id.number()).collect()
        };
        assert_eq!(found(10).await, [1, 3]);
        assert_eq!(found(1).await, [1]);
    });
}

#[test]
fn hearing_of_a_project_is_no_change() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        store.write(vec![delivery("group/project", 10)]).await.expect("written");
        for (told, known) in [(20, 20), (15, 20)] {
            store.write(vec![delivery("group/project", told)]).await.expect("written");
            let project = store.projects().await.expect("projects").remove(0);
            assert_eq!((project.heard, project.seq), (at(known), 1));
        }
    });
}

#[test]
fn one_that_cannot_be_stored_fails_its_batch() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let batch = vec![delivery("group/project", 1), delivery("group/\0", 1)];
        let error = store.write(batch).await.expect_err("a name that PostgreSQL cannot store");
        assert!(!error.is_temporary);
        assert_eq!(store.projects().await, Ok(Vec::new()));
        assert_eq!(store.ping().await, Ok(()));
    });
}

#[test]
fn long_names_and_strange_texts_are_stored() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        let long = "ü".repeat(350);
        let mut strange = branch(&long, u64::MAX, &long);
        strange.workflow_name = Some("a\0b\u{7f}'\"; DROP TABLE flaky_runs".to_string());
        let receipts = store.write(vec![delivered(&[strange.clone()], 1)]).await.expect("written");
        assert_eq!(receipts[0].project.name, long);
        assert_eq!(store.runs(1, Some(&long), 1).await, Ok(vec![strange]));
    });
}

#[test]
fn an_empty_batch_is_no_error() {
    on_each_engine(async |bed: &Bed| {
        let store = bed.open().await;
        assert_eq!(store.write(Vec::new()).await, Ok(Vec::new()));
    });
}

#[test]
fn many_writers_lose_nothing() {
    on_each_engine(async |bed: &Bed| {
        let store = Arc::new(bed.open().await);
        let writers: Vec<_> = (0..8_u64)
            .map(|writer| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    for number in 0..8 {
                        let run = branch("group/project", writer * 8 + number, "main");
                        store.write(vec![delivered(&[run], 1)]).await.expect("written");
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.expect("a writer");
        }
        assert_eq!(numbers(&store, None, 100).await, (0..64).rev().collect::<Vec<_>>());
        assert_eq!(store.projects().await.expect("projects")[0].seq, 64);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn runs_come_back_as_they_went(
        names in proptest::collection::vec("[^\u{0}-\u{1f}\u{7f}-\u{9f}]{1,40}", 1..6),
    ) {
        runtime().block_on(async {
            let bed = Bed::sqlite();
            let store = bed.open().await;
            let runs: Vec<_> = (1..).zip(&names).map(|(number, name)| {
                branch("group/project", number, name)
            }).collect();
            store.write(vec![delivered(&runs, 1)]).await.expect("written");
            for run in runs {
                let name = run.kind.git_ref.clone().expect("a branch");
                let found = store.runs(1, Some(&name), 10).await.expect("runs");
                assert!(found.contains(&run));
            }
        });
    }
}
