//! A parser for untrusted XML: it rejects document types, does not expand entities, and limits
//! depth.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

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

/// Parses a document and passes every event to `on_event`, until that fails.
///
/// # Errors
/// Fails with the error of `on_event`, or if the document is malformed, incomplete, nested too
/// deeply, or has a document type.
pub(crate) fn parse(
    bytes: &[u8],
    mut on_event: impl FnMut(XmlEvent<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let (text, ..) = encoding_rs::UTF_8.decode(bytes);
    let mut reader = Reader::from_str(&text);
    let mut depth = 0_usize;
    let mut elements = 0_usize;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                depth += 1;
                elements += 1;
                if depth > MAX_DEPTH {
                    return Err(format!("its elements are nested more than {MAX_DEPTH} deep"));
                }
                on_event(XmlEvent::Start(name(&start), Attributes(start)))?;
            }
            Event::Empty(start) => {
                elements += 1;
                on_event(XmlEvent::Start(name(&start), Attributes(start)))?;
                on_event(XmlEvent::End)?;
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                on_event(XmlEvent::End)?;
            }
            Event::DocType(_) => return Err("it has a document type".to_string()),
            Event::Eof if elements == 0 => return Err("it is not XML".to_string()),
            Event::Eof if depth > 0 => return Err("it is incomplete".to_string()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn name(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_string()
}
