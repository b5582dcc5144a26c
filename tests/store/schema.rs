//! The schema comes from nothing, once, whoever asks for it.

use idp::{
    domain::{clock::Timestamp, login::Factor},
    store::{Store, StoreOptions},
};
use migration::{Migrator, MigratorTrait};
use sea_orm::ConnectionTrait;

use crate::support::{database::Database, rows};

#[tokio::test]
async fn an_empty_file_is_behind_until_it_is_migrated() {
    check(Database::empty_sqlite().await).await;
}

#[tokio::test]
async fn an_empty_postgres_is_behind_until_it_is_migrated() {
    if let Some(database) = Database::empty_postgres().await {
        check(database).await;
    }
}

async fn check(database: Database) {
    assert!(!database.store.schema_is_current().await.unwrap());
    let other = database.another().await;
    let both = tokio::join!(database.store.migrate(), other.migrate());
    both.0.unwrap();
    both.1.unwrap();
    assert!(database.store.schema_is_current().await.unwrap());
    assert!(database.store.migration_status().await.unwrap().iter().all(|migration| migration.applied));
    database.store.migrate().await.unwrap();
}

#[tokio::test]
async fn tries_outlive_the_change_that_gives_apps_a_place_in_the_ledger() {
    ledger_is_kept(Database::empty_sqlite().await).await;
}

#[tokio::test]
async fn tries_outlive_the_change_that_gives_apps_a_place_in_the_ledger_of_postgres() {
    if let Some(database) = Database::empty_postgres().await {
        ledger_is_kept(database).await;
    }
}

async fn ledger_is_kept(database: Database) {
    let before = Migrator::migrations().iter().position(|one| one.name().ends_with("authenticators")).unwrap();
    let raw = database.raw().await;
    Migrator::up(&raw, Some(u32::try_from(before).unwrap())).await.unwrap();
    let account = rows::account().id;
    let columns = "account, factor, in_a_row, in_window, window_began_at, last_at, locked_until, version";
    let row =
        format!("INSERT INTO account_ledger ({columns}) VALUES ('{account}', 'second-password', 4, 3, 1, 2, 9, 5)");
    raw.execute_unprepared(&row).await.unwrap();
    database.store.migrate().await.unwrap();
    let ledger = database.store.ledger(account, Factor::SecondPassword).await.unwrap();
    assert_eq!((ledger.in_a_row, ledger.in_window, ledger.locked_until.map(Timestamp::as_millis)), (4, 3, Some(9)));
    let saved = &ledger;
    let tried =
        database.store.write(|tx| async move { tx.save_ledger(account, Factor::Authenticator, saved, 0).await });
    tried.await.unwrap();
    let nonsense = row.replace("second-password", "nonsense");
    assert!(raw.execute_unprepared(&nonsense).await.is_err(), "only known factors have tries");
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused() {
    for url in ["mysql://localhost/idp", "idp.db", "sqlite:///nowhere/at/all/idp.db"] {
        assert!(Store::open(url, StoreOptions::default()).await.is_err(), "{url}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::sqlite().await;
    let path = database.url.trim_start_matches("sqlite://");
    for suffix in ["", "-wal", "-shm"] {
        let mode = std::fs::metadata(format!("{path}{suffix}")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
}
