//! The kinds of columns there are: ids and names are text, instants are epoch milliseconds, states short text.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, DbErr},
};

pub fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

pub fn optional_text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().take()
}

/// An instant in epoch milliseconds, a version or a count.
pub fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

pub fn optional_number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

pub fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

/// Ciphertext.
pub fn sealed(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().not_null().take()
}

pub fn optional_sealed(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().null().take()
}

/// A short text out of a fixed list.
pub fn one_of<const N: usize>(name: &'static str, values: [&'static str; N]) -> ColumnDef {
    ColumnDef::new(name).text().not_null().check(Expr::col(name).is_in(values)).take()
}

/// A table whose rows lie in the order of their key: on SQLite without a second tree of row ids.
pub fn keyed(manager: &SchemaManager<'_>, name: &'static str) -> TableCreateStatement {
    let mut table = Table::create().table(name).take();
    if manager.get_database_backend() == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}

pub async fn index<const N: usize>(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
    columns: [&'static str; N],
) -> Result<(), DbErr> {
    manager.create_index(on(table, name, columns)).await
}

pub async fn unique<const N: usize>(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
    columns: [&'static str; N],
) -> Result<(), DbErr> {
    manager.create_index(on(table, name, columns).unique().take()).await
}

fn on<const N: usize>(table: &'static str, name: &'static str, columns: [&'static str; N]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).take();
    for column in columns {
        index.col(column);
    }
    index
}
