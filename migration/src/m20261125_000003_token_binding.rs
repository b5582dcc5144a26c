//! Whom tokens are bound to and what they are for; access tokens of clients that speak for nobody but themselves.

use sea_orm_migration::prelude::*;

use crate::column::{keyed, number, one_of, optional_text, sealed, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "authorization_code", optional_text("dpop_jkt")).await?;
        add(manager, "refresh_token", optional_text("confirmation")).await?;
        access_tokens(manager).await?;
        let secret = Table::create()
            .table("tenant_secret")
            .col(text("tenant"))
            .col(text("purpose"))
            .col(sealed("secret"))
            .col(number("created_at"))
            .primary_key(Index::create().col("tenant").col("purpose"))
            .take();
        manager.create_table(secret).await
    }
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).take()).await
}

/// A table of the new form takes the old one's place: SQLite cannot let a column be empty that once could not.
async fn access_tokens(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = keyed(manager, "new_access_token")
        .col(text("key").primary_key())
        .col(optional_text("grant_id"))
        .col(optional_text("tenant"))
        .col(optional_text("client"))
        .col(text("scope"))
        .col(optional_text("audience"))
        .col(optional_text("confirmation"))
        .col(one_of("state", ["open", "revoked"]))
        .col(number("created_at"))
        .col(number("expires_at"))
        .take();
    manager.create_table(table).await?;
    let kept = ["key", "grant_id", "scope", "state", "created_at", "expires_at"];
    let mut copy = Query::insert().into_table("new_access_token").columns(kept).take();
    copy.select_from(Query::select().columns(kept).from("access_token").take())
        .map_err(|error| DbErr::Migration(error.to_string()))?;
    manager.exec_stmt(copy).await?;
    manager.drop_table(Table::drop().table("access_token").take()).await?;
    manager.rename_table(Table::rename().table("new_access_token", "access_token").take()).await
}
