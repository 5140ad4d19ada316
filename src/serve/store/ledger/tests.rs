//! Deliveries arrive in any order, twice, late and in any division into batches.

use std::collections::{BTreeMap, BTreeSet};

use flaky_ci::run::Trigger;
use flaky_ci::{Provider, Run};
use flaky_core::verdict::Verdict;
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::vocabulary::{at, branch, delivery, job, report, run, word};
use super::super::{Delivery, Receipt};
use super::{Ledger, Place, StoredRun, check, names};
use crate::serve::store::rows::{ProjectRow, ReportRow, RunRow};

/// A database without a database: the rows that an engine would keep.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tables {
    projects: BTreeMap<i64, ProjectRow>,
    runs: BTreeMap<Place<String>, RunRow>,
    reports: BTreeMap<Place<Vec<u8>>, ReportRow>,
}

impl Tables {
    /// What the deliveries lead to, in batches of these sizes.
    fn after(deliveries: &[Delivery], sizes: &[usize]) -> Self {
        let mut tables = Self::default();
        let mut rest = deliveries;
        for size in sizes.iter().copied().chain([deliveries.len()]) {
            let (batch, more) = rest.split_at(size.min(rest.len()));
            tables.write(batch);
            rest = more;
        }
        tables
    }

    /// Does what an engine does. Returns the receipts and the number of rows of runs.
    fn write(&mut self, batch: &[Delivery]) -> (Vec<Receipt>, usize) {
        let names: BTreeSet<String> = names(batch).into_iter().collect();
        let is_asked = |row: &&ProjectRow| names.contains(&row.project.name);
        let projects = self.projects.values().filter(is_asked).cloned().collect();
        let id = self.projects.keys().max().copied().unwrap_or_default();
        let seqs = self.projects.values().map(|row| row.project.seq);
        let ledger = Ledger::new(batch, id, seqs.max().unwrap_or_default(), projects);
        let stored = ledger.keys().into_iter().filter_map(|place| self.runs.get(&place));
        let stored = stored.map(|row| StoredRun {
            project: row.project,
            key: row.key.clone(),
            created: row.created,
            body: row.body.clone(),
        });
        let runs = stored.collect();
        let is_known = |place: &Place<Vec<u8>>| self.reports.contains_key(place);
        let digests = ledger.digests().into_iter().filter(is_known).collect();
        let entries = ledger.settle(runs, digests).expect("rows that this program wrote");
        let written = entries.runs.len();
        self.projects.extend(entries.projects.into_iter().map(|row| (row.project.id, row)));
        self.runs.extend(entries.runs.into_iter().map(|row| ((row.project, row.key.clone()), row)));
        let reports = entries.reports.into_iter();
        self.reports.extend(reports.map(|row| ((row.project, row.digest.clone()), row)));
        (entries.receipts, written)
    }

    /// The rows by name instead of number, without the numbers of changes and times of hearing.
    fn essence(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let name = |id: i64| self.projects[&id].project.name.clone();
        let projects: BTreeSet<String> = self
            .projects
            .values()
            .map(|row| {
                format!(
                    "{} {} {} {}",
                    row.project.name,
                    row.provider_text(),
                    row.branch_text(),
                    row.branch_told
                )
            })
            .collect();
        let runs: Vec<(String, RunRow)> = self
            .runs
            .values()
            .map(|row| {
                (name(row.project), RunRow { project: 0, is_in_place: false, ..row.clone() })
            })
            .collect();
        let reports: Vec<(String, ReportRow)> = self
            .reports
            .values()
            .map(|row| (name(row.project), ReportRow { project: 0, ..row.clone() }))
            .collect();
        let sorted = |mut rows: Vec<(String, RunRow)>| {
            rows.sort_by_key(|(name, row)| (name.clone(), row.key.clone()));
            rows
        };
        let mut reports = reports;
        reports.sort_by_key(|(name, row)| (name.clone(), row.digest.clone()));
        (projects, sorted(runs), reports)
    }
}

/// Runs of few numbers, with few times and words, so that many are reports of one run.
fn any_run(project: &'static str) -> impl Strategy<Value = Run> {
    let words = prop_oneof![Just("running"), Just("success"), Just("failed"), Just("canceled")];
    let time = || proptest::option::of(0_i64..4);
    (1_u64..4, 1_u64..3, words, time(), time(), proptest::option::of("main|dev"), 0_u64..3)
        .prop_map(move |(number, attempt, state, created, updated, git_ref, jobs)| {
            let mut run = run(project, number, state, updated);
            run.key.attempt = attempt;
            run.times.created = created.map(at);
            run.kind.git_ref = git_ref;
            if jobs > 1 {
                run.kind.trigger = Trigger::Schedule;
            }
            run.add_jobs((0..jobs).map(|id| job(id, state)));
            run
        })
}

fn any_delivery() -> impl Strategy<Value = Delivery> {
    let project = prop_oneof![Just("group/one"), Just("group/two")];
    project.prop_flat_map(|project| {
        let tests = proptest::option::of((0_u8..4, proptest::option::of("main|dev")));
        let default = proptest::option::of("main|trunk");
        (vec(any_run(project), 0..3), tests, 0_i64..100, default, any::<bool>()).prop_map(
            move |(runs, tests, received, default_branch, is_webhook)| Delivery {
                runs,
                // The digest stands for the report, so equal ones arrive with equal content.
                tests: tests.map(|(digest, _)| report(digest, None, i64::from(digest))),
                default_branch,
                provider: is_webhook.then_some(Provider::GitLab),
                ..delivery(project, received)
            },
        )
    })
}

proptest! {
    #[test]
    fn order_repetition_and_batches_do_not_matter(
        (deliveries, shuffled) in vec(any_delivery(), 0..8).prop_flat_map(|deliveries| {
            let twice = [deliveries.clone(), deliveries.clone()].concat();
            (Just(deliveries), Just(twice).prop_shuffle())
        }),
        sizes in vec(1_usize..4, 0..16),
    ) {
        let in_order = Tables::after(&deliveries, &[]);
        let otherwise = Tables::after(&shuffled, &sizes);
        prop_assert_eq!(in_order.essence(), otherwise.essence());
    }

    #[test]
    fn what_is_known_is_not_written_again(deliveries in vec(any_delivery(), 0..8)) {
        let mut tables = Tables::after(&deliveries, &[]);
        let before = tables.clone();
        let (receipts, written) = tables.write(&deliveries);
        prop_assert_eq!(written, 0);
        prop_assert!(receipts.iter().all(|receipt| !receipt.is_change));
        prop_assert_eq!(before.essence(), tables.essence());
        let seqs = |tables: &Tables| -> Vec<i64> {
            tables.projects.values().map(|row| row.project.seq).collect()
        };
        prop_assert_eq!(seqs(&before), seqs(&tables));
    }
}

#[test]
fn a_finished_run_is_never_reopened() {
    let finished = run("group/one", 7, "success", Some(20));
    let late = run("group/one", 7, "running", Some(10));
    let mut tables = Tables::default();
    tables.write(&[Delivery { runs: vec![finished], ..delivery("group/one", 0) }]);
    let (receipts, written) =
        tables.write(&[Delivery { runs: vec![late], ..delivery("group/one", 30) }]);
    assert_eq!(written, 0);
    assert!(!receipts[0].is_change);
    assert_eq!(receipts[0].project.heard, at(30), "it was heard of all the same");
    let row = tables.runs.values().next().expect("a run");
    assert!(row.is_finished && row.body.contains("success"));
}

#[test]
fn a_run_changes_its_place_with_its_branch_or_time_only() {
    let mut later = branch("o/r", 7, "main");
    later.add_jobs([job(1, "success")]);
    let mut earlier = branch("o/r", 7, "main");
    earlier.times.created = Some(at(6));
    let mut tables = Tables::default();
    for (run, is_in_place) in [
        (run("o/r", 7, "running", None), false),
        (branch("o/r", 7, "main"), false),
        (later, true),
        (earlier, false),
    ] {
        tables.write(&[Delivery { runs: vec![run], ..delivery("o/r", 100) }]);
        let row = tables.runs.values().next().expect("a run");
        assert_eq!(row.is_in_place, is_in_place, "{}", row.body);
    }
}

#[test]
fn deliveries_about_one_run_are_written_as_one_row() {
    let states = ["pending", "running", "success"];
    let batch: Vec<Delivery> = (0..)
        .zip(states)
        .map(|(time, state)| Delivery {
            runs: vec![run("group/one", 7, state, Some(time))],
            ..delivery("group/one", time)
        })
        .collect();
    let mut tables = Tables::default();
    let (receipts, written) = tables.write(&batch);
    assert_eq!((receipts.len(), written), (3, 1));
    assert!(receipts.iter().all(|receipt| receipt.is_change && receipt.project.seq == 1));
    assert_eq!(word(&tables.runs.values().next().expect("a run").body), Verdict::Passed);
}

#[test]
fn changed_projects_get_numbers_in_order_and_others_keep_theirs() {
    let with_run = |project, number, received| Delivery {
        runs: vec![run(project, number, "success", Some(1))],
        ..delivery(project, received)
    };
    let mut tables = Tables::default();
    tables.write(&[with_run("a", 1, 0), with_run("b", 1, 0), with_run("c", 1, 0)]);
    let (receipts, _) =
        tables.write(&[with_run("c", 2, 1), with_run("b", 1, 1), with_run("a", 2, 1)]);
    let seqs: Vec<i64> = receipts.iter().map(|receipt| receipt.project.seq).collect();
    assert_eq!(seqs, [4, 2, 5]);
    assert_eq!(receipts.iter().map(|one| one.is_change).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn a_path_of_two_platforms_is_two_projects() {
    let from =
        |provider, received| Delivery { provider: Some(provider), ..delivery("o/r", received) };
    let mut tables = Tables::default();
    let (receipts, _) = tables.write(&[from(Provider::GitLab, 0), from(Provider::GitHub, 0)]);
    let name = |receipt: &Receipt| receipt.project.name.clone();
    assert_eq!(receipts.iter().map(name).collect::<Vec<_>>(), ["o/r", "github:o/r"]);
    let (receipts, _) = tables.write(&[from(Provider::GitHub, 1), from(Provider::GitLab, 1)]);
    assert_eq!(receipts.iter().map(name).collect::<Vec<_>>(), ["github:o/r", "o/r"]);
    assert_eq!(tables.projects.len(), 2);
}

#[test]
fn a_report_under_a_long_name_takes_no_project_over() {
    let mut tables = Tables::default();
    let webhook = Delivery { provider: Some(Provider::GitHub), ..delivery("o/r", 0) };
    tables.write(&[webhook.clone(), delivery("github:o/r", 0)]);
    let (receipts, _) = tables.write(&[webhook]);
    assert_eq!(receipts[0].project.name, "o/r");
}

#[test]
fn a_project_that_began_with_a_report_gets_its_platform() {
    let mut tables = Tables::default();
    let posted = Delivery { tests: Some(report(1, None, 0)), ..delivery("o/r", 0) };
    let (receipts, _) = tables.write(&[posted]);
    assert_eq!(receipts[0].project.provider, None);
    let webhook = Delivery { provider: Some(Provider::GitHub), ..delivery("o/r", 1) };
    let (receipts, _) = tables.write(&[webhook]);
    assert_eq!(receipts[0].project.provider, Some(Provider::GitHub));
    assert!(receipts[0].is_change);
    assert_eq!(tables.projects.len(), 1);
}

#[test]
fn the_latest_word_on_the_default_branch_counts() {
    let told = |name: &str, received| Delivery {
        default_branch: Some(name.to_string()),
        ..delivery("o/r", received)
    };
    let mut tables = Tables::default();
    tables.write(&[told("master", 1), delivery("o/r", 5)]);
    let (receipts, _) = tables.write(&[told("main", 3), told("master", 2)]);
    assert_eq!(receipts[1].project.default_branch.as_deref(), Some("main"));
}

#[test]
fn the_default_branch_is_that_of_the_newest_run() {
    let told = |name: &str, number: u64| {
        let mut newest = branch("o/r", number, name);
        newest.times.created = Some(at(number as i64));
        Delivery {
            runs: vec![newest],
            default_branch: Some(name.to_string()),
            ..delivery("o/r", 99 - number as i64)
        }
    };
    for order in [[1, 2], [2, 1]] {
        let mut tables = Tables::default();
        let names = ["", "master", "main"];
        let mut last = None;
        for number in order {
            let (receipts, _) = tables.write(&[told(names[number], number as u64)]);
            last = receipts[0].project.default_branch.clone();
        }
        assert_eq!(last.as_deref(), Some("main"), "{order:?}");
    }
}

#[test]
fn names_that_an_engine_could_not_store_are_refused() {
    let long = "x".repeat(801);
    for name in ["", "a\0b", "a\nb", &long] {
        assert!(check(&delivery(name, 0)).is_err_and(|error| !error.is_temporary), "{name:?}");
        let mut strange = run("o/r", 7, "success", None);
        strange.kind.git_ref = Some(name.to_string());
        let named = Delivery { runs: vec![strange], ..delivery("o/r", 0) };
        assert_eq!(check(&named).is_err(), !name.is_empty(), "{name:?}");
    }
    let usual = Delivery { runs: vec![branch("o/r", 7, "fix/ümlaut #1")], ..delivery("o/r", 0) };
    assert_eq!(check(&usual), Ok(()));
}

#[test]
fn a_run_that_grows_without_end_is_refused() {
    let mut endless = run("o/r", 7, "running", None);
    endless.add_jobs((0..20_000).map(|id| job(id, "success")));
    let batch = [Delivery { runs: vec![endless], ..delivery("o/r", 0) }];
    let ledger = Ledger::new(&batch, 0, 0, Vec::new());
    let error = ledger.settle(Vec::new(), Vec::new()).expect_err("too much");
    assert_eq!(error.message, "a run has too many jobs to be stored");
}
