//! Films: animations that ffmpeg encodes as MP4 and WebM.
//!
//! ffmpeg reads pictures from its standard input and writes a file in a temporary folder. Only a
//! complete film is copied from there, so a failure leaves no part of one, and a pipe receives the
//! same bytes as a file: the index at the start of an MP4 and the length of a WebM are known last.
//!
//! No other encoder is tried if one is missing. Each has options of its own, and few are as good for
//! thin lines.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::{Error, io_message};
use crate::output::Scratch;
use flaky_core::animation::Animation;
use flaky_core::scene::Size;
use flaky_draw::encode::video::{self, PixelFormat};

const FFMPEG: &str = "ffmpeg";
/// The maximum number of pixels: what players decode, and what ffmpeg holds in two gigabytes.
const MOST_PIXELS: u32 = 4096 * 2304;
/// The time in which ffmpeg must end once it no longer reads, and its messages once it has ended.
const PATIENCE: Duration = Duration::from_secs(1);
/// The bytes and lines at the end of ffmpeg's messages that are shown.
const LONGEST: usize = 2000;
const LINES: usize = 3;

/// Options of both encoders. The conversion to BT.709 is exact except that a colour covers four
/// pixels. The number of threads is fixed because the bytes depend on it.
const PICTURE: &str = "\
    -vf scale=out_color_matrix=bt709:out_range=tv:flags=area+accurate_rnd+full_chroma_inp,\
    format=yuv420p -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv \
    -threads 4";
/// Options that leave versions out of the file.
const ANONYMOUS: &str = "-map_metadata -1 -fflags +bitexact -flags:v +bitexact";

/// The file format of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    /// H.264 in MP4.
    Mp4,
    /// VP9 in WebM.
    Webm,
}

impl Container {
    fn name(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
        }
    }

    fn encoder(self) -> &'static str {
        match self {
            Self::Mp4 => "libx264",
            Self::Webm => "libvpx-vp9",
        }
    }

    /// Options of the encoder and the container, chosen for thin lines on a dark ground.
    fn options(self) -> &'static str {
        match self {
            // The filter removes the message in which the encoder names its version. A shorter
            // look ahead halves the memory.
            Self::Mp4 => {
                "-preset medium -tune animation -crf 16 -rc-lookahead 20 \
                 -bsf:v filter_units=remove_types=6 -movflags +faststart"
            }
            // The other deadlines take four times as long for the same look.
            Self::Webm => "-deadline realtime -cpu-used 4 -row-mt 1 -aq-mode 0 -crf 16 -b:v 0",
        }
    }
}

/// The next size with even sides. In a film a colour covers two by two pixels.
pub(crate) fn even(size: Size) -> Size {
    Size { width: size.width.next_multiple_of(2), height: size.height.next_multiple_of(2) }
}

/// Checks that a film can be made, of this size if one is given, before anything is drawn.
///
/// # Errors
/// Fails if the size is too large, or if ffmpeg or its encoder is missing.
pub(crate) fn check(container: Container, size: Option<Size>) -> Result<(), Error> {
    if let Some(Size { width, height }) = size
        && width * height > MOST_PIXELS
    {
        return Err(Error::usage(format!(
            "--size {width}x{height}: few players show a video of more than 4096x2304 pixels"
        ))
        .hint("use a smaller --size"));
    }
    let asked = ["-hide_banner", "-h", &format!("encoder={}", container.encoder())];
    let output = Command::new(FFMPEG)
        .args(asked)
        .env("AV_LOG_FORCE_NOCOLOR", "1")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| unavailable(container, &error))?;
    if !output.status.success() {
        return Err(failure(&String::from_utf8_lossy(&output.stderr), Some(output.status)));
    }
    if output.stdout.trim_ascii().is_empty() {
        let other = match container {
            Container::Mp4 => ".webm",
            Container::Webm => ".mp4",
        };
        let (name, encoder) = (container.name(), container.encoder());
        return Err(Error::failed(format!("ffmpeg has no encoder {encoder}, which {name} needs"))
            .hint(format!("install an ffmpeg with {encoder}, or write {other} or .gif")));
    }
    Ok(())
}

/// Writes the film of `animation`, whose sides are even; `rate` is the frame rate as a fraction.
///
/// # Errors
/// Fails if ffmpeg fails, with an [`Error`] inside, or if writing to `out` fails.
pub(crate) fn write(
    animation: Animation<'_>,
    container: Container,
    rate: (u32, u32),
    out: &mut dyn Write,
) -> io::Result<()> {
    let scratch = Scratch::create().map_err(|error| io::Error::other(no_scratch(&error)))?;
    let film = scratch.path().join("film");
    let mut ffmpeg = Running(
        command(&animation, container, rate, &film)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| io::Error::other(unavailable(container, &error)))?,
    );
    let messages = Messages::read(ffmpeg.0.stderr.take().expect("it is piped"));
    let stdin = ffmpeg.0.stdin.take().expect("it is piped");
    // An error means that ffmpeg no longer reads. Its own message says why.
    let fed = video::write(animation, PixelFormat::Rgb, stdin).is_ok();
    let status = if fed { Some(ffmpeg.0.wait()?) } else { ffmpeg.end()? };
    let bytes = fs::metadata(&film).map_or(0, |metadata| metadata.len());
    if !fed || bytes == 0 || !status.is_some_and(|status| status.success()) {
        return Err(io::Error::other(failure(&messages.end(), status)));
    }
    io::copy(&mut File::open(&film)?, out).map(drop)
}

fn command(
    animation: &Animation<'_>,
    container: Container,
    (num, den): (u32, u32),
    film: &Path,
) -> Command {
    let mut command = Command::new(FFMPEG);
    let size = format!("{}x{}", animation.width, animation.height);
    let rate = format!("{num}/{den}");
    // Without it, a colon in the path would end the name of a protocol.
    let mut target = OsString::from("file:");
    target.push(film);
    command
        .env("AV_LOG_FORCE_NOCOLOR", "1")
        .args("-nostdin -hide_banner -v error -xerror".split(' '))
        .args(["-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", &size])
        .args(["-framerate", &rate, "-i", "pipe:0", "-c:v", container.encoder()])
        .args([container.options(), PICTURE, ANONYMOUS].iter().flat_map(|all| all.split(' ')))
        .args(["-f", container.name(), "-y"])
        .arg(target);
    command
}

/// A program that is stopped if it is dropped before it has ended.
struct Running(Child);

impl Running {
    /// Waits until it ends, within the time that it may take; `None` if it does not.
    fn end(&mut self) -> io::Result<Option<ExitStatus>> {
        let mut status = None;
        within_patience(|| {
            status = self.0.try_wait().transpose();
            status.is_some()
        });
        status.transpose()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The messages of a program, of which the end is kept.
struct Messages {
    last: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Messages {
    /// Begins to read them.
    fn read(mut from: impl Read + Send + 'static) -> Self {
        let last = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&last);
        let reader = thread::spawn(move || {
            let mut bytes = [0; LONGEST];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(&bytes[..count]);
                let surplus = kept.len().saturating_sub(LONGEST);
                kept.drain(..surplus);
            }
        });
        Self { last, reader }
    }

    /// The last ones of a program that has ended.
    fn end(self) -> String {
        // A program that it started may keep the pipe open.
        within_patience(|| self.reader.is_finished());
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&last).into_owned()
    }
}

/// Waits until something is true, but not for ever.
fn within_patience(mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
}

/// The error for an ffmpeg that has failed with these messages.
fn failure(messages: &str, status: Option<ExitStatus>) -> Error {
    let lines: Vec<&str> = messages.lines().map(without_part).filter(|l| !l.is_empty()).collect();
    let said = match (lines.as_slice(), status) {
        ([.., _], _) => lines[lines.len().saturating_sub(LINES)..].join("; "),
        ([], Some(status)) if !status.success() => status.to_string(),
        ([], _) => "it ended before the film was complete".to_string(),
    };
    Error::failed(format!("ffmpeg failed: {said}")).hint(if said.contains("No space left") {
        format!("make room in {}, or name another folder in TMPDIR", env::temp_dir().display())
    } else {
        "`flaky doctor` says which ffmpeg it is; .gif and .apng do not need it".to_string()
    })
}

/// A message without the name and the address of the part of ffmpeg that it comes from.
fn without_part(line: &str) -> &str {
    let bare = if line.starts_with('[') { line.split_once("] ") } else { None };
    bare.map_or(line, |(_, message)| message).trim()
}

/// The error for an ffmpeg that cannot be started.
fn unavailable(container: Container, error: &io::Error) -> Error {
    let name = container.name();
    if error.kind() != ErrorKind::NotFound {
        return Error::failed(format!("cannot run ffmpeg: {}", io_message(error)))
            .hint("repair or reinstall it, or write .gif");
    }
    Error::failed(format!("ffmpeg is not installed, which {name} needs")).hint(
        "install it (apt install ffmpeg, brew install ffmpeg), write .gif, or write .y4m and encode \
         it elsewhere",
    )
}

fn no_scratch(error: &io::Error) -> Error {
    let folder = env::temp_dir();
    Error::failed(format!("cannot write to {}: {}", folder.display(), io_message(error)))
        .hint("name another folder for temporary files in TMPDIR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_messages_are_shown_without_addresses() {
        let said = |messages: &str| failure(messages, None).message;
        let two = "[libx264 @ 0x55d0] width not divisible by 2\n\nError [1] while opening\n";
        assert_eq!(said(two), "ffmpeg failed: width not divisible by 2; Error [1] while opening");
        assert_eq!(said("a\nb\nc\nd\n"), "ffmpeg failed: b; c; d");
        assert_eq!(said(""), "ffmpeg failed: it ended before the film was complete");
    }

    #[test]
    fn a_full_disk_is_named() {
        let error = failure("file: No space left on device\n", None);
        assert!(error.hint.unwrap().contains("TMPDIR"));
    }

    #[test]
    fn sides_become_even() {
        let size = |width, height| Size { width, height };
        assert_eq!(even(size(801, 300)), size(802, 300));
        assert_eq!(even(size(16, 8191)), size(16, 8192));
    }
}
