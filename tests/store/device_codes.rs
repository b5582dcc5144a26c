//! A device code is answered once and used once, and never after its end.

use std::time::Duration;

use idp::{
    domain::{
        device_code::{DEVICE_CODE_LIFETIME, DeviceCode, DeviceState, INTERVAL},
        grant::Grant,
        scope::Scope,
    },
    store::{Redeem, Retention, Store, StoreError, Won},
};

use super::on_both;
use crate::support::{
    database::Database,
    rows::{self, NOW},
};

on_both! {
    one_of_fifty_answers_a_device,
    one_of_fifty_redeems_a_device_code,
    what_nobody_allowed_is_redeemed_by_nobody,
    a_user_code_leads_to_one_device_while_it_waits,
    old_device_codes_go,
}

fn waiting() -> DeviceCode {
    DeviceCode {
        key: rows::key_at(NOW),
        tenant: rows::tenant(),
        client: rows::grant(&rows::session(&rows::account())).client,
        user_code: rows::id().to_string(),
        scope: Scope::parse("openid"),
        resources: Vec::new(),
        state: DeviceState::Waiting,
        interval: INTERVAL,
        polled_at: None,
        expires_at: NOW.plus(DEVICE_CODE_LIFETIME),
    }
}

async fn inserted(store: &Store) -> DeviceCode {
    let code = waiting();
    let row = &code;
    assert!(store.write(|tx| async move { tx.insert_device_code(row).await }).await.unwrap());
    code
}

fn given() -> Grant {
    rows::grant(&rows::session(&rows::account()))
}

async fn answer(store: &Store, code: &DeviceCode, given: Option<&Grant>, after: Duration) -> bool {
    store.write(|tx| async move { tx.answer_device_code(&code.key, given, NOW.plus(after)).await }).await.unwrap()
}

async fn redeem(store: &Store, code: &DeviceCode, grant: &Grant, after: Duration) -> Won {
    let now = NOW.plus(after);
    let redeem = Redeem { code: code.key.clone(), now, access: rows::access(grant), refresh: None, audit: None };
    store.redeem_device(redeem).await.unwrap()
}

async fn one_of_fifty_answers_a_device(Database { store, .. }: Database) {
    let code = inserted(&store).await;
    let racers: Vec<_> = (0..50)
        .map(|number| {
            let (store, code) = (store.clone(), code.clone());
            tokio::spawn(async move {
                let given = (number % 2 == 0).then(given);
                answer(&store, &code, given.as_ref(), Duration::ZERO).await.then_some(given)
            })
        })
        .collect();
    let mut won = Vec::new();
    for racer in racers {
        won.extend(racer.await.unwrap());
    }
    assert_eq!(won.len(), 1);
    let kept = store.device_code(&code.key).await.unwrap().unwrap();
    match &won[0] {
        Some(grant) => assert_eq!(kept.state, DeviceState::Allowed(grant.id)),
        None => assert_eq!(kept.state, DeviceState::Denied),
    }
}

async fn one_of_fifty_redeems_a_device_code(Database { store, .. }: Database) {
    let (code, grant) = (inserted(&store).await, given());
    assert!(answer(&store, &code, Some(&grant), Duration::ZERO).await);
    let racers: Vec<_> = (0..50)
        .map(|_| {
            let (store, code, grant) = (store.clone(), code.clone(), grant.clone());
            tokio::spawn(async move { redeem(&store, &code, &grant, Duration::ZERO).await })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        won += usize::from(racer.await.unwrap() == Won::Won);
    }
    assert_eq!(won, 1);
    assert_eq!(store.device_code(&code.key).await.unwrap().unwrap().state, DeviceState::Used(grant.id));
}

async fn what_nobody_allowed_is_redeemed_by_nobody(Database { store, .. }: Database) {
    let grant = given();
    let open = inserted(&store).await;
    assert_eq!(redeem(&store, &open, &grant, Duration::ZERO).await, Won::Lost);
    let denied = inserted(&store).await;
    assert!(answer(&store, &denied, None, Duration::ZERO).await);
    assert_eq!(redeem(&store, &denied, &grant, Duration::ZERO).await, Won::Lost);
    let late = inserted(&store).await;
    assert!(answer(&store, &late, Some(&grant), Duration::ZERO).await);
    assert_eq!(redeem(&store, &late, &grant, DEVICE_CODE_LIFETIME).await, Won::Lost);
    assert!(!answer(&store, &open, Some(&given()), DEVICE_CODE_LIFETIME).await, "too late to allow");
}

async fn a_user_code_leads_to_one_device_while_it_waits(Database { store, .. }: Database) {
    let code = inserted(&store).await;
    let double = DeviceCode { user_code: code.user_code.clone(), ..waiting() };
    let row = &double;
    assert!(!store.write(|tx| async move { tx.insert_device_code(row).await }).await.unwrap());
    let names = std::slice::from_ref(&code.user_code);
    let found = async |after: Duration| {
        let now = NOW.plus(after);
        let found = store.write(|tx| async move { tx.waiting_device_code(names, now).await });
        Ok::<_, StoreError>(found.await?.map(|found| found.key))
    };
    assert_eq!(found(Duration::ZERO).await.unwrap(), Some(code.key.clone()));
    assert_eq!(found(DEVICE_CODE_LIFETIME).await.unwrap(), None);
    assert!(answer(&store, &code, None, Duration::ZERO).await);
    assert_eq!(found(Duration::ZERO).await.unwrap(), None);
}

async fn old_device_codes_go(Database { store, .. }: Database) {
    let code = inserted(&store).await;
    store.purge(NOW.plus(Duration::from_mins(59)), &Retention::default()).await.unwrap();
    assert!(store.device_code(&code.key).await.unwrap().is_some(), "a late question is still told why");
    store.purge(NOW.plus(Duration::from_mins(61)), &Retention::default()).await.unwrap();
    assert!(store.device_code(&code.key).await.unwrap().is_none());
}
