//! Sessions, grants and tokens: what ends them ends them at once, in the cache too.

use idp::{
    domain::{
        grant::RefreshState,
        login::Proofs,
        used_token::{TokenUse, UsedToken},
    },
    store::{Authorize, Redeem, Retention, Rotate, Won},
};

use super::{on_both, races::authorized};
use crate::support::{
    database::Database,
    rows::{self, MINUTE, NOW},
};

on_both! {
    a_raised_session_dies_under_its_old_key,
    an_ended_session_gets_no_code,
    ending_all_sessions_but_one_leaves_that_one,
    a_revoked_grant_is_seen_at_once,
    a_revoked_access_token_is_seen_at_once,
    a_used_refresh_token_names_its_successor,
    a_lost_successor_gives_way_once,
    a_use_of_a_session_is_noted,
    a_foreign_token_is_taken_once_until_it_has_expired,
}

async fn a_raised_session_dies_under_its_old_key(Database { store, .. }: Database) {
    let session = &rows::session(&rows::account());
    store.write(|tx| async move { tx.insert_session(session).await }).await.unwrap();
    assert!(store.session(&session.key).await.unwrap().is_some());
    let mut raised = session.clone();
    (raised.key, raised.proofs) = (rows::key(), Proofs::default());
    let raised = &raised;
    assert!(store.write(|tx| async move { tx.raise_session(&session.key, raised).await }).await.unwrap());
    assert!(store.session(&session.key).await.unwrap().is_none());
    assert_eq!(store.session(&raised.key).await.unwrap().unwrap().id, session.id);
    assert!(!store.write(|tx| async move { tx.raise_session(&session.key, raised).await }).await.unwrap());
}

async fn an_ended_session_gets_no_code(Database { store, .. }: Database) {
    let session = &rows::session(&rows::account());
    store.write(|tx| async move { tx.insert_session(session).await }).await.unwrap();
    store.session(&session.key).await.unwrap();
    assert!(store.write(|tx| async move { tx.end_session(session.id, NOW).await }).await.unwrap());
    assert!(!store.write(|tx| async move { tx.end_session(session.id, NOW).await }).await.unwrap());
    assert_eq!(store.session(&session.key).await.unwrap().unwrap().ended_at, Some(NOW));
    let grant = rows::grant(session);
    let (id, code) = (grant.id, rows::code(&grant));
    let authorize = Authorize {
        grant,
        code,
        pushed: None,
        rests_on_consent: false,
        session_touch: None,
        audit: Some(rows::event()),
    };
    assert_eq!(store.authorize(authorize).await.unwrap(), Won::Lost);
    assert!(store.grant(id).await.unwrap().is_none());
}

async fn ending_all_sessions_but_one_leaves_that_one(Database { store, .. }: Database) {
    let account = &rows::account();
    let (kept, other) = (&rows::session(account), &rows::session(account));
    store
        .write(|tx| async move {
            tx.insert_session(kept).await?;
            tx.insert_session(other).await
        })
        .await
        .unwrap();
    let ended = store
        .write(|tx| async move { tx.end_sessions_of_account(account.id, Some(kept.id), NOW).await })
        .await
        .unwrap();
    assert_eq!(ended, [other.id]);
    let left = store.sessions_of_account(account.id).await.unwrap();
    assert_eq!(left.iter().map(|session| session.id).collect::<Vec<_>>(), [kept.id]);
}

async fn a_revoked_grant_is_seen_at_once(Database { store, .. }: Database) {
    let (grant, _) = authorized(&store).await;
    assert_eq!(store.grant(grant.id).await.unwrap().unwrap().revoked_at, None);
    let revoked = store
        .write(|tx| async move { tx.revoke_grants_of_session(grant.account, grant.session, NOW).await })
        .await
        .unwrap();
    assert_eq!(revoked, [grant.id]);
    assert_eq!(store.grant(grant.id).await.unwrap().unwrap().revoked_at, Some(NOW));
    assert!(!store.write(|tx| async move { tx.revoke_grant(grant.id, NOW).await }).await.unwrap());
}

async fn a_revoked_access_token_is_seen_at_once(Database { store, .. }: Database) {
    let (grant, code) = authorized(&store).await;
    let access = rows::access(&grant);
    let key = &access.key.clone();
    let redeem = Redeem { code: code.key, now: NOW, access, refresh: None, audit: None };
    assert_eq!(store.redeem(redeem).await.unwrap(), Won::Won);
    assert!(!store.access_token(key).await.unwrap().unwrap().revoked);
    assert!(store.write(|tx| async move { tx.revoke_access_token(key).await }).await.unwrap());
    assert!(store.access_token(key).await.unwrap().unwrap().revoked);
}

async fn a_used_refresh_token_names_its_successor(Database { store, .. }: Database) {
    let (grant, code) = authorized(&store).await;
    let (first, second) = (rows::refresh(&grant), rows::refresh(&grant));
    let redeem =
        Redeem { code: code.key, now: NOW, access: rows::access(&grant), refresh: Some(first.clone()), audit: None };
    assert_eq!(store.redeem(redeem).await.unwrap(), Won::Won);
    let rotate = Rotate {
        old: first.key.clone(),
        now: NOW,
        access: rows::access(&grant),
        refresh: second.clone(),
        replaces: None,
        audit: None,
    };
    assert_eq!(store.rotate(rotate).await.unwrap(), Won::Won);
    let used = store.refresh_token(&first.key).await.unwrap().unwrap();
    assert_eq!(used.state, RefreshState::Used { successor: second.key.clone() });
    assert_eq!(store.refresh_token(&second.key).await.unwrap().unwrap().state, RefreshState::Open);
}

async fn a_lost_successor_gives_way_once(Database { store, .. }: Database) {
    let (grant, code) = authorized(&store).await;
    let (first, lost, third) = (rows::refresh(&grant), rows::refresh(&grant), rows::refresh(&grant));
    let redeem =
        Redeem { code: code.key, now: NOW, access: rows::access(&grant), refresh: Some(first.clone()), audit: None };
    assert_eq!(store.redeem(redeem).await.unwrap(), Won::Won);
    let rotate = |refresh: &idp::domain::grant::RefreshToken, replaces: Option<_>| {
        let (old, access, refresh) = (first.key.clone(), rows::access(&grant), refresh.clone());
        store.rotate(Rotate { old, now: NOW, access, refresh, replaces, audit: None })
    };
    assert_eq!(rotate(&lost, None).await.unwrap(), Won::Won);
    assert_eq!(rotate(&third, Some(third.key.clone())).await.unwrap(), Won::Lost);
    assert_eq!(rotate(&third, Some(lost.key.clone())).await.unwrap(), Won::Won);
    assert_eq!(store.refresh_token(&lost.key).await.unwrap().unwrap().state, RefreshState::Revoked);
    let used = store.refresh_token(&first.key).await.unwrap().unwrap();
    assert_eq!(used.state, RefreshState::Used { successor: third.key.clone() });
    assert_eq!(rotate(&rows::refresh(&grant), Some(lost.key.clone())).await.unwrap(), Won::Lost);
}

async fn a_use_of_a_session_is_noted(Database { store, .. }: Database) {
    let session = &rows::session(&rows::account());
    store.write(|tx| async move { tx.insert_session(session).await }).await.unwrap();
    store.session(&session.key).await.unwrap();
    store.touch_session(session.key.clone(), NOW.plus(MINUTE)).await.unwrap();
    assert_eq!(store.session(&session.key).await.unwrap().unwrap().used_at, NOW.plus(MINUTE));
    store.touch_session(session.key.clone(), NOW).await.unwrap();
    assert_eq!(store.session(&session.key).await.unwrap().unwrap().used_at, NOW.plus(MINUTE));
}

async fn a_foreign_token_is_taken_once_until_it_has_expired(Database { store, .. }: Database) {
    let token = |jti: &str, purpose| UsedToken::new(purpose, &["demo", "rp"], jti, NOW.plus(MINUTE));
    let first = token("1", TokenUse::ClientAssertion);
    assert_eq!(store.use_token(first.clone(), NOW).await.unwrap(), Won::Won);
    assert_eq!(store.use_token(first.clone(), NOW).await.unwrap(), Won::Lost);
    assert_eq!(store.use_token(token("2", TokenUse::ClientAssertion), NOW).await.unwrap(), Won::Won);
    assert_eq!(store.use_token(token("1", TokenUse::DpopProof), NOW).await.unwrap(), Won::Won);
    assert_eq!(store.purge(NOW, &Retention::default()).await.unwrap().rows, 0);
    let longer = UsedToken { expires_at: NOW.plus(10 * MINUTE), ..first.clone() };
    assert_eq!(store.use_token(longer.clone(), NOW).await.unwrap(), Won::Lost, "another end makes no other token");
    assert_eq!(store.use_token(longer.clone(), NOW.plus(MINUTE)).await.unwrap(), Won::Won, "the first has expired");
    assert_eq!(store.use_token(longer, NOW.plus(2 * MINUTE)).await.unwrap(), Won::Lost);
    assert_eq!(store.purge(NOW.plus(5 * MINUTE), &Retention::default()).await.unwrap().rows, 2);
}
