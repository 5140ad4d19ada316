//! What can be written, and by which names.

use std::path::Path;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// A format, named by an extension or by `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// An animation for everywhere
    Gif,
    /// An animation in vectors, moved by CSS
    Svg,
    /// An animation with exact delays
    Apng,
    /// A still
    Png,
    /// The samples: `t_s,mV`
    Csv,
    /// The beats and episodes
    Json,
    /// Frames for a video encoder, YUV4MPEG2
    Y4m,
    /// Frames for a video encoder, three bytes a pixel
    Rgb,
}

impl Format {
    /// All of them.
    pub const ALL: &[Self] =
        &[Self::Gif, Self::Svg, Self::Apng, Self::Png, Self::Csv, Self::Json, Self::Y4m, Self::Rgb];

    /// The format's name, which is its extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gif => "gif",
            Self::Svg => "svg",
            Self::Apng => "apng",
            Self::Png => "png",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Y4m => "y4m",
            Self::Rgb => "rgb",
        }
    }

    /// The format that a path's extension names, in either case.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::ALL.iter().copied().find(|format| format.name() == extension)
    }

    /// The names of some, for a message.
    pub fn names(among: &[Self]) -> String {
        among.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
    }

    /// Whether it is made of bytes that a terminal should not see.
    pub fn is_binary(self) -> bool {
        !matches!(self, Self::Svg | Self::Csv | Self::Json)
    }
}

/// One of some formats.
pub fn among(among: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(among.iter().filter_map(ValueEnum::to_possible_value)).map(|name| {
        let mut all = Format::ALL.iter().copied();
        all.find(|format| format.name() == name).expect("a possible value")
    })
}
