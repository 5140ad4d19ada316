//! One fixed palette for a scene: the shades of the ground, light over every kind of ground, and
//! the ramps of the text colours.

use std::ops::Range;

use super::{LEVELS, beam, phosphor};
use crate::animation::Rgba;
use crate::scene::theme::{Decay, PEOPLE};
use crate::scene::{Colour, Rgb, Theme, Trail};

/// The number of shades from the middle of the screen to its corners.
const SHADES: usize = 4;
/// The number of steps from the ground to a text colour, for smooth edges of letters.
pub const TEXT_STEPS: usize = 6;
/// The colours that texts and marks may have.
const TEXT_COLOURS: [Colour; 5] =
    [Colour::Text, Colour::Trace, Colour::High, Colour::Medium, Colour::Technical];
/// The grounds that light is blended with.
pub(crate) const GROUNDS: [Colour; 3] = [Colour::Ground, Colour::Grid, Colour::GridMajor];
/// The kinds of ground: those, and marks in a text colour.
pub(crate) const KINDS: usize = GROUNDS.len() + 1;
const MARK: usize = GROUNDS.len();
/// Two colours whose lightness L* differs by less share an entry.
const SAME_L: f64 = 1.2;

// An entry's number is a byte.
const MOST: usize =
    1 + GROUNDS.len() * (SHADES + LEVELS - 1) + TEXT_COLOURS.len() * TEXT_STEPS + PEOPLE.len();
const _: () = assert!(MOST <= 256);

/// The theme, with or without its ground.
#[derive(Clone, Copy)]
struct Look<'a> {
    theme: &'a Theme,
    transparent: bool,
}

/// Palette entries, and tables from meaning to entry.
#[derive(Clone, Debug)]
pub struct Palette {
    /// The entries.
    pub colours: Vec<Rgba>,
    /// The entries of unlit ground, each with its index in [`GROUNDS`].
    pub(crate) shades: Vec<(u8, usize)>,
    /// The level of light 0–255; 0 if it is too faint to be visible.
    pub levels: [u8; 256],
    /// The entry for a level (from 1) over each ground.
    pub lit: [[u8; LEVELS]; KINDS],
    /// The first entry of each text colour's ramp.
    ramps: [u8; TEXT_COLOURS.len()],
    /// The entry of the first person's colour; `None` if the palette has no people.
    people: Option<u8>,
}

impl Palette {
    /// The palette of `theme`. Frequent colours come first, since the code length of a GIF frame
    /// depends on its largest index.
    ///
    /// There are at most `levels` (2–[`LEVELS`]) levels of light. A `transparent` picture has no
    /// ground.
    pub fn new(theme: &Theme, transparent: bool, trail: Trail, levels: usize) -> Self {
        let look = Look { theme, transparent };
        let ground = theme.rgb(Colour::Ground);
        let mut this = Self {
            colours: vec![[ground.0, ground.1, ground.2, 0]],
            shades: Vec::new(),
            levels: [0; 256],
            lit: [[0; LEVELS]; KINDS],
            ramps: [0; TEXT_COLOURS.len()],
            people: None,
        };
        this.add_shades(look, 0..SHADES / 2);
        this.add_light(look, trail, levels);
        if !transparent && theme.vignette > 0.0 {
            this.add_shades(look, SHADES / 2..SHADES);
        }
        this.add_text(look);
        this
    }

    /// Adds the colours of people in `theme`.
    #[must_use]
    pub fn with_people(mut self, theme: &Theme) -> Self {
        self.people = Some(self.colours.len() as u8);
        for colour in PEOPLE {
            let Rgb(r, g, b) = theme.rgb(colour);
            self.colours.push([r, g, b, 255]);
        }
        self
    }

    fn add_shades(&mut self, look: Look<'_>, shades: Range<usize>) {
        for (kind, colour) in GROUNDS.into_iter().enumerate() {
            for shade in shades.clone() {
                let part = look.theme.vignette * shade as f64 / (SHADES - 1) as f64;
                let (colour, opacity) = look.theme.paint(colour, look.transparent);
                let Rgb(r, g, b) = colour.mix(Rgb(0, 0, 0), part);
                let alpha = (255.0 * opacity).round() as u8;
                // On dark ground some shades are the same colour.
                let known = |(entry, of): &(u8, usize)| {
                    *of == kind && self.colours[usize::from(*entry)] == [r, g, b, alpha]
                };
                if !self.shades.iter().any(known) {
                    self.colours.push([r, g, b, alpha]);
                    self.shades.push((self.last(), kind));
                }
            }
        }
    }

    fn add_light(&mut self, look: Look<'_>, trail: Trail, levels: usize) {
        let steps = light_steps(look, trail, levels);
        for (light, level) in self.levels.iter_mut().enumerate() {
            *level = steps.partition_point(|at| *at <= light) as u8;
        }
        // Faint light does not hide a mark: there the static layer stays.
        let apart =
            |colour: Rgb| (colour.lightness() - look.theme.rgb(Colour::Ground).lightness()).abs();
        let mark = apart(look.theme.rgb(Colour::Text));
        for kind in 0..GROUNDS.len() {
            for (level, &light) in (1..).zip(&steps) {
                let colour = lit(look, kind, light);
                let plain = lit(look, 0, light);
                let same =
                    colour[3] == plain[3] && (lightness(colour) - lightness(plain)).abs() < SAME_L;
                self.lit[kind][level] = if kind == 0 || !same {
                    self.colours.push(colour);
                    self.last()
                } else {
                    self.lit[0][level]
                };
                if kind == 0 && apart(over_ground(look, colour)) > mark {
                    self.lit[MARK][level] = self.lit[0][level];
                }
            }
        }
    }

    fn add_text(&mut self, look: Look<'_>) {
        let ground = look.theme.rgb(Colour::Ground);
        for (ramp, colour) in TEXT_COLOURS.into_iter().enumerate() {
            let Rgb(r, g, b) = look.theme.rgb(colour);
            self.ramps[ramp] = self.colours.len() as u8;
            for step in 1..=TEXT_STEPS {
                let part = step as f64 / TEXT_STEPS as f64;
                self.colours.push(if look.transparent {
                    [r, g, b, (part * 255.0).round() as u8]
                } else {
                    let Rgb(r, g, b) = ground.mix(Rgb(r, g, b), part);
                    [r, g, b, 255]
                });
            }
        }
    }

    /// The entry for `step` (1–[`TEXT_STEPS`]) of the way to `colour`.
    pub fn text(&self, colour: Colour, step: usize) -> u8 {
        let ramp = TEXT_COLOURS.iter().position(|c| *c == colour).unwrap_or(0);
        self.ramps[ramp] + (step - 1) as u8
    }

    /// The entry of a plain area.
    pub fn fill(&self, colour: Colour) -> u8 {
        let person = PEOPLE.iter().position(|person| *person == colour);
        match (colour, person.zip(self.people)) {
            (Colour::Ground, _) => self.bare(),
            (_, Some((person, first))) => first + person as u8,
            _ => self.text(colour, TEXT_STEPS),
        }
    }

    /// The entry of the ground without grid and shade.
    pub fn bare(&self) -> u8 {
        self.shades[0].0
    }

    /// The entries that the static layer may have, each with the ground light falls on there.
    pub fn fixed(&self) -> impl Iterator<Item = (u8, usize)> + '_ {
        let marks = (0..TEXT_STEPS).map(|step| self.ramps[0] + step as u8);
        let areas =
            TEXT_COLOURS.into_iter().chain(PEOPLE.into_iter().filter(|_| self.people.is_some()));
        let areas = areas.filter(|_| self.people.is_some()).map(|colour| self.fill(colour));
        self.shades.iter().copied().chain(marks.chain(areas).map(|entry| (entry, MARK)))
    }

    fn last(&self) -> u8 {
        (self.colours.len() - 1) as u8
    }
}

/// The colour of light 0–255 over a ground: up to the steady brightness it covers the ground
/// with the trace's colour, beyond it turns to the beam's.
fn lit(look: Look<'_>, kind: usize, light: usize) -> Rgba {
    let theme = look.theme;
    let steady = 255.0 * Decay::STEADY;
    let light = light as f64;
    let cover = (light / steady).min(1.0);
    let hot = ((light - steady) / (255.0 - steady)).clamp(0.0, 1.0);
    let colour = theme.rgb(Colour::Trace).mix(theme.rgb(Colour::Beam), hot);
    let (ground, opacity) = look.theme.paint(GROUNDS[kind], look.transparent);
    // Light over a veil: the colour is mixed by what each of the two covers.
    let alpha = opacity + (1.0 - opacity) * cover;
    let part = if alpha > 0.0 { cover / alpha } else { 0.0 };
    let Rgb(r, g, b) = ground.mix(colour, part);
    [r, g, b, (255.0 * alpha).round() as u8]
}

/// A colour blended over the theme's ground, even if the ground is not drawn.
fn over_ground(look: Look<'_>, [r, g, b, alpha]: Rgba) -> Rgb {
    look.theme.rgb(Colour::Ground).mix(Rgb(r, g, b), f64::from(alpha) / 255.0)
}

fn lightness(colour: Rgba) -> f64 {
    Rgb(colour[0], colour[1], colour[2]).lightness()
}

/// The amounts of light (1–255, rising) at which the next level is reached.
///
/// A phosphor fades through all of them: equal steps of lightness on the way from the ground
/// to the beam, as the eye counts. An LCD has but one brightness, so there are only as many as
/// the beam has energies; a short palette makes short codes.
fn light_steps(look: Look<'_>, trail: Trail, levels: usize) -> Vec<usize> {
    if trail == Trail::Lcd {
        let energies: Vec<usize> = beam::energies().collect();
        let every = energies.len().div_ceil(levels);
        let brightness = usize::from(phosphor::lcd_brightness());
        return energies
            .into_iter()
            .step_by(every)
            .map(|energy| phosphor::light(energy, brightness))
            .filter(|light| *light > 0)
            .collect();
    }
    let l = |light: usize| over_ground(look, lit(look, 0, light)).lightness();
    let path: Vec<f64> = (1..256)
        .scan((0.0, l(0)), |(sum, before), light| {
            let now = l(light);
            *sum += (now - *before).abs();
            *before = now;
            Some(*sum)
        })
        .collect();
    let total = path[254];
    let mut steps: Vec<usize> = (1..levels)
        .map(|level| {
            let target = total * (level as f64 - 0.5) / (levels as f64 - 1.0);
            1 + path.partition_point(|sum| *sum < target).min(254)
        })
        .collect();
    steps.dedup();
    steps
}
