//! Colours, glow and decay: all that makes one look different from another.
//!
//! The states of a picture never differ by colour alone: an alarm has its stars and its word.

use std::fmt;
use std::str::FromStr;

/// A colour, 8 bits a channel, sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// The colour `part` of the way (0–1) to `other`, channel by channel in sRGB as browsers
    /// blend.
    #[must_use]
    pub(crate) fn mix(self, other: Self, part: f64) -> Self {
        let channel = |a: u8, b: u8| {
            (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round().clamp(0.0, 255.0) as u8
        };
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    /// The lightness L* of CIELAB (1976), 0–100.
    pub fn lightness(self) -> f64 {
        let y = self.luminance();
        if y <= 216.0 / 24389.0 { y * 24389.0 / 27.0 } else { 116.0 * libm::cbrt(y) - 16.0 }
    }

    /// The contrast ratio of WCAG 2.1 with another colour, 1–21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The relative luminance of WCAG 2.1, 0–1.
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
        let wrong = || format!("{text:?} is no colour; write it as #rrggbb or #rgb");
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

/// What a colour of a theme is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The screen or the paper.
    Ground,
    /// The millimetre lines.
    Grid,
    /// Every fifth of them.
    GridMajor,
    /// The trace, and the heart rate.
    Trace,
    /// The trace where the beam is just passing.
    Beam,
    /// Labels.
    Text,
    /// An alarm of high priority.
    High,
    /// An alarm of medium priority.
    Medium,
    /// A technical alarm.
    Technical,
}

impl Colour {
    /// All of them, in the order of [`Theme::colours`].
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

    /// The name by which it is overridden.
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
        }
    }
}

/// How the light of the trace dies away, as P7 phosphor does: a flash, then a long tail.
///
/// Brightness at an age of `t` seconds in a sweep of `s` seconds:
/// `flash · e^(−t/flash_s) + STEADY · tail(t/s)`, where the tail is exponential with a time
/// constant of `tail` sweeps, lowered so that it ends with the sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    /// The brightness that goes at once; with it even the glow flares up around the beam.
    pub flash: f64,
    /// Its time constant in seconds.
    pub flash_s: f64,
    /// The time constant of the rest, in sweeps.
    pub tail: f64,
}

impl Decay {
    /// The brightness that stands for the trace's own colour; what exceeds it turns to the
    /// colour of the beam.
    pub const STEADY: f64 = 0.7;

    /// The flash at `age_s` seconds.
    pub fn flash_at(&self, age_s: f64) -> f64 {
        self.flash * libm::exp(-age_s / self.flash_s)
    }

    /// The tail at `part` (0–1) of a sweep, 0–1.
    pub fn tail_at(&self, part: f64) -> f64 {
        let end = libm::exp(-1.0 / self.tail);
        ((libm::exp(-part / self.tail) - end) / (1.0 - end)).clamp(0.0, 1.0)
    }
}

/// A look.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a line.
    pub summary: &'static str,
    /// Its colours, in the order of [`Colour::ALL`].
    pub colours: [Rgb; 9],
    /// How strongly the trace glows, 0–1.
    pub glow: f64,
    /// How much darker the corners are, 0–1.
    pub vignette: f64,
    /// The width of the trace in pixels, at a height of 300.
    pub stroke: f64,
    /// How its light dies away.
    pub decay: Decay,
}

impl Default for Theme {
    fn default() -> Self {
        find(DEFAULT).expect("the default is in the table").clone()
    }
}

impl Theme {
    /// The colour for a purpose.
    pub fn rgb(&self, colour: Colour) -> Rgb {
        self.colours[colour as usize]
    }

    /// A colour and its opacity, 0–1. Where there is no ground the grid is a veil of the trace's
    /// colour, which can be seen on anything.
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

/// Every theme there is, in the order in which they are listed.
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

/// The theme of this name.
pub fn find(name: &str) -> Option<&'static Theme> {
    THEMES.iter().find(|theme| theme.name == name)
}
