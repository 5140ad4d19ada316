//! A badge as JSON that shields.io draws. <https://shields.io/badges/endpoint-badge>

use std::io::{self, Write};

use serde::Serialize;

use flaky_core::scene::theme::Rgb;
use flaky_core::verdict::{Report, Verdict};

/// The JSON of a badge. shields.io refuses unknown fields.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint<'a> {
    schema_version: u8,
    label: &'a str,
    message: String,
    color: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_error: bool,
}

/// Writes a report with the colour of its badge.
pub(super) fn write(
    report: &Report,
    label: &str,
    Rgb(red, green, blue): Rgb,
    out: &mut dyn Write,
) -> io::Result<()> {
    let endpoint = Endpoint {
        schema_version: 1,
        label,
        message: report.message(),
        color: format!("#{red:02x}{green:02x}{blue:02x}"),
        is_error: report.verdict == Verdict::Unknown,
    };
    serde_json::to_writer_pretty(&mut *out, &endpoint)?;
    writeln!(out)
}
