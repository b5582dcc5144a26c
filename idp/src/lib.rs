//! Monban.

pub mod domain;
pub mod theme;
