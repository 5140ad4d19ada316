//! The files that a `--junit` argument stands for.
//!
//! A pattern is walked by a walk of our own, one directory at a time: `**` does not follow links, so
//! that a circle of links ends, and every directory is read once.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use crate::error::{Error, io_message};
use flaky_core::sanitize::sanitize;

/// The maximum length of a pattern or a path in messages, in characters.
pub(super) const LONGEST_PATH: usize = 100;

/// What a `--junit` argument stands for.
pub(super) enum Source {
    /// Standard input.
    Stdin,
    /// One file, which may be a pipe or a device, and may be missing.
    File(PathBuf),
    /// The files in or below a directory, or those that match a pattern.
    Search(Search),
}

/// A search for files.
pub(super) struct Search {
    /// The argument, for messages.
    shown: String,
    /// The directory where it starts; empty for the current one.
    start: PathBuf,
    steps: Vec<Step>,
    /// The argument is a directory, which may have files of other kinds.
    pub is_directory: bool,
}

/// The files of a search, in order, and what could not be read.
#[derive(Default)]
pub(super) struct Found {
    pub files: Vec<PathBuf>,
    pub errors: Vec<Error>,
}

/// A part of a pattern.
enum Step {
    /// `**`: any number of directories.
    AnyDepth,
    /// A directory with a fixed name.
    Fixed(PathBuf),
    /// The name of a file or directory.
    Matching(GlobMatcher),
}

impl Source {
    /// What an argument stands for. What exists under exactly this name comes before a pattern.
    ///
    /// # Errors
    /// Fails if it is neither a path nor a valid pattern.
    pub(super) fn of(argument: &str) -> Result<Self, Error> {
        if argument.trim().is_empty() {
            return Err(Error::usage("--junit is empty").hint("write --junit GLOB"));
        }
        let path = Path::new(argument);
        match fs::metadata(path) {
            _ if argument == "-" => Ok(Self::Stdin),
            Ok(about) if about.is_dir() => Ok(Self::Search(Search::below(argument)?)),
            Err(_) if is_pattern(argument) => Ok(Self::Search(Search::of(argument)?)),
            _ => Ok(Self::File(path.to_path_buf())),
        }
    }
}

impl Search {
    /// All XML files below a directory.
    fn below(directory: &str) -> Result<Self, Error> {
        let steps =
            vec![Step::AnyDepth, Step::matching("*.xml").map_err(|why| invalid(directory, &why))?];
        let start = PathBuf::from(directory);
        Ok(Self { shown: sanitize(directory, LONGEST_PATH), start, steps, is_directory: true })
    }

    /// All files that match a pattern.
    fn of(pattern: &str) -> Result<Self, Error> {
        let mut start = PathBuf::new();
        let mut steps: Vec<Step> = Vec::new();
        for component in Path::new(pattern).components() {
            match component.as_os_str().to_str() {
                Some("**") if matches!(steps.last(), Some(Step::AnyDepth)) => {}
                Some("**") => steps.push(Step::AnyDepth),
                Some(name) if is_pattern(name) && matches!(component, Component::Normal(_)) => {
                    steps.push(Step::matching(name).map_err(|why| invalid(pattern, &why))?);
                }
                _ if steps.is_empty() => start.push(component),
                _ => steps.push(Step::Fixed(PathBuf::from(component.as_os_str()))),
            }
        }
        if let Some(Step::AnyDepth) = steps.last() {
            steps.push(Step::matching("*").map_err(|why| invalid(pattern, &why))?);
        }
        let shown = sanitize(pattern, LONGEST_PATH);
        Ok(Self { shown, start, steps, is_directory: false })
    }

    /// Finds the files.
    pub(super) fn run(&self) -> Found {
        let mut found = Found::default();
        // Directories to read, each with the steps that its entries may take.
        let mut open = vec![(self.start.clone(), self.steps_from(&[0]))];
        while let Some((directory, steps)) = open.pop() {
            if let Err(error) = self.read_directory(&directory, &steps, &mut open, &mut found) {
                found.errors.push(unreadable(&directory, &error));
            }
        }
        found.files.sort_unstable();
        found.files.dedup();
        if found.files.is_empty() && found.errors.is_empty() {
            found.errors.push(self.nothing());
        }
        found
    }

    fn nothing(&self) -> Error {
        let shown = &self.shown;
        if self.is_directory {
            return Error::failed(format!("no .xml file is below {shown:?}"))
                .hint("run the tests first, or name the directory that the runner writes to");
        }
        Error::failed(format!("no file matches {shown:?}"))
            .hint("run the tests first, and quote the pattern")
    }

    /// These steps, and those that may be taken at once because `**` may stand for nothing.
    fn steps_from(&self, steps: &[usize]) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        for step in steps.iter().copied() {
            all.push(step);
            if matches!(self.steps.get(step), Some(Step::AnyDepth)) {
                all.push(step + 1);
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    fn read_directory(
        &self,
        directory: &Path,
        steps: &[usize],
        open: &mut Vec<(PathBuf, Vec<usize>)>,
        found: &mut Found,
    ) -> io::Result<()> {
        for step in steps {
            if let Step::Fixed(name) = &self.steps[*step] {
                self.enter(directory.join(name), *step, open, found);
            }
        }
        if steps.iter().all(|step| matches!(self.steps[*step], Step::Fixed(_))) {
            return Ok(());
        }
        let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        for entry in fs::read_dir(here)? {
            let entry = entry?;
            let path = directory.join(entry.file_name());
            let is_directory = entry.file_type()?.is_dir();
            let mut next = Vec::new();
            for step in steps.iter().copied() {
                match &self.steps[step] {
                    Step::AnyDepth if is_directory => next.push(step),
                    Step::Matching(name) if name.is_match(entry.file_name()) => {
                        if step + 1 == self.steps.len() {
                            found.add(path.clone());
                        } else if is_directory || path.is_dir() {
                            next.push(step + 1);
                        }
                    }
                    _ => {}
                }
            }
            if !next.is_empty() {
                open.push((path, self.steps_from(&next)));
            }
        }
        Ok(())
    }

    /// Takes a step to a fixed name.
    fn enter(
        &self,
        path: PathBuf,
        step: usize,
        open: &mut Vec<(PathBuf, Vec<usize>)>,
        found: &mut Found,
    ) {
        if step + 1 == self.steps.len() {
            // A link to nothing is there, and cannot be read.
            if fs::symlink_metadata(&path).is_ok() {
                found.add(path);
            }
        } else if path.is_dir() {
            open.push((path, self.steps_from(&[step + 1])));
        }
    }
}

impl Found {
    /// Adds a file. Directories, pipes and devices that were not named are passed over; a pipe could
    /// wait for ever.
    fn add(&mut self, path: PathBuf) {
        match fs::metadata(&path) {
            Ok(about) if about.is_file() => self.files.push(path),
            Ok(_) => {}
            Err(error) => self.errors.push(unreadable(&path, &error)),
        }
    }
}

impl Step {
    fn matching(name: &str) -> Result<Self, String> {
        let glob = GlobBuilder::new(name).literal_separator(true).build();
        Ok(Self::Matching(glob.map_err(|error| error.kind().to_string())?.compile_matcher()))
    }
}

/// The error for a file or directory that cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Error {
    let shown = sanitize(&path.display().to_string(), LONGEST_PATH);
    let error = Error::failed(format!("cannot read {shown}: {}", io_message(error)));
    error.hint("name other files, or make it readable")
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

fn invalid(pattern: &str, why: &str) -> Error {
    Error::usage(format!("--junit {pattern} is not a valid glob: {why}"))
        .hint("write it as 'target/nextest/**/*.xml', in quotes")
}
