//! Themes: the colours, the glow and the decay of a picture.
//!
//! Colour never is the only difference between two states: alarms also have stars and a word.

use std::fmt;
use std::str::FromStr;

/// An sRGB colour with 8 bits per channel: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// Interpolates linearly towards `other`: `part` is 0 for `self`, 1 for `other`. Channels are
    /// blended in sRGB, as browsers do.
    #[must_use]
    pub(crate) fn mix(self, other: Self, part: f64) -> Self {
        let channel = |a: u8, b: u8| {
            (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round().clamp(0.0, 255.0) as u8
        };
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    /// The CIELAB (1976) lightness L*, 0–100.
    pub fn lightness(self) -> f64 {
        let y = self.luminance();
        if y <= 216.0 / 24389.0 { y * 24389.0 / 27.0 } else { 116.0 * libm::cbrt(y) - 16.0 }
    }

    /// The WCAG 2.1 contrast ratio to another colour, 1–21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The WCAG 2.1 relative luminance, 0–1.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl FromStr for Rgb {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a colour: write #rrggbb or #rgb");
        let digits = text.strip_prefix('#').unwrap_or(text);
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
        match digits.len() {
            6 => Ok(Self((value >> 16) as u8, (value >> 8) as u8, value as u8)),
            3 => {
                let twice = |shift: u32| ((value >> shift & 15) * 17) as u8;
                Ok(Self(twice(8), twice(4), twice(0)))
            }
            _ => Err(wrong()),
        }
    }
}

/// The role of a colour in a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The background: the screen or the paper.
    Ground,
    /// Minor grid lines, every millimetre.
    Grid,
    /// Major grid lines, every 5 mm.
    GridMajor,
    /// The trace and the heart rate.
    Trace,
    /// The trace at the position of the beam.
    Beam,
    /// Texts other than heart rate and alarms.
    Text,
    /// An alarm of high priority.
    High,
    /// An alarm of medium priority.
    Medium,
    /// A technical alarm.
    Technical,
    /// One of the people who made most of the commits of a history, in the order of [`PEOPLE`].
    Person1,
    /// The second of them.
    Person2,
    /// The third.
    Person3,
    /// The fourth.
    Person4,
    /// The fifth.
    Person5,
    /// The sixth.
    Person6,
}

/// The colours of people, the same in all themes: those of Okabe and Ito, which can be told apart with
/// any colour vision. They fill areas and are never the only difference.
pub const PEOPLE: [Colour; 6] = [
    Colour::Person1,
    Colour::Person2,
    Colour::Person3,
    Colour::Person4,
    Colour::Person5,
    Colour::Person6,
];
/// These colours on dark and on light ground: orange, sky blue, purple, yellow, green, vermilion; and
/// blue, vermilion, green, purple, orange, sky blue.
const PEOPLE_ON_DARK: [Rgb; 6] =
    [hex(0xe69f00), hex(0x56b4e9), hex(0xcc79a7), hex(0xf0e442), hex(0x009e73), hex(0xd55e00)];
const PEOPLE_ON_LIGHT: [Rgb; 6] =
    [hex(0x0072b2), hex(0xd55e00), hex(0x009e73), hex(0xcc79a7), hex(0xe69f00), hex(0x56b4e9)];
/// The lightness from which a ground is light.
const LIGHT_GROUND: f64 = 50.0;

impl Colour {
    /// The roles that themes colour, in the order of [`Theme::colours`].
    pub const ALL: [Self; 9] = [
        Self::Ground,
        Self::Grid,
        Self::GridMajor,
        Self::Trace,
        Self::Beam,
        Self::Text,
        Self::High,
        Self::Medium,
        Self::Technical,
    ];

    /// The name of the role in `--colour NAME=COLOUR`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ground => "ground",
            Self::Grid => "grid",
            Self::GridMajor => "grid-major",
            Self::Trace => "trace",
            Self::Beam => "beam",
            Self::Text => "text",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Technical => "technical",
            Self::Person1 => "person-1",
            Self::Person2 => "person-2",
            Self::Person3 => "person-3",
            Self::Person4 => "person-4",
            Self::Person5 => "person-5",
            Self::Person6 => "person-6",
        }
    }
}

/// The decay of the trace's light. Like P7 phosphor, it has a flash and a long tail.
///
/// The brightness at an age of `t` seconds in a sweep of `s` seconds is
/// `flash · e^(−t/flash_s) + STEADY · tail(t/s)`. The tail is exponential with a time constant of
/// `tail` sweeps, shifted and scaled so that it falls from 1 to 0 within a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    /// The initial brightness of the flash. The glow around the beam brightens with it.
    pub flash: f64,
    /// The time constant of the flash in seconds.
    pub flash_s: f64,
    /// The time constant of the tail in sweeps.
    pub tail: f64,
}

impl Decay {
    /// The brightness at which the trace has its own colour. Above it, the colour approaches that
    /// of the beam.
    pub const STEADY: f64 = 0.7;

    /// The brightness of the flash at an age of `age_s` seconds.
    pub fn flash_at(&self, age_s: f64) -> f64 {
        self.flash * libm::exp(-age_s / self.flash_s)
    }

    /// The tail, 0–1, at the fraction `part` (0–1) of a sweep.
    pub fn tail_at(&self, part: f64) -> f64 {
        let end = libm::exp(-1.0 / self.tail);
        ((libm::exp(-part / self.tail) - end) / (1.0 - end)).clamp(0.0, 1.0)
    }
}

/// A theme.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// The name for `--theme`.
    pub name: &'static str,
    /// A description of one line.
    pub summary: &'static str,
    /// The colours, in the order of [`Colour::ALL`].
    pub colours: [Rgb; 9],
    /// The strength of the glow around the trace, 0–1.
    pub glow: f64,
    /// The darkening of the corners, 0–1.
    pub vignette: f64,
    /// The width of the trace in pixels, for a picture 300 pixels high.
    pub stroke: f64,
    /// The decay of the trace's light.
    pub decay: Decay,
}

impl Default for Theme {
    fn default() -> Self {
        find(DEFAULT).expect("the default is in the table").clone()
    }
}

impl Theme {
    /// The colour of a role.
    pub fn rgb(&self, colour: Colour) -> Rgb {
        if let Some(own) = self.colours.get(colour as usize) {
            return *own;
        }
        let people = if self.is_light() { PEOPLE_ON_LIGHT } else { PEOPLE_ON_DARK };
        people[colour as usize - self.colours.len()]
    }

    /// Returns true if the ground is light.
    pub(crate) fn is_light(&self) -> bool {
        self.rgb(Colour::Ground).lightness() >= LIGHT_GROUND
    }

    /// The colour of a role and its opacity, 0–1. If `transparent` is true, the ground has opacity
    /// 0 and the grid is drawn in the trace's colour at a low opacity, which is visible on any
    /// background.
    pub fn paint(&self, colour: Colour, transparent: bool) -> (Rgb, f64) {
        let trace = self.rgb(Colour::Trace);
        match colour {
            Colour::Ground if transparent => (trace, 0.0),
            Colour::Grid if transparent => (trace, 0.12),
            Colour::GridMajor if transparent => (trace, 0.22),
            _ => (self.rgb(colour), 1.0),
        }
    }
}

const fn hex(value: u32) -> Rgb {
    Rgb((value >> 16) as u8, (value >> 8) as u8, value as u8)
}

const P7: Decay = Decay { flash: 1.0, flash_s: 0.05, tail: 2.5 };

/// The name of the default theme.
pub const DEFAULT: &str = "phosphor";

/// All themes, in the order in which `flaky themes` lists them.
pub static THEMES: &[Theme] = &[
    Theme {
        name: "phosphor",
        summary: "green P7 phosphor on near-black glass",
        colours: [
            hex(0x050a08),
            hex(0x0c1813),
            hex(0x14271f),
            hex(0x39ff8a),
            hex(0xe6fff0),
            hex(0x7fa893),
            hex(0xff4d4d),
            hex(0xffd24a),
            hex(0x4fd8ff),
        ],
        glow: 0.28,
        vignette: 0.15,
        stroke: 2.0,
        decay: P7,
    },
    Theme {
        name: "amber",
        summary: "amber on brown-black, like an early terminal",
        colours: [
            hex(0x0b0703),
            hex(0x1a1109),
            hex(0x2b1c0e),
            hex(0xffb000),
            hex(0xfff2d0),
            hex(0xb38f5a),
            hex(0xff5544),
            hex(0xffe14a),
            hex(0x66d0ff),
        ],
        glow: 0.28,
        vignette: 0.15,
        stroke: 2.0,
        decay: P7,
    },
    Theme {
        name: "ice",
        summary: "light blue on dark navy, for slides",
        colours: [
            hex(0x050912),
            hex(0x0d1627),
            hex(0x15243d),
            hex(0x6fc3ff),
            hex(0xffffff),
            hex(0x88a2bd),
            hex(0xff5c6c),
            hex(0xffd166),
            hex(0x5cf2e3),
        ],
        glow: 0.3,
        vignette: 0.15,
        stroke: 2.0,
        decay: P7,
    },
    Theme {
        name: "rose",
        summary: "pink on dark plum",
        colours: [
            hex(0x0f060c),
            hex(0x1f0f1a),
            hex(0x311729),
            hex(0xff5fa2),
            hex(0xffeaf3),
            hex(0xb98aa2),
            hex(0xff5a4a),
            hex(0xffd45e),
            hex(0x6fdcff),
        ],
        glow: 0.3,
        vignette: 0.15,
        stroke: 2.0,
        decay: P7,
    },
    Theme {
        name: "paper",
        summary: "dark ink on ECG paper with a pink grid",
        colours: [
            hex(0xfff8f4),
            hex(0xfbe0d9),
            hex(0xf1b9ad),
            hex(0x14213d),
            hex(0x000000),
            hex(0x6d4c48),
            hex(0xb00020),
            hex(0x7a5200),
            hex(0x005a78),
        ],
        glow: 0.0,
        vignette: 0.0,
        stroke: 1.8,
        decay: Decay { flash: 0.3, flash_s: 0.06, tail: 5.0 },
    },
    Theme {
        name: "blueprint",
        summary: "white on blue, like a technical drawing",
        colours: [
            hex(0x0d2a4f),
            hex(0x163863),
            hex(0x234b7e),
            hex(0xf2f6ff),
            hex(0xffffff),
            hex(0xb4c9e6),
            hex(0xff9b94),
            hex(0xffd966),
            hex(0x86e7ff),
        ],
        glow: 0.12,
        vignette: 0.0,
        stroke: 1.8,
        decay: Decay { flash: 0.5, flash_s: 0.06, tail: 4.0 },
    },
    Theme {
        name: "contrast",
        summary: "white on black, a thick trace without glow",
        colours: [
            hex(0x000000),
            hex(0x1c1c1c),
            hex(0x333333),
            hex(0xffffff),
            hex(0xffff00),
            hex(0xffffff),
            hex(0xff6b6b),
            hex(0xffe600),
            hex(0x5ee7ff),
        ],
        glow: 0.0,
        vignette: 0.0,
        stroke: 3.0,
        decay: Decay { flash: 0.3, flash_s: 0.06, tail: 5.0 },
    },
    Theme {
        name: "okabe-ito",
        summary: "the Okabe-Ito palette, distinguishable with any colour vision",
        colours: [
            hex(0x000000),
            hex(0x121212),
            hex(0x242424),
            hex(0x56b4e9),
            hex(0xffffff),
            hex(0xb8b8b8),
            hex(0xd55e00),
            hex(0xf0e442),
            hex(0xcc79a7),
        ],
        glow: 0.24,
        vignette: 0.0,
        stroke: 2.2,
        decay: P7,
    },
];

/// Returns the theme called `name`.
pub fn find(name: &str) -> Option<&'static Theme> {
    THEMES.iter().find(|theme| theme.name == name)
}
