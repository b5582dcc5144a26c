//! JSON Schemas of the files, for editors.

use schemars::{Schema, schema_for};

use super::files::{ClientToml, IdpToml, TenantToml};

/// Each file's name with its schema.
pub fn schemas() -> [(&'static str, Schema); 3] {
    [
        ("idp.toml", schema_for!(IdpToml)),
        ("tenant.toml", schema_for!(TenantToml)),
        ("client.toml", schema_for!(ClientToml)),
    ]
}
