//! Errors of JSON in plain words: serde's name types of Rust.

use serde_json::Error;
use serde_json::error::Category;

use crate::sanitize::sanitize;

/// The longest description of a mistake, in characters. It may quote the document.
const LONGEST: usize = 160;

/// What is wrong with a document, and where: `expected a number, found the text "x" at line 1, column
/// 9` instead of serde's `invalid type: string "x", expected f64 at line 1 column 9`.
pub fn describe(error: &Error) -> String {
    let full = error.to_string();
    let what = full.rsplit_once(" at line ").map_or(full.as_str(), |(what, _)| what);
    let what = match error.classify() {
        Category::Eof => "the JSON is cut off".to_string(),
        Category::Data => mistake(what),
        Category::Syntax | Category::Io if what == "recursion limit exceeded" => {
            "the JSON is nested too deeply".to_string()
        }
        Category::Syntax | Category::Io => format!("the JSON is malformed: {what}"),
    };
    let what = sanitize(&what, LONGEST);
    match error.line() {
        0 => what,
        line => format!("{what} at line {line}, column {}", error.column()),
    }
}

/// A document of another form than expected.
fn mistake(what: &str) -> String {
    let (kind, rest) = what.split_once(' ').unwrap_or((what, ""));
    match kind {
        "missing" => format!("{} is missing", rest.trim_start_matches("field ")),
        "duplicate" => format!("{} occurs twice", rest.trim_start_matches("field ")),
        "unknown" => what.replacen("unknown variant", "unknown value", 1),
        _ => match what.split_once(": ").and_then(|(_, rest)| rest.rsplit_once(", expected ")) {
            Some((found, expected)) => {
                format!("expected {}, found {}", expectation(expected), value(found))
            }
            None => length(rest).unwrap_or_else(|| what.to_string()),
        },
    }
}

/// A list where something else is expected, or a list of another length.
fn length(what: &str) -> Option<String> {
    let (length, expected) = what.strip_prefix("length ")?.split_once(", expected ")?;
    let expected = match expected.strip_prefix("a tuple of size ") {
        Some(size) => format!("a list of {size}"),
        None => expectation(expected).to_string(),
    };
    Some(format!("expected {expected}, found a list of {length}"))
}

/// A type by the words of its users.
fn expectation(expected: &str) -> &str {
    match expected {
        "f64" | "f32" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" => "a whole number",
        "a string" => "text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        _ if expected.starts_with("struct ") => "an object",
        _ if expected.starts_with("a tuple") => "a list",
        _ => expected,
    }
}

/// A value by its kind, and a number or a text as it is.
fn value(found: &str) -> String {
    let quoted = |text: &str| text.trim_matches('`').to_string();
    match found.split_once(' ').unwrap_or((found, "")) {
        ("map", _) => "an object".to_string(),
        ("sequence", _) => "a list".to_string(),
        ("unit", _) => "null".to_string(),
        ("string", text) => format!("the text {text}"),
        ("integer", number) => format!("the number {}", quoted(number)),
        ("floating", number) => {
            format!("the number {}", quoted(number.trim_start_matches("point ")))
        }
        ("boolean", word) => quoted(word),
        _ => found.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::describe;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its form counts")]
    struct Beat {
        t_s: f64,
        #[serde(default)]
        seed: u32,
        #[serde(default)]
        name: String,
        #[serde(default)]
        paced: bool,
        #[serde(default)]
        list: Vec<u32>,
        #[serde(default)]
        inner: Option<Box<Beat>>,
        #[serde(default)]
        code: Option<Code>,
        #[serde(default)]
        pair: Option<(u32, u32)>,
    }

    #[derive(Debug, Deserialize)]
    enum Code {
        N,
        V,
    }

    #[test]
    fn mistakes_in_plain_words() {
        for (json, expected) in [
            ("{", "the JSON is cut off"),
            ("", "the JSON is cut off"),
            ("{\n\"t_s\": 1,}", "the JSON is malformed: trailing comma"),
            ("{t_s: 1}", "the JSON is malformed: key must be a string"),
            ("{}", "`t_s` is missing"),
            (r#"{"t_s": 1, "t_s": 2}"#, "`t_s` occurs twice"),
            (r#"{"t_s": "x"}"#, "expected a number, found the text \"x\""),
            (r#"{"t_s": null}"#, "expected a number, found null"),
            (r#"{"t_s": []}"#, "expected a number, found a list"),
            (r#"{"seed": -1}"#, "expected a whole number, found the number -1"),
            (r#"{"seed": 1.5}"#, "expected a whole number, found the number 1.5"),
            (r#"{"name": {}}"#, "expected text, found an object"),
            (r#"{"paced": 1}"#, "expected true or false, found the number 1"),
            (r#"{"list": true}"#, "expected a list, found true"),
            (r#"{"inner": 7}"#, "expected an object, found the number 7"),
            ("[]", "expected an object, found a list of 0"),
            (r#"{"pair": [1]}"#, "expected a list of 2, found a list of 1"),
            (r#"{"pair": "x"}"#, "expected a list, found the text \"x\""),
            (r#"{"code": "Z"}"#, "unknown value `Z`, expected `N` or `V`"),
        ] {
            let error = serde_json::from_str::<Beat>(json).expect_err(json);
            let text = describe(&error);
            let (what, _) = text.rsplit_once(" at line ").expect("a place");
            assert_eq!(what, expected, "{json}");
        }
    }

    #[test]
    fn a_quoted_document_is_cut_and_cleaned() {
        let json = format!("{{\"t_s\": \"{}\\u001b[2J\"}}", "x".repeat(1000));
        let text = describe(&serde_json::from_str::<Beat>(&json).expect_err("no number"));
        assert!(text.len() < 250 && text.ends_with("… at line 1, column 1019"), "{text}");
        let json = r#"{"t_s": " at line 7, expected , expected x"}"#;
        let text = describe(&serde_json::from_str::<Beat>(json).expect_err("no number"));
        assert!(text.starts_with("expected a number, found the text"), "{text}");
        let deep = format!("{{\"t_s\": 1, \"x\": {}", "[".repeat(1000));
        let error = serde_json::from_str::<serde_json::Value>(&deep).expect_err("too deep");
        assert_eq!(describe(&error), "the JSON is nested too deeply at line 1, column 143");
    }

    #[test]
    fn an_error_has_its_place_if_it_has_one() {
        let error = serde_json::from_str::<Beat>("{\n\"t_s\": \"x\"}").expect_err("no number");
        assert!(describe(&error).ends_with(" at line 2, column 10"), "{error}");
        let value = serde_json::json!({"t_s": "x"});
        let error = serde_json::from_value::<Beat>(value).expect_err("no number");
        assert_eq!(describe(&error), "expected a number, found the text \"x\"");
    }
}
