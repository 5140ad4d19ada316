//! The verdict of a badge that was made for people: words with counts, symbols, and a colour.

use crate::verdict::Verdict;

/// The longest message that is read, in bytes. A longer one is no badge's.
const LONGEST: usize = 1000;
/// The largest distance between a word and what counts or negates it: "0 slow unit tests failed".
const REACH: usize = 4;
/// Words that mean a count of zero.
const ZEROS: [&str; 5] = ["no", "none", "zero", "without", "never"];

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
        let colour = colour.filter(|_| !is_error).and_then(of_colour);
        let said = if message.len() > LONGEST { Said::default() } else { Said::by(message) };
        match said.verdict(colour) {
            Self::Passed if is_error => Self::Unknown,
            verdict => verdict,
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
    fn by(message: &str) -> Self {
        let mut said = Self::default();
        for clause in clauses(message) {
            said.add(&clause);
        }
        said
    }

    fn add(&mut self, clause: &[String]) {
        self.zeros += clause.iter().filter(|word| is_zero(word)).count();
        // "12 tests passed 0 failed", or "passed 12 failed 0".
        let counts_first = clause.first().is_some_and(|word| is_count(word));
        for (at, word) in clause.iter().enumerate() {
            let Some(verdict) = verdict_of(word) else { continue };
            // The words before it that belong to no other verdict, nearest first.
            let before = || {
                let near = clause[at.saturating_sub(REACH)..at].iter().rev();
                near.take_while(|word| verdict_of(word).is_none())
            };
            let first = before().find(|word| is_count(word));
            let last = clause.get(at + 1).filter(|word| is_count(word));
            let count = if counts_first { first.or(last) } else { last.or(first) };
            let is_zero = count.is_some_and(|count| is_zero(count));
            if before().any(|word| matches!(word.as_str(), "not" | "t")) {
                self.denied = Some(verdict);
            } else if verdict == Verdict::Passed && count.is_some_and(|count| is_partial(count)) {
                self.gravest = Some(Verdict::Failed);
            } else if is_zero {
                self.no_failures += usize::from(verdict == Verdict::Failed);
            } else if word == "skipped" {
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

/// Splits a message at punctuation into clauses, and these into lowercase words. Symbols are words.
/// A count of a whole is one word: "8/10" for "8 of 10", "7/100" for "7 %".
fn clauses(message: &str) -> Vec<Vec<String>> {
    let mut clauses = vec![Vec::new()];
    let mut word = String::new();
    let mut rest = message.chars().peekable();
    while let Some(c) = rest.next() {
        let clause = clauses.last_mut().expect("the first");
        let in_number = word.ends_with(|c: char| c.is_ascii_digit())
            && rest.peek().is_some_and(char::is_ascii_digit);
        match c {
            '.' | ',' | '/' if in_number => word.push(c),
            _ if c.is_ascii_alphanumeric() || c == '_' => word.push(c.to_ascii_lowercase()),
            _ => {
                push(clause, &word);
                word.clear();
                match c {
                    '✔' | '✓' | '✅' => push(clause, "✔"),
                    '✘' | '✗' | '❌' | '✖' => push(clause, "✘"),
                    '/' => push(clause, "of"),
                    '%' => {
                        push(clause, "of");
                        push(clause, "100");
                    }
                    '.' | ',' | ';' | '|' | '\n' => clauses.push(Vec::new()),
                    _ => {}
                }
            }
        }
    }
    push(clauses.last_mut().expect("the first"), &word);
    clauses
}

/// Adds a word to a clause, and joins it with the previous ones if they mean one thing.
fn push(clause: &mut Vec<String>, word: &str) {
    match clause.as_mut_slice() {
        _ if word.is_empty() => {}
        [.., part, of] if of == "of" && is_count(part) && is_number(word) => {
            *part = [part, word].join("/");
            clause.pop();
        }
        [.., last] if last == "out" && word == "of" => *last = word.to_string(),
        // "✔ passed: 3"
        [.., last]
            if matches!(last.as_str(), "✔" | "✘") && verdict_of(last) == verdict_of(word) =>
        {
            *last = word.to_string();
        }
        // "timed out"
        [.., last] if Verdict::parse(&[last, word].join("_")).is_some() => {
            *last = [last, word].join("_");
        }
        _ => clause.push(word.to_string()),
    }
}

fn verdict_of(word: &str) -> Option<Verdict> {
    match word {
        "✔" => Some(Verdict::Passed),
        "✘" => Some(Verdict::Failed),
        _ => Verdict::parse(word).or_else(|| Verdict::parse(word.strip_suffix('s')?)),
    }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| matches!(c, '0'..='9' | '.' | ',' | '/'))
}

/// The counted part: "8" of "8/10".
fn part(count: &str) -> &str {
    count.split('/').next().unwrap_or(count)
}

fn is_count(word: &str) -> bool {
    is_number(word) || ZEROS.contains(&part(word))
}

fn is_zero(word: &str) -> bool {
    let part = part(word);
    ZEROS.contains(&part) || (is_number(part) && plain(part) == "0")
}

/// Returns true for a part of a whole: "8/10", but neither "10/10" nor the date "1/2/2024".
fn is_partial(count: &str) -> bool {
    count
        .split_once('/')
        .is_some_and(|(part, whole)| !whole.contains('/') && plain(part) != plain(whole))
}

/// A number without decimals of zero.
fn plain(number: &str) -> &str {
    match number.split_once('.') {
        Some((whole, decimals)) if decimals.bytes().all(|digit| digit == b'0') => whole,
        _ => number,
    }
}

/// The verdict that a colour stands for: green has passed, red has failed. Other colours are used for
/// too many things. Names are those of shields.io.
fn of_colour(colour: &str) -> Option<Verdict> {
    let colour = colour.trim().trim_start_matches('#').to_ascii_lowercase();
    match colour.as_str() {
        "brightgreen" | "green" | "success" => return Some(Verdict::Passed),
        "red" | "critical" => return Some(Verdict::Failed),
        _ => {}
    }
    let number = i32::from_str_radix(&colour, 16).ok()?;
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
