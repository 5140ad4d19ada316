//! Text of unknown origin (commit messages, job names, server answers) made safe to show.

/// At most `max_chars` characters of `text`, with an ellipsis where it is cut. Control characters
/// and invisible direction marks become U+FFFD.
pub fn sanitize(text: &str, max_chars: usize) -> String {
    let shown = |c: char| if c.is_control() || is_format_control(c) { '\u{fffd}' } else { c };
    let mut short: String = text.chars().take(max_chars).map(shown).collect();
    if text.chars().nth(max_chars).is_some() {
        short.push('…');
    }
    short
}

/// Digits of an abbreviated commit id, as git shows it; as many are needed to accept one.
pub const SHORT_ID: usize = 7;

/// A commit id, abbreviated and safe to show.
pub fn short_id(id: &str) -> String {
    let end = id.char_indices().nth(SHORT_ID).map_or(id.len(), |(at, _)| at);
    sanitize(&id[..end], SHORT_ID)
}

/// True for invisible characters that change the order or the breaks of a line.
pub fn is_format_control(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
