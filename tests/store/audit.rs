//! The trail: rows that nobody changes, linked behind the act, dropped only once a checkpoint covers them.

use idp::{
    domain::audit::Seal,
    store::{AuditCheckpoint, AuditFilter, StoreError},
};
use sea_orm::ConnectionTrait;

use super::on_both;
use crate::support::{
    database::Database,
    rows::{self, NOW},
};

on_both! {
    a_row_is_neither_changed_nor_removed,
    a_row_commits_with_its_act_or_not_at_all,
    rows_are_sealed_once_and_in_order,
    a_sealed_stretch_goes_only_behind_its_checkpoint,
    rows_are_found_by_tenant_and_support_code,
}

async fn a_row_is_neither_changed_nor_removed(database: Database) {
    database.store.record(rows::event()).await.unwrap();
    database.store.insert_seals(&[(1, seal(1))]).await.unwrap();
    let raw = database.raw().await;
    for statement in [
        "UPDATE audit_event SET event = 'logout'",
        "DELETE FROM audit_event",
        "UPDATE audit_seal SET mac = 'x'",
        "DELETE FROM audit_seal",
    ] {
        assert!(raw.execute_unprepared(statement).await.is_err(), "{statement}");
    }
    assert_eq!(database.store.audit_tail(&AuditFilter::default(), 10).await.unwrap().len(), 1);
}

async fn a_row_commits_with_its_act_or_not_at_all(Database { store, .. }: Database) {
    let refused: Result<(), StoreError> = store
        .write(|tx| async move {
            tx.record(rows::event()).await?;
            Err(StoreError::Busy)
        })
        .await;
    assert!(refused.is_err());
    assert!(store.audit_tail(&AuditFilter::default(), 10).await.unwrap().is_empty());
    store.write(|tx| async move { tx.record(rows::event()).await }).await.unwrap();
    assert_eq!(store.audit_tail(&AuditFilter::default(), 10).await.unwrap().len(), 1);
}

async fn rows_are_sealed_once_and_in_order(Database { store, .. }: Database) {
    for _ in 0..3 {
        store.record(rows::event()).await.unwrap();
    }
    let open = store.unsealed_audit(10).await.unwrap();
    assert_eq!(open.len(), 3);
    let seals: Vec<_> = open.iter().zip(1..).map(|(row, number)| (row.id, seal(number))).collect();
    store.insert_seals(&seals).await.unwrap();
    assert!(store.unsealed_audit(10).await.unwrap().is_empty());
    assert_eq!(store.last_seal().await.unwrap(), Some(seal(3)));
    let sealed = store.sealed_audit(2, 10).await.unwrap();
    assert_eq!(sealed.iter().filter_map(|row| row.seal.clone()).collect::<Vec<_>>(), [seal(2), seal(3)]);
    assert!(matches!(store.insert_seals(&seals[2..]).await, Err(StoreError::Stale)));
    assert!(matches!(store.insert_seals(&[(99, seal(3))]).await, Err(StoreError::Stale)));
}

async fn a_sealed_stretch_goes_only_behind_its_checkpoint(Database { store, .. }: Database) {
    for _ in 0..3 {
        store.record(rows::event()).await.unwrap();
    }
    let open = store.unsealed_audit(10).await.unwrap();
    let seals: Vec<_> = open.iter().zip(1..).map(|(row, number)| (row.id, seal(number))).collect();
    store.insert_seals(&seals).await.unwrap();
    let checkpoint = |number| AuditCheckpoint { seal: seal(number), at: NOW, signature: "signed".into() };
    assert!(matches!(store.drop_sealed_audit(&checkpoint(7)).await, Err(StoreError::Stale)));
    assert_eq!(store.drop_sealed_audit(&checkpoint(2)).await.unwrap(), 2);
    assert_eq!(store.last_audit_checkpoint().await.unwrap(), Some(checkpoint(2)));
    let left = store.audit_tail(&AuditFilter::default(), 10).await.unwrap();
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [open[2].id]);
    assert_eq!(store.drop_sealed_audit(&checkpoint(3)).await.unwrap(), 1);
    assert_eq!(store.last_seal().await.unwrap(), Some(seal(3)), "the chain goes on where it was");
}

async fn rows_are_found_by_tenant_and_support_code(Database { store, .. }: Database) {
    let login = rows::login(&rows::account());
    store.record(rows::event().of_login(&login.id)).await.unwrap();
    store.record(rows::event()).await.unwrap();
    let filter = AuditFilter { tenant: Some(login.tenant), login: Some(login.id), ..AuditFilter::default() };
    let found = store.audit_tail(&filter, 10).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(store.audit_rows(&filter, found[0].id, 10).await.unwrap().is_empty());
    assert_eq!(found[0].entry.detail, r#"{"acr":"second-password"}"#);
}

fn seal(number: i64) -> Seal {
    Seal { number, mac: format!("mac-{number}") }
}
