//! Output formats and their names.

use std::path::Path;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// An output format, selected by a file's extension or by `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Animation for any viewer, at most 50 frames per second
    Gif,
    /// Vector image, animated with CSS
    Svg,
    /// Animation with exact delays
    Apng,
    /// Still image
    Png,
    /// Pages to print
    Pdf,
    /// Video in H.264, encoded by ffmpeg
    Mp4,
    /// Video in VP9, encoded by ffmpeg
    Webm,
    /// Samples of the signal, in columns `t_s` and `mV`
    Csv,
    /// Data instead of a picture
    Json,
    /// Frames for a video encoder, as YUV4MPEG2
    Y4m,
    /// Frames for a video encoder, 3 bytes per pixel
    Rgb,
}

impl Format {
    pub(crate) const ALL: &[Self] = &[
        Self::Gif,
        Self::Svg,
        Self::Apng,
        Self::Png,
        Self::Pdf,
        Self::Mp4,
        Self::Webm,
        Self::Csv,
        Self::Json,
        Self::Y4m,
        Self::Rgb,
    ];

    /// The name, which is also the file extension.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gif => "gif",
            Self::Svg => "svg",
            Self::Apng => "apng",
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Y4m => "y4m",
            Self::Rgb => "rgb",
        }
    }

    /// The format of a path's extension, ignoring case.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::ALL.iter().copied().find(|format| format.name() == extension)
    }

    /// The names as a list for a message: "svg, png".
    pub(crate) fn names(among: &[Self]) -> String {
        among.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
    }

    /// True for a video with a constant frame rate that plays once.
    pub(crate) fn is_film(self) -> bool {
        matches!(self, Self::Mp4 | Self::Webm)
    }

    /// True if the bytes are not text and must not reach a terminal.
    pub(crate) fn is_binary(self) -> bool {
        !matches!(self, Self::Svg | Self::Csv | Self::Json)
    }
}

/// A parser that accepts only the formats in `among`.
pub(crate) fn among(among: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(among.iter().filter_map(ValueEnum::to_possible_value)).map(|name| {
        let mut all = Format::ALL.iter().copied();
        all.find(|format| format.name() == name).expect("a possible value")
    })
}
