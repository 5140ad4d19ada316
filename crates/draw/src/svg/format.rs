//! Numbers, ids and texts in SVG syntax.

use super::{RADIX, SUFFIX};
use flaky_core::sanitize::is_format_control;

/// A number with at most `decimals` decimals.
pub(super) fn short(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text.strip_prefix("0.") {
        Some(rest) => format!(".{rest}"),
        None if text == "-0" => "0".to_string(),
        None => text.to_string(),
    }
}

/// A number in base 36, as a part of an id.
pub(super) fn id(number: u64) -> String {
    let digit = |n: u64| char::from_digit((n % RADIX) as u32, RADIX as u32).unwrap_or('0');
    let mut digits = vec![digit(number)];
    let mut rest = number / RADIX;
    while rest > 0 {
        digits.push(digit(rest));
        rest /= RADIX;
    }
    digits.into_iter().rev().collect()
}

/// Text for XML: markup is escaped, characters that XML does not allow are left out.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            SUFFIX => out.push_str("&#126;"),
            '\n' => out.push('\n'),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c if is_format_control(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
