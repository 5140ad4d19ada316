//! The verdict of a badge that was made for people: words with counts, symbols, and a colour.
//!
//! The page contains this code, so it is written for size: a message becomes a list of [`Token`]s
//! without any text.

use super::is_one_of;
use crate::verdict::Verdict;

/// The longest message that is read, in bytes. A longer one is no badge's.
const LONGEST: usize = 1000;
/// The largest distance between a word and what counts or negates it: "0 slow unit tests failed".
const REACH: usize = 4;
/// Words that mean a count of zero.
const ZEROS: &str = "no none zero without never";

impl Verdict {
    /// The verdict of the message of a badge.
    ///
    /// It is the most severe of the words and symbols that stand for a verdict. Counts of zero do
    /// not count ("0 failed", "failed: 0", "no errors"). A part that passed is a failure of the
    /// rest ("8/10 passed", "80 %"). Skipped tests beside others are left out. Where the words do
    /// not decide, or "not" precedes one, the colour does, by its name or in hexadecimal digits.
    ///
    /// A badge that `is_error` has neither passed nor a colour of its own.
    pub fn of_badge(message: &str, colour: Option<&str>, is_error: bool) -> Self {
        let message = if message.len() > LONGEST { "" } else { message };
        let tokens = Lexer::tokens(message);
        let has_colour = !is_error && !tokens.contains(&Token::Lost);
        let colour = colour.filter(|_| has_colour).and_then(of_colour);
        match Said::by(&tokens).verdict(colour) {
            Self::Passed if is_error => Self::Unknown,
            verdict => verdict,
        }
    }
}

/// A word, a symbol or the end of a clause.
#[derive(Clone, Copy, PartialEq)]
enum Token {
    /// It stands for a verdict.
    Is(Verdict),
    Skipped,
    /// A count.
    Count {
        /// True for "0" and for words like "no".
        zero: bool,
        /// True for a part of a whole: "8/10" and "8 of 10", but neither "10/10" nor "1/2/2024".
        partial: bool,
    },
    Not,
    /// What the badge is about was not found or understood, so the colour is that of an error.
    Lost,
    Other,
    End,
}

impl Token {
    fn is_count(self) -> bool {
        matches!(self, Self::Count { .. })
    }

    fn is_zero(self) -> bool {
        matches!(self, Self::Count { zero: true, .. })
    }

    /// The verdict it stands for.
    fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Is(verdict) => Some(verdict),
            Self::Skipped => Some(Verdict::Stopped),
            _ => None,
        }
    }
}

/// What the words of a message say.
#[derive(Default)]
struct Said {
    /// The most severe verdict.
    gravest: Option<Verdict>,
    /// A verdict that is denied.
    denied: Option<Verdict>,
    /// True if something was skipped.
    skipped: bool,
    /// The number of counts of zero, and of those that are of failures.
    zeros: usize,
    no_failures: usize,
}

impl Said {
    fn by(tokens: &[Token]) -> Self {
        let mut said = Self::default();
        for clause in tokens.split(|token| *token == Token::End) {
            said.add(clause);
        }
        said
    }

    fn add(&mut self, clause: &[Token]) {
        self.zeros += clause.iter().filter(|token| token.is_zero()).count();
        // "12 tests passed 0 failed", or "passed 12 failed 0".
        let counts_first = clause.first().is_some_and(|token| token.is_count());
        for (at, token) in clause.iter().enumerate() {
            let Some(verdict) = token.verdict() else { continue };
            // The words before it that belong to no other verdict, nearest first.
            let near = &clause[at.saturating_sub(REACH)..at];
            let own = near.iter().rposition(|token| token.verdict().is_some());
            let before = &near[own.map_or(0, |at| at + 1)..];
            let first = before.iter().rfind(|token| token.is_count());
            let last = clause.get(at + 1).filter(|token| token.is_count());
            let count = if counts_first { first.or(last) } else { last.or(first) };
            let is_partial = matches!(count, Some(Token::Count { partial: true, .. }));
            if before.contains(&Token::Not) {
                self.denied = Some(verdict);
            } else if verdict == Verdict::Passed && is_partial {
                self.gravest = Some(Verdict::Failed);
            } else if count.is_some_and(|count| count.is_zero()) {
                self.no_failures += usize::from(verdict == Verdict::Failed);
            } else if *token == Token::Skipped {
                self.skipped = true;
            } else {
                self.gravest = self.gravest.max(Some(verdict));
            }
        }
    }

    /// The verdict, where the colour means `colour`.
    fn verdict(&self, colour: Option<Verdict>) -> Verdict {
        let nothing_failed = self.no_failures > 0 && self.no_failures == self.zeros;
        let said = match self.gravest {
            Some(Verdict::Failed) => self.gravest,
            _ if self.denied.is_some() => colour.filter(|colour| self.denied != Some(*colour)),
            None if self.skipped => Some(Verdict::Stopped),
            // "0 failed" alone is weaker than a red colour.
            gravest => gravest.or(colour).or(nothing_failed.then_some(Verdict::Passed)),
        };
        said.unwrap_or(Verdict::Unknown)
    }
}

/// Splits a message into tokens.
struct Lexer<'a> {
    message: &'a str,
    tokens: Vec<Token>,
    /// The start and the end of the last word.
    last: (usize, usize),
    /// The number in the last token; `None` if that is no count, or already one of a whole.
    part: Option<u64>,
    /// True after "of" or "/", which makes the next number a whole.
    of: bool,
    /// True if the last token was a symbol.
    symbol: bool,
}

impl<'a> Lexer<'a> {
    fn tokens(message: &'a str) -> Vec<Token> {
        let mut this = Self {
            message,
            tokens: Vec::new(),
            last: (0, 0),
            part: None,
            of: false,
            symbol: false,
        };
        let bytes = message.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut start = 0;
        for (at, c) in message.char_indices() {
            let in_number = at > start && digit(at - 1) && digit(at + 1);
            if c.is_ascii_alphanumeric() || c == '_' || (in_number && matches!(c, '.' | ',' | '/'))
            {
                continue;
            }
            this.word(start, at);
            start = at + c.len_utf8();
            match c {
                '✔' | '✓' | '✅' => this.mark(Verdict::Passed),
                '✘' | '✗' | '❌' | '✖' => this.mark(Verdict::Failed),
                '/' => this.of = true,
                '%' => {
                    this.of = true;
                    this.number(value(b"100"));
                }
                '.' | ',' | ';' | '|' | '\n' => this.push(Token::End),
                _ => {}
            }
        }
        this.word(start, message.len());
        this.tokens
    }

    fn push(&mut self, token: Token) {
        self.tokens.push(token);
        (self.part, self.of, self.symbol) = (None, false, false);
    }

    fn mark(&mut self, verdict: Verdict) {
        self.push(Token::Is(verdict));
        self.symbol = true;
    }

    /// Adds a count, or the whole of the last one.
    fn number(&mut self, value: u64) {
        match (self.part, self.tokens.last_mut()) {
            (Some(part), Some(Token::Count { partial, .. })) if self.of => {
                *partial = part != value;
                (self.part, self.of) = (None, false);
            }
            _ => {
                self.push(Token::Count { zero: value == 0, partial: false });
                self.part = Some(value);
            }
        }
    }

    /// Adds the word from `start` to `end`, joined with the last one if they mean one thing.
    fn word(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        let text = &self.message[start..end];
        let (last_start, last_end) = std::mem::replace(&mut self.last, (start, end));
        let is = |words| is_one_of(words, text);
        let singular = if text.ends_with(['s', 'S']) { &text[..text.len() - 1] } else { text };
        let verdict = Verdict::parse(text).or_else(|| Verdict::parse(singular));
        // "timed out" is one word.
        let is_near = last_end + 1 == start && last_start < last_end;
        let joined = is_near.then(|| Verdict::parse(&self.message[last_start..end])).flatten();
        let symbol = self.tokens.last().filter(|_| self.symbol).and_then(|token| token.verdict());
        if let Some(verdict) = joined {
            self.tokens.pop();
            self.push(Token::Is(verdict));
        } else if symbol.is_some() && symbol == verdict {
            // "✔ passed: 3"
            self.symbol = false;
        } else if text.as_bytes()[0].is_ascii_digit() {
            self.count(text);
        } else if is(ZEROS) {
            self.number(0);
        } else if is("not t") {
            self.push(Token::Not);
        } else if is("of") && self.part.is_some() {
            self.of = true;
        } else if is("out") && self.part.is_some() {
            // "8 out of 10"
        } else if match self.tokens.last() {
            Some(Token::Not) => is("found"),
            last => !last.is_some_and(|token| token.is_zero()) && is("invalid inaccessible"),
        } {
            self.push(Token::Lost);
        } else if let Some(verdict) = verdict {
            self.push(if is("skipped") { Token::Skipped } else { Token::Is(verdict) });
        } else {
            self.push(Token::Other);
        }
    }

    /// Adds a word that begins with a digit.
    fn count(&mut self, text: &str) {
        if !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | b'/')) {
            return self.push(Token::Other);
        }
        let slashes = text.bytes().filter(|byte| *byte == b'/').count();
        let mut parts = text.as_bytes().split(|byte| *byte == b'/').map(value);
        self.number(parts.next().unwrap_or_default());
        if slashes == 1 {
            self.of = true;
            self.number(parts.next().unwrap_or_default());
        } else if slashes > 1 {
            self.part = None;
        }
    }
}

/// A value that tells numbers apart: 0 for "0", and for nothing else ("1 000"). Decimals of zero do not
/// count.
fn value(number: &[u8]) -> u64 {
    let point = number.iter().position(|byte| *byte == b'.').unwrap_or(number.len());
    let is_whole = number[point..].iter().all(|byte| matches!(byte, b'.' | b'0'));
    let number = if is_whole { &number[..point] } else { number };
    if number == b"0" {
        return 0;
    }
    let digits = number.iter().filter(|byte| byte.is_ascii_digit());
    digits.fold(0, |value: u64, digit| value.wrapping_mul(11).wrapping_add(u64::from(digit - b'/')))
}

/// The verdict that a colour stands for: green has passed, red has failed. Other colours are used for
/// too many things. Names are those of shields.io.
fn of_colour(colour: &str) -> Option<Verdict> {
    if is_one_of("brightgreen green success", colour) {
        return Some(Verdict::Passed);
    }
    if is_one_of("red critical", colour) {
        return Some(Verdict::Failed);
    }
    let colour = colour.strip_prefix('#').unwrap_or(colour).as_bytes();
    let mut number = 0;
    for digit in colour {
        number = (number << 4 & 0xff_ffff) | char::from(*digit).to_digit(16)? as i32;
    }
    let [r, g, b] = match colour.len() {
        3 => [8, 4, 0].map(|shift| 17 * (number >> shift & 15)),
        6 => [16, 8, 0].map(|shift| number >> shift & 255),
        _ => return None,
    };
    let most = r.max(g).max(b);
    let chroma = most - r.min(g).min(b);
    // Hues of 75° to 165° are green, those up to 15° away from red are red. Shields' orange has 21°,
    // its yellowish green 61°.
    if chroma < 64 {
        None
    } else if g == most && 4 * (b - r).abs() <= 3 * chroma {
        Some(Verdict::Passed)
    } else if r == most && 4 * (g - b).abs() <= chroma {
        Some(Verdict::Failed)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
