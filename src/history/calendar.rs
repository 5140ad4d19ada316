//! Dates of commits, in an order that never runs backwards.

use std::iter;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::Commit;

/// Dates of successive commits without the errors of clocks: as many as possible stay, and each of
/// the others becomes the one before it.
pub(super) fn settled(mut dates: Vec<i64>) -> Vec<i64> {
    let right = longest_sequence(&dates);
    // Those before the first right one take its date.
    let mut latest_s = right.first().map_or(0, |first| dates[*first as usize]);
    let mut right = right.into_iter().peekable();
    for (i, date) in (0..).zip(&mut dates) {
        match right.next_if_eq(&i) {
            Some(_) => latest_s = *date,
            None => *date = latest_s,
        }
    }
    dates
}

/// Indices of the longest sequence of dates that does not decrease. If there are several, its last
/// date is the earliest and its first date the latest, since wrong clocks are often far off.
fn longest_sequence(dates: &[i64]) -> Vec<u32> {
    let date = |index: u32| dates[index as usize];
    // The earliest last date of a sequence of each length.
    let mut lasts: Vec<u32> = Vec::new();
    for i in 0..dates.len() as u32 {
        let length = lasts.partition_point(|last| date(*last) <= date(i));
        put(&mut lasts, length, i);
    }
    let Some(&last) = lasts.last() else { return Vec::new() };
    // From there backwards, the latest first date, and the one after each in its sequence.
    let mut firsts: Vec<u32> = Vec::new();
    let mut after = vec![None; last as usize + 1];
    for i in (0..=last).rev().filter(|i| date(*i) <= date(last)) {
        let length = firsts.partition_point(|first| date(*first) >= date(i));
        after[i as usize] = length.checked_sub(1).map(|shorter| firsts[shorter]);
        put(&mut firsts, length, i);
    }
    iter::successors(firsts.last().copied(), |i| after[*i as usize]).collect()
}

/// Replaces the element at an index up to the length, or appends it.
fn put(list: &mut Vec<u32>, index: usize, element: u32) {
    match list.get_mut(index) {
        Some(place) => *place = element,
        None => list.push(element),
    }
}

/// The date that is shown with a commit: a day in UTC.
pub fn day(commit: &Commit) -> String {
    day_of(commit.ordered_s)
}

/// The day of an instant in UTC, given in seconds since 1970.
pub fn day_of(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time.strftime("%Y-%m-%d").to_string(),
        Err(_) => beyond(seconds),
    }
}

/// The year of an instant in UTC; `None` beyond the calendar's range.
pub fn year(seconds: i64) -> Option<i64> {
    let time = Timestamp::from_second(seconds).ok()?;
    Some(time.to_zoned(TimeZone::UTC).year().into())
}

/// The first second of a year in UTC, in seconds since 1970.
pub fn year_start(year: i64) -> Option<i64> {
    let date = jiff::civil::Date::new(i16::try_from(year).ok()?, 1, 1).ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

/// Author date with the author's offset, in RFC 3339.
pub(super) fn authored(commit: &Commit) -> String {
    let local = || {
        let offset = Offset::from_seconds(60 * i32::from(commit.offset_min)).ok()?;
        Some(Timestamp::from_second(commit.written_s).ok()?.to_zoned(TimeZone::fixed(offset)))
    };
    match local() {
        Some(local) => local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        None => beyond(commit.written_s),
    }
}

/// Commit date in UTC, in RFC 3339.
pub(super) fn committed(commit: &Commit) -> String {
    Timestamp::from_second(commit.committed_s)
        .map_or_else(|_| beyond(commit.committed_s), |time| time.to_string())
}

/// A date beyond the range of the calendar.
fn beyond(seconds: i64) -> String {
    format!("@{seconds}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_run_forwards_stay() {
        for dates in [&[][..], &[7], &[1, 2, 2, 3], &[-5, 0, i64::MAX]] {
            assert_eq!(settled(dates.to_vec()), dates);
        }
    }

    #[test]
    fn wrong_clocks_take_the_date_before_them() {
        assert_eq!(settled(vec![10, 20, 0, 30]), [10, 20, 20, 30]);
        assert_eq!(settled(vec![10, 20, 9000, 30, 40]), [10, 20, 20, 30, 40]);
        assert_eq!(settled(vec![9000, 10, 20]), [10, 10, 20], "the first has none before it");
        assert_eq!(settled(vec![1, i64::MAX, i64::MIN, 2, 3]), [1, 1, 1, 2, 3]);
        assert_eq!(settled(vec![10, 20, 9000, 30]), [10, 20, 20, 30], "and the last none after it");
    }

    #[test]
    fn they_never_run_backwards() {
        let mut state = 7_u64;
        for length in 0..60 {
            let dates: Vec<i64> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 60) as i64
                })
                .collect();
            let settled = settled(dates.clone());
            assert!(settled.is_sorted(), "{dates:?}: {settled:?}");
            assert!(settled.iter().all(|date| dates.contains(date)));
        }
    }
}
