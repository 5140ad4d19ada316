//! Dates of commits, in an order that never runs backwards.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::Commit;

/// Dates of successive commits without the errors of clocks: as many as possible stay, and each of
/// the others becomes the one before it.
pub(super) fn settled(mut dates: Vec<i64>) -> Vec<i64> {
    // The longest sequence of dates that does not decrease. `ends` has the last date of the best
    // sequence of each length, `before` the one before each in its sequence, both as indices.
    let mut ends: Vec<u32> = Vec::new();
    let mut before: Vec<Option<u32>> = Vec::with_capacity(dates.len());
    for (i, date) in (0..).zip(&dates) {
        let length = ends.partition_point(|end| dates[*end as usize] <= *date);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = i,
            None => ends.push(i),
        }
    }
    let mut right = vec![false; dates.len()];
    let mut next = ends.last().copied();
    let mut latest = None;
    while let Some(i) = next {
        right[i as usize] = true;
        latest = Some(dates[i as usize]);
        next = before[i as usize];
    }
    // `latest` is now the first date of the sequence, which those before it take.
    for (date, right) in dates.iter_mut().zip(right) {
        match latest {
            Some(latest) if !right => *date = latest,
            _ => latest = Some(*date),
        }
    }
    dates
}

/// The date that is shown with a commit: a day in UTC.
pub fn day(commit: &Commit) -> String {
    match Timestamp::from_second(commit.ordered_s) {
        Ok(time) => time.strftime("%Y-%m-%d").to_string(),
        Err(_) => beyond(commit.ordered_s),
    }
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
