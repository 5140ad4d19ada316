//! The flake rate, the counts behind it, and how they are written.

use serde::Serialize;

/// The 97.5 % quantile of the normal distribution, for an interval of 95 %.
const Z: f64 = 1.959_964;

/// The flake rate: the share of things that both failed and passed.
#[derive(Clone, Debug, PartialEq)]
pub struct Flakiness {
    /// The rate, 0–1.
    pub rate: f64,
    /// The counts behind the rate; `None` if only the rate is known.
    pub counted: Option<FlakyCount>,
}

/// The counts behind a flake rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlakyCount {
    /// The number of flaky ones.
    pub flaky: usize,
    /// The number of all that have a result, at least 1.
    pub of: usize,
    /// The things that were counted, in the plural, such as "tests".
    pub what: &'static str,
    /// The reruns among them; `None` if they are not counted.
    pub reruns: Option<Reruns>,
}

/// The commits on which something ran more than once. People rerun what failed, so the share of these
/// that disagreed says how often a rerun helps, not how flaky the project is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Reruns {
    /// The number of those whose executions disagreed.
    pub disagreed: usize,
    /// The number of all.
    pub of: usize,
}

impl Flakiness {
    /// A rate (0–1) without counts.
    pub fn from_rate(rate: f64) -> Self {
        Self { rate, counted: None }
    }

    /// The rate `flaky / of`; `None` if `of` is 0.
    pub fn counted(
        flaky: usize,
        of: usize,
        what: &'static str,
        reruns: Option<Reruns>,
    ) -> Option<Self> {
        let rate = flaky as f64 / of as f64;
        (of > 0).then_some(Self { rate, counted: Some(FlakyCount { flaky, of, what, reruns }) })
    }

    /// The rate as short as a badge needs it: "1/20", or "7.3%" if only the rate is known.
    pub fn short(&self) -> String {
        match self.counted {
            Some(FlakyCount { flaky, of, .. }) => format!("{flaky}/{of}"),
            None => format!("{}%", percent(self.rate)),
        }
    }
}

impl FlakyCount {
    /// The 95 % confidence interval of the rate, 0–1: Wilson's score interval.
    /// <https://doi.org/10.1080/01621459.1927.10502953>
    pub fn interval(&self) -> (f64, f64) {
        let (n, rate) = (self.of as f64, self.flaky as f64 / self.of as f64);
        let z2 = Z * Z;
        let centre = rate + z2 / (2.0 * n);
        let margin = Z * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z2 / n;
        // The ends are exact where nothing, or everything, is flaky.
        let low = if self.flaky == 0 { 0.0 } else { (centre - margin) / scale };
        let high = if self.flaky == self.of { 1.0 } else { (centre + margin) / scale };
        (low, high)
    }

    /// The counts as a clause: "1 of 20 commits, 5 % (95 %: 0.9–24 %)".
    pub fn sentence(&self) -> String {
        let Self { flaky, of, what, .. } = self;
        let (low, high) = self.interval();
        let what = if *of == 1 { what.strip_suffix('s').unwrap_or(what) } else { what };
        let rate = percent(*flaky as f64 / *of as f64);
        format!("{flaky} of {of} {what}, {rate} % (95 %: {}–{} %)", percent(low), percent(high))
    }
}

impl Reruns {
    /// The counts as a clause: "1 of 3 reruns disagreed".
    pub fn sentence(self) -> String {
        match self {
            Self { of: 0, .. } => "nothing was rerun".to_string(),
            Self { disagreed, of: 1 } => format!("{disagreed} of 1 rerun disagreed"),
            Self { disagreed, of } => format!("{disagreed} of {of} reruns disagreed"),
        }
    }
}

/// A rate (0–1) in percent, with two digits at most: "7.3", "12", "<0.1".
fn percent(rate: f64) -> String {
    let percent = 100.0 * rate;
    match percent {
        0.0 => "0".to_string(),
        _ if percent < 0.05 => "<0.1".to_string(),
        _ if percent < 9.95 => {
            let text = format!("{percent:.1}");
            text.strip_suffix(".0").unwrap_or(&text).to_string()
        }
        _ => format!("{percent:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Flakiness, FlakyCount, Reruns};

    fn count(flaky: usize, of: usize) -> FlakyCount {
        FlakyCount { flaky, of, what: "commits", reruns: None }
    }

    /// The expected values are those of R's `prop.test(correct = FALSE)`.
    #[test]
    fn the_interval_is_wilsons() {
        for (flaky, of, low, high) in [
            (1, 20, 0.008_881, 0.236_131),
            (0, 20, 0.0, 0.161_125),
            (20, 20, 0.838_875, 1.0),
            (7, 100, 0.034_317, 0.137_499),
        ] {
            let (l, h) = count(flaky, of).interval();
            assert!((l - low).abs() < 1e-5 && (h - high).abs() < 1e-5, "{flaky}/{of}: {l} {h}");
        }
    }

    #[test]
    fn counts_are_written_with_their_rate() {
        assert_eq!(count(1, 20).sentence(), "1 of 20 commits, 5 % (95 %: 0.9–24 %)");
        assert_eq!(count(0, 3).sentence(), "0 of 3 commits, 0 % (95 %: 0–56 %)");
        assert_eq!(count(1, 1).sentence(), "1 of 1 commit, 100 % (95 %: 21–100 %)");
        for (disagreed, of, said) in [
            (0, 0, "nothing was rerun"),
            (1, 1, "1 of 1 rerun disagreed"),
            (2, 5, "2 of 5 reruns disagreed"),
        ] {
            assert_eq!(Reruns { disagreed, of }.sentence(), said);
        }
    }

    #[test]
    fn a_badge_has_the_counts_or_the_rate() {
        let counted = Flakiness::counted(1, 20, "commits", None).expect("20 commits");
        assert_eq!(counted.short(), "1/20");
        assert_eq!(Flakiness::from_rate(0.073).short(), "7.3%");
        assert_eq!(Flakiness::counted(0, 0, "commits", None), None);
    }
}
