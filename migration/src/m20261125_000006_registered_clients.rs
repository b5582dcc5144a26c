//! Clients that registered themselves, the tokens that let them, and how many there are (RFC 7591, RFC 7592).

use sea_orm_migration::prelude::*;

use crate::column::{index, keyed, number, optional_number, optional_text, text, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let client = Table::create()
            .table("registered_client")
            .col(text("tenant"))
            .col(text("id"))
            .col(text("metadata"))
            .col(optional_text("secret_hash"))
            .col(text("access"))
            .col(number("revision"))
            .col(number("issued_at"))
            .col(optional_number("removed_at"))
            .primary_key(Index::create().col("tenant").col("id"))
            .take();
        manager.create_table(client).await?;
        unique(manager, "registered_client", "registered_client_revision", ["tenant", "revision"]).await?;

        let register = Table::create()
            .table("client_register")
            .col(text("tenant").primary_key())
            .col(number("revision"))
            .col(number("clients"))
            .col(number("window_began_at"))
            .col(number("in_window"))
            .take();
        manager.create_table(register).await?;

        let token = keyed(manager, "registration_token")
            .col(text("key").primary_key())
            .col(text("id"))
            .col(text("tenant"))
            .col(number("uses"))
            .col(number("uses_left"))
            .col(number("created_at"))
            .col(number("expires_at"))
            .col(optional_number("revoked_at"))
            .take();
        manager.create_table(token).await?;
        unique(manager, "registration_token", "registration_token_id", ["id"]).await?;
        index(manager, "registration_token", "registration_token_tenant", ["tenant"]).await
    }
}
