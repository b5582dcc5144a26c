//! The only reader of configuration files and environment; makes the domain's values of them.

pub mod demo;
mod finding;
mod load;
mod settings;

pub use finding::{Finding, Findings, Level, Place};
pub use settings::{Configuration, LogFormat, MailSettings, RetentionSettings, ServerSettings, TelemetrySettings};
