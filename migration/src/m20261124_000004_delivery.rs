//! What delivery reports say of a mail, to which address it went, and the subjects of erased accounts.

use sea_orm_migration::prelude::*;

use crate::column::{index, number, optional_number, optional_text, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite takes no more.
        for column in [optional_number("delayed_at"), optional_text("recipient_index")] {
            manager.alter_table(Table::alter().table("outbox_letter").add_column(column).take()).await?;
        }
        index(manager, "outbox_letter", "outbox_letter_recipient", ["tenant", "recipient_index", "created_at"]).await?;

        let erased = Table::create()
            .table("erased_subject")
            .col(text("tenant"))
            .col(text("subject_hash"))
            .col(number("erased_at"))
            .primary_key(Index::create().col("tenant").col("subject_hash"))
            .take();
        manager.create_table(erased).await
    }
}
