//! What people have agreed that clients learn (SR-60).

use sea_orm_migration::prelude::*;

use crate::column::{number, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let consent = Table::create()
            .table("consent")
            .col(text("account"))
            .col(text("client"))
            .col(text("shared"))
            .col(number("given_at"))
            .primary_key(Index::create().name("consent_key").col("account").col("client"))
            .take();
        manager.create_table(consent).await
    }
}
