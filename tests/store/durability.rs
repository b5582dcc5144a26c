//! What was answered stays, and what was dropped leaves nothing.

use idp::store::{Authorize, StoreError, Won};
use sea_orm::ConnectionTrait;
use tokio::sync::oneshot;

use super::on_both;
use crate::support::{database::Database, rows};

on_both! {
    what_was_answered_is_there_after_an_end_without_warning,
    work_that_is_dropped_half_way_leaves_nothing,
    a_bad_command_does_not_spoil_its_batch,
    a_store_that_is_closed_takes_nothing_more,
}

async fn what_was_answered_is_there_after_an_end_without_warning(database: Database) {
    let account = &rows::account();
    database.store.write(|tx| async move { tx.insert_account(account).await }).await.unwrap();
    database.store.record(rows::event()).await.unwrap();
    // Not closed: the second store sees what a crash would have left.
    let other = database.another().await;
    assert!(other.account(account.id).await.unwrap().is_some());
    assert_eq!(other.audit_tail(&idp::store::AuditFilter::default(), 10).await.unwrap().len(), 1);
}

async fn work_that_is_dropped_half_way_leaves_nothing(Database { store, .. }: Database) {
    for _ in 0..10 {
        let account = rows::account();
        let id = account.id;
        let (reached, half_way) = oneshot::channel();
        let deed = tokio::spawn({
            let (store, reached) = (store.clone(), std::sync::Mutex::new(Some(reached)));
            async move {
                let (account, reached) = (&account, &reached);
                store
                    .write(|tx| async move {
                        tx.insert_account(account).await?;
                        if let Some(reached) = reached.lock().unwrap().take() {
                            reached.send(()).unwrap();
                        }
                        std::future::pending::<Result<(), StoreError>>().await
                    })
                    .await
            }
        });
        half_way.await.unwrap();
        deed.abort();
        assert!(deed.await.unwrap_err().is_cancelled());
        assert!(store.account(id).await.unwrap().is_none());
        // The connection is free again and in no transaction.
        let next = &rows::account();
        assert!(store.write(|tx| async move { tx.insert_account(next).await }).await.unwrap());
    }
}

async fn a_bad_command_does_not_spoil_its_batch(Database { store, .. }: Database) {
    let session = &rows::session(&rows::account());
    store.write(|tx| async move { tx.insert_session(session).await }).await.unwrap();
    let taken = rows::grant(session);
    let command = |grant: &idp::domain::grant::Grant| {
        let (grant, code) = (grant.clone(), rows::code(grant));
        store.authorize(Authorize {
            grant,
            code,
            pushed: None,
            rests_on_consent: false,
            session_touch: None,
            audit: Some(rows::event()),
        })
    };
    assert_eq!(command(&taken).await.unwrap(), Won::Won);
    // The same grant again breaks its key; polled together, the three are one batch.
    let (good, other) = (rows::grant(session), rows::grant(session));
    let (first, bad, last) = tokio::join!(command(&good), command(&taken), command(&other));
    assert_eq!((first.unwrap(), last.unwrap()), (Won::Won, Won::Won));
    assert!(matches!(bad, Err(StoreError::Database(_))));
    assert!(store.grant(good.id).await.unwrap().is_some() && store.grant(other.id).await.unwrap().is_some());
    let trail = store.audit_tail(&idp::store::AuditFilter::default(), 10).await.unwrap();
    assert_eq!(trail.len(), 3, "no act without its row, no row without its act");
}

async fn a_store_that_is_closed_takes_nothing_more(database: Database) {
    database.store.record(rows::event()).await.unwrap();
    database.store.close().await;
    assert!(matches!(database.store.record(rows::event()).await, Err(StoreError::Busy)));
    let raw = database.raw().await;
    raw.execute_unprepared("SELECT 1").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_writes_to_the_file_is_seen_soon() {
    let database = Database::sqlite().await;
    let account = &rows::account();
    database.store.write(|tx| async move { tx.insert_account(account).await }).await.unwrap();
    assert!(!database.store.account(account.id).await.unwrap().unwrap().two_factor);
    let mut changed = account.clone();
    changed.two_factor = true;
    let (other, changed) = (database.another().await, &changed);
    other.write(|tx| async move { tx.save_account(changed).await }).await.unwrap();
    let seen = tokio::time::timeout(std::time::Duration::from_secs(5), async {
        while !database.store.account(account.id).await.unwrap().unwrap().two_factor {
            tokio::task::yield_now().await;
        }
    });
    seen.await.unwrap();
}

/// With one thread all three commands are queued before the committer looks.
#[tokio::test]
async fn a_bad_command_in_what_is_surely_one_batch_spoils_nothing() {
    a_bad_command_does_not_spoil_its_batch(Database::sqlite().await).await;
}
