//! Dates: absolute, in words relative to now, or in seconds since 1970. All days are days in UTC.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Unit, Zoned};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(pub i64);

/// Parses a lower bound: a day, month or year means its first second.
pub(crate) fn since(text: &str) -> Result<Moment, String> {
    moment(text, &now(), Bound::First)
}

/// Parses an upper bound: a day, month or year means its last second.
pub(crate) fn until(text: &str) -> Result<Moment, String> {
    moment(text, &now(), Bound::Last)
}

/// The clock. Only the command line reads it.
fn now() -> Zoned {
    Timestamp::now().to_zoned(TimeZone::UTC)
}

/// The second of a day, month or year that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    First,
    Last,
}

fn moment(text: &str, now: &Zoned, bound: Bound) -> Result<Moment, String> {
    let parsed = absolute(text, bound).or_else(|| words(text, now, bound));
    parsed.ok_or_else(|| {
        "expected a date such as 2024-05-01, 2024-05, 2024 or 2024-05-01T12:00Z, words such as \
         yesterday, `last week`, `3 weeks ago` or 1.year.ago, or @SECONDS"
            .to_string()
    })
}

/// `@SECONDS`, a date with an offset, or a date, day, month or year in UTC.
fn absolute(text: &str, bound: Bound) -> Option<Moment> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().map(Moment).ok();
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(Moment(timestamp.as_second()));
    }
    if let Some((year, month)) = year_and_month(text) {
        let first = Date::new(year, month.unwrap_or(1), 1).ok()?;
        let last = match month {
            Some(_) => first.last_of_month(),
            None => first.last_of_year(),
        };
        return of_day(if bound == Bound::First { first } else { last }, bound);
    }
    match text.parse::<Date>() {
        Ok(day) if !text.contains(':') => of_day(day, bound),
        _ => utc(text.parse().ok()?),
    }
}

/// `2024` or `2024-05`.
fn year_and_month(text: &str) -> Option<(i16, Option<i8>)> {
    let number = |digits: &str, length: usize| {
        let plain = digits.len() == length && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse::<i16>().ok().filter(|_| plain)
    };
    match text.split_once('-') {
        None => Some((number(text, 4)?, None)),
        Some((year, month)) => {
            Some((number(year, 4)?, Some(i8::try_from(number(month, 2)?).ok()?)))
        }
    }
}

/// Git's words: `now`, `today`, `yesterday`, `monday`, `last week`, `2 weeks ago`, `1.year.ago`.
fn words(text: &str, now: &Zoned, bound: Bound) -> Option<Moment> {
    let text = text.trim().to_ascii_lowercase().replace(['.', '_'], " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let before = |span: Span| Some(Moment(now.checked_sub(span).ok()?.timestamp().as_second()));
    match words[..] {
        ["now"] => before(Span::new()),
        ["today"] => of_day(now.date(), bound),
        ["yesterday"] => of_day(now.date().yesterday().ok()?, bound),
        ["last", unit] if weekday(unit).is_none() => before(span("1", unit)?),
        [day] | ["last", day] if weekday(day).is_some() => {
            of_day(now.date().nth_weekday(-1, weekday(day)?).ok()?, bound)
        }
        [count, unit, "ago"] => before(span(count, unit)?),
        _ => {
            // Several units, such as `1 year 2 months ago`.
            let span: Span = text.parse().ok()?;
            before(span.abs())
        }
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    let days = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    days.into_iter().find_map(|(day, weekday)| (day == name).then_some(weekday))
}

/// A number of a unit; the number may be a word.
fn span(count: &str, unit: &str) -> Option<Span> {
    const NUMBERS: [&str; 11] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let count = match count {
        "a" | "an" => 1,
        word => match NUMBERS.iter().position(|number| *number == word) {
            Some(number) => i64::try_from(number).ok()?,
            None => word.parse().ok().filter(|count| *count >= 0)?,
        },
    };
    let unit = match unit.strip_suffix('s').unwrap_or(unit) {
        "second" | "sec" => Unit::Second,
        "minute" | "min" => Unit::Minute,
        "hour" => Unit::Hour,
        "day" => Unit::Day,
        "week" => Unit::Week,
        "month" => Unit::Month,
        "year" => Unit::Year,
        _ => return None,
    };
    let span = Span::new();
    match unit {
        Unit::Second => span.try_seconds(count),
        Unit::Minute => span.try_minutes(count),
        Unit::Hour => span.try_hours(count),
        Unit::Day => span.try_days(count),
        Unit::Week => span.try_weeks(count),
        Unit::Month => span.try_months(count),
        _ => span.try_years(count),
    }
    .ok()
}

/// The first or last second of a day.
fn of_day(day: Date, bound: Bound) -> Option<Moment> {
    utc(day.to_datetime(match bound {
        Bound::First => Time::midnight(),
        Bound::Last => Time::constant(23, 59, 59, 0),
    }))
}

fn utc(time: DateTime) -> Option<Moment> {
    Some(Moment(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds that a text means on 15 May 2024, a Wednesday, at 12:30.
    fn bounds(text: &str) -> Option<(String, String)> {
        let now: Timestamp = "2024-05-15T12:30:00Z".parse().expect("a time");
        let now = now.to_zoned(TimeZone::UTC);
        let at = |bound| {
            let Moment(seconds) = moment(text, &now, bound).ok()?;
            Some(Timestamp::from_second(seconds).ok()?.to_string())
        };
        at(Bound::First).zip(at(Bound::Last))
    }

    #[track_caller]
    fn is_instant(text: &str, expected: &str) {
        assert_eq!(bounds(text), Some((expected.into(), expected.into())), "{text}");
    }

    #[track_caller]
    fn is_time(text: &str, first: &str, last: &str) {
        let expected = (format!("{first}T00:00:00Z"), format!("{last}T23:59:59Z"));
        assert_eq!(bounds(text), Some(expected), "{text}");
    }

    #[test]
    fn days_months_and_years_are_whole() {
        is_time("2024-05-01", "2024-05-01", "2024-05-01");
        is_time("2024-02", "2024-02-01", "2024-02-29");
        is_time("2023-02", "2023-02-01", "2023-02-28");
        is_time("2024", "2024-01-01", "2024-12-31");
        is_time("9998", "9998-01-01", "9998-12-31");
        is_time("today", "2024-05-15", "2024-05-15");
        is_time("Yesterday", "2024-05-14", "2024-05-14");
        is_time("monday", "2024-05-13", "2024-05-13");
        is_time("last friday", "2024-05-10", "2024-05-10");
        is_time("wednesday", "2024-05-08", "2024-05-08");
    }

    #[test]
    fn other_words_are_instants() {
        is_instant("now", "2024-05-15T12:30:00Z");
        for text in
            ["last week", "1 week ago", "1.week.ago", "one week ago", "7 days", "a_week_ago"]
        {
            is_instant(text, "2024-05-08T12:30:00Z");
        }
        is_instant("last year", "2023-05-15T12:30:00Z");
        is_instant("2.months.ago", "2024-03-15T12:30:00Z");
        is_instant("3 hours ago", "2024-05-15T09:30:00Z");
        is_instant("90.minutes.ago", "2024-05-15T11:00:00Z");
        is_instant("1 year 2 months ago", "2023-03-15T12:30:00Z");
        is_instant("@86400", "1970-01-02T00:00:00Z");
        is_instant("2024-05-01T12:00+02:00", "2024-05-01T10:00:00Z");
        is_instant("2024-05-01T12:00:00", "2024-05-01T12:00:00Z");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            " ",
            ".",
            "ago",
            "last",
            "last fortnight",
            "soon",
            "2024-13",
            "2024-5",
            "20240",
            "2024-02-30",
            "@",
            "@x",
            "-1 week ago",
            "99999999999 years ago",
            "20000 years ago",
            "last ago",
            "1 ago",
            "week ago",
            "٢٠٢٤",
            "2024-05-01T25:00",
            "NaN weeks ago",
        ] {
            assert_eq!(bounds(text), None, "{text:?}");
        }
    }
}
