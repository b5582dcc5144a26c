//! A session knows the login that began it and what its browser is called (P-33).

use sea_orm_migration::prelude::*;

use crate::column::optional_text;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["login", "browser"] {
            manager.alter_table(Table::alter().table("session").add_column(optional_text(column)).take()).await?;
        }
        Ok(())
    }
}
