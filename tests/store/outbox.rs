//! Letters: one worker at a time, and no secret is kept longer than it is good for.

use idp::{
    domain::outbox::{LetterState, OutboxLetter},
    store::{LetterReport, Store, StoreError},
};

use super::on_both;
use crate::support::{
    database::Database,
    rows::{self, MINUTE, NOW},
};

on_both! {
    two_workers_never_get_the_same_letter,
    a_lease_that_ran_out_is_another_s,
    a_sent_letter_keeps_no_body,
    a_letter_whose_secret_expired_is_not_sent,
    a_withdrawn_letter_is_not_sent,
}

async fn waiting(store: &Store, count: usize) -> Vec<OutboxLetter> {
    let letters: Vec<_> = (0..count).map(|_| rows::letter(&rows::account())).collect();
    let given = &letters;
    store
        .write(|tx| async move {
            for letter in given {
                tx.insert_letter(letter).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    letters
}

fn sent() -> LetterReport {
    LetterReport {
        state: LetterState::Sent,
        reply: Some("250 ok".into()),
        next_attempt_at: NOW,
        sent_at: Some(NOW),
        erase_body: true,
        now: NOW,
    }
}

async fn two_workers_never_get_the_same_letter(Database { store, .. }: Database) {
    waiting(&store, 20).await;
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.lease_letters(NOW, MINUTE, 20).await.unwrap() })
        })
        .collect();
    let mut leased = Vec::new();
    for worker in workers {
        leased.extend(worker.await.unwrap().into_iter().map(|letter| letter.id.to_string()));
    }
    leased.sort_unstable();
    let all = leased.len();
    leased.dedup();
    assert_eq!((leased.len(), all), (20, 20));
}

async fn a_lease_that_ran_out_is_another_s(Database { store, .. }: Database) {
    waiting(&store, 1).await;
    let first = store.lease_letters(NOW, MINUTE, 1).await.unwrap().remove(0);
    assert!(store.lease_letters(NOW, MINUTE, 1).await.unwrap().is_empty());
    let second = store.lease_letters(NOW.plus(MINUTE), MINUTE, 1).await.unwrap().remove(0);
    assert_eq!((first.attempts, second.attempts), (1, 2));
    assert!(!store.finish_letter(&first, sent()).await.unwrap());
    assert!(store.finish_letter(&second, sent()).await.unwrap());
}

async fn a_sent_letter_keeps_no_body(Database { store, .. }: Database) {
    let id = waiting(&store, 1).await[0].id;
    let leased = store.lease_letters(NOW, MINUTE, 1).await.unwrap().remove(0);
    assert!(store.finish_letter(&leased, sent()).await.unwrap());
    let letter = store.letter(id).await.unwrap().unwrap();
    assert_eq!((letter.state, letter.body, letter.last_reply), (LetterState::Sent, None, Some("250 ok".into())));
    assert_eq!(store.letter_state(id).await.unwrap().unwrap().sent_at, Some(NOW));
    assert_eq!(store.next_letter_at().await.unwrap(), None);
}

async fn a_letter_whose_secret_expired_is_not_sent(Database { store, .. }: Database) {
    let letter = waiting(&store, 1).await.remove(0);
    assert_eq!(store.next_letter_at().await.unwrap(), Some(NOW));
    assert!(store.lease_letters(letter.expires_at, MINUTE, 1).await.unwrap().is_empty());
    assert_eq!(store.expire_letters(letter.expires_at, 10).await.unwrap(), [letter.id]);
    let kept = store.letter(letter.id).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.body), (LetterState::Expired, None));
}

async fn a_withdrawn_letter_is_not_sent(Database { store, .. }: Database) {
    let id = waiting(&store, 1).await[0].id;
    assert!(store.write(|tx| async move { tx.withdraw_letter(id, NOW).await }).await.unwrap());
    assert!(!store.write(|tx| async move { tx.withdraw_letter(id, NOW).await }).await.unwrap());
    assert!(store.lease_letters(NOW, MINUTE, 1).await.unwrap().is_empty());
}
