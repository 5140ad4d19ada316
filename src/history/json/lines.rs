//! The layout of a history's JSON: a line for each field of the file, each beat and each episode.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Depth of the fields of the file.
const FIELDS: usize = 1;
/// Depth of the beats and of the episodes.
const ELEMENTS: usize = 2;

#[derive(Default)]
pub(super) struct Lines {
    /// Objects and lists around what is written next.
    depth: usize,
    /// The innermost list has elements.
    is_filled: bool,
}

impl Lines {
    /// Begins a value, after a comma if it is not the first, and on its own line if it is at `depth`.
    fn begin<W>(&self, out: &mut W, is_first: bool, depth: usize) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        if !is_first {
            out.write_all(b",")?;
        }
        if self.depth == depth {
            write!(out, "\n{:1$}", "", 2 * depth)?;
        }
        Ok(())
    }
}

impl Formatter for Lines {
    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        out.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.begin(out, first, FIELDS)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(if self.depth == FIELDS { b": " } else { b":" })
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        out.write_all(if self.depth == 0 { b"\n}" } else { b"}" })
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.is_filled = false;
        out.write_all(b"[")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.begin(out, first, ELEMENTS)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_filled = true;
        Ok(())
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        let breaks = self.depth == FIELDS && self.is_filled;
        out.write_all(if breaks { b"\n  ]" } else { b"]" })
    }
}
