//! The program itself: what it was built for and with.

use std::env::consts::{ARCH, OS};

use super::Finding;
use crate::history::about;

pub(super) fn findings() -> Vec<Finding> {
    let linking = if cfg!(target_feature = "crt-static") { "static" } else { "dynamic" };
    let mut findings = vec![
        Finding::new("version", env!("CARGO_PKG_VERSION")),
        Finding::new("system", format!("{OS}, {ARCH}")),
        Finding::new("linking", linking),
        Finding::new("libgit2", about::libgit2_version()),
    ];
    #[cfg(feature = "serve")]
    findings.extend([
        Finding::new("SQLite", crate::serve::sqlite_version()),
        Finding::new("backend", "included"),
    ]);
    #[cfg(not(feature = "serve"))]
    findings.push(Finding::problem(
        "backend",
        "not included: there is no `flaky serve`",
        "build with the default features",
    ));
    findings
}
