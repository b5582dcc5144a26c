//! Monban.

pub mod domain;
pub mod mail;
pub mod theme;
