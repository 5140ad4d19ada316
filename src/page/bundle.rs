//! Joins the ES modules of the page into one classic script.
//!
//! A page that is opened from disk can load neither modules nor a worker from a file, so everything
//! is in one inline script. This is no parser of JavaScript: the modules keep to a few forms at the
//! margin of their lines, and whatever else looks like an import, an export or a comment is an error.
//!
//! - `import { a, b } from './x.js';` begins at the margin and may span lines.
//! - `export` stands at the margin before `const`, `function`, `async function` or `class`.
//! - Top-level names are unique in all modules, because they share one scope.
//! - Comments that have lines of their own are left out, types (`/** … */`) also within lines, and so
//!   is indentation: no text spans lines.

use std::collections::BTreeMap;
use std::fmt;

/// A module: its file name and its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Module {
    pub(crate) name: &'static str,
    pub(crate) source: &'static str,
}

/// The module that the others are imported from.
const MAIN: &str = "main.js";
/// What may follow `export`.
const EXPORTABLE: [&str; 4] = ["const ", "function ", "async function ", "class "];
/// What declares a name at the margin.
const DECLARING: [&str; 6] = ["const ", "let ", "var ", "function ", "async function ", "class "];
/// What would end the script element, or hide it, inside of it.
const UNSAFE: [&str; 3] = ["</script", "<script", "<!--"];

/// A module that does not keep to the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BundleError {
    module: String,
    /// Counted from 1; 0 for the whole module.
    line: usize,
    reason: String,
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.module, self.reason),
            line => write!(f, "{}:{line}: {}", self.module, self.reason),
        }
    }
}

impl std::error::Error for BundleError {}

/// Joins `modules` into the text of a script element, in the order of their dependencies.
///
/// # Errors
/// Fails if a module does not keep to the rules, or is imported by none.
pub(crate) fn bundle(modules: &[Module]) -> Result<String, BundleError> {
    let parsed: Vec<Parsed<'_>> = modules.iter().map(parse).collect::<Result<_, _>>()?;
    let by_name: BTreeMap<&str, &Parsed<'_>> = parsed.iter().map(|one| (one.name, one)).collect();
    check_imports(&parsed, &by_name)?;
    check_names(&parsed)?;
    let main = by_name.get(MAIN).ok_or_else(|| whole(MAIN, "it is missing"))?;
    let mut order = Vec::new();
    visit(main, &by_name, &mut Vec::new(), &mut order)?;
    if let Some(idle) = parsed.iter().find(|one| !order.contains(&one.name)) {
        return Err(whole(idle.name, "no module imports it"));
    }
    let mut script = "(() => {\n'use strict';\n".to_string();
    for name in order {
        script.push_str(&by_name[name].code);
    }
    script.push_str("})();\n");
    Ok(script)
}

/// A line without the comments that tell types within it, `/** … */`.
fn without_types(line: &str) -> String {
    let mut parts = line.split("/** ");
    let mut code = parts.next().unwrap_or_default().to_string();
    for part in parts {
        code.push_str(part.split_once("*/").map_or(part, |(_, rest)| rest.trim_start()));
    }
    code
}

/// A style sheet without indentation and without comments that have a line of their own.
pub(crate) fn compact(style: &str) -> String {
    let comment = |line: &str| line.starts_with("/*") && line.ends_with("*/");
    let lines = style.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !comment(line)).collect::<Vec<_>>().join("\n")
}

/// A module without its imports, exports and comments.
struct Parsed<'a> {
    name: &'a str,
    code: String,
    imports: Vec<Import<'a>>,
    /// The names at the margin, each with its line and whether it is exported.
    declared: Vec<(&'a str, usize, bool)>,
}

/// Names that a module takes from another.
struct Import<'a> {
    line: usize,
    names: Vec<&'a str>,
    from: &'a str,
}

fn whole(module: &str, reason: impl Into<String>) -> BundleError {
    BundleError { module: module.to_string(), line: 0, reason: reason.into() }
}

fn parse<'a>(module: &Module) -> Result<Parsed<'a>, BundleError> {
    let Module { name, source } = *module;
    let mut parsed =
        Parsed { name, code: String::new(), imports: Vec::new(), declared: Vec::new() };
    let mut lines = source.lines().enumerate().map(|(n, line)| (n + 1, line));
    while let Some((line, text)) = lines.next() {
        let fail = |reason: &str| BundleError {
            module: name.to_string(),
            line,
            reason: reason.to_string(),
        };
        let trimmed = text.trim_start();
        if trimmed.starts_with("//") {
            continue;
        }
        if trimmed.starts_with("/*") {
            let mut last = trimmed;
            while !last.contains("*/") {
                last = lines.next().ok_or_else(|| fail("the comment does not end"))?.1;
            }
            if last.split_once("*/").is_some_and(|(_, rest)| !rest.trim().is_empty()) {
                return Err(fail("code follows a comment that begins a line"));
            }
            continue;
        }
        if text.starts_with("import") && !is_word_at(text, "import".len()) {
            let mut end = text;
            let first = offset(source, text);
            while !end.contains(';') {
                end = lines.next().ok_or_else(|| fail("the import does not end"))?.1;
            }
            let statement = &source[first..offset(source, end) + end.len()];
            parsed.imports.push(import(statement, line).ok_or_else(|| {
                fail("an import has the form `import { name, name } from './file.js';`")
            })?);
            continue;
        }
        check_line(text).map_err(|reason| fail(&reason))?;
        let (exported, code) = match text.strip_prefix("export ") {
            Some(code) if EXPORTABLE.iter().any(|word| code.starts_with(word)) => (true, code),
            Some(_) => {
                return Err(fail("export stands before const, function, async function or class"));
            }
            None => (false, text),
        };
        if let Some(rest) = DECLARING.iter().find_map(|word| code.strip_prefix(word)) {
            let declared = identifier(rest)
                .ok_or_else(|| fail("a declaration at the margin declares one name"))?;
            parsed.declared.push((declared, line, exported));
        }
        let code = without_types(code);
        if !code.trim().is_empty() {
            parsed.code.push_str(code.trim());
            parsed.code.push('\n');
        }
    }
    Ok(parsed)
}

/// Where `part` begins in `text`, of which it is a part.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// Checks a line of code for what only a parser could move.
fn check_line(line: &str) -> Result<(), String> {
    let lower = line.to_ascii_lowercase();
    if let Some(found) = UNSAFE.iter().find(|found| lower.contains(**found)) {
        return Err(format!("{found} ends or hides the script element"));
    }
    for (at, _) in line.match_indices("import") {
        let rest = line[at + "import".len()..].trim_start();
        let alone = !line[..at].ends_with(is_name) && !line[..at].ends_with('.');
        if alone && rest.starts_with(['(', '.']) {
            return Err("a classic script has no import() and no import.meta".to_string());
        }
    }
    let trimmed = line.trim_start();
    if trimmed.starts_with("export") && !is_word_at(trimmed, "export".len()) && trimmed != line {
        return Err("export stands at the margin".to_string());
    }
    if line.starts_with("export") && !line.starts_with("export ") && !is_word_at(line, 6) {
        return Err("export stands before const, function, async function or class".to_string());
    }
    let awaits = line.match_indices("await ").any(|(at, _)| !line[..at].ends_with(is_name));
    if awaits && !line.starts_with(char::is_whitespace) && !line.contains("async") {
        return Err("a classic script has no await at the top level".to_string());
    }
    Ok(())
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// True if the word that ends at `at` goes on.
fn is_word_at(text: &str, at: usize) -> bool {
    text[at..].starts_with(is_name)
}

/// The identifier at the start of `text`.
fn identifier(text: &str) -> Option<&str> {
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

fn import(statement: &str, line: usize) -> Option<Import<'_>> {
    let rest = statement.strip_prefix("import")?.trim_start().strip_prefix('{')?;
    let (names, rest) = rest.split_once('}')?;
    let rest = rest.trim_start().strip_prefix("from")?.trim_start();
    let quoted = rest.trim_end().strip_suffix(';')?.trim_end();
    let path = quoted.strip_prefix('\'')?.strip_suffix('\'')?;
    let from = path.strip_prefix("./")?;
    let mut names: Vec<&str> = names.split(',').map(str::trim).collect();
    // A comma may follow the last name.
    if names.last() == Some(&"") {
        names.pop();
    }
    let plain = |name: &&str| !name.is_empty() && name.chars().all(is_name);
    (!names.is_empty() && names.iter().all(plain)).then_some(Import { line, names, from })
}

fn check_imports(
    parsed: &[Parsed<'_>],
    by_name: &BTreeMap<&str, &Parsed<'_>>,
) -> Result<(), BundleError> {
    for module in parsed {
        for import in &module.imports {
            let fail = |reason: String| BundleError {
                module: module.name.to_string(),
                line: import.line,
                reason,
            };
            let Some(from) = by_name.get(import.from) else {
                return Err(fail(format!("there is no module {}", import.from)));
            };
            let exports = |name: &str| {
                from.declared.iter().any(|(declared, _, exported)| *exported && *declared == name)
            };
            if let Some(name) = import.names.iter().find(|name| !exports(name)) {
                return Err(fail(format!("{} does not export {name}", import.from)));
            }
        }
    }
    Ok(())
}

fn check_names(parsed: &[Parsed<'_>]) -> Result<(), BundleError> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for module in parsed {
        for (name, line, _) in &module.declared {
            if let Some(owner) = owners.insert(name, module.name) {
                return Err(BundleError {
                    module: module.name.to_string(),
                    line: *line,
                    reason: format!("{name} is also declared in {owner}"),
                });
            }
        }
    }
    Ok(())
}

/// Appends a module to `order`, after those that it imports.
fn visit<'a>(
    module: &Parsed<'a>,
    by_name: &BTreeMap<&str, &Parsed<'a>>,
    path: &mut Vec<&'a str>,
    order: &mut Vec<&'a str>,
) -> Result<(), BundleError> {
    if order.contains(&module.name) {
        return Ok(());
    }
    path.push(module.name);
    if path.iter().filter(|name| **name == module.name).count() > 1 {
        return Err(whole(
            module.name,
            format!("modules import each other: {}", path.join(" -> ")),
        ));
    }
    for import in &module.imports {
        visit(by_name[import.from], by_name, path, order)?;
    }
    path.pop();
    order.push(module.name);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Module, bundle, compact};

    fn joined(main: &'static str, other: &'static str) -> Result<String, String> {
        let modules =
            [Module { name: "main.js", source: main }, Module { name: "other.js", source: other }];
        bundle(&modules).map_err(|error| error.to_string())
    }

    const OTHER: &str = "export const one = 1;\nexport function two() {}\n";

    #[test]
    fn dependencies_come_first_and_module_syntax_goes() {
        let main = "// main\nimport {\n  one,\n  two,\n} from './other.js';\n\n/**\n * Adds.\n */\n\
                    two(one); // said\n  /* gone */\n";
        assert_eq!(
            joined(main, OTHER).unwrap(),
            "(() => {\n'use strict';\nconst one = 1;\nfunction two() {}\ntwo(one); // said\n})();\n"
        );
    }

    #[test]
    fn types_within_lines_and_indentation_go() {
        let main = "import { one } from './other.js';\nif (one) {\n  const two = /** @type {any} */ (one);\n}\n";
        let script = joined(main, "export const one = 1;\n").unwrap();
        assert!(script.contains("\nif (one) {\nconst two = (one);\n}\n"), "{script}");
    }

    #[test]
    fn a_style_sheet_loses_comments_and_indentation() {
        assert_eq!(compact("/* a */\np {\n  x: y; /* b */\n\n}\n"), "p {\nx: y; /* b */\n}");
    }

    #[test]
    fn every_form_of_export_is_known() {
        let other = "export class A {}\nexport async function one() {}\nexport function two() {}\n";
        let script = joined("import { A, one, two } from './other.js';\n", other).unwrap();
        assert!(script.contains("\nclass A {}\nasync function one() {}\nfunction two() {}\n"));
    }

    #[test]
    fn whatever_else_is_an_error_that_names_its_line() {
        let import = "import { one } from './other.js';\n";
        for (main, reason) in [
            ("import one from './other.js';", "main.js:1: an import has the form"),
            ("import * as o from './other.js';", "an import has the form"),
            ("import { one as o } from './other.js';", "an import has the form"),
            ("import {} from './other.js';", "an import has the form"),
            ("import './other.js';", "an import has the form"),
            ("import { one } from 'other.js';", "an import has the form"),
            ("import { one } from './other.js'; one();", "an import has the form"),
            ("import { one }", "the import does not end"),
            ("\nimport { one } from './none.js';", "main.js:2: there is no module none.js"),
            ("import { six } from './other.js';", "other.js does not export six"),
            ("import { two } from './main.js';", "main.js does not export two"),
            ("const one = 2;", "one is also declared in main.js"),
            ("const { a } = one;", "declares one name"),
            ("export default 1;", "export stands before"),
            ("export { one };", "export stands before"),
            ("export* from './other.js';", "export stands before"),
            ("export let a = 1;", "export stands before"),
            ("  export const a = 1;", "export stands at the margin"),
            ("const a = import('./other.js');", "no import()"),
            ("const a = import.meta.url;", "no import()"),
            ("const a = await one;", "no await"),
            ("await one;", "no await"),
            ("const a = '</SCRIPT>';", "</script"),
            ("const a = '<!--';", "<!--"),
            ("/* never", "the comment does not end"),
            ("/** @type {A} */ (a).b();", "code follows a comment"),
        ] {
            let error = joined(main, OTHER).unwrap_err();
            assert!(error.contains(reason), "{main}\n{error}");
        }
        assert_eq!(joined("", OTHER).unwrap_err(), "other.js: no module imports it");
        let circle = joined(import, "import { a } from './main.js';\nexport const one = 1;");
        assert!(circle.unwrap_err().contains("main.js does not export a"));
    }

    #[test]
    fn a_circle_is_named() {
        let main = "import { one } from './other.js';\nexport const a = 1;\n";
        let other = "import { a } from './main.js';\nexport const one = 1;\n";
        assert_eq!(
            joined(main, other).unwrap_err(),
            "main.js: modules import each other: main.js -> other.js -> main.js"
        );
    }

    #[test]
    fn words_that_only_look_like_module_syntax_are_left_alone() {
        let main = "import { one, two } from './other.js';\nconst exported = one;\n\
                    const importance = { import: 1 };\nasync function go() { await two(); }\n  await_(1);\n\
                    exports.a = importance.import;\nimportant();\n";
        let script = joined(main, OTHER).unwrap();
        assert!(script.contains("exports.a = importance.import;\nimportant();\n"));
    }
}
