//! Colours and stars of alarms, and which alarm is shown when several could be.

use super::theme::Colour;
use crate::rhythm::{Alarm, Episode};

/// The time for which an alarm stays after its episode, in seconds.
pub(super) const LINGERS_S: f64 = 3.0;

/// The episode whose alarm is shown at `t_s` seconds, if any. Current episodes come before ended ones
/// whose alarm still lingers, then the more urgent before the less urgent, then the later before the
/// earlier. `episodes` are in the order of their beginnings.
pub fn foremost<'a>(
    episodes: impl IntoIterator<Item = &'a Episode>,
    t_s: f64,
) -> Option<&'a Episode> {
    let shown = |episode: &&Episode| episode.start_s <= t_s && t_s < episode.end_s + LINGERS_S;
    let urgency = |episode: &&Episode| (episode.end_s > t_s, episode.kind.alarm);
    episodes.into_iter().filter(shown).max_by_key(urgency)
}

/// The colour and the stars of an alarm. The stars show the priority to readers who cannot tell the
/// colours apart.
pub fn urgency(alarm: Option<Alarm>) -> (Colour, &'static str) {
    match alarm {
        Some(Alarm::High) => (Colour::High, "***"),
        Some(Alarm::Medium) => (Colour::Medium, "**"),
        Some(Alarm::Technical) => (Colour::Technical, "*"),
        None => (Colour::Text, ""),
    }
}
