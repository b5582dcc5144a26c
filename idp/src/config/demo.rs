//! The configuration that `idp demo` runs on: written anew at each start, then loaded like any other.

use std::path::PathBuf;

/// What the demo fills in.
#[derive(Clone, Debug)]
pub struct DemoValues {
    /// N: the provider; the others follow it.
    pub port: u16,
    /// The outside address of tenant `demo` instead of `http://localhost:N`.
    pub issuer: Option<String>,
    /// A folder of further client files for tenant `demo`.
    pub clients: Option<PathBuf>,
}
