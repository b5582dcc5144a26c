//! Monban, an OpenID Connect provider between a university's own login and the services that need more. The map is the README.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod flows;
pub mod http;
pub mod keys;
pub mod mail;
pub mod store;
pub mod theme;
pub mod upstream;
