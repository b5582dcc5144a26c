//! Signing keys of tenants.

use sea_orm_migration::prelude::*;

use crate::column::{number, one_of, optional_number, sealed, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let key = Table::create()
            .table("signing_key")
            .col(text("tenant"))
            .col(text("id"))
            .col(text("algorithm"))
            .col(one_of("state", ["next", "active", "retired"]))
            .col(sealed("private_key"))
            .col(text("public_jwk"))
            .col(number("created_at"))
            .col(optional_number("activated_at"))
            .col(optional_number("retired_at"))
            .col(optional_number("destroy_after"))
            .primary_key(Index::create().col("tenant").col("id"))
            .take();
        manager.create_table(key).await
    }
}
