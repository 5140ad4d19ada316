//! XML from strangers: no declarations, no entities of its own, no depth without end.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// How deep elements may lie in one another.
const DEEPEST: usize = 64;

/// A step through a document.
#[derive(Debug, PartialEq)]
pub enum Step<'a> {
    /// An element begins: its name without a prefix, and its attributes.
    Start(String, Attributes<'a>),
    /// An element ends.
    End,
}

/// The attributes of an element.
#[derive(Debug, PartialEq)]
pub struct Attributes<'a>(BytesStart<'a>);

impl Attributes<'_> {
    /// An attribute's text; empty where there is none.
    pub fn get(&self, name: &str) -> String {
        let found = self.0.attributes().flatten().find(|one| one.key.as_ref() == name);
        let Some(found) = found else { return String::new() };
        // An entity nobody declared stays as it is written.
        quick_xml::escape::unescape(&found.value)
            .map_or_else(|_| found.value.to_string(), std::borrow::Cow::into_owned)
    }
}

/// Walks through a document and hands every step to `see`.
///
/// # Errors
/// Where it is not well formed, ends too early, nests too deeply or declares a document type.
pub fn walk(bytes: &[u8], mut see: impl FnMut(Step<'_>)) -> Result<(), String> {
    let (text, ..) = encoding_rs::UTF_8.decode(bytes);
    let mut reader = Reader::from_str(&text);
    let mut depth = 0_usize;
    let mut elements = 0_usize;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                depth += 1;
                elements += 1;
                if depth > DEEPEST {
                    return Err(format!("its elements lie more than {DEEPEST} deep"));
                }
                see(Step::Start(name(&start), Attributes(start)));
            }
            Event::Empty(start) => {
                elements += 1;
                see(Step::Start(name(&start), Attributes(start)));
                see(Step::End);
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                see(Step::End);
            }
            Event::DocType(_) => return Err("it declares a document type".to_string()),
            Event::Eof if elements == 0 => return Err("it is no XML".to_string()),
            Event::Eof if depth > 0 => return Err("it breaks off".to_string()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn name(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_string()
}
