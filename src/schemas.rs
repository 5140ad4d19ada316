//! The JSON Schemas in `schemas/`, generated from the types that are read and written.
//!
//! `FLAKY_BLESS=1 cargo test schemas` writes them anew. The program contains their text, and not
//! what generates them; `tests/it/schemas.rs` tries them on what the program says.

use std::fs;
use std::path::Path;

use flaky_core::rhythm::Rhythm;
use flaky_core::verdict::Report;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::history::json::File;

/// The address at which the schemas are published.
const HOME: &str = "https://flaky_kth_devops.gitlab.io/flaky/schemas";

/// Makes a schema plain: no formats that JSON Schema does not define, no field that is only written,
/// whole numbers without a decimal point, and no line breaks of the source in descriptions.
#[derive(Clone)]
struct Plain;

impl Transform for Plain {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(object) = schema.as_object_mut() else { return };
        object.retain(|key, value| match key.as_str() {
            "format" => value == "date-time",
            key => key != "writeOnly",
        });
        for limit in ["minimum", "maximum"] {
            if let Some(value) = object.get_mut(limit) {
                whole(value);
            }
        }
        if let Some(Value::String(description)) = object.get_mut("description") {
            *description = unwrapped(description);
        }
    }
}

/// Writes a whole number without a decimal point.
fn whole(value: &mut Value) {
    if let Some(float) = value.as_f64().filter(|float| float.fract() == 0.0) {
        *value = Value::from(float as i64);
    }
}

/// Joins the lines of each paragraph and of each point of a list.
fn unwrapped(text: &str) -> String {
    let mut unwrapped = String::new();
    for line in text.lines() {
        let begins = line.is_empty() || line.starts_with("- ") || unwrapped.ends_with('\n');
        if !unwrapped.is_empty() {
            unwrapped.push(if begins { '\n' } else { ' ' });
        }
        unwrapped.push_str(line.trim_start());
    }
    unwrapped
}

/// The schema of what is read or written as this type.
fn text<T: JsonSchema>(name: &str, settings: SchemaSettings) -> String {
    let generator = settings.with_transform(Plain).into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("$id".to_string(), format!("{HOME}/{name}.json").into());
    let text = serde_json::to_string_pretty(&schema).expect("plain data always serialises");
    text + "\n"
}

#[test]
fn are_those_of_the_types() {
    let read = SchemaSettings::draft2020_12();
    let written = SchemaSettings::draft2020_12().for_serialize();
    let mut wrong = Vec::new();
    for (name, generated) in [
        ("rhythm", text::<Rhythm>("rhythm", read)),
        ("status", text::<Report>("status", written.clone())),
        ("history", text::<File<'_>>("history", written)),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.json"));
        if std::env::var_os("FLAKY_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &generated).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != generated {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "not those of the types: {wrong:?}");
}
