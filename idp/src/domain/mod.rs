//! What is true: pure rules and values; no I/O, no async, no clock, no random source.

pub mod acr;
pub mod clock;
pub mod entropy;
pub mod ids;
pub mod language;
pub mod letter;
pub mod secret;
