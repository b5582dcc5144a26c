//! Monban.

pub mod domain;
pub mod http;
