//! The commands that list or document what the program supports: `flaky providers`, `flaky themes`,
//! `flaky glitches`, `flaky schema`, `flaky completions` and `flaky man`.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;

use super::{existing_dir, report};
use crate::cli::catalogue::{CompletionsArgs, Described, ListArgs, ManArgs, SchemaArgs};
use crate::cli::providers::{self, ProviderText};
use crate::cli::{Cli, Console};
use crate::error::Error;
use crate::output::{self, Destination};
use flaky_ci::{CommitScope, Provider};
use flaky_core::animation::Plays;
use flaky_core::rhythm::glitch::{self, Glitch};
use flaky_core::rhythm::random::{self, LoopSettings};
use flaky_core::rhythm::{Episode, Rhythm};
use flaky_core::scene::theme::{self, THEMES};
use flaky_core::scene::{self, Colour, MonitorSettings, Motion, Theme, Trail};
use flaky_core::timeline::Timeline;
use flaky_draw::encode::{gif, png};
use flaky_draw::raster;
use flaky_draw::text::DEJAVU;

/// The seed of previews.
const SEED: u32 = 7;
/// The time span of a preview, in seconds.
const SHOWN_S: f64 = 8.0;
/// The maximum time between the glitch and the end of a preview, in seconds; the alarm is still
/// visible then.
const AFTER_S: f64 = 2.6;
/// The heart rate in a preview, in beats per minute.
const BPM: f64 = 75.0;

/// `flaky themes`.
pub(super) fn themes(args: &ListArgs, console: Console) -> Result<(), Error> {
    match &args.preview {
        Some(folder) => {
            let each = THEMES.iter().map(|theme| (theme.name, theme_preview(theme)));
            previews(existing_dir(folder)?, each, console)
        }
        None => say(|out| {
            for theme in THEMES {
                let mark = if theme.name == theme::DEFAULT { " (default)" } else { "" };
                writeln!(out, "{:<12}{}{mark}", theme.name, theme.summary)?;
            }
            let names: Vec<_> = Colour::ALL.iter().map(|colour| colour.name()).collect();
            writeln!(out, "\ncolours for --colour NAME=#rrggbb:\n{}", names.join(", "))
        }),
    }
}

/// `flaky glitches`.
pub(super) fn glitches(args: &ListArgs, console: Console) -> Result<(), Error> {
    match &args.preview {
        Some(folder) => {
            let each = glitch::TABLE.iter().map(|glitch| (glitch.name, glitch_preview(glitch)));
            previews(existing_dir(folder)?, each, console)
        }
        None => say(|out| {
            for glitch in glitch::TABLE {
                let mark = if glitch::DEFAULT.split(',').any(|name| name == glitch.name) {
                    "*"
                } else {
                    " "
                };
                writeln!(out, "{mark} {:<16}{}", glitch.name, glitch.summary)?;
            }
            writeln!(out, "\n* default of --glitch")
        }),
    }
}

/// `flaky providers`.
pub(super) fn providers() -> Result<(), Error> {
    say(|out| {
        for provider in Provider::ALL {
            let info = provider.info();
            let ProviderText { value_name, help, .. } = providers::text(provider);
            let filters: Vec<_> =
                info.filters.iter().map(|filter| providers::option(*filter)).collect();
            let tokens: Vec<_> =
                [report::TOKEN_VARIABLE].iter().chain(info.tokens).copied().collect();
            let commits = match info.commits {
                CommitScope::None => "",
                CommitScope::Branch => "status of each commit on a branch, for flaky history --ci",
                CommitScope::All => "status of each commit, for flaky history --ci",
            };
            writeln!(out, "--{} {value_name}", info.name)?;
            properties(
                out,
                &[
                    ("value", help),
                    ("flakiness", info.retry_evidence.unwrap_or("not reported")),
                    ("commits", commits),
                    ("options", &filters.join(", ")),
                    ("variables", &info.variables.join(", ")),
                    ("token", &tokens.join(", ")),
                ],
            )?;
            writeln!(out)?;
        }
        writeln!(out, "--junit GLOB")?;
        properties(
            out,
            &[
                ("value", "JUnit XML test reports: files, patterns, directories or -; repeatable"),
                ("flakiness", "tests that the runner ran again, or a second report did"),
            ],
        )
    })
}

/// Writes the properties of a provider that are not empty.
fn properties(out: &mut dyn Write, properties: &[(&str, &str)]) -> io::Result<()> {
    for (name, value) in properties.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(out, "  {name:<10} {value}")?;
    }
    Ok(())
}

/// `flaky schema`.
pub(super) fn schema(args: &SchemaArgs) -> Result<(), Error> {
    let schema = match args.of {
        Described::Rhythm => include_str!("../../schemas/rhythm.json"),
        Described::Status => include_str!("../../schemas/status.json"),
        Described::History => include_str!("../../schemas/history.json"),
    };
    say(|out| out.write_all(schema.as_bytes()))
}

/// `flaky completions`.
pub(super) fn completions(args: &CompletionsArgs) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "flaky", &mut script);
    say(|out| out.write_all(&script))
}

/// `flaky man`.
pub(super) fn man(args: &ManArgs, console: Console) -> Result<(), Error> {
    let folder = existing_dir(&args.dir)?;
    let mut program = Cli::command();
    program.build();
    let commands = program.get_subcommands().filter(|command| command.get_name() != "help");
    for command in std::iter::once(&program).chain(commands) {
        let name = command.get_display_name().unwrap_or("flaky").to_string();
        let page = clap_mangen::Man::new(command.clone().display_name(name.clone()));
        let file = Destination::File(folder.join(format!("{name}.1")));
        output::write(&file, false, |out| page.render(&mut { out }))?;
        console.say(&format!("wrote {}", file.name()));
    }
    Ok(())
}

fn say(produce: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    output::write(&Destination::Stdout, false, produce).map(|_| ())
}

fn previews(
    folder: &Path,
    pictures: impl Iterator<Item = (&'static str, Vec<u8>)>,
    console: Console,
) -> Result<(), Error> {
    for (name, bytes) in pictures {
        let file = Destination::File(folder.join(format!("{name}.png")));
        output::write(&file, true, |out| out.write_all(&bytes))?;
        console.say(&format!("wrote {}", file.name()));
    }
    Ok(())
}

/// A PNG of a theme, with a premature beat in it.
pub fn theme_preview(theme: &Theme) -> Vec<u8> {
    let glitch = glitch::find("premature-beat").expect("it stands in the table");
    still(theme, &loop_with(glitch), Trail::Phosphor, 0.92)
}

/// A PNG of a glitch with the beats around it.
pub fn glitch_preview(glitch: &'static Glitch) -> Vec<u8> {
    still(&Theme::default(), &loop_with(glitch), Trail::Lcd, 1.0)
}

/// A loop with one glitch, rotated so that the preview shows the glitch.
fn loop_with(glitch: &'static Glitch) -> Rhythm {
    let settings = LoopSettings {
        duration_s: 4.0 * SHOWN_S,
        bpm: BPM,
        hrv_bpm: 1.0,
        pool: vec![glitch],
        glitches_per_min: 1.0,
        seed: SEED,
    };
    let mut rhythm = random::draw(&settings).expect("half a minute holds any glitch").rhythm;
    let Some(Episode { start_s, end_s, .. }) = rhythm.episodes.first().cloned() else {
        return rhythm;
    };
    // A loop may start at any point.
    let duration_s = rhythm.duration_s;
    let after_s = (0.5 * (SHOWN_S - (end_s - start_s))).min(AFTER_S);
    let turn = end_s + after_s - SHOWN_S;
    for beat in &mut rhythm.beats {
        beat.t_s = (beat.t_s - turn).rem_euclid(duration_s);
    }
    for episode in &mut rhythm.episodes {
        let length = episode.end_s - episode.start_s;
        episode.start_s = (episode.start_s - turn).rem_euclid(duration_s);
        episode.end_s = episode.start_s + length;
    }
    rhythm.beats.sort_by(|a, b| a.t_s.total_cmp(&b.t_s));
    rhythm
}

/// A PNG of the screen at the fraction `part` of the first sweep.
fn still(theme: &Theme, rhythm: &Rhythm, trail: Trail, part: f64) -> Vec<u8> {
    let settings = MonitorSettings {
        theme: theme.clone(),
        motion: Motion::Scroll,
        trail,
        ..MonitorSettings::default()
    };
    let monitor = scene::monitor(rhythm, &settings, &DEJAVU);
    let timeline = Timeline::still(part * SHOWN_S, gif::TICKS_PER_S);
    let animation = raster::monitor(&monitor, &DEJAVU, timeline, Plays::Forever, raster::LEVELS);
    let mut bytes = Vec::new();
    png::write(animation, &mut bytes).expect("a Vec takes everything");
    bytes
}
