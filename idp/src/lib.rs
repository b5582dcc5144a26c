//! Monban.

pub mod domain;
pub mod http;
pub mod keys;
pub mod theme;
