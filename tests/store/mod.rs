//! What the store promises, on SQLite and on PostgreSQL.

mod audit;
mod device_codes;
mod durability;
mod outbox;
mod purge;
mod races;
mod saves;
mod schema;
mod tokens;

/// Runs each behaviour on a fresh database of both kinds.
macro_rules! on_both {
    ($($behaviour:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                super::$behaviour($crate::support::database::Database::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                if let Some(database) = $crate::support::database::Database::postgres().await {
                    super::$behaviour(database).await;
                }
            })*
        }
    };
}
use on_both;
