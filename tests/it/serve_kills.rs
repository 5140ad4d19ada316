//! `flaky serve` is killed under load, and the disk is full for a while: what was acknowledged is there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::serving::{GITLAB, JSON, Server, pipeline};

/// The kills, and the senders of each round.
const KILLS: u64 = 50;
const SENDERS: u64 = 6;
/// The most runs that a history lists.
const MOST: u64 = 200;

/// Sends pipelines of a project until the server is gone or `enough` is set, and returns the numbers of
/// those that were acknowledged.
fn send(server: &Server, project: &str, enough: &AtomicBool) -> Vec<u64> {
    let mut acknowledged = Vec::new();
    for id in 1..=MOST {
        if enough.load(Ordering::Relaxed) {
            break;
        }
        let mut delivery = pipeline(id, "success");
        delivery["project"]["path_with_namespace"] = project.into();
        let body = delivery.to_string();
        match server.try_send("POST /webhook", &[GITLAB, JSON], body.as_bytes()) {
            Ok(answer) if answer.code == 200 => acknowledged.push(id),
            Ok(answer) => assert_eq!(answer.code, 503, "{}", answer.text()),
            Err(_) => break,
        }
    }
    acknowledged
}

/// The numbers of the stored pipelines of a project, in order.
#[track_caller]
fn stored(server: &Server, project: &str) -> Vec<u64> {
    let history = server.get(&format!("/history/{project}.json?limit={MOST}"));
    if history.code == 404 {
        return Vec::new();
    }
    let history: Value = history.is(200).json();
    let runs = history["pipelines"].as_array().expect("pipelines").iter();
    let mut numbers: Vec<u64> = runs.filter_map(|run| run["number"].as_u64()).collect();
    numbers.sort_unstable();
    numbers
}

/// Sends from several threads for a while, and then ends the load by `end`. Returns what each project
/// was acknowledged.
fn under_load(
    server: &mut Server,
    round: u64,
    milliseconds: u64,
    end: impl FnOnce(&mut Server),
) -> Vec<(String, Vec<u64>)> {
    let enough = AtomicBool::new(false);
    let names: Vec<String> = (0..SENDERS).map(|sender| format!("r{round}/s{sender}")).collect();
    // The senders need the server's address alone.
    let address = Server::at(&server.host);
    let (address, enough) = (&address, &enough);
    let acknowledged = thread::scope(|scope| {
        let senders: Vec<_> =
            names.iter().map(|name| scope.spawn(move || send(address, name, enough))).collect();
        thread::sleep(Duration::from_millis(milliseconds));
        end(server);
        enough.store(true, Ordering::Relaxed);
        senders.into_iter().map(|sender| sender.join().expect("a sender")).collect::<Vec<_>>()
    });
    names.into_iter().zip(acknowledged).collect()
}

#[track_caller]
fn has_all(server: &Server, acknowledged: &[(String, Vec<u64>)]) {
    for (project, numbers) in acknowledged {
        let stored = stored(server, project);
        let lost: Vec<_> = numbers.iter().filter(|number| !stored.contains(number)).collect();
        assert!(lost.is_empty(), "{project}: {lost:?} were acknowledged and are lost");
    }
}

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let mut server = Server::start();
    let mut count = 0;
    for round in 0..KILLS {
        let acknowledged = under_load(&mut server, round, 20 + 7 * (round % 11), Server::kill);
        count += acknowledged.iter().map(|(_, numbers)| numbers.len()).sum::<usize>();
        server.run();
        has_all(&server, &acknowledged);
    }
    assert!(count > 500, "only {count} deliveries were acknowledged in all rounds");
}

#[test]
fn a_full_disk_loses_nothing_and_passes() {
    let mut server = Server::start();
    let before = under_load(&mut server, 0, 200, |_| {});
    // Not a byte more than there is.
    server.limit_files("1");
    let full = under_load(&mut server, 1, 200, |_| {});
    assert!(full.iter().all(|(_, numbers)| numbers.is_empty()), "{full:?}");
    let refused = server.send(
        "POST /webhook",
        &[GITLAB, JSON],
        pipeline(1, "success").to_string().as_bytes(),
    );
    assert_eq!(refused.code, 503);
    assert!(refused.header("retry-after").is_some(), "{}", refused.head);
    server.get("/healthz").is(200);
    // What is in memory is still answered.
    server.get("/status/r0/s0").is(200);
    server.kill();
    server.run();
    has_all(&server, &before);
    let after = under_load(&mut server, 2, 200, |server| server.limit_files("1"));
    server.limit_files("unlimited");
    has_all(&server, &after);
    let again = under_load(&mut server, 3, 200, |_| {});
    assert!(again.iter().any(|(_, numbers)| !numbers.is_empty()), "it has not recovered");
    server.end();
    server.run();
    has_all(&server, &again);
}
