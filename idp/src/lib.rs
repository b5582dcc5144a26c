//! Monban.

pub mod domain;
pub mod store;
