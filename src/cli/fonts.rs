//! The option of pictures that selects fonts.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

/// Where fonts come from besides the built-in ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FontSource {
    /// The fonts of the system.
    System,
    /// Nowhere.
    None,
    /// A font file.
    File(PathBuf),
}

impl FromStr for FontSource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "system" => Self::System,
            "none" => Self::None,
            path => Self::File(path.into()),
        })
    }
}

#[derive(Args, Debug)]
pub(crate) struct FontsArgs {
    /// Fonts for characters that the built-in font lacks: `system`, those of this computer;
    /// `none`, boxes instead, which are the same bytes on any machine; or a TrueType or OpenType
    /// file. An SVG has text there, which the viewer draws, unless a file is given
    #[arg(
        long,
        value_name = "system|none|FILE",
        default_value = "system",
        help_heading = "Picture"
    )]
    pub fonts: FontSource,
}
