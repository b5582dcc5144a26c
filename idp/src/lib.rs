//! Monban.

pub mod domain;
