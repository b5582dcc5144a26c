//! Of fifty that press at once, exactly one wins.

use idp::{
    domain::{
        authenticator::Authenticator,
        clock::Timestamp,
        recovery_code::draw,
        secret::Sealed,
        used_token::{TokenUse, UsedToken},
    },
    store::{Authorize, Redeem, Rotate, Store, StoreError, Won},
};

use super::on_both;
use crate::support::{
    clock::Seeded,
    database::Database,
    rows::{self, MINUTE, NOW},
};

on_both! {
    one_of_fifty_redeems_a_code,
    one_of_fifty_rotates_a_refresh_token,
    one_of_fifty_uses_a_foreign_token,
    one_of_fifty_uses_an_auth_key,
    one_of_fifty_confirms_a_link,
    one_of_fifty_uses_a_recovery_code,
    one_of_fifty_takes_a_step_of_an_app,
    fifty_at_once_get_no_more_tries_than_a_key_has,
    no_more_keys_are_made_at_once_than_are_allowed,
    what_has_expired_is_used_by_nobody,
}

async fn winners<T, F>(racer: impl Fn() -> F, won: impl Fn(&T) -> bool) -> usize
where
    T: Send + 'static,
    F: Future<Output = Result<T, StoreError>> + Send + 'static,
{
    let racers: Vec<_> = (0..50).map(|_| tokio::spawn(racer())).collect();
    let mut winners = 0;
    for racer in racers {
        winners += usize::from(won(&racer.await.unwrap().unwrap()));
    }
    winners
}

async fn one_of_fifty_redeems_a_code(Database { store, .. }: Database) {
    let (grant, code) = authorized(&store).await;
    let racer = || {
        let (store, grant, code) = (store.clone(), grant.clone(), code.clone());
        async move {
            let (access, refresh) = (rows::access(&grant), Some(rows::refresh(&grant)));
            store.redeem(Redeem { code: code.key, now: NOW, access, refresh, audit: None }).await
        }
    };
    assert_eq!(winners(racer, |won| *won == Won::Won).await, 1);
    assert!(store.authorization_code(&code.key).await.unwrap().unwrap().used);
}

async fn one_of_fifty_rotates_a_refresh_token(Database { store, .. }: Database) {
    let (grant, code) = authorized(&store).await;
    let first = rows::refresh(&grant);
    let redeem =
        Redeem { code: code.key, now: NOW, access: rows::access(&grant), refresh: Some(first.clone()), audit: None };
    assert_eq!(store.redeem(redeem).await.unwrap(), Won::Won);
    let racer = || {
        let (store, grant, old) = (store.clone(), grant.clone(), first.key.clone());
        async move {
            let (access, refresh) = (rows::access(&grant), rows::refresh(&grant));
            store.rotate(Rotate { old, now: NOW, access, refresh, replaces: None, audit: None }).await
        }
    };
    assert_eq!(winners(racer, |won| *won == Won::Won).await, 1);
}

async fn one_of_fifty_uses_a_foreign_token(Database { store, .. }: Database) {
    let token = UsedToken::new(TokenUse::DpopProof, &["key"], "jti", NOW.plus(MINUTE));
    let racer = || {
        let (store, token) = (store.clone(), token.clone());
        async move { store.use_token(token, NOW).await }
    };
    assert_eq!(winners(racer, |won| *won == Won::Won).await, 1);
    assert_eq!(winners(racer, |won| *won == Won::Won).await, 0);
}

async fn one_of_fifty_uses_an_auth_key(Database { store, .. }: Database) {
    let key = &rows::auth_key(&rows::login(&rows::account()));
    store.write(|tx| async move { tx.insert_auth_key(key).await }).await.unwrap();
    let id = key.id;
    let racer = || {
        let store = store.clone();
        async move { store.write(|tx| async move { tx.consume_auth_key(id, NOW).await }).await }
    };
    assert_eq!(winners(racer, |won| *won).await, 1);
}

async fn one_of_fifty_confirms_a_link(Database { store, .. }: Database) {
    let url = &rows::one_time_url(&rows::login(&rows::account()));
    store.write(|tx| async move { tx.insert_one_time_url(url).await }).await.unwrap();
    let racer = || {
        let (store, key) = (store.clone(), url.key.clone());
        async move {
            let key = &key;
            store.write(|tx| async move { tx.consume_one_time_url(key, NOW).await }).await
        }
    };
    assert_eq!(winners(racer, |won| *won).await, 1);
}

async fn one_of_fifty_uses_a_recovery_code(Database { store, .. }: Database) {
    let (account, codes) = (rows::account().id, draw(&Seeded::new(1)).1);
    let codes = &codes;
    store.write(|tx| async move { tx.replace_recovery_codes(account, codes).await }).await.unwrap();
    let racer = || {
        let (store, code) = (store.clone(), codes[0].clone());
        async move {
            let code = &code;
            store.write(|tx| async move { tx.consume_recovery_code(account, code, NOW).await }).await
        }
    };
    assert_eq!(winners(racer, |won| *won).await, 1);
}

async fn one_of_fifty_takes_a_step_of_an_app(Database { store, .. }: Database) {
    let mut account = rows::account();
    account.authenticator = Some(Authenticator { secret: Sealed(vec![1]), enrolled_at: NOW, last_step: 7 });
    let (given, id) = (&account, account.id);
    store.write(|tx| async move { tx.insert_account(given).await }).await.unwrap();
    let racer = || {
        let store = store.clone();
        async move {
            store
                .write(|tx| async move {
                    let mut account = tx.account(id).await?.unwrap();
                    let app = account.authenticator.as_mut().unwrap();
                    if app.last_step >= 8 {
                        return Ok(false);
                    }
                    app.last_step = 8;
                    tx.save_account(&account).await?;
                    Ok::<_, StoreError>(true)
                })
                .await
        }
    };
    assert_eq!(winners(racer, |won| *won).await, 1);
}

async fn fifty_at_once_get_no_more_tries_than_a_key_has(Database { store, .. }: Database) {
    let key = &rows::auth_key(&rows::login(&rows::account()));
    store.write(|tx| async move { tx.insert_auth_key(key).await }).await.unwrap();
    let id = key.id;
    let racer = || {
        let store = store.clone();
        async move { store.write(|tx| async move { tx.spend_auth_key_try(id, 5, NOW).await }).await }
    };
    assert_eq!(winners(racer, Option::is_some).await, 5);
}

async fn no_more_keys_are_made_at_once_than_are_allowed(Database { store, .. }: Database) {
    let account = &rows::account();
    store.write(|tx| async move { tx.insert_account(account).await }).await.unwrap();
    let racer = || {
        let (store, login, account) = (store.clone(), rows::login(account), account.id);
        async move {
            let login = &login;
            store
                .write(|tx| async move {
                    if tx.auth_keys_since(account, NOW.minus(MINUTE)).await?.count >= 10 {
                        return Ok(false);
                    }
                    tx.insert_auth_key(&rows::auth_key(login)).await?;
                    Ok(true)
                })
                .await
        }
    };
    assert_eq!(winners(racer, |made| *made).await, 10);
}

async fn what_has_expired_is_used_by_nobody(Database { store, .. }: Database) {
    let (grant, code) = authorized(&store).await;
    let late: Timestamp = code.expires_at;
    let redeem = Redeem { code: code.key, now: late, access: rows::access(&grant), refresh: None, audit: None };
    assert_eq!(store.redeem(redeem).await.unwrap(), Won::Lost);
    let key = &rows::auth_key(&rows::login(&rows::account()));
    store.write(|tx| async move { tx.insert_auth_key(key).await }).await.unwrap();
    let late = key.expires_at;
    assert!(!store.write(|tx| async move { tx.consume_auth_key(key.id, late).await }).await.unwrap());
    let spent = store.write(|tx| async move { tx.spend_auth_key_try(key.id, 5, late).await }).await.unwrap();
    assert!(spent.is_none());
}

/// A live session was answered with a code.
pub async fn authorized(store: &Store) -> (idp::domain::grant::Grant, idp::domain::grant::AuthorizationCode) {
    let session = &rows::session(&rows::account());
    store.write(|tx| async move { tx.insert_session(session).await }).await.unwrap();
    let grant = rows::grant(session);
    let code = rows::code(&grant);
    let authorize = Authorize {
        grant: grant.clone(),
        code: code.clone(),
        pushed: None,
        rests_on_consent: false,
        session_touch: None,
        audit: Some(rows::event()),
    };
    assert_eq!(store.authorize(authorize).await.unwrap(), Won::Won);
    (grant, code)
}
