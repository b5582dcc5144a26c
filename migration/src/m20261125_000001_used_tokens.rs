//! Ids of foreign tokens that were seen, so that each is taken once (RFC 7523 §3, RFC 9449 §11.1).

use sea_orm_migration::prelude::*;

use crate::column::{index, keyed, number, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let used = keyed(manager, "used_token").col(text("key").primary_key()).col(number("expires_at")).take();
        manager.create_table(used).await?;
        index(manager, "used_token", "used_token_expiry", ["expires_at"]).await
    }
}
