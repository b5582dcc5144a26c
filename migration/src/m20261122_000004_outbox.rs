//! Mails that wait to be sent.

use sea_orm_migration::prelude::*;

use crate::column::{index, number, one_of, optional_number, optional_sealed, optional_text, sealed, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let letter = Table::create()
            .table("outbox_letter")
            .col(text("id").primary_key())
            .col(text("tenant"))
            .col(text("kind"))
            .col(optional_text("login"))
            .col(optional_text("account"))
            .col(sealed("recipient"))
            .col(optional_sealed("body"))
            .col(one_of("state", ["queued", "delayed", "unsent", "sent", "delivered", "refused", "expired"]))
            .col(number("attempts"))
            .col(number("next_attempt_at"))
            .col(number("leased_until"))
            .col(optional_text("last_reply"))
            .col(number("created_at"))
            .col(number("expires_at"))
            .col(optional_number("sent_at"))
            .col(number("changed_at"))
            .take();
        manager.create_table(letter).await?;
        index(manager, "outbox_letter", "outbox_letter_due", ["state", "next_attempt_at"]).await?;
        index(manager, "outbox_letter", "outbox_letter_account", ["account", "created_at"]).await
    }
}
