//! The words that users may write for a verdict: in `--status` and `--fail-on`, in status files, in
//! git notes, and in the message of a badge ([`Verdict::of_badge`]).
//!
//! Users copy words from their CI system, so the words of all systems are accepted. The responses
//! of a CI system are parsed with that platform's own table in `flaky-ci`, not with this one.

mod badge;

use super::Verdict;

/// The words of each verdict, lowercase, separated by spaces: as one text they are small in the page.
const WORDS: [(Verdict, &str); 6] = [
    (Verdict::Passed, "passed pass passing success successful succeeded fixed ok neutral warning"),
    (Verdict::Flaky, "flaky"),
    (
        Verdict::Failed,
        "failed fail failing failure error errored exception broken unstable timed_out timeout \
         startup_failure infrastructure_failure partially_succeeded",
    ),
    (
        Verdict::Running,
        "running created waiting_for_resource preparing pending waiting_for_callback canceling queued \
         in_progress waiting requested building initiated processing starting testing",
    ),
    (
        Verdict::Stopped,
        "stopped canceled cancelled skipped manual scheduled killed blocked declined aborted stale \
         action_required not_built not_run on_hold",
    ),
    (Verdict::Unknown, "unknown"),
];

impl Verdict {
    /// Parses a word written by a user: one of the six words or a word of a CI system, ignoring
    /// case.
    pub fn parse(word: &str) -> Option<Self> {
        WORDS.iter().find(|(_, words)| is_one_of(words, word)).map(|(verdict, _)| *verdict)
    }
}

/// Returns true if `word` is one of `words`, which are lowercase and separated by spaces. A space or a
/// hyphen in it is as good as an underscore: "timed out" is `timed_out`.
fn is_one_of(words: &str, word: &str) -> bool {
    let is_same = |known: u8, byte: u8| {
        known == byte.to_ascii_lowercase() || (known == b'_' && matches!(byte, b' ' | b'-'))
    };
    words.as_bytes().split(|byte| *byte == b' ').any(|known| {
        known.len() == word.len()
            && known.iter().zip(word.bytes()).all(|(known, byte)| is_same(*known, byte))
    })
}
