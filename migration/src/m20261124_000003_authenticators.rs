//! Authenticator apps, their recovery codes, and their place in the attempt ledger.

use sea_orm_migration::prelude::*;

use crate::column::{number, one_of, optional_number, optional_sealed, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

const LEDGER: &str = "account_ledger";
const FORMER: &str = "account_ledger_former";
const COLUMNS: [&str; 8] =
    ["account", "factor", "in_a_row", "in_window", "window_began_at", "last_at", "locked_until", "version"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            optional_sealed("authenticator_secret"),
            optional_number("authenticator_enrolled_at"),
            optional_number("authenticator_last_step"),
        ] {
            manager.alter_table(Table::alter().table("account").add_column(column).take()).await?;
        }
        let codes = Table::create()
            .table("recovery_code")
            .col(text("account"))
            .col(number("number"))
            .col(text("salt"))
            .col(text("hash"))
            .col(optional_number("used_at"))
            .primary_key(Index::create().col("account").col("number"))
            .take();
        manager.create_table(codes).await?;
        wider_ledger(manager).await
    }
}

/// SQLite cannot change a CHECK: the table is made anew, on both databases in the same way.
async fn wider_ledger(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.rename_table(Table::rename().table(LEDGER, FORMER).take()).await?;
    let factors = ["university", "second-password", "auth-key", "authenticator", "recovery-code"];
    let ledger = Table::create()
        .table(LEDGER)
        .col(text("account"))
        .col(one_of("factor", factors))
        .col(number("in_a_row"))
        .col(number("in_window"))
        .col(number("window_began_at"))
        .col(number("last_at"))
        .col(optional_number("locked_until"))
        .col(number("version"))
        .primary_key(Index::create().name("account_ledger_key").col("account").col("factor"))
        .take();
    manager.create_table(ledger).await?;
    let mut copy = Query::insert().into_table(LEDGER).columns(COLUMNS).take();
    copy.select_from(Query::select().columns(COLUMNS).from(FORMER).take())
        .map_err(|error| DbErr::Migration(error.to_string()))?;
    manager.exec_stmt(copy).await?;
    manager.drop_table(Table::drop().table(FORMER).take()).await
}
