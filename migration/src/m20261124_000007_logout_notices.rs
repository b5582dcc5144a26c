//! Clients that are still to be told of a session's end (OpenID Connect Back-Channel Logout §2.5).

use sea_orm_migration::prelude::*;

use crate::column::{index, number, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let notice = Table::create()
            .table("logout_notice")
            .col(text("id").primary_key())
            .col(text("tenant"))
            .col(text("client"))
            .col(text("subject"))
            .col(text("session"))
            .col(number("attempts"))
            .col(number("next_attempt_at"))
            .col(number("created_at"))
            .take();
        manager.create_table(notice).await?;
        index(manager, "logout_notice", "logout_notice_due", ["next_attempt_at"]).await
    }
}
