//! `flaky page`: settings → one HTML file, or a server that shows it.

#[cfg(feature = "serve")]
mod preview;

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{human_bytes, warn};
use crate::cli::Console;
use crate::cli::page::{PageArgs, STALE_S};
use crate::cli::values::{LONGEST_TITLE, Seconds};
use crate::error::Error;
use crate::output::{self, Destination};
use crate::page::{self, Asset, MOST_URLS, Page, PageSettings, StatusUrl};
use flaky_core::sanitize::sanitize;

pub(super) fn run(args: &PageArgs, console: Console) -> Result<(), Error> {
    let settings = settings(args)?;
    let target = args.output.as_deref().map(Destination::new);
    if args.assets && target == Some(Destination::Stdout) {
        return Err(Error::usage("--assets: standard output is no directory to write files to")
            .hint("name a file with -o, or leave --assets out"));
    }
    for secret in settings.status_urls.iter().filter_map(StatusUrl::secret) {
        warn(&Error::failed(format!(
            "everyone who opens the page can read the value of {secret:?} in --status-url"
        )));
    }
    let page = Page::new(&settings);
    let assets = if args.assets {
        page::assets(&settings)
            .map_err(|error| Error::failed(format!("cannot draw the icons: {error}")))?
    } else {
        Vec::new()
    };
    let Some(target) = target else {
        #[cfg(feature = "serve")]
        return preview::run(page.html().to_string(), assets, console);
        #[cfg(not(feature = "serve"))]
        unreachable!("without --preview, -o is required");
    };
    let html = page.html();
    let bytes = output::write(&target, false, |out| out.write_all(html.as_bytes()))?;
    console.say(&format!(
        "wrote {}: {} ({} gzipped), theme {}, {}",
        target.name(),
        human_bytes(bytes),
        human_bytes(gzipped(html)),
        settings.theme.name,
        match (settings.status_urls.len(), settings.seed) {
            (0, Some(seed)) => format!("seed {seed}"),
            (0, None) => "a new seed at each visit".to_string(),
            (1, _) => "1 status address".to_string(),
            (count, _) => format!("{count} status addresses"),
        }
    ));
    assets.iter().try_for_each(|asset| write_beside(&target, asset, console))
}

/// The settings, from validated options.
fn settings(args: &PageArgs) -> Result<PageSettings, Error> {
    if args.status_url.len() > MOST_URLS {
        return Err(Error::usage(format!(
            "--status-url: {} addresses are too many for one page",
            args.status_url.len()
        ))
        .hint(format!("use at most {MOST_URLS}, and several pages")));
    }
    let status_urls = args
        .status_url
        .iter()
        .map(|text| {
            StatusUrl::parse(text)
                .map_err(|bad| Error::usage(format!("--status-url: {bad}")).hint(bad.hint()))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let Seconds(poll_s) = args.poll;
    let two_polls_s = 2.0 * poll_s;
    let stale_s = match args.stale_after {
        Some(Seconds(stale_s)) if stale_s < two_polls_s => {
            return Err(Error::usage(format!(
                "--stale-after {stale_s}s: a single late answer would make the status unknown"
            ))
            .hint(format!("use --stale-after {two_polls_s}s or more, or a shorter --poll")));
        }
        Some(Seconds(stale_s)) => stale_s,
        None => STALE_S.max(two_polls_s),
    };
    Ok(PageSettings {
        title: args.title.as_deref().map(|title| sanitize(title, LONGEST_TITLE)),
        status_urls,
        poll_s,
        stale_s,
        theme: args.theme,
        seed: args.seed,
        bpm: args.random.bpm,
        hrv_bpm: args.random.hrv,
        pool: args.random.glitch.0.clone(),
        glitches_per_min: args.glitch_rate,
        sound: args.sound,
        assets: args.assets,
        address: args.url.clone(),
        link: args.link.clone(),
    })
}

/// Writes a file into the directory of the page.
fn write_beside(page: &Destination, asset: &Asset, console: Console) -> Result<(), Error> {
    let folder = match page {
        Destination::File(path) => path.parent().unwrap_or(Path::new("")),
        Destination::Stdout => Path::new(""),
    };
    let file = Destination::File(folder.join(PathBuf::from(asset.name)));
    let bytes = output::write(&file, false, |out| out.write_all(&asset.bytes))?;
    console.say(&format!("wrote {}: {}", file.name(), human_bytes(bytes)));
    Ok(())
}

/// The size of the page as a server may send it.
fn gzipped(html: &str) -> u64 {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let bytes = encoder.write_all(html.as_bytes()).and_then(|()| encoder.finish());
    bytes.expect("a Vec takes everything").len() as u64
}
