//! The program as a person meets it, and its pictures as other programs read them.

mod bad_input;
mod catalogue;
mod decoders;
mod gallery;
mod help;
mod output;
mod pictures;
mod readout;
mod render;
mod rhythms;
mod svg;
mod tools;
mod vocabulary;
