//! Reset requests of strangers; the session that asked for a link.

use sea_orm_migration::prelude::*;

use crate::column::{index, number, one_of, optional_text, sealed, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let request = Table::create()
            .table("reset_request")
            .col(text("key").primary_key())
            .col(text("tenant"))
            .col(sealed("address"))
            .col(text("address_index"))
            .col(optional_text("address_prefix"))
            .col(text("login"))
            .col(text("language"))
            .col(one_of("state", ["waiting", "mailed", "silent"]))
            .col(text("codes"))
            .col(number("code_tries"))
            .col(number("leased_until"))
            .col(number("created_at"))
            .col(number("expires_at"))
            .take();
        manager.create_table(request).await?;
        index(manager, "reset_request", "reset_request_due", ["state", "created_at"]).await?;
        index(manager, "reset_request", "reset_request_address", ["tenant", "address_index", "created_at"]).await?;
        let asked_by = Table::alter().table("one_time_url").add_column(optional_text("session")).take();
        manager.alter_table(asked_by).await
    }
}
