//! The life of a history for the overview: its weeks, years, releases and silences as parts of the whole.

use crate::history::History;
use crate::history::calendar::{day_of, year, year_start};
use crate::history::story::{Activity, Story};
use flaky_core::scene::overview::{Overview, OverviewSlice};

/// The overview of a history.
pub(super) fn overview(history: &History, story: &Story, activity: &Activity) -> Overview {
    let date = |index: usize| history.commits[index].ordered_s;
    let slices = activity
        .slices
        .iter()
        .map(|slice| OverviewSlice { commits: slice.commits.to_vec(), failed: slice.failed > 0 });
    let releases = story.releases.iter();
    let silences = story.silences.iter();
    Overview {
        slices: slices.collect(),
        years: years(activity),
        releases: releases
            .map(|release| (activity.part(release.date_s), release.name.to_string()))
            .collect(),
        silences: silences
            .map(|silence| (activity.part(date(silence.end - 1)), activity.part(date(silence.end))))
            .collect(),
    }
}

/// The years that begin within the life; for a short one, its first and its last day.
fn years(activity: &Activity) -> Vec<(f64, String)> {
    let end_s = activity.begin_s.saturating_add(activity.span_s() - 1);
    let years = || Some(year(activity.begin_s)? + 1..=year(end_s)?);
    let begins = years()
        .into_iter()
        .flatten()
        .filter_map(|year| Some((activity.part(year_start(year)?), year.to_string())));
    let begins: Vec<(f64, String)> = begins.collect();
    match begins[..] {
        [_, _, ..] => begins,
        _ => vec![(0.0, day_of(activity.begin_s)), (1.0, day_of(end_s))],
    }
}
