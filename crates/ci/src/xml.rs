//! A parser for untrusted XML: it rejects document types, does not expand entities, and limits
//! depth.

use std::fmt;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesStart, Event};

/// What is wrong with a document that ends too early.
const INCOMPLETE: &str = "it is incomplete";
/// The maximum nesting depth.
const MAX_DEPTH: usize = 64;

/// A parser event.
#[derive(Debug, PartialEq)]
pub(crate) enum XmlEvent<'a> {
    /// The start of an element: its name without a prefix, and its attributes.
    Start(String, Attributes<'a>),
    /// The end of an element.
    End,
}

/// The attributes of an element.
#[derive(Debug, PartialEq)]
pub(crate) struct Attributes<'a>(BytesStart<'a>);

impl Attributes<'_> {
    /// The value of an attribute; empty if it is missing.
    pub(crate) fn get(&self, name: &str) -> String {
        // Looking for duplicates would take quadratic time.
        let mut attributes = self.0.attributes();
        let found = attributes.with_checks(false).flatten().find(|one| one.key.as_ref() == name);
        let Some(found) = found else { return String::new() };
        // Keep undeclared entities as they are written.
        quick_xml::escape::unescape(&found.value)
            .map_or_else(|_| found.value.to_string(), std::borrow::Cow::into_owned)
    }
}

/// Why a document was not read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum XmlError {
    /// It has no element.
    NotXml,
    /// It has a document type, or is nested too deeply.
    Unsafe(String),
    /// It is incomplete, or is not well-formed.
    Damaged(String),
    /// The receiver of the events failed.
    Stopped(String),
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotXml => f.write_str("it is not XML"),
            Self::Unsafe(why) | Self::Damaged(why) | Self::Stopped(why) => f.write_str(why),
        }
    }
}

/// Parses a document and passes every event to `on_event`, until that fails.
///
/// # Errors
/// Fails with the error of `on_event`, or if the document is malformed, incomplete, nested too
/// deeply, or has a document type.
pub(crate) fn parse(
    bytes: &[u8],
    mut on_event: impl FnMut(XmlEvent<'_>) -> Result<(), String>,
) -> Result<(), XmlError> {
    let (text, ..) = encoding_rs::UTF_8.decode(bytes);
    let mut reader = Reader::from_str(&text);
    let mut depth = 0_usize;
    let mut elements = 0_usize;
    let mut pass = |event: XmlEvent<'_>| on_event(event).map_err(XmlError::Stopped);
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let position = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
                return Err(XmlError::Damaged(defect(&error, &text, position)));
            }
        };
        match event {
            Event::Start(start) => {
                depth += 1;
                elements += 1;
                if depth > MAX_DEPTH {
                    let why = format!("its elements are nested more than {MAX_DEPTH} deep");
                    return Err(XmlError::Unsafe(why));
                }
                pass(XmlEvent::Start(name(&start), Attributes(start)))?;
            }
            Event::Empty(start) => {
                elements += 1;
                pass(XmlEvent::Start(name(&start), Attributes(start)))?;
                pass(XmlEvent::End)?;
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                pass(XmlEvent::End)?;
            }
            Event::DocType(_) => {
                return Err(XmlError::Unsafe("it has a document type".to_string()));
            }
            Event::Eof if elements == 0 => return Err(XmlError::NotXml),
            Event::Eof if depth > 0 => return Err(XmlError::Damaged(INCOMPLETE.to_string())),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// What is wrong with a document at this position, in bytes.
fn defect(error: &Error, text: &str, position: usize) -> String {
    let before = text.bytes().take(position);
    let line = before.filter(|byte| *byte == b'\n').count() + 1;
    match error {
        Error::Syntax(SyntaxError::InvalidBangMarkup) => format!("line {line} is not valid XML"),
        Error::Syntax(_) => INCOMPLETE.to_string(),
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            format!("line {line} has </{found}> in place of </{expected}>")
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
            format!("line {line} has </{found}> without <{found}>")
        }
        _ => format!("line {line} is not valid XML"),
    }
}

fn name(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_string()
}
