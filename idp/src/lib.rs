//! Monban.

pub mod domain;
pub mod keys;
