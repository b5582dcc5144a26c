//! Rows come back as they went in, and nobody overwrites what they have not seen.

use idp::{
    domain::{
        account::{RegisteredEmail, SecondPasswordHash},
        authenticator::Authenticator,
        ids::TenantId,
        login::{Factor, Ledger},
        one_time_url::Purpose,
        recovery_code::draw,
        secret::Sealed,
    },
    store::StoreError,
};

use super::on_both;
use crate::support::{
    clock::Seeded,
    database::Database,
    rows::{self, MINUTE, NOW},
};

on_both! {
    an_account_comes_back_as_it_was_saved,
    a_stale_save_is_refused,
    a_stale_save_that_is_made_anew_succeeds,
    an_upstream_s_answer_that_comes_twice_finds_its_login,
    the_same_support_code_may_live_in_two_tenants,
    a_cached_account_is_seen_as_it_was_saved_last,
    an_error_of_the_deed_s_own_leaves_nothing,
    tries_are_counted_in_a_ledger_that_nobody_overwrites,
    keys_and_links_are_counted_by_their_window,
    a_replaced_link_waits_no_longer,
    new_recovery_codes_take_the_place_of_the_old,
}

async fn an_account_comes_back_as_it_was_saved(Database { store, .. }: Database) {
    let mut account = rows::account();
    assert!(store.write(|tx| async move { tx.insert_account(&rows::account()).await }).await.unwrap());
    let given = &account;
    store.write(|tx| async move { tx.insert_account(given).await }).await.unwrap();
    account.email = Some(RegisteredEmail {
        address: Sealed(vec![0, 255]),
        index: "index".into(),
        registered_at: NOW,
        confirmed_at: NOW.plus(MINUTE),
        undeliverable: true,
    });
    account.second_password = Some(SecondPasswordHash { hash: "$argon2".into(), set_at: NOW, changed_at: NOW });
    account.authenticator = Some(Authenticator { secret: Sealed(vec![0, 7]), enrolled_at: NOW, last_step: 60_000_000 });
    let changed = &account;
    store.write(|tx| async move { tx.save_account(changed).await }).await.unwrap();
    let by_email = store.accounts_by_email(&rows::tenant(), &["index".to_owned()]).await.unwrap();
    assert_eq!(by_email.len(), 1);
    let kept = store.account_by_upstream(&account.tenant, &account.upstream, &account.upstream_subject).await.unwrap();
    let kept = kept.unwrap();
    assert_eq!((kept.version, kept.id, &kept.email), (1, account.id, &account.email));
    assert_eq!((&kept.second_password, &kept.attributes), (&account.second_password, &account.attributes));
    assert_eq!(kept.authenticator, account.authenticator);
    assert!(store.account_by_subject(&rows::tenant(), &account.subject).await.unwrap().is_some());
    assert!(store.account_by_subject(&TenantId::new("other"), &account.subject).await.unwrap().is_none());
}

async fn a_stale_save_is_refused(Database { store, .. }: Database) {
    let account = &rows::account();
    let login = &rows::login(account);
    store
        .write(|tx| async move {
            assert!(tx.insert_account(account).await?);
            assert!(!tx.insert_account(account).await?);
            tx.insert_login(login).await?;
            tx.save_account(account).await?;
            tx.save_login(login).await
        })
        .await
        .unwrap();
    let stale = store.write(|tx| async move { tx.save_account(account).await }).await;
    assert!(matches!(stale, Err(StoreError::Stale)));
    let stale = store.write(|tx| async move { tx.save_login(login).await }).await;
    assert!(matches!(stale, Err(StoreError::Stale)));
}

async fn a_stale_save_that_is_made_anew_succeeds(Database { store, .. }: Database) {
    let account = rows::account();
    let (id, account) = (account.id, &account);
    store.write(|tx| async move { tx.insert_account(account).await }).await.unwrap();
    let raise = || {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .write(|tx| async move {
                    let mut account = tx.account(id).await?.unwrap();
                    account.credential_version += 1;
                    tx.save_account(&account).await
                })
                .await
        })
    };
    for deed in (0..20).map(|_| raise()).collect::<Vec<_>>() {
        deed.await.unwrap().unwrap();
    }
    assert_eq!(store.account(id).await.unwrap().unwrap().credential_version, 20);
}

async fn an_upstream_s_answer_that_comes_twice_finds_its_login(Database { store, .. }: Database) {
    let login = &rows::login(&rows::account());
    assert!(store.write(|tx| async move { tx.insert_login(login).await }).await.unwrap());
    assert!(!store.write(|tx| async move { tx.insert_login(login).await }).await.unwrap());
    let kept = store.login(&login.tenant, &login.id).await.unwrap().unwrap();
    assert_eq!((kept.destination, kept.proofs), (login.destination.clone(), login.proofs.clone()));
}

async fn the_same_support_code_may_live_in_two_tenants(Database { store, .. }: Database) {
    let login = &rows::login(&rows::account());
    let mut other = login.clone();
    other.tenant = TenantId::new("other");
    let other = &other;
    store
        .write(|tx| async move {
            assert!(tx.insert_login(login).await?);
            assert!(tx.insert_login(other).await?);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

async fn a_cached_account_is_seen_as_it_was_saved_last(Database { store, .. }: Database) {
    let account = &rows::account();
    store.write(|tx| async move { tx.insert_account(account).await }).await.unwrap();
    assert!(!store.account(account.id).await.unwrap().unwrap().two_factor);
    let mut changed = account.clone();
    changed.two_factor = true;
    let changed = &changed;
    store.write(|tx| async move { tx.save_account(changed).await }).await.unwrap();
    assert!(store.account(account.id).await.unwrap().unwrap().two_factor);
}

async fn an_error_of_the_deed_s_own_leaves_nothing(Database { store, .. }: Database) {
    #[derive(Debug)]
    enum Own {
        Store,
        Refused,
    }
    impl From<StoreError> for Own {
        fn from(_: StoreError) -> Self {
            Self::Store
        }
    }
    let account = &rows::account();
    let result: Result<(), Own> = store
        .write(|tx| async move {
            tx.insert_account(account).await?;
            Err(Own::Refused)
        })
        .await;
    assert!(matches!(result, Err(Own::Refused)));
    assert!(store.account(account.id).await.unwrap().is_none());
}

async fn tries_are_counted_in_a_ledger_that_nobody_overwrites(Database { store, .. }: Database) {
    let account = rows::account().id;
    let spend = || {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .write(|tx| async move {
                    let (mut ledger, version) = tx.ledger(account, Factor::SecondPassword).await?;
                    ledger.in_a_row += 1;
                    tx.save_ledger(account, Factor::SecondPassword, &ledger, version).await
                })
                .await
        })
    };
    let mut counted = 0;
    for deed in (0..20).map(|_| spend()).collect::<Vec<_>>() {
        counted += u32::from(deed.await.unwrap().is_ok());
    }
    assert_eq!(store.ledger(account, Factor::SecondPassword).await.unwrap().in_a_row, counted);
    assert_eq!(store.ledger(account, Factor::AuthKey).await.unwrap(), Ledger::default());
    let stale = store
        .write(|tx| async move { tx.save_ledger(account, Factor::SecondPassword, &Ledger::default(), 0).await })
        .await;
    assert!(matches!(stale, Err(StoreError::Stale)));
}

async fn keys_and_links_are_counted_by_their_window(Database { store, .. }: Database) {
    let account = &rows::account();
    let login = &rows::login(account);
    store
        .write(|tx| async move {
            for minutes in [0, 30, 90] {
                let mut key = rows::auth_key(login);
                key.created_at = NOW.plus(minutes * MINUTE);
                tx.insert_auth_key(&key).await?;
            }
            tx.insert_one_time_url(&rows::one_time_url(login)).await
        })
        .await
        .unwrap();
    let hour = store.auth_keys_since(account.id, NOW.plus(29 * MINUTE)).await.unwrap();
    assert_eq!(
        (hour.count, hour.oldest_at, hour.newest_at),
        (2, Some(NOW.plus(30 * MINUTE)), Some(NOW.plus(90 * MINUTE)))
    );
    assert_eq!(store.auth_keys_of_login(login).await.unwrap().count, 3);
    assert_eq!(store.latest_auth_key(login).await.unwrap().unwrap().created_at, NOW.plus(90 * MINUTE));
    assert_eq!(
        store.one_time_urls_since(account.id, &[Purpose::RegisterEmail], NOW.minus(MINUTE)).await.unwrap().count,
        1
    );
    let to = store
        .write(|tx| async move { tx.one_time_urls_to_since(&rows::tenant(), "index", NOW.minus(MINUTE)).await })
        .await
        .unwrap();
    assert_eq!(to.count, 1);
}

async fn a_replaced_link_waits_no_longer(Database { store, .. }: Database) {
    let account = &rows::account();
    let login = &rows::login(account);
    let url = &rows::one_time_url(login);
    store.write(|tx| async move { tx.insert_one_time_url(url).await }).await.unwrap();
    assert_eq!(store.pending_url(login, Purpose::RegisterEmail).await.unwrap().unwrap().key, url.key);
    let letters = store
        .write(|tx| async move { tx.replace_one_time_urls(account.id, Purpose::RegisterEmail).await })
        .await
        .unwrap();
    assert_eq!(letters, [url.letter]);
    assert!(store.pending_url(login, Purpose::RegisterEmail).await.unwrap().is_none());
    assert!(!store.write(|tx| async move { tx.consume_one_time_url(&url.key, NOW).await }).await.unwrap());
}

async fn new_recovery_codes_take_the_place_of_the_old(Database { store, .. }: Database) {
    let (account, other) = (rows::account().id, rows::account().id);
    let (first, second) = (draw(&Seeded::new(1)).1, draw(&Seeded::new(2)).1);
    let (first, second) = (&first, &second);
    let kept = async |whose| store.write(|tx| async move { tx.recovery_codes(whose).await }).await.unwrap();
    store.write(|tx| async move { tx.replace_recovery_codes(other, first).await }).await.unwrap();
    store.write(|tx| async move { tx.replace_recovery_codes(account, first).await }).await.unwrap();
    assert_eq!(kept(account).await, *first);
    assert!(store.write(|tx| async move { tx.consume_recovery_code(account, &first[2], NOW).await }).await.unwrap());
    assert_eq!(kept(account).await.len(), 9);
    store.write(|tx| async move { tx.replace_recovery_codes(account, second).await }).await.unwrap();
    assert_eq!(kept(account).await, *second);
    assert!(!store.write(|tx| async move { tx.consume_recovery_code(account, &first[3], NOW).await }).await.unwrap());
    store.write(|tx| async move { tx.replace_recovery_codes(account, &[]).await }).await.unwrap();
    assert_eq!((kept(account).await.len(), kept(other).await.len()), (0, 10));
}
