//! No query reads a whole table, however many rows there are.

use tokio_postgres::SimpleQueryMessage;

use super::bed::{Bed, on_each_engine};
use crate::serve::store::{Database, postgres, sql, sqlite};

/// The statements of both engines, with the number of their parameters.
const SHARED: &[(&str, usize)] = &[
    (sql::CHANGED_SINCE, 1),
    (sql::RUNS, 2),
    (sql::RUNS_OF_REF, 3),
    (sql::UNFINISHED, 2),
    (sql::REPORTS, 2),
    (sql::REPORTS_OF_REF, 3),
    (sql::RESULTS, 2),
    (sql::RESULTS_OF_REF, 3),
    (sql::RUNS_TO_PRUNE, 4),
    (sql::PRUNE_RUNS, 4),
    (sql::REPORTS_TO_PRUNE, 4),
    (sql::PRUNE_REPORTS, 4),
];

/// The lines of a plan.
async fn plan(bed: &Bed, statement: &str, parameters: usize) -> Vec<String> {
    match &bed.database {
        Database::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).expect("a connection");
            let mut explained =
                connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).expect("a plan");
            let lines = explained.raw_query().mapped(|row| row.get("detail"));
            lines.collect::<Result<_, _>>().expect("lines")
        }
        Database::Postgres(url) => {
            let (client, connection) =
                tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("a connection");
            tokio::spawn(connection);
            // A small table is read as a whole, or sorted, unless that is forbidden.
            let prepare = format!(
                "SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan; \
                 PREPARE statement AS {statement}"
            );
            client.batch_execute(&prepare).await.expect(statement);
            let values = vec!["NULL"; parameters].join(", ");
            let values = if parameters == 0 { values } else { format!("({values})") };
            let lines = client.simple_query(&format!("EXPLAIN EXECUTE statement{values}")).await;
            let text = |message| match message {
                SimpleQueryMessage::Row(row) => row.get(0).map(|text| text.trim().to_string()),
                _ => None,
            };
            lines.expect("a plan").into_iter().filter_map(text).collect()
        }
    }
}

/// Lines of a plan that read a whole table, or sort what they have read.
fn slow<'a>(statement: &str, plan: &'a [String]) -> Vec<&'a String> {
    // The two halves of the reports of a branch are bounded, and then put in order.
    let may_sort = statement.contains("UNION ALL");
    let is_slow = |line: &&String| {
        let scans = line.starts_with("SCAN flaky_") || line.contains("Seq Scan on flaky_");
        let sorts = line.contains("TEMP B-TREE") || line.contains("Sort  (");
        scans || sorts && !may_sort
    };
    plan.iter().filter(is_slow).collect()
}

#[test]
fn no_statement_reads_a_whole_table() {
    on_each_engine(async |bed: &Bed| {
        bed.open().await.close().await;
        let own: &[(&str, usize)] = match &bed.database {
            Database::Sqlite(_) => sqlite::STATEMENTS,
            Database::Postgres(_) => &postgres::write::STATEMENTS,
        };
        for (statement, parameters) in SHARED.iter().chain(own) {
            let plan = plan(bed, statement, *parameters).await;
            assert_eq!(slow(statement, &plan), [""; 0], "{statement}: {plan:#?}");
        }
    });
}

#[test]
fn a_statement_without_an_index_would_be_noticed() {
    on_each_engine(async |bed: &Bed| {
        bed.open().await.close().await;
        for statement in [
            "SELECT body FROM flaky_runs WHERE finished = 1",
            "SELECT id FROM flaky_projects WHERE heard < 0",
        ] {
            let plan = plan(bed, statement, 0).await;
            assert_ne!(slow(statement, &plan), [""; 0], "{statement}: {plan:#?}");
        }
    });
}
