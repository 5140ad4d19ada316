//! Parses SVG documents for the tests.

use std::collections::BTreeSet;

use flaky_core::sanitize::is_format_control;
use resvg::usvg::roxmltree::{Document, Node, ParsingOptions};

use crate::drawing;

/// Forbidden elements: they animate, load resources, or render differently across viewers.
const UNWANTED: [&str; 8] = [
    "animate",
    "animateMotion",
    "animateTransform",
    "filter",
    "foreignObject",
    "image",
    "script",
    "set",
];

/// An SVG document.
pub struct Svg<'a> {
    text: &'a str,
    document: Document<'a>,
}

impl<'a> Svg<'a> {
    #[track_caller]
    pub fn of(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        let text = std::str::from_utf8(text.as_ref()).expect("text");
        let options = ParsingOptions { nodes_limit: 10_000_000, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options)
            .unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(document.root_element().has_tag_name(("http://www.w3.org/2000/svg", "svg")));
        Self { text, document }
    }

    pub fn root(&self) -> Node<'_, 'a> {
        self.document.root_element()
    }

    /// Every element.
    pub fn elements(&self) -> impl Iterator<Item = Node<'_, 'a>> {
        self.document.descendants().filter(Node::is_element)
    }

    /// Every element of this name, in the order of the document.
    pub fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = Node<'b, 'a>> {
        self.elements().filter(move |node| node.tag_name().name() == name)
    }

    /// An attribute of the root element; empty if it is missing.
    pub fn attribute(&self, name: &str) -> &str {
        self.root().attribute(name).unwrap_or_default()
    }

    /// Its accessible name.
    pub fn label(&self) -> &str {
        self.attribute("aria-label")
    }

    /// Width and height, as it says and as resvg finds.
    #[track_caller]
    pub fn size(&self) -> (u32, u32) {
        let side = |name| self.attribute(name).parse().expect(name);
        let size = (side("width"), side("height"));
        assert_eq!(drawing::size(self.text.as_bytes()), size);
        assert_eq!(self.attribute("viewBox"), format!("0 0 {} {}", size.0, size.1));
        size
    }

    /// The title of the whole document.
    #[track_caller]
    pub fn title(&self) -> &str {
        let mut titles = self.all("title").filter(|title| title.parent() == Some(self.root()));
        let title = titles.next().expect("a title");
        assert!(titles.next().is_none(), "a second title");
        title.text().unwrap_or_default()
    }

    /// The tooltips: titles of its parts.
    pub fn tips(&self) -> Vec<String> {
        let tips = self.all("title").filter(|title| title.parent() != Some(self.root()));
        tips.map(|title| title.text().unwrap_or_default().to_string()).collect()
    }

    /// The style sheet; empty if nothing moves.
    #[track_caller]
    pub fn css(&self) -> &str {
        let mut sheets = self.all("style");
        let css = sheets.next().and_then(|style| style.text()).unwrap_or_default();
        assert!(sheets.next().is_none(), "a second style sheet");
        css
    }

    /// Returns true if anything moves.
    pub fn moves(&self) -> bool {
        !self.css().is_empty()
    }

    /// The values of a property in the style sheet, such as `animation`.
    pub fn css_values(&self, property: &str) -> Vec<&str> {
        let declarations = self.css().split(['{', '}', ';']);
        declarations
            .filter_map(|declaration| declaration.split_once(':'))
            .filter(|(name, _)| *name == property)
            .map(|(_, value)| value)
            .collect()
    }

    pub fn ids(&self) -> BTreeSet<&str> {
        self.elements().filter_map(|node| node.attribute("id")).collect()
    }

    /// Its ids, classes and animations: what could clash with another document on the same page.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = self.ids();
        names.extend(self.elements().filter_map(|node| node.attribute("class")));
        names.extend(self.css().split("@keyframes ").skip(1).filter_map(|rest| {
            let (name, _) = rest.split_once('{')?;
            Some(name)
        }));
        names
    }

    /// Fails where it has anything that a page would not show or a reader would not want.
    #[track_caller]
    pub fn is_well_behaved(&self) {
        let strange = |c: char| {
            (c.is_control() && c != '\n')
                || is_format_control(c)
                || matches!(c, '\u{fffe}' | '\u{ffff}')
        };
        assert!(!self.text.contains(strange), "{:?}", self.text);
        for node in self.elements() {
            let name = node.tag_name().name();
            assert!(!UNWANTED.contains(&name), "<{name}>");
            // What the built-in font has is an outline; other text has its place.
            if name == "text" {
                assert!(node.has_attribute("textLength"), "{node:?}");
                let text = node.text().unwrap_or_default();
                assert!(!text.contains(|c: char| c.is_ascii_alphanumeric()), "{text:?}");
            }
            for attribute in node.attributes() {
                let name = attribute.name();
                assert!(name != "style" && !name.starts_with("on"), "{name} in {node:?}");
            }
        }
        self.refers_to_itself_alone();
        self.moves_only_who_wants_it();
        drawing::drawn_by_resvg(self.text.as_bytes());
    }

    /// Every id is one element's, and every reference leads to one.
    #[track_caller]
    fn refers_to_itself_alone(&self) {
        let ids = self.ids();
        let named = self.elements().filter(|node| node.has_attribute("id")).count();
        assert_eq!(named, ids.len(), "two have the same id");
        for attribute in self.elements().flat_map(|node| node.attributes()) {
            let value = attribute.value();
            let to = match attribute.name() {
                "href" => Some(value),
                "aria-labelledby" => {
                    assert!(value.split(' ').all(|id| ids.contains(id)), "{value}");
                    None
                }
                "aria-label" => None,
                _ => value.strip_prefix("url(").and_then(|url| url.strip_suffix(')')),
            };
            let Some(to) = to else { continue };
            assert!(to.strip_prefix('#').is_some_and(|id| ids.contains(id)), "{to} leads nowhere");
        }
    }

    /// All of the style sheet asks first and moves places alone. The offset of a dashed line would be
    /// drawn anew in every frame.
    #[track_caller]
    fn moves_only_who_wants_it(&self) {
        let css = self.css();
        assert!(!css.contains("url(") && !css.contains("@import"), "{css}");
        assert!(!css.contains("dash"), "the dashes move: {css}");
        if let Some(rules) = css.strip_prefix("@media (prefers-reduced-motion:no-preference){") {
            let mut depth = 1;
            let closes_at = rules.char_indices().find_map(|(at, c)| {
                depth += i32::from(c == '{') - i32::from(c == '}');
                (depth == 0).then_some(at + 1)
            });
            assert_eq!(closes_at, Some(rules.len()), "all of it is in the query: {css}");
        } else {
            assert_eq!(css, "", "it moves whoever looks");
        }
    }
}
