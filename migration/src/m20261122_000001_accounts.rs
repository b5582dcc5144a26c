//! Accounts, and the people of `directory` upstreams.

use sea_orm_migration::prelude::*;

use crate::column::{flag, index, number, one_of, optional_number, optional_sealed, optional_text, text, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let account = Table::create()
            .table("account")
            .col(text("id").primary_key())
            .col(text("tenant"))
            .col(text("upstream"))
            .col(text("upstream_subject"))
            .col(text("subject"))
            .col(text("user_id"))
            .col(text("attributes"))
            .col(optional_sealed("email_address"))
            .col(optional_text("email_index"))
            .col(optional_number("email_registered_at"))
            .col(optional_number("email_confirmed_at"))
            .col(flag("email_undeliverable"))
            .col(optional_text("second_password"))
            .col(optional_number("second_password_set_at"))
            .col(optional_number("second_password_changed_at"))
            .col(flag("two_factor"))
            .col(optional_text("language"))
            .col(one_of("status", ["active", "suspended", "ended"]))
            .col(number("credential_version"))
            .col(number("version"))
            .col(number("created_at"))
            .take();
        manager.create_table(account).await?;
        unique(manager, "account", "account_upstream", ["tenant", "upstream", "upstream_subject"]).await?;
        unique(manager, "account", "account_subject", ["tenant", "subject"]).await?;
        index(manager, "account", "account_email", ["tenant", "email_index"]).await?;
        index(manager, "account", "account_user_id", ["tenant", "user_id"]).await?;

        let person = Table::create()
            .table("directory_account")
            .col(text("tenant"))
            .col(text("upstream"))
            .col(text("user_id"))
            .col(text("subject"))
            .col(text("password_hash"))
            .col(text("attributes"))
            .primary_key(Index::create().col("tenant").col("upstream").col("user_id"))
            .take();
        manager.create_table(person).await?;
        unique(manager, "directory_account", "directory_account_subject", ["tenant", "upstream", "subject"]).await
    }
}
