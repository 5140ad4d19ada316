//! The log: what happens, on standard error, as lines of text or JSON.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object on each line.
    Json,
}

/// Starts the log of this process. `filter` selects what is logged, such as `info,flaky=debug`.
///
/// # Errors
/// Fails if the filter is malformed.
pub(crate) fn start(format: LogFormat, filter: &str) -> Result<(), String> {
    // The library takes any word for the name of a module.
    let is_level = |word: &&str| word.contains('=') || word.trim().parse::<LevelFilter>().is_ok();
    if let Some(word) = filter.split(',').find(|word| !is_level(word)) {
        return Err(format!("{word:?} is not a level"));
    }
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .parse(filter)
        .map_err(|error| error.to_string())?;
    // A log that cannot be written, such as on a full disk, must not end anything.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .log_internal_errors(false);
    match format {
        LogFormat::Text => log.with_ansi(false).with_target(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
