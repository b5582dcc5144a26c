//! Logins, attempt ledgers, auth keys and one-time URLs.

use sea_orm_migration::prelude::*;

use crate::column::{index, number, one_of, optional_number, optional_text, sealed, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        logins(manager).await?;
        ledgers(manager).await?;
        auth_keys(manager).await?;
        one_time_urls(manager).await
    }
}

async fn logins(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let login = Table::create()
        .table("login")
        .col(text("tenant"))
        .col(text("id"))
        .col(number("version"))
        .col(text("secret_hash"))
        .col(text("account"))
        .col(text("upstream"))
        .col(text("destination"))
        .col(text("proofs"))
        .col(optional_text("session"))
        .col(text("language"))
        .col(number("begun_at"))
        .col(number("pressed_at"))
        .col(optional_number("finished_at"))
        .primary_key(Index::create().col("tenant").col("id"))
        .take();
    manager.create_table(login).await?;
    index(manager, "login", "login_begun_at", ["begun_at"]).await
}

async fn ledgers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let counts = |table: &mut TableCreateStatement| {
        table
            .col(number("in_a_row"))
            .col(number("in_window"))
            .col(number("window_began_at"))
            .col(number("last_at"))
            .col(optional_number("locked_until"))
            .col(number("version"));
    };
    let mut account = Table::create()
        .table("account_ledger")
        .col(text("account"))
        .col(one_of("factor", ["university", "second-password", "auth-key"]))
        .primary_key(Index::create().col("account").col("factor"))
        .take();
    counts(&mut account);
    manager.create_table(account).await?;

    let mut stranger =
        Table::create().table("stranger_ledger").col(text("key").primary_key()).col(number("expires_at")).take();
    counts(&mut stranger);
    manager.create_table(stranger).await?;
    index(manager, "stranger_ledger", "stranger_ledger_expires_at", ["expires_at"]).await
}

async fn auth_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let key = Table::create()
        .table("auth_key")
        .col(text("id").primary_key())
        .col(text("login"))
        .col(text("account"))
        .col(text("mac"))
        .col(text("reference"))
        .col(number("tries"))
        .col(one_of("state", ["open", "used", "dead", "replaced"]))
        .col(text("letter"))
        .col(number("created_at"))
        .col(number("expires_at"))
        .take();
    manager.create_table(key).await?;
    index(manager, "auth_key", "auth_key_account", ["account", "created_at"]).await
}

async fn one_time_urls(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let url = Table::create()
        .table("one_time_url")
        .col(text("key").primary_key())
        .col(text("tenant"))
        .col(text("purpose"))
        .col(text("account"))
        .col(optional_text("login"))
        .col(sealed("address"))
        .col(text("address_index"))
        .col(text("code_mac"))
        .col(number("code_tries"))
        .col(number("credential_version"))
        .col(one_of("state", ["open", "used", "replaced"]))
        .col(text("letter"))
        .col(text("language"))
        .col(number("created_at"))
        .col(number("expires_at"))
        .take();
    manager.create_table(url).await?;
    index(manager, "one_time_url", "one_time_url_account", ["account", "created_at"]).await?;
    index(manager, "one_time_url", "one_time_url_address", ["tenant", "address_index", "created_at"]).await
}
