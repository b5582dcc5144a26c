//! HTTP: parse, call one flow, answer.

pub mod access;
pub mod client_address;
pub mod deeds;
pub mod headers;
pub mod limits;
pub mod ops;
mod pulse;
pub mod server;
