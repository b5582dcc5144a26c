//! A database of a test's own: a temporary SQLite file, or a fresh database on the server that `IDP_TEST_POSTGRES` names.

use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
};

use idp::store::{Store, StoreOptions};
use sea_orm::{ConnectionTrait, Database as SeaOrm, DatabaseConnection};
use tempfile::TempDir;
use url::Url;

pub struct Database {
    pub store: Store,
    pub url: String,
    _dir: Option<TempDir>,
}

impl Database {
    pub async fn sqlite() -> Self {
        let database = Self::empty_sqlite().await;
        database.store.migrate().await.unwrap();
        database
    }

    pub async fn empty_sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("idp.db").display());
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        Self { store, url, _dir: Some(dir) }
    }

    /// None, said loudly, if there is no server; with `IDP_TEST_REQUIRE=postgres` that is a failure.
    pub async fn postgres() -> Option<Self> {
        let database = Self::empty_postgres().await?;
        database.store.migrate().await.unwrap();
        Some(database)
    }

    pub async fn empty_postgres() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = env::var("IDP_TEST_POSTGRES") else {
            let required = env::var("IDP_TEST_REQUIRE").is_ok_and(|list| list.split(',').any(|one| one == "postgres"));
            assert!(!required, "PostgreSQL is required, but IDP_TEST_POSTGRES is not set");
            eprintln!("NOT TESTED on PostgreSQL: IDP_TEST_POSTGRES is not set");
            return None;
        };
        let name = format!("idp_test_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = SeaOrm::connect(&server).await.unwrap();
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        admin.close().await.unwrap();
        let mut url = Url::parse(&server).unwrap();
        url.set_path(&name);
        let url = url.to_string();
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        Some(Self { store, url, _dir: None })
    }

    /// A second process's view of the same database.
    pub async fn another(&self) -> Store {
        Store::open(&self.url, StoreOptions::default()).await.unwrap()
    }

    /// A connection that knows nothing of the store's rules.
    pub async fn raw(&self) -> DatabaseConnection {
        SeaOrm::connect(&self.url).await.unwrap()
    }
}
