//! Sessions, grants and what hangs on them: keys that grow, so that new rows lie side by side (hot-path.md §4.3).

use sea_orm_migration::prelude::*;

use crate::column::{index, keyed, number, one_of, optional_number, optional_text, text, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        sessions_and_grants(manager).await?;
        tokens(manager).await
    }
}

async fn sessions_and_grants(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let session = keyed(manager, "session")
        .col(text("key").primary_key())
        .col(text("id"))
        .col(text("tenant"))
        .col(text("account"))
        .col(text("proofs"))
        .col(number("created_at"))
        .col(number("used_at"))
        .col(optional_number("ended_at"))
        .take();
    manager.create_table(session).await?;
    unique(manager, "session", "session_id", ["id"]).await?;
    index(manager, "session", "session_account", ["account"]).await?;

    let grant = keyed(manager, "token_grant")
        .col(text("id").primary_key())
        .col(text("tenant"))
        .col(text("client"))
        .col(text("account"))
        .col(text("session"))
        .col(text("terms"))
        .col(number("created_at"))
        .col(optional_number("revoked_at"))
        .take();
    manager.create_table(grant).await?;
    index(manager, "token_grant", "token_grant_account", ["account"]).await
}

async fn tokens(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let code = keyed(manager, "authorization_code")
        .col(text("key").primary_key())
        .col(text("grant_id"))
        .col(text("redirect_uri"))
        .col(optional_text("code_challenge"))
        .col(one_of("state", ["open", "used"]))
        .col(number("expires_at"))
        .take();
    manager.create_table(code).await?;
    let access = keyed(manager, "access_token")
        .col(text("key").primary_key())
        .col(text("grant_id"))
        .col(text("scope"))
        .col(one_of("state", ["open", "revoked"]))
        .col(number("created_at"))
        .col(number("expires_at"))
        .take();
    manager.create_table(access).await?;
    let refresh = keyed(manager, "refresh_token")
        .col(text("key").primary_key())
        .col(text("grant_id"))
        .col(one_of("state", ["open", "used", "revoked"]))
        .col(optional_text("successor"))
        .col(number("expires_at"))
        .take();
    manager.create_table(refresh).await
}
