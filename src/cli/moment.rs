//! Dates that can be typed.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A moment, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub i64);

/// The moment from which on something counts: a day means its beginning.
///
/// # Errors
/// Where it is none.
pub fn since(text: &str) -> Result<Moment, String> {
    moment(text, Time::midnight())
}

/// The moment up to which something counts: a day means its end.
///
/// # Errors
/// Where it is none.
pub fn until(text: &str) -> Result<Moment, String> {
    moment(text, Time::constant(23, 59, 59, 0))
}

/// A moment with an offset, a day or a moment in UTC, a number of seconds after `@`, or a time
/// before now.
fn moment(text: &str, of_day: Time) -> Result<Moment, String> {
    let wrong = || {
        "write a date such as 2024-05-01 or 2024-05-01T12:00:00Z, `3 weeks ago`, or @SECONDS"
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
