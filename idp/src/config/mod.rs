//! The only reader of configuration files and environment; makes the domain's values of them.

#![expect(clippy::ref_option, reason = "a setting is handed on as it stands in its file's struct")]

mod checker;
mod client;
mod client_file;
pub mod demo;
mod files;
mod finding;
mod later;
mod limits;
mod load;
mod policy;
mod read;
pub mod schema;
mod settings;
mod source;
mod system;
mod tenant;
#[cfg(test)]
mod tests;
mod upstream;
mod values;

pub use checker::is_name;
pub use client_file::{ClientFile, find_client};
pub use finding::{Finding, Findings, Level, Place};
pub use load::{environment, tenants_folder, themes_folder};
pub use settings::{Configuration, LogFormat, MailSettings, RetentionSettings, ServerSettings, TelemetrySettings};
pub use values::Length;
