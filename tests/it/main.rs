//! The program as a person meets it, and its pictures as other programs read them.

mod bad_input;
mod beats;
mod cache;
mod catalogue;
mod chance;
mod counts;
mod decoders;
mod dummy;
mod from_log;
mod gallery;
mod help;
mod house;
mod life;
mod output;
mod pictures;
mod readout;
mod render;
mod repo;
mod rhythms;
mod sheet;
mod svg;
mod text;
mod tools;
mod varied;
mod vocabulary;
mod walker;
