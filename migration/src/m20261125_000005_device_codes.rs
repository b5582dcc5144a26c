//! Device codes (RFC 8628).

use sea_orm_migration::prelude::*;

use crate::column::{keyed, number, one_of, optional_number, optional_text, text, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let code = keyed(manager, "device_code")
            .col(text("key").primary_key())
            .col(text("tenant"))
            .col(text("client"))
            .col(text("user_code"))
            .col(text("scope"))
            .col(text("resources"))
            .col(one_of("state", ["waiting", "allowed", "denied", "used"]))
            .col(optional_text("grant_id"))
            .col(number("interval_seconds"))
            .col(optional_number("polled_at"))
            .col(number("expires_at"))
            .take();
        manager.create_table(code).await?;
        unique(manager, "device_code", "device_code_user_code", ["user_code"]).await
    }
}
