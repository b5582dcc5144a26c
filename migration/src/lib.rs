//! The database's schema: one file a change, never edited once it is released.

mod column;
mod m20261122_000001_accounts;
mod m20261122_000002_logins;
mod m20261122_000003_tokens;
mod m20261122_000004_outbox;
mod m20261122_000005_audit;
mod m20261122_000006_signing_keys;
mod m20261124_000001_sessions;
mod m20261124_000002_reset_requests;
mod m20261124_000003_authenticators;
mod m20261124_000004_delivery;
mod m20261124_000007_logout_notices;
mod m20261125_000001_used_tokens;
mod m20261125_000002_pushed_requests;
mod m20261125_000003_token_binding;
mod m20261125_000004_consents;
mod m20261125_000005_device_codes;
mod m20261125_000006_registered_clients;

pub use sea_orm_migration::{MigrationStatus, MigratorTrait};
use sea_orm_migration::{MigrationTrait, async_trait};

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_accounts::Migration),
            Box::new(m20261122_000002_logins::Migration),
            Box::new(m20261122_000003_tokens::Migration),
            Box::new(m20261122_000004_outbox::Migration),
            Box::new(m20261122_000005_audit::Migration),
            Box::new(m20261122_000006_signing_keys::Migration),
            Box::new(m20261124_000001_sessions::Migration),
            Box::new(m20261124_000002_reset_requests::Migration),
            Box::new(m20261124_000003_authenticators::Migration),
            Box::new(m20261124_000004_delivery::Migration),
            Box::new(m20261124_000007_logout_notices::Migration),
            Box::new(m20261125_000001_used_tokens::Migration),
            Box::new(m20261125_000002_pushed_requests::Migration),
            Box::new(m20261125_000003_token_binding::Migration),
            Box::new(m20261125_000005_device_codes::Migration),
            Box::new(m20261125_000006_registered_clients::Migration),
            Box::new(m20261125_000004_consents::Migration),
        ]
    }
}
