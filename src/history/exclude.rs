//! Which files count for the height of a beat: those that people write.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// What is left out of the height: lockfiles, generated and vendored files. A pattern without a
/// slash is that of a name in any folder.
pub const LEFT_OUT: &[&str] = &[
    "*.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "go.sum",
    "packages.lock.json",
    "gradle.lockfile",
    "*.min.js",
    "*.min.css",
    "*.map",
    "*.snap",
    "*.pb.go",
    "*_pb2.py",
    "*.pb.cc",
    "*.pb.h",
    "*.g.dart",
    "*.designer.cs",
    "*.po",
    "*.svg",
    "vendor/**",
    "node_modules/**",
    "third_party/**",
    "third-party/**",
    "bower_components/**",
    "dist/**",
];

/// The word that leaves nothing out.
pub const NOTHING: &str = "none";

/// Decides which files count.
#[derive(Clone, Debug)]
pub struct Weight {
    patterns: Vec<String>,
    left_out: GlobSet,
}

impl Weight {
    /// Leaves out [`LEFT_OUT`] and what `more` names; [`NOTHING`] among them leaves out only
    /// what else is named.
    ///
    /// # Errors
    /// Where a pattern is none; the message names it.
    pub fn new(more: &[String]) -> Result<Self, String> {
        let usual = if more.iter().any(|pattern| pattern == NOTHING) { &[] } else { LEFT_OUT };
        let own = more.iter().map(String::as_str).filter(|pattern| *pattern != NOTHING);
        let patterns: Vec<String> = usual.iter().copied().chain(own).map(anywhere).collect();
        let mut set = GlobSetBuilder::new();
        for pattern in &patterns {
            let glob = GlobBuilder::new(pattern).literal_separator(true).build();
            set.add(glob.map_err(|error| error.to_string())?);
        }
        let left_out = set.build().map_err(|error| error.to_string())?;
        Ok(Self { patterns, left_out })
    }

    /// Whether the lines of this file count.
    pub fn counts(&self, path: &[u8]) -> bool {
        !self.left_out.is_match(&*String::from_utf8_lossy(path))
    }

    /// The patterns, for whoever keeps results that depend on them.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

/// A pattern that begins with a slash is one from the top; any other one from any folder.
fn anywhere(pattern: &str) -> String {
    let folder = pattern.ends_with('/');
    let pattern = if folder { format!("{pattern}**") } else { pattern.to_string() };
    match pattern.strip_prefix('/') {
        Some(from_top) => from_top.to_string(),
        None => format!("**/{pattern}"),
    }
}
