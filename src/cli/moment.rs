//! Dates: absolute, relative to now, or in seconds since 1970.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(pub i64);

/// Parses a lower bound: a day without a time means its first second.
pub(crate) fn since(text: &str) -> Result<Moment, String> {
    moment(text, Time::midnight())
}

/// Parses an upper bound: a day without a time means its last second.
pub(crate) fn until(text: &str) -> Result<Moment, String> {
    moment(text, Time::constant(23, 59, 59, 0))
}

/// Accepts a date with an offset, a date or day in UTC, `@SECONDS`, or a span before now. A day
/// gets the time `of_day`.
fn moment(text: &str, of_day: Time) -> Result<Moment, String> {
    let wrong = || {
        "expected a date such as 2024-05-01 or 2024-05-01T12:00:00Z, `3 weeks ago`, or @SECONDS"
            .to_string()
    };
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().map(Moment).map_err(|_| wrong());
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(Moment(timestamp.as_second()));
    }
    let civil = text.parse::<Date>().ok().filter(|_| !text.contains(':'));
    let civil = civil.map(|day| day.to_datetime(of_day)).or_else(|| text.parse().ok());
    if let Some(civil) = civil {
        let utc = civil.to_zoned(TimeZone::UTC).map_err(|_| wrong())?;
        return Ok(Moment(utc.timestamp().as_second()));
    }
    let span: Span = text.parse().map_err(|_| wrong())?;
    let back = if span.is_negative() { span } else { span.negate() };
    let then = Timestamp::now().to_zoned(TimeZone::UTC).checked_add(back).map_err(|_| wrong())?;
    Ok(Moment(then.timestamp().as_second()))
}
