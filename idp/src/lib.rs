//! Monban.

pub mod demo;
pub mod domain;
