//! The directory of what is kept between runs.

use std::io::ErrorKind;

use super::super::{human_bytes, plural};
use super::Finding;
use crate::error::io_message;
use crate::store::{Store, Usage};

pub(super) fn findings() -> Vec<Finding> {
    let Some(folder) = Store::user_folder() else {
        let hint = "set HOME, or XDG_CACHE_HOME, to an absolute path";
        return vec![Finding::problem("directory", "none: every run counts everything", hint)];
    };
    let store = Store::new(&folder);
    let mut findings = vec![Finding::new("directory", folder.display().to_string())];
    findings.push(match store.usage() {
        Ok(Usage { files, bytes }) => {
            let value = format!("{}, {}", plural(files, "file"), human_bytes(bytes));
            Finding::new("content", value)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Finding::new("content", "none yet: the first run creates the directory")
        }
        Err(error) => {
            let value = format!("cannot be read: {}", io_message(&error));
            Finding::problem("content", value, "make the directory readable, or remove it")
        }
    });
    findings.push(if store.is_writable() {
        Finding::new("writable", "yes")
    } else {
        let hint = "make the directory writable, or set XDG_CACHE_HOME to another one";
        Finding::problem("writable", "no: every run counts everything", hint)
    });
    findings
}
