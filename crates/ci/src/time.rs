//! Deserialisers for times in responses. A malformed time is treated as missing, to keep the rest
//! of the response.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A time in RFC 3339; `None` for anything else.
pub(crate) fn rfc3339<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Option::<Value>::deserialize(from)?;
    Ok(value.as_ref().and_then(Value::as_str).and_then(|text| text.parse().ok()))
}

/// A time in RFC 3339, or as Ruby writes it: `2016-08-12 15:23:28 UTC`, `2016-08-12 17:23:28 +0200`.
pub(crate) fn rfc3339_or_ruby<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Timestamp>, D::Error> {
    let value = Option::<Value>::deserialize(from)?;
    let from_ruby = |text: &str| {
        let (time, zone) = text.rsplit_once(' ')?;
        let zone = if zone == "UTC" { "Z" } else { zone };
        format!("{time}{zone}").parse().ok()
    };
    let text = value.as_ref().and_then(Value::as_str);
    Ok(text.and_then(|text| text.parse().ok().or_else(|| from_ruby(text))))
}

/// A time in RFC 3339 after 1970; `None` for anything else. Go writes a time that is not set as one of
/// the year 1, Gitea as the beginning of 1970.
pub(crate) fn rfc3339_if_set<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Timestamp>, D::Error> {
    Ok(rfc3339(from)?.filter(|time| time.as_second() > 0))
}

/// Seconds since 1970; `None` for 0, which means never, and for anything that is not a number.
pub(crate) fn unix_s<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Option::<Value>::deserialize(from)?;
    let seconds = value.as_ref().and_then(Value::as_i64).filter(|seconds| *seconds > 0);
    Ok(seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()))
}

/// A number of milliseconds; `None` for anything else.
pub(crate) fn milliseconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    Ok(Option::<Value>::deserialize(from)?.as_ref().and_then(Value::as_i64))
}
