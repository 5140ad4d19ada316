//! Strips what libFuzzer needs under cargo-fuzz only: seventeen programs with debug information are
//! three gigabytes.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_FUZZING").is_none() {
        println!("cargo:rustc-link-arg-bins=-Wl,--strip-debug");
    }
}
