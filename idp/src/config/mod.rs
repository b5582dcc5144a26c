//! The only reader of configuration files and environment; makes the domain's values of them.

mod checker;
mod client;
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
mod upstream;
mod values;

pub use finding::{Finding, Findings, Level, Place};
pub use load::{environment, tenants_folder};
pub use settings::{Configuration, LogFormat, MailSettings, RetentionSettings, ServerSettings, TelemetrySettings};
