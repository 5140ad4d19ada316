//! Messages twice, late and in any order.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::gitlab::{build, build_event, pipeline};
use super::{Sent, gitea, github, gitlab, job, merged, run, verdict};
use flaky_core::verdict::Verdict;

/// The stories of all dialects. Each ends well, after a failure.
fn stories() -> [Vec<Sent>; 4] {
    [gitlab::story(), github::story(), gitea::story(), gitea::story_of_forgejo()]
}

/// A story in another order, in which some messages occur again.
fn disorder() -> impl Strategy<Value = (Vec<Sent>, Vec<Sent>)> {
    let story = (0..stories().len()).prop_map(|which| stories()[which].clone());
    story.prop_flat_map(|story| {
        let again = vec(any::<Index>(), 0..6);
        (Just(story), again).prop_flat_map(|(story, again)| {
            let repeated = again.iter().map(|index| index.get(&story).clone());
            let all: Vec<Sent> = story.iter().cloned().chain(repeated).collect();
            (Just(story), Just(all).prop_shuffle())
        })
    })
}

proptest! {
    #[test]
    fn any_order_and_number_of_messages_ends_the_same((story, disordered) in disorder()) {
        prop_assert_eq!(merged(&disordered), merged(&story));
        prop_assert_eq!(verdict(&disordered), Verdict::Flaky);
    }
}

#[test]
fn the_last_message_has_the_last_word() {
    for story in stories() {
        let last = run(story.last().expect("a message"));
        for earlier in &story {
            let runs = merged([story.last().expect("a message"), earlier]);
            let ours = runs.iter().find(|run| run.key == last.key).expect("the run");
            assert_eq!(ours.state, last.state, "{earlier:?}");
            for job in last.jobs() {
                assert_eq!(super::job(ours, job.id).state, job.state, "{earlier:?}");
            }
        }
    }
}

/// The statuses of a pipeline, and whether they say that it has ended.
const STATUSES: [(&str, bool); 12] = [
    ("created", false),
    ("waiting_for_resource", false),
    ("preparing", false),
    ("pending", false),
    ("running", false),
    ("canceling", false),
    ("success", true),
    ("failed", true),
    ("canceled", true),
    ("skipped", true),
    ("manual", true),
    ("scheduled", true),
];

/// A message about a pipeline in which something happened last at this second.
fn seen(status: &str, ended: bool, at: i64) -> Sent {
    let latest = build(2, "test", "created", [Some(at), None, None]);
    pipeline(status, ended.then_some(at), &[latest])
}

#[test]
fn the_later_of_every_two_states_of_a_pipeline_counts() {
    for (old, old_ended) in STATUSES {
        for (new, new_ended) in STATUSES {
            let (old, new) = (seen(old, old_ended, 5), seen(new, new_ended, 6));
            for messages in [[&old, &new], [&new, &old]] {
                let [both] = merged(messages).try_into().expect("one run");
                assert_eq!(both.state, run(&new).state);
            }
        }
    }
}

#[test]
fn of_two_states_of_one_moment_the_end_counts() {
    for (running, _) in STATUSES.iter().filter(|(_, ended)| !ended) {
        for (ended, _) in STATUSES.iter().filter(|(_, ended)| *ended) {
            let (running, ended) = (seen(running, false, 5), seen(ended, true, 5));
            for messages in [[&running, &ended], [&ended, &running]] {
                let [both] = merged(messages).try_into().expect("one run");
                assert_eq!(both.state, run(&ended).state);
            }
        }
    }
}

#[test]
fn a_job_goes_forward_through_every_two_of_its_states() {
    let states = [
        ("created", [Some(0), None, None]),
        ("pending", [Some(0), None, None]),
        ("running", [Some(0), Some(5), None]),
        ("failed", [Some(0), Some(5), Some(9)]),
    ];
    for (at, (_, times)) in states.iter().enumerate().skip(2) {
        for (old, old_times) in &states[..at] {
            let old = build_event(2, "test", old, *old_times);
            let new = build_event(2, "test", states[at].0, *times);
            for messages in [[&old, &new], [&new, &old]] {
                let [both] = merged(messages).try_into().expect("one run");
                assert_eq!(job(&both, 2).state.word, states[at].0);
            }
        }
    }
}

#[test]
fn a_retry_reopens_a_pipeline_and_no_old_message_does() {
    let story = gitlab::story();
    let (failed, retried) = (&story[5], &story[6]);
    for old in &story[..5] {
        assert_eq!(verdict([failed, old]), Verdict::Failed, "{old:?}");
    }
    assert_eq!(verdict([failed, retried]), Verdict::Running);
    assert_eq!(verdict([retried, failed]), Verdict::Running);
}
