//! Authorization requests that clients have pushed (RFC 9126).

use sea_orm_migration::prelude::*;

use crate::column::{keyed, number, one_of, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pushed = keyed(manager, "pushed_request")
            .col(text("key").primary_key())
            .col(text("tenant"))
            .col(text("client"))
            .col(text("request"))
            .col(one_of("state", ["open", "used"]))
            .col(number("expires_at"))
            .take();
        manager.create_table(pushed).await
    }
}
