//! Parts of schemas that the types do not tell: names that are rows of tables, and the second name
//! of a field.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::rhythm::{BeatKind, glitch, mark};

/// A string that is one of these words, each with its meaning as a clause.
pub fn words<'a>(words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Schema {
    let word = |(word, meaning): (&str, &str)| {
        let (first, rest) = meaning.split_at(meaning.chars().next().map_or(0, char::len_utf8));
        let description = format!("{}{rest}.", first.to_uppercase());
        json!({ "description": description, "type": "string", "const": word })
    };
    json_schema!({ "oneOf": words.into_iter().map(word).collect::<Vec<_>>() })
}

/// The names of [`BeatKind`].
pub(super) fn kinds_of_beats(_: &mut SchemaGenerator) -> Schema {
    let steady = [(BeatKind::Normal.name(), "a beat of the steady rhythm")];
    let glitches = glitch::TABLE.iter().map(|glitch| (glitch.name, glitch.summary));
    let marks = mark::TABLE.iter().map(|mark| (mark.name, mark.meaning));
    words(steady.into_iter().chain(glitches).chain(marks))
}

/// The names of glitches, and those of a history's episodes.
pub(super) fn kinds_of_episodes(_: &mut SchemaGenerator) -> Schema {
    let all = glitch::TABLE.iter().chain(mark::EPISODES.iter().copied());
    words(all.map(|glitch| (glitch.name, glitch.summary)))
}

/// Adds the other name of `amplitude`.
pub(super) fn with_height(beat: &mut Schema) {
    let height = beat.pointer("/properties/amplitude").cloned();
    let properties = beat.get_mut("properties").and_then(Value::as_object_mut);
    if let (Some(Value::Object(mut height)), Some(properties)) = (height, properties) {
        height.remove("default");
        height.insert("description".to_string(), "The amplitude, as a history calls it.".into());
        properties.insert("height".to_string(), height.into());
    }
}
