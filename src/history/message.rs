//! What stands in a commit object, read leniently: anything may be missing, and nothing need
//! be UTF-8.

use encoding_rs::Encoding;

use super::{Id, Traits};

/// The longest subject that is kept, in characters.
pub const LONGEST_SUBJECT: usize = 200;
/// The longest name or address that is kept, in characters.
pub const LONGEST_NAME: usize = 100;

/// A commit object, taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The tree.
    pub tree: Option<Id>,
    /// The parents.
    pub parents: Vec<Id>,
    /// The author.
    pub author: Stamp,
    /// When it was committed, in seconds since 1970.
    pub committed_s: i64,
    /// The first paragraph of the message in one line.
    pub subject: String,
    /// What the message makes of it.
    pub traits: Traits,
}

/// Who, and when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stamp {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Seconds since 1970.
    pub time_s: i64,
    /// The offset from UTC in minutes.
    pub offset_min: i16,
    /// Whether the line had the form it should have.
    pub whole: bool,
}

/// Takes a commit object apart.
pub fn parse(object: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut rest = object;
    let (mut author, mut committer, mut encoding) = (None, None, None);
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.is_empty() {
            break;
        }
        let hex = |digits: &[u8]| Id::from_hex(std::str::from_utf8(digits).ok()?.trim());
        // The first of each counts; a signature's lines begin with a space.
        if let Some(id) = line.strip_prefix(b"tree ") {
            parsed.tree = parsed.tree.or_else(|| hex(id));
        } else if let Some(id) = line.strip_prefix(b"parent ") {
            parsed.parents.extend(hex(id));
        } else if let Some(stamp) = line.strip_prefix(b"author ") {
            author.get_or_insert(stamp);
        } else if let Some(stamp) = line.strip_prefix(b"committer ") {
            committer.get_or_insert(stamp);
        } else if let Some(name) = line.strip_prefix(b"encoding ") {
            encoding = Encoding::for_label(name);
        }
    }
    let text = |bytes: &[u8]| match encoding {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        None => String::from_utf8_lossy(bytes).into_owned(),
    };
    parsed.author = author.map(|bytes| stamp(&text(bytes))).unwrap_or_default();
    let committer = committer.map(|bytes| stamp(&text(bytes))).unwrap_or_default();
    parsed.traits.damaged = !(parsed.author.whole && committer.whole) || parsed.tree.is_none();
    parsed.committed_s = if committer.whole { committer.time_s } else { parsed.author.time_s };
    // Only the beginning of a message says what we want of it; for git a NUL is its end.
    let message = &rest[..rest.len().min(1 << 16)];
    let end = memchr::memchr(0, message).unwrap_or(message.len());
    let message = text(&message[..end]);
    (parsed.subject, parsed.traits) = read_message(&message, parsed.traits);
    parsed
}

fn read_message(message: &str, traits: Traits) -> (String, Traits) {
    let message = message.trim_start_matches(['\n', '\r', ' ', '\t']);
    // A line of nothing but blanks ends the subject, be it a carriage return.
    let mut end = 0;
    for line in message.split_inclusive('\n') {
        if line.trim().is_empty() {
            break;
        }
        end += line.len();
    }
    let (subject, body) = message.split_at(end);
    let subject = one_line(subject, LONGEST_SUBJECT);
    let traits = judge(&subject, body, traits);
    (subject, traits)
}

/// What subject and body make of a commit.
pub fn judge(subject: &str, body: &str, traits: Traits) -> Traits {
    let starts =
        |word: &str| subject.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    let names_a_commit = body.find("This reverts commit ").is_some_and(|at| {
        let id = &body[at + "This reverts commit ".len()..];
        id.bytes().take_while(u8::is_ascii_hexdigit).count() >= 7
    });
    Traits {
        revert: names_a_commit && (starts("revert") || starts("reapply")),
        fixup: ["fixup!", "squash!", "amend!"].iter().any(|word| starts(word)),
        ..traits
    }
}

/// `Name <email> seconds +hhmm`, as far as it is that.
fn stamp(text: &str) -> Stamp {
    let (who, when) = match text.rsplit_once('>') {
        Some((who, when)) => (who, when),
        None => (text, ""),
    };
    let (name, email) = who.split_once('<').unwrap_or((who, ""));
    let mut words = when.split_whitespace();
    let seconds = words.next().and_then(seconds);
    let offset = words.next().and_then(offset_min);
    Stamp {
        name: one_line(name, LONGEST_NAME),
        email: one_line(email, LONGEST_NAME),
        time_s: seconds.unwrap_or_default(),
        offset_min: offset.unwrap_or_default(),
        whole: text.contains('>') && seconds.is_some() && offset.is_some(),
    }
}

/// Seconds since 1970, as many as there are.
pub fn seconds(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let most = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Some(text.parse().unwrap_or(most))
}

/// `+hhmm` or `-hhmm` in minutes; what no clock shows counts as UTC.
pub fn offset_min(text: &str) -> Option<i16> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => return None,
    };
    let number: i64 = digits.parse().ok().filter(|number| *number >= 0)?;
    let minutes = number / 100 * 60 + number % 100;
    Some(if minutes <= 15 * 60 { sign * minutes as i16 } else { 0 })
}

/// Text in one line without control characters at its ends, cut where it is very long.
pub fn one_line(text: &str, most: usize) -> String {
    let mut line = String::with_capacity(text.len().min(most));
    let words = text.split_whitespace();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * most {
            break;
        }
    }
    if let Some((at, _)) = line.char_indices().nth(most) {
        line.truncate(at);
        line.push('…');
    }
    line
}
