//! Files that do not add to the height of a beat: lockfiles, generated and vendored files.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Lockfiles, generated and vendored files. A pattern without a slash matches in any directory.
const DEFAULT: &[&str] = &[
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

/// The word that turns the default patterns off.
const NONE: &str = "none";

/// A set of patterns of files.
#[derive(Clone, Debug)]
pub struct Exclusions {
    patterns: Vec<String>,
    set: GlobSet,
}

impl Exclusions {
    /// Combines the default patterns with these. If "none" is among these, the default patterns are
    /// left out.
    ///
    /// # Errors
    /// Fails if a pattern is malformed; the message names it.
    pub fn new(more: &[String]) -> Result<Self, String> {
        let default = if more.iter().any(|pattern| pattern == NONE) { &[] } else { DEFAULT };
        let own = more.iter().map(String::as_str).filter(|pattern| *pattern != NONE);
        let patterns: Vec<String> = default.iter().copied().chain(own).map(anywhere).collect();
        let mut set = GlobSetBuilder::new();
        for pattern in &patterns {
            let glob = GlobBuilder::new(pattern).literal_separator(true).build();
            set.add(glob.map_err(|error| error.to_string())?);
        }
        let set = set.build().map_err(|error| error.to_string())?;
        Ok(Self { patterns, set })
    }

    /// Returns true if this file is excluded.
    pub(crate) fn contain(&self, path: &[u8]) -> bool {
        self.set.is_match(&*String::from_utf8_lossy(path))
    }

    /// The patterns, for the key of a cache.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

/// Makes a pattern match in any directory, unless it begins with a slash.
fn anywhere(pattern: &str) -> String {
    let folder = pattern.ends_with('/');
    let pattern = if folder { format!("{pattern}**") } else { pattern.to_string() };
    match pattern.strip_prefix('/') {
        Some(from_top) => from_top.to_string(),
        None => format!("**/{pattern}"),
    }
}
