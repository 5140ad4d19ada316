//! Reads the sources of a crate and lists the imports of each module: every `use` in any form, and
//! every path in code, including macros.
//!
//! `proc_macro2` splits the text into tokens, so comments, documentation and strings never count.
//! Paths come out absolute: `crate::scene::Trace` for our own, `std::fs::read` for others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The parts of a path, `["crate", "scene", "Trace"]`.
type Parts = Vec<String>;

/// A name that one module uses of another or of another crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The module that uses it, as `crate::scene::badge`; modules inside a file count as the file.
    pub from: String,
    /// The absolute path of what is used.
    pub to: String,
    /// Whether it is only passed on (`pub use`).
    pub passed_on: bool,
}

/// A `use` or a path in code, as it was written.
struct Written {
    /// The innermost module it stands in.
    module: Parts,
    path: Parts,
    /// The name it gets, where it is a `use`.
    alias: Option<String>,
    passed_on: bool,
}

/// The sources of one crate.
pub struct Sources {
    /// The modules that are files of their own.
    files: BTreeSet<Parts>,
    /// All modules.
    modules: BTreeSet<Parts>,
    written: Vec<Written>,
    /// Everything that is used, without what a module uses of itself.
    pub uses: Vec<Use>,
}

fn parts(path: &str) -> Parts {
    path.split("::").map(str::to_string).collect()
}

/// The module that a file of `src` holds.
fn module_of(file: &str) -> Parts {
    let mut module = vec!["crate".to_string()];
    let name = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if name != "lib" {
        module.extend(name.split('/').map(str::to_string));
    }
    module
}

impl Sources {
    /// Reads the folder `src` of a crate. Its root is `lib.rs`; `main.rs` counts as a module.
    pub fn read(src: &Path) -> Self {
        let mut folders = vec![src.to_path_buf()];
        let mut files: Vec<PathBuf> = Vec::new();
        while let Some(folder) = folders.pop() {
            let entries =
                fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
            for entry in entries {
                let path = entry.expect("an entry").path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        let name = |path: &Path| path.strip_prefix(src).unwrap().to_string_lossy().into_owned();
        let texts: Vec<(String, String)> = files
            .iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .map(|path| (name(path).replace('\\', "/"), fs::read_to_string(path).expect("text")))
            .collect();
        Self::of(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))
    }

    /// The same from texts, each with its path in `src`.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut sources = Self {
            files: BTreeSet::new(),
            modules: BTreeSet::new(),
            written: Vec::new(),
            uses: Vec::new(),
        };
        for (name, text) in files {
            let module = module_of(name);
            sources.files.insert(module.clone());
            sources.modules.insert(module.clone());
            let tokens: TokenStream = text.parse().unwrap_or_else(|e| panic!("{name}: {e}"));
            sources.walk(tokens, &module);
        }
        sources.uses = sources.resolved();
        sources
    }

    fn walk(&mut self, tokens: TokenStream, module: &Parts) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut i = 0;
        while i < tokens.len() {
            if is_word(tokens.get(i), "mod")
                && let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                    (tokens.get(i + 1), tokens.get(i + 2))
            {
                let mut inner = module.clone();
                inner.push(name.to_string());
                self.modules.insert(inner.clone());
                self.walk(body.stream(), &inner);
                i += 3;
            } else if is_word(tokens.get(i), "use") && !is_capture(tokens.get(i + 1)) {
                let passed_on = is_public(&tokens[..i]);
                let end = (i..tokens.len()).find(|&at| is_punct(tokens.get(at), ';'));
                let end = end.unwrap_or(tokens.len());
                let mut found = Vec::new();
                use_tree(&tokens[i + 1..end], &[], &mut found);
                for (path, alias) in found {
                    self.written.push(Written {
                        module: module.clone(),
                        path,
                        alias: Some(alias),
                        passed_on,
                    });
                }
                i = end;
            } else if let Some((path, after)) = path_at(&tokens, i) {
                if path.len() > 1 {
                    self.written.push(Written {
                        module: module.clone(),
                        path,
                        alias: None,
                        passed_on: false,
                    });
                }
                i = after;
            } else {
                let visibility = i > 0 && is_word(tokens.get(i - 1), "pub");
                if let TokenTree::Group(group) = &tokens[i]
                    && !(visibility && group.delimiter() == Delimiter::Parenthesis)
                {
                    self.walk(group.stream(), module);
                }
                i += 1;
            }
        }
    }

    fn resolved(&self) -> Vec<Use> {
        let mut aliases: BTreeMap<(&Parts, &str), &Written> = BTreeMap::new();
        for written in &self.written {
            if let Some(alias) = &written.alias {
                aliases.insert((&written.module, alias), written);
            }
        }
        let mut uses: Vec<Use> = self
            .written
            .iter()
            .map(|written| Use {
                from: self.file_of(&written.module).join("::"),
                to: self.follow(written, &aliases, 0).join("::"),
                passed_on: written.passed_on,
            })
            .filter(|used| used.from != used.to)
            .collect();
        uses.sort();
        uses.dedup();
        uses
    }

    /// The absolute path of what is written, through the names that its module gives to others
    /// and, where it leads to one of our modules, through what that passes on.
    fn follow(
        &self,
        written: &Written,
        aliases: &BTreeMap<(&Parts, &str), &Written>,
        depth: usize,
    ) -> Parts {
        let mut path = self.absolute(&written.module, &written.path);
        let first = &path[0];
        if depth > 20 {
            return path;
        }
        if first != "crate"
            && let Some(alias) = aliases.get(&(&written.module, first.as_str()))
            && !std::ptr::eq(*alias, written)
            && alias.path != written.path
        {
            let mut whole = self.follow(alias, aliases, depth + 1);
            whole.extend(path.drain(1..));
            path = whole;
        }
        if path[0] != "crate" {
            return path;
        }
        let owner = self.module_in(&path);
        if let Some(name) = path.get(owner.len())
            && let Some(alias) = aliases.get(&(&owner, name.as_str()))
            && alias.passed_on
            && !std::ptr::eq(*alias, written)
        {
            let mut whole = self.follow(alias, aliases, depth + 1);
            whole.extend(path.drain(owner.len() + 1..));
            return whole;
        }
        path
    }

    /// Resolves `crate`, `self`, `super` and the names of modules that lie in this one.
    fn absolute(&self, module: &Parts, path: &Parts) -> Parts {
        let mut base = module.clone();
        let mut rest = &path[..];
        match rest[0].as_str() {
            "crate" => return path.clone(),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            "" => return rest[1..].to_vec(),
            first => {
                base.push(first.to_string());
                if !self.modules.contains(&base) {
                    return path.clone();
                }
                rest = &rest[1..];
            }
        }
        base.extend_from_slice(rest);
        base
    }

    /// The innermost module in which an absolute path of ours lies.
    fn module_in(&self, path: &[String]) -> Parts {
        let longest = (1..=path.len()).rev().find(|&n| self.modules.contains(&path[..n]));
        path[..longest.unwrap_or(1)].to_vec()
    }

    fn file_of(&self, path: &[String]) -> Parts {
        let longest = (1..=path.len()).rev().find(|&n| self.files.contains(&path[..n]));
        path[..longest.unwrap_or(1)].to_vec()
    }

    /// The module (a file) in which something of ours is defined, by its absolute path.
    pub fn file(&self, path: &str) -> String {
        self.file_of(&parts(path)).join("::")
    }

    /// The modules right below the root.
    pub fn rooms(&self) -> BTreeSet<String> {
        self.files.iter().filter_map(|module| module.get(1)).cloned().collect()
    }

    /// Whether there is a file for this module.
    pub fn has(&self, module: &str) -> bool {
        self.files.contains(&parts(module))
    }
}

fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if *ident == word)
}

fn is_punct(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// `use<'a>` in a type is no import.
fn is_capture(next: Option<&TokenTree>) -> bool {
    is_punct(next, '<')
}

/// Whether what precedes an item ends in `pub` or `pub(…)`.
fn is_public(before: &[TokenTree]) -> bool {
    match before {
        [.., last] if is_word(Some(last), "pub") => true,
        [.., word, TokenTree::Group(_)] => is_word(Some(word), "pub"),
        _ => false,
    }
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

/// The path that begins here, and where it ends. A leading `::` is an empty first part.
fn path_at(tokens: &[TokenTree], start: usize) -> Option<(Parts, usize)> {
    let mut path = Vec::new();
    let mut at = start;
    if is_colons(tokens, at) {
        // After a `>` it goes on with an associated item.
        if start > 0 && is_punct(tokens.get(start - 1), '>') {
            return Some((path, start + 3));
        }
        path.push(String::new());
        at += 2;
    }
    while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
        path.push(ident.to_string().trim_start_matches("r#").to_string());
        at += 1;
        let goes_on =
            is_colons(tokens, at) && matches!(tokens.get(at + 2), Some(TokenTree::Ident(_)));
        if !goes_on {
            return Some((path, at));
        }
        at += 2;
    }
    None
}

/// The paths of a `use`, each with the name it gets; `*` for a glob.
fn use_tree(tokens: &[TokenTree], before: &[String], found: &mut Vec<(Parts, String)>) {
    let mut path = before.to_vec();
    let mut alias = None;
    let mut nested = false;
    let mut i = 0;
    while i < tokens.len() {
        match &tokens[i] {
            TokenTree::Ident(word) if *word == "as" => {
                alias = tokens.get(i + 1).map(ToString::to_string);
                i += 1;
            }
            TokenTree::Ident(word) => path.push(word.to_string().trim_start_matches("r#").into()),
            TokenTree::Punct(punct) if punct.as_char() == '*' => path.push("*".to_string()),
            TokenTree::Punct(_) if i == 0 && path.is_empty() => path.push(String::new()),
            TokenTree::Group(group) => {
                nested = true;
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for tree in inner.split(|token| is_punct(Some(token), ',')) {
                    if !tree.is_empty() {
                        use_tree(tree, &path, found);
                    }
                }
            }
            _ => {}
        }
        i += 1;
    }
    if nested {
        return;
    }
    // `scene::{self}` is the module itself.
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let alias = alias.or_else(|| path.last().cloned()).unwrap_or_default();
    found.push((path, alias));
}

/// What `crate::scene::badge` uses in a crate that has these modules too.
fn used(code: &str) -> Vec<String> {
    let sources = Sources::of([
        ("lib.rs", "pub mod scene; pub mod signal;"),
        (
            "scene.rs",
            "pub mod badge; mod trace; pub use trace::{Trace, LONG as LONGEST}; pub struct Size;",
        ),
        ("scene/trace.rs", "pub struct Trace;"),
        ("signal.rs", "pub mod noise { pub fn at() {} }"),
        ("scene/badge.rs", code),
    ]);
    let here = sources.uses.into_iter().filter(|used| used.from == "crate::scene::badge");
    here.map(|used| used.to).collect()
}

#[test]
fn every_form_of_import_is_seen() {
    for (code, expected) in [
        ("use crate::signal::Signal;", &["crate::signal::Signal"][..]),
        ("use crate::signal;", &["crate::signal"]),
        (
            "use crate::{signal::{self, Signal as S}, scene::Size};",
            &["crate::scene::Size", "crate::signal", "crate::signal::Signal"],
        ),
        ("use super::super::signal::Signal;", &["crate::signal::Signal"]),
        ("use super::{super::{signal::{noise::at}}};", &["crate::signal::noise::at"]),
        ("pub(in crate::scene) use crate::signal::*;", &["crate::signal::*"]),
        ("mod inner { use super::super::super::signal::Signal; }", &["crate::signal::Signal"]),
        ("fn f() { use crate::signal::Signal; }", &["crate::signal::Signal"]),
        ("fn f() { crate::signal::noise::at() }", &["crate::signal::noise::at"]),
        ("fn f() { println!(\"{}\", super::super::signal::A) }", &["crate::signal::A"]),
        (
            "use crate::signal as s; fn f() { s::noise::at() }",
            &["crate::signal", "crate::signal::noise::at"],
        ),
        ("type A = Vec<crate::signal::Signal>;", &["crate::signal::Signal"]),
        ("macro_rules! m { () => { $crate::signal::A } }", &["crate::signal::A"]),
        (
            "use std::{fs, time::{self, Instant}}; fn f() { fs::read(time::A) }",
            &["std::fs", "std::fs::read", "std::time", "std::time::A", "std::time::Instant"],
        ),
        ("fn f() { ::std::fs::read() }", &["std::fs::read"]),
        ("use ::std::fs;", &["std::fs"]),
    ] {
        assert_eq!(used(code), expected, "{code}");
    }
}

#[test]
fn what_is_passed_on_counts_where_it_is_defined() {
    assert_eq!(used("use super::Trace;"), ["crate::scene::trace::Trace"]);
    assert_eq!(
        used("use crate::scene; type A = scene::LONGEST;"),
        ["crate::scene", "crate::scene::trace::LONG"]
    );
}

#[test]
fn comments_and_texts_are_no_imports() {
    assert_eq!(
        used("//! use crate::signal;\n/* crate::signal */ /// [`crate::signal`]\nfn f() {}"),
        [""; 0]
    );
    assert_eq!(used("const A: &str = \"use crate::signal;\";"), [""; 0]);
    assert_eq!(
        used("pub(in crate::scene) fn f() -> impl Sized + use<> { self::g() } fn g() {}"),
        ["crate::scene::badge::g"]
    );
}
