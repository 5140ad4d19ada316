//! The commands of the program, one file each.
//!
//! A command validates its arguments, converts them to settings and runs the pipeline. Messages to
//! the user are printed only here, and only here may the pipeline be repeated with reduced
//! settings.

mod badge;
mod budget;
mod catalogue;
mod doctor;
mod fonts;
mod history;
mod page;
mod render;
mod report;
mod runtime;
#[cfg(feature = "serve")]
mod serve;
mod status;

use std::io::{self, Write};
use std::num::NonZero;
use std::path::Path;
use std::thread;

use crate::cli::format::Format;
use crate::cli::values::Loops;
use crate::cli::{Cli, Command, Console};
use crate::error::{Error, printable};
use crate::film::{self, Container};
use crate::output::Destination;
use crate::progress::{Progress, Silent, TerminalBar};
use flaky_core::animation::{Animation, Plays};
use flaky_core::scene::Size;
use flaky_draw::encode::video::{self, PixelFormat};
use flaky_draw::encode::{apng, gif, png};

pub use catalogue::{glitch_preview, theme_preview};

/// Runs the command that the arguments select.
///
/// # Errors
/// Fails with a message for the user if the command cannot be completed.
pub fn run(cli: Cli) -> Result<(), Error> {
    let console = cli.console;
    match cli.command {
        Command::Render(args) => render::run(&args, console),
        Command::History(args) => history::run(&args, console),
        Command::Badge(args) => badge::run(*args, console),
        Command::Status(args) => status::run(&args),
        Command::Page(args) => page::run(&args, console),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(*args, console),
        Command::Doctor(args) => doctor::run(&args, console),
        Command::Providers => catalogue::providers(),
        Command::Themes(args) => catalogue::themes(&args, console),
        Command::Glitches(args) => catalogue::glitches(&args, console),
        Command::Schema(args) => catalogue::schema(&args),
        Command::Completions(args) => catalogue::completions(&args),
        Command::Man(args) => catalogue::man(&args, console),
    }
}

impl Console {
    /// Prints a line on standard error.
    fn say(self, line: &str) {
        if !self.quiet {
            // A closed standard error is no reason to fail.
            let _ = writeln!(io::stderr(), "{}", printable(line));
        }
    }

    /// Shows the progress of long work.
    fn progress(self, what: &'static str, steps: u64) -> Box<dyn Progress> {
        if self.quiet { Box::new(Silent) } else { Box::new(TerminalBar::new(what, steps)) }
    }
}

/// Prints an error that does not stop the command as a warning, also with `--quiet`.
fn warn(error: &Error) {
    let warning = error.to_string().replacen("error:", "warning:", 1);
    // A closed standard error is no reason to fail.
    let _ = writeln!(io::stderr(), "{warning}");
}

/// The format for a target's extension, one of those that the command can write.
fn format_of(target: &Destination, among: &[Format]) -> Result<Format, Error> {
    match target {
        Destination::Stdout => {
            Err(Error::usage("standard output has no extension to select a format")
                .hint(format!("add --format with one of {}", Format::names(among))))
        }
        Destination::File(path) => {
            Format::of(path).filter(|one| among.contains(one)).ok_or_else(|| {
                Error::usage(format!(
                    "the extension of {} is not a format of this command",
                    path.display()
                ))
                .hint(format!("use one of {}, or add --format", Format::names(among)))
            })
        }
    }
}

/// Writes frames in a raster or video format; `rate` is the frame rate as a fraction.
fn write_frames(
    animation: Animation<'_>,
    format: Format,
    rate: (u32, u32),
    threads: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Gif => gif::write(animation, threads, out),
        Format::Apng => apng::write(animation, threads, out),
        Format::Y4m => {
            let (num, den) = lowest(rate);
            video::write(animation, PixelFormat::Y4m(num, den), out)
        }
        Format::Rgb => video::write(animation, PixelFormat::Rgb, out),
        Format::Mp4 => film::write(animation, Container::Mp4, lowest(rate), out),
        Format::Webm => film::write(animation, Container::Webm, lowest(rate), out),
        _ => png::write(animation, out),
    }
}

/// Checks that a film can be made, if the format is one, before anything is read or drawn.
fn check_film(format: Format, size: Option<Size>) -> Result<(), Error> {
    match format {
        Format::Mp4 => film::check(Container::Mp4, size),
        Format::Webm => film::check(Container::Webm, size),
        _ => Ok(()),
    }
}

/// The number of threads: `asked`, or one per core.
fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(|| thread::available_parallelism().map_or(1, NonZero::get), usize::from)
}

fn plays(loops: Loops) -> Plays {
    match loops {
        Loops::Forever => Plays::Forever,
        Loops::Times(times) => Plays::Times(times),
    }
}

/// Reduces a fraction to lowest terms.
fn lowest((num, den): (u32, u32)) -> (u32, u32) {
    let (mut a, mut b) = (num, den);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (num / a.max(1), den / a.max(1))
}

/// Checks that a directory exists.
fn existing_dir(folder: &Path) -> Result<&Path, Error> {
    if folder.is_dir() {
        return Ok(folder);
    }
    Err(Error::failed(format!("{} is not a directory", folder.display()))
        .hint("create it first, or name another one"))
}

/// A number of things in words: "1 beat", "2 beats".
fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Formats a number of bytes for display; 1 MB is 10⁶ bytes.
fn human_bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}
