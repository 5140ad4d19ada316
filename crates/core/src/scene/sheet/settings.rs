//! What a sheet is made from, besides a rhythm.

use crate::scene::overview::Overview;
use crate::scene::{Size, Theme};

/// The shape of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// [`WIDTH`](super::WIDTH) wide, or narrower if one row is enough, and as high as the rows need.
    Roll,
    /// A size in pixels, to which the sheet is scaled.
    Sized(Size),
    /// As many A4 pages in landscape as the rows need.
    A4,
}

/// The settings of a sheet.
#[derive(Clone, Debug)]
pub struct SheetSettings {
    /// The shape.
    pub paper: Paper,
    /// The colours.
    pub theme: Theme,
    /// The name of the history.
    pub name: String,
    /// What it consists of, in a line.
    pub facts: String,
    /// Its overview, and what that shows.
    pub overview: Overview,
    /// See [`overview`](Self::overview).
    pub overview_words: String,
    /// The people who have colours in the overview, in its order, and all others; empty if nobody
    /// has one.
    pub people: Vec<SheetPerson>,
}

/// The texts about the beats of a sheet. Some are asked for once for each of a million beats, the
/// others for few of them.
pub trait Notes: Send + Sync {
    /// The number of commits that a beat stands for.
    fn commits(&self, beat: usize) -> usize;
    /// The year of a beat.
    fn year(&self, beat: usize) -> Option<i64>;
    /// The day of a beat.
    fn day(&self, beat: usize) -> String;
    /// The tag of a beat; empty if it has none.
    fn tag(&self, beat: usize) -> String;
    /// The length of the silence before a beat.
    fn silence(&self, beat: usize) -> String;
    /// The tooltip of a beat.
    fn tooltip(&self, beat: usize) -> String;
}

/// A person in the list beside the overview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetPerson {
    /// The name; that of all others for the last.
    pub name: String,
    /// How much this person did.
    pub share: String,
}
