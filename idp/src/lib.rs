//! Monban.

pub mod demo;
pub mod config;
pub mod domain;
pub mod keys;
pub mod mail;
pub mod theme;
pub mod http;
pub mod upstream;
pub mod store;
