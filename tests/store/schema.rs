//! The schema comes from nothing, once, whoever asks for it.

use idp::store::{Store, StoreOptions};

use crate::support::database::Database;

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
