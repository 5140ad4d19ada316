//! Colours and stars of alarms.

use super::theme::Colour;
use crate::rhythm::Alarm;

/// The colour and the stars of an alarm. The stars show the priority to readers who cannot tell the
/// colours apart.
pub(super) fn urgency(alarm: Option<Alarm>) -> (Colour, &'static str) {
    match alarm {
        Some(Alarm::High) => (Colour::High, "***"),
        Some(Alarm::Medium) => (Colour::Medium, "**"),
        Some(Alarm::Technical) => (Colour::Technical, "*"),
        None => (Colour::Text, ""),
    }
}
