//! Mails that wait (SR-48): written with their cause, leased by one worker at a time.

use std::time::Duration;

use crate::domain::{
    clock::Timestamp,
    ids::{AccountId, LetterId},
    outbox::{LetterStanding, LetterState, OutboxLetter},
};

use super::{Store, StoreError, Tx};

/// What became of a leased letter.
#[derive(Clone, Debug)]
pub struct LetterReport {
    pub state: LetterState,
    pub reply: Option<String>,
    pub next_attempt_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub erase_body: bool,
    pub now: Timestamp,
}

impl Store {
    pub async fn letter(&self, id: LetterId) -> Result<Option<OutboxLetter>, StoreError> {
        todo!()
    }

    pub async fn letter_state(&self, id: LetterId) -> Result<Option<LetterStanding>, StoreError> {
        todo!()
    }

    /// Letters whose time has come and whose secret has not expired, for this worker alone until `lease` is over.
    /// Their `attempts` counts this one.
    pub async fn lease_letters(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<OutboxLetter>, StoreError> {
        todo!()
    }

    /// False if the lease ran out and another worker has the letter now.
    pub async fn finish_letter(&self, leased: &OutboxLetter, report: LetterReport) -> Result<bool, StoreError> {
        todo!()
    }

    /// Waiting letters whose secret has expired become `Expired` and lose their body; says which.
    pub async fn expire_letters(&self, now: Timestamp, limit: u32) -> Result<Vec<LetterId>, StoreError> {
        todo!()
    }

    /// When the next waiting letter is due.
    pub async fn next_letter_at(&self) -> Result<Option<Timestamp>, StoreError> {
        todo!()
    }
}

impl Tx {
    /// How many letters of a kind were written for an account.
    pub async fn letters_since(&self, account: AccountId, kind: &str, since: Timestamp) -> Result<u32, StoreError> {
        todo!()
    }

    pub async fn insert_letter(&self, letter: &OutboxLetter) -> Result<(), StoreError> {
        todo!()
    }

    /// A waiting letter of no more use becomes `Expired` and loses its body; false if it has left.
    pub async fn withdraw_letter(&self, id: LetterId, now: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }
}
