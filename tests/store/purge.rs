//! What has ended goes; what daily limits count stays for its day.

use std::time::Duration;

use idp::{
    domain::login::Ledger,
    store::{Retention, StoreError},
};

use super::{on_both, races::authorized};
use crate::support::{
    database::Database,
    rows::{self, MINUTE, NOW},
};

const HOUR: Duration = Duration::from_hours(1);

on_both! {
    what_is_in_use_stays,
    what_has_ended_goes,
    many_rows_go_in_small_steps,
}

async fn what_is_in_use_stays(Database { store, .. }: Database) {
    let (grant, code) = authorized(&store).await;
    let login = &rows::login(&rows::account());
    store
        .write(|tx| async move {
            tx.insert_login(login).await?;
            tx.insert_auth_key(&rows::auth_key(login)).await
        })
        .await
        .unwrap();
    let retention = Retention { logins: Duration::ZERO, ..Retention::default() };
    assert_eq!(store.purge(NOW, &retention).await.unwrap().rows, 0);
    store.purge(NOW.plus(23 * HOUR), &retention).await.unwrap();
    assert!(store.latest_auth_key(login).await.unwrap().is_some(), "a daily limit counts it");
    assert!(store.grant(grant.id).await.unwrap().is_some());
    assert!(store.authorization_code(&code.key).await.unwrap().is_some() || code.expires_at < NOW.plus(23 * HOUR));
}

async fn what_has_ended_goes(Database { store, .. }: Database) {
    authorized(&store).await;
    let login = &rows::login(&rows::account());
    let mut pressed = rows::login(&rows::account());
    pressed.pressed_at = NOW.plus(30 * MINUTE);
    let pressed = &pressed;
    store
        .write(|tx| async move {
            tx.insert_login(login).await?;
            tx.insert_login(pressed).await?;
            tx.insert_auth_key(&rows::auth_key(login)).await?;
            tx.insert_one_time_url(&rows::one_time_url(login)).await?;
            tx.save_stranger_ledger("stranger", &Ledger::default(), 0, NOW.plus(HOUR)).await
        })
        .await
        .unwrap();
    // Login, auth key, link, stranger and code; the login that was pressed later still has its half hour.
    assert_eq!(store.purge(NOW.plus(24 * HOUR + MINUTE), &Retention::default()).await.unwrap().rows, 5);
    assert!(store.login(&login.tenant, &login.id).await.unwrap().is_none());
    assert!(store.login(&pressed.tenant, &pressed.id).await.unwrap().is_some());
    // The session and the other login; after a month the grant.
    assert_eq!(store.purge(NOW.plus(72 * HOUR), &Retention::default()).await.unwrap().rows, 2);
    assert_eq!(store.purge(NOW.plus(32 * 24 * HOUR), &Retention::default()).await.unwrap().rows, 1);
}

async fn many_rows_go_in_small_steps(Database { store, .. }: Database) {
    let login = &rows::login(&rows::account());
    store
        .write(|tx| async move {
            for _ in 0..1201 {
                tx.insert_auth_key(&rows::auth_key(login)).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(store.purge(NOW.plus(25 * HOUR), &Retention::default()).await.unwrap().rows, 1201);
}
