//! Monban.

pub mod domain;
pub mod keys;
pub mod theme;
pub mod http;
