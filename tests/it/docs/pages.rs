//! README and the pages of `docs/`, read by a Markdown parser.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A page.
pub struct Page {
    /// Its path from the root of the repository.
    pub path: String,
    pub text: String,
    /// The headings, in order.
    pub headings: Vec<Heading>,
    /// The targets of its links, in order.
    pub links: Vec<String>,
    pub pictures: Vec<Picture>,
    pub blocks: Vec<Block>,
    /// What stands in backticks.
    pub codes: Vec<String>,
    /// The first paragraph below the title, and what follows it.
    pub opening: (String, Option<Kind>),
}

pub struct Heading {
    pub level: HeadingLevel,
    /// The name that a link to it has after `#`.
    pub anchor: String,
}

pub struct Picture {
    pub target: String,
    /// The words for those who cannot see it.
    pub words: String,
}

/// A block of code.
pub struct Block {
    /// The language of a fenced block; empty for an indented one.
    pub language: String,
    pub text: String,
}

impl Block {
    /// The commands of a block of shell, one a line. A backslash continues a line.
    pub fn commands(&self) -> Vec<String> {
        if !matches!(self.language.as_str(), "" | "sh") {
            return Vec::new();
        }
        let whole = self.text.replace("\\\n", " ");
        whole.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_string).collect()
    }
}

/// What follows the first paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Example,
    Picture,
    Other,
}

/// The pages, README first.
pub static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
    let mut paths: Vec<String> = fs::read_dir(root().join("docs"))
        .expect("the pages")
        .map(|entry| format!("docs/{}", entry.expect("a page").file_name().to_string_lossy()))
        .collect();
    paths.sort();
    paths.insert(0, "README.md".to_string());
    paths.iter().map(|path| Page::read(path)).collect()
});

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

impl Page {
    fn read(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path)).expect("a page");
        let mut page = Self::of(&text);
        page.path = path.to_string();
        page
    }

    pub fn of(text: &str) -> Self {
        let mut page = Self {
            path: String::new(),
            text: text.to_string(),
            headings: Vec::new(),
            links: Vec::new(),
            pictures: Vec::new(),
            blocks: Vec::new(),
            codes: Vec::new(),
            opening: (String::new(), None),
        };
        // The words of the element that is open, if they are wanted.
        let mut words = String::new();
        let mut paragraphs = 0;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => {
                    page.follows(paragraphs, &event);
                    words.clear();
                    page.begins(event);
                }
                Event::Start(Tag::Paragraph) if paragraphs == 0 && !page.headings.is_empty() => {
                    words.clear();
                }
                Event::Start(Tag::Link { dest_url, .. }) => page.links.push(dest_url.to_string()),
                Event::End(TagEnd::Heading(level)) => {
                    page.headings.push(Heading { level, anchor: anchor(&words) });
                }
                Event::End(TagEnd::Image) => {
                    let picture = page.pictures.last_mut().expect("its beginning");
                    picture.words.clone_from(&words);
                }
                Event::End(TagEnd::CodeBlock) => {
                    let block = page.blocks.last_mut().expect("its beginning");
                    block.text.clone_from(&words);
                }
                Event::End(TagEnd::Paragraph) if !page.headings.is_empty() => {
                    if paragraphs == 0 {
                        page.opening.0.clone_from(&words);
                    }
                    paragraphs += 1;
                }
                Event::Code(code) => {
                    words.push_str(&code);
                    page.codes.push(code.to_string());
                }
                Event::Text(text) => words.push_str(&text),
                Event::SoftBreak => words.push(' '),
                Event::Html(html) | Event::InlineHtml(html) => page.pictures.extend(inside(&html)),
                _ => {}
            }
        }
        page
    }

    /// Notes what follows the first paragraph.
    fn follows(&mut self, paragraphs: usize, event: &Event<'_>) {
        if paragraphs > 0 && self.opening.1.is_none() {
            self.opening.1 = Some(match event {
                Event::Start(Tag::CodeBlock(_)) => Kind::Example,
                Event::Start(Tag::Image { .. }) => Kind::Picture,
                _ => Kind::Other,
            });
        }
    }

    /// Notes a picture or a block, whose words follow.
    fn begins(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => {
                self.pictures.push(Picture { target: dest_url.to_string(), words: String::new() });
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.blocks.push(Block { language, text: String::new() });
            }
            _ => {}
        }
    }

    /// The anchors of its sections, without the title and what is below a section.
    pub fn sections(&self) -> Vec<&str> {
        let sections = self.headings.iter().filter(|heading| heading.level == HeadingLevel::H2);
        sections.map(|heading| heading.anchor.as_str()).collect()
    }
}

/// The pictures of an HTML tag. Those of a `<source>` have the words of the `<img>` beside it.
fn inside(html: &str) -> impl Iterator<Item = Picture> {
    let words = attribute(html, "alt");
    ["srcset", "src"].into_iter().filter_map(move |name| {
        let target = attribute(html, name)?;
        let beside = (name == "srcset").then(|| "those of the img".to_string());
        Some(Picture { target, words: words.clone().or(beside).unwrap_or_default() })
    })
}

fn attribute(html: &str, name: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!(" {name}=\""))?;
    Some(rest.split_once('"')?.0.to_string())
}

/// The anchor of a heading on GitHub. GitLab makes the same, except that it has one hyphen where
/// several would follow each other.
pub fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn a_page_is_read() {
    let page = Page::of(
        "<img src=\"a.svg\" alt=\"A beat\">\n\n# Title\n\nOne `flaky x`\nsentence.\n\n    \
         flaky x \\\n      -o y\n\n## Exit codes, and *more*\n\n[there](b.md#c) ![A b](c.png)\n\n\
         ```yaml\na: 1\n```\n",
    );
    let pictures: Vec<_> = page.pictures.iter().map(|p| (&*p.target, &*p.words)).collect();
    assert_eq!(pictures, [("a.svg", "A beat"), ("c.png", "A b")]);
    assert_eq!(page.opening, ("One flaky x sentence.".to_string(), Some(Kind::Example)));
    assert_eq!(page.sections(), ["exit-codes-and-more"]);
    assert_eq!(page.links, ["b.md#c"]);
    assert_eq!(page.codes, ["flaky x"]);
    assert_eq!(page.blocks[0].commands(), ["flaky x    -o y"]);
    assert_eq!((&*page.blocks[1].language, &*page.blocks[1].text), ("yaml", "a: 1\n"));
    assert_eq!(page.blocks[1].commands(), [""; 0]);
}
