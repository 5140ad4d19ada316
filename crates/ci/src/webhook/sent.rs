//! Requests of tests.

use serde_json::Value;

use super::{Dialect, Message, Request, Unread, read};

/// A request with its headers.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Sent {
    pub(super) fn new(body: impl Into<Vec<u8>>) -> Self {
        Self { headers: Vec::new(), body: body.into() }
    }

    /// An event with a JSON body. `event` is the header and the name, as in `x-github-event: ping`.
    pub(super) fn json(event: &'static str, body: &Value) -> Self {
        let (header, name) = event.split_once(": ").expect("a header with a value");
        Self::new(body.to_string()).with(header, name).with("content-type", "application/json")
    }

    pub(super) fn with(mut self, header: &'static str, value: &str) -> Self {
        self.headers.push((header, value.to_string()));
        self
    }

    pub(super) fn ask<T>(&self, question: impl FnOnce(&Request<'_>) -> T) -> T {
        let header = |name: &str| self.header(name);
        question(&Request { header: &header, body: &self.body })
    }

    pub(super) fn dialect(&self) -> Option<Dialect> {
        self.ask(Dialect::of)
    }

    pub(super) fn read(&self) -> Result<Message, Unread> {
        let dialect = self.dialect().expect("an event");
        self.ask(|request| read(dialect, request))
    }

    fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_bytes())
    }
}
