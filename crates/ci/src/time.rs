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
