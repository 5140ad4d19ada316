//! Badges: drawn once for each report and look, and shared by all projects and branches with equal
//! reports.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use flaky_core::scene;
use flaky_core::scene::theme::Theme;
use flaky_core::verdict::Report;
use flaky_draw::text::{DEJAVU, DEJAVU_AND_VIEWER};
use prometheus_client::metrics::counter::Counter;
use tokio::sync::Semaphore;
use tokio::task;

use super::answer::ReportId;
use crate::badge::{self, Format, MONITOR, Shape};
use crate::serve::cache::{Cache, Weight};
use crate::serve::content::{Content, ContentType};
use crate::serve::problem::Problem;

/// The maximum number of bytes that are kept.
const MOST_BYTES: usize = 32 << 20;

/// The look of a badge.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) style: Style,
    pub(crate) theme: &'static Theme,
    pub(crate) label: String,
    /// False to leave the beats out.
    pub(crate) trace: bool,
    pub(crate) format: Format,
}

/// The style of a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Style {
    Flat,
    FlatSquare,
    Monitor,
}

type Key = (ReportId, Style, &'static str, String, bool, Format);

/// The pictures.
pub(crate) struct Pictures {
    cache: Cache<Key, Arc<Content>>,
    /// Drawing a GIF takes long enough to delay others; so not all threads may do it at once.
    turns: Arc<Semaphore>,
}

impl Weight for Arc<Content> {
    fn weight(&self) -> usize {
        size_of::<Content>() + self.bytes().len()
    }
}

impl Pictures {
    pub(super) fn new(counters: [Counter; 2]) -> Self {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        Self { cache: Cache::new(MOST_BYTES, counters), turns: Arc::new(Semaphore::new(threads)) }
    }

    /// The badge of a report, whose content is called `id`.
    pub(super) async fn badge(
        &self,
        report: &Report,
        id: ReportId,
        look: Look,
    ) -> Result<Arc<Content>, Problem> {
        let key = (id, look.style, look.theme.name, look.label.clone(), look.trace, look.format);
        let make = async || {
            // The others are drawn in less time than it takes to hand them over.
            let is_quick =
                look.style != Style::Monitor && matches!(look.format, Format::Svg | Format::Json);
            if is_quick {
                return Ok(Arc::new(draw(report, &look)));
            }
            let turn = Arc::clone(&self.turns).acquire_owned().await;
            let report = report.clone();
            let drawn = task::spawn_blocking(move || {
                let _turn = turn;
                Arc::new(draw(&report, &look))
            });
            drawn.await.map_err(|_| Problem::busy("the badge could not be drawn"))
        };
        self.cache.get(&key, |_| true, make).await
    }
}

/// Draws a badge. The fonts are the built-in ones, so that it is the same on every server.
fn draw(report: &Report, look: &Look) -> Content {
    let fonts = if look.format == Format::Svg { &DEJAVU_AND_VIEWER } else { &DEJAVU };
    let settings = badge::Settings {
        shape: match look.style {
            Style::Monitor => Shape::Monitor(MONITOR),
            style => Shape::Flat {
                height: scene::badge::HEIGHT,
                round: style == Style::Flat,
                trace: look.trace,
            },
        },
        theme: look.theme,
        label: look.label.clone(),
        animated: look.format != Format::Png,
    };
    let picture = badge::picture(report, &settings, fonts);
    let mut bytes = Vec::new();
    badge::write(report, &look.label, &picture, fonts, look.format, 1, &mut bytes)
        .expect("a Vec takes everything");
    let content_type = match look.format {
        Format::Svg => ContentType::Svg,
        Format::Gif => ContentType::Gif,
        Format::Apng | Format::Png => ContentType::Png,
        Format::Json => ContentType::Json,
    };
    Content::new(content_type, bytes)
}
