//! The one task that writes hot commands: it takes what waits, commits it together, and only then answers (hot-path.md §4.2).

use std::sync::Arc;

use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::{mpsc, oneshot};

use super::{
    StoreError, Won, batch,
    cache::{Caches, Changes, Generations},
    error::is_conflict,
    hot::Deed,
    transaction::begin,
};

/// Commands in one transaction.
const BATCH: usize = 128;
/// How often the committer looks again while the queue still grows.
const GATHER: usize = 3;
/// A command that PostgreSQL gave up for another's sake is tried this often.
const TRIES: usize = 4;

pub enum Job {
    Do {
        deed: Deed,
        answer: Answer,
    },
    /// Nothing is taken after this.
    Stop,
}

type Answer = oneshot::Sender<Result<Won, StoreError>>;

pub async fn run(writer: DatabaseConnection, caches: Arc<Caches>, mut queue: mpsc::Receiver<Job>) {
    let mut taken = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut taken, BATCH).await > 0 {
        gather(&mut queue, &mut taken).await;
        let mut deeds = Vec::with_capacity(taken.len());
        let mut answers = Vec::with_capacity(taken.len());
        for job in taken.drain(..) {
            match job {
                // Nobody waits for it any more; an audit row is written all the same.
                Job::Do { deed, answer } if answer.is_closed() && !matches!(deed, Deed::Record(_)) => drop(deed),
                Job::Do { deed, answer } => {
                    deeds.push(deed);
                    answers.push(answer);
                }
                Job::Stop => queue.close(),
            }
        }
        if !deeds.is_empty() {
            let results = write(&writer, &caches, &deeds).await;
            for (answer, result) in answers.into_iter().zip(results) {
                // Whoever asked may have gone.
                drop(answer.send(result));
            }
        }
    }
}

/// Lets requests that are ready reach the queue.
async fn gather(queue: &mut mpsc::Receiver<Job>, taken: &mut Vec<Job>) {
    for _ in 0..GATHER {
        tokio::task::yield_now().await;
        let before = taken.len();
        while taken.len() < BATCH
            && let Ok(job) = queue.try_recv()
        {
            taken.push(job);
        }
        if taken.len() == before {
            return;
        }
    }
}

/// All together; when a statement of theirs fails, each alone, so that one cannot spoil the others.
async fn write(writer: &DatabaseConnection, caches: &Caches, deeds: &[Deed]) -> Vec<Result<Won, StoreError>> {
    match commit(writer, caches, deeds).await {
        Ok(verdicts) => verdicts.into_iter().map(Ok).collect(),
        Err(Failed::Outside(error)) => deeds.iter().map(|_| Err(error.clone())).collect(),
        Err(Failed::Inside(_)) => {
            let mut results = Vec::with_capacity(deeds.len());
            for deed in deeds {
                results.push(alone(writer, caches, deed).await);
            }
            results
        }
    }
}

async fn alone(writer: &DatabaseConnection, caches: &Caches, deed: &Deed) -> Result<Won, StoreError> {
    let mut tries = TRIES;
    loop {
        tries -= 1;
        match commit(writer, caches, std::slice::from_ref(deed)).await {
            Ok(verdicts) => return Ok(verdicts.first().copied().unwrap_or(Won::Lost)),
            Err(Failed::Inside(StoreError::Database(error))) if tries > 0 && is_conflict(&error) => {}
            Err(Failed::Inside(error) | Failed::Outside(error)) => return Err(error),
        }
    }
}

enum Failed {
    /// A statement: another selection of commands may fare better.
    Inside(StoreError),
    /// BEGIN or COMMIT: the database itself.
    Outside(StoreError),
}

async fn commit(writer: &DatabaseConnection, caches: &Caches, deeds: &[Deed]) -> Result<Vec<Won>, Failed> {
    let generations = caches.generations();
    let tx = begin(writer).await.map_err(Failed::Outside)?;
    let verdicts = match batch::write(&tx, deeds).await {
        Ok(verdicts) => verdicts,
        Err(error) => {
            // An error of the rollback says nothing new: the transaction ends with its connection.
            drop(tx.rollback().await);
            return Err(Failed::Inside(error));
        }
    };
    let committed: Result<(), DbErr> = tx.commit().await;
    if committed.is_ok() {
        fill(caches, generations, deeds, &verdicts);
    }
    caches.forget(&changes(deeds));
    committed.map_err(|error| Failed::Outside(error.into()))?;
    Ok(verdicts)
}

/// What was issued is put in at once, so that the next step never reads.
fn fill(caches: &Caches, seen: Generations, deeds: &[Deed], verdicts: &[Won]) {
    for deed in deeds.iter().zip(verdicts).filter(|(_, won)| **won == Won::Won).map(|(deed, _)| deed) {
        match deed {
            Deed::Authorize(deed) => {
                caches.grants.keep(seen.grants, &deed.grant.id, Arc::new(deed.grant.clone()));
                caches.codes.keep(seen.codes, &deed.code.key, Arc::new(deed.code.clone()));
            }
            Deed::Redeem(deed) | Deed::RedeemDevice(deed) => {
                let access = Arc::new(deed.access.clone());
                caches.access_tokens.keep(seen.access_tokens, &deed.access.key, access);
                if let Some(refresh) = &deed.refresh {
                    let row = Arc::new(refresh.clone());
                    caches.refresh_tokens.keep(seen.refresh_tokens, &refresh.key, row);
                }
            }
            Deed::Rotate(deed) => {
                let access = Arc::new(deed.access.clone());
                caches.access_tokens.keep(seen.access_tokens, &deed.access.key, access);
                let refresh = Arc::new(deed.refresh.clone());
                caches.refresh_tokens.keep(seen.refresh_tokens, &deed.refresh.key, refresh);
            }
            Deed::Issue(deed) => {
                let access = Arc::new(deed.access.clone());
                caches.access_tokens.keep(seen.access_tokens, &deed.access.key, access);
            }
            Deed::Push(deed) => {
                caches.pushed_requests.keep(seen.pushed_requests, &deed.key, Arc::new((**deed).clone()));
            }
            Deed::Touch { .. } | Deed::Use { .. } | Deed::Record(_) => {}
        }
    }
}

/// What was presented is forgotten, by losers too: they are to see why they lost.
fn changes(deeds: &[Deed]) -> Changes {
    let mut changes = Changes::default();
    for deed in deeds {
        match deed {
            Deed::Authorize(deed) => {
                changes.sessions.extend(deed.session_touch.iter().map(|(key, _)| key.clone()));
                changes.pushed_requests.extend(deed.pushed.clone());
            }
            Deed::Redeem(deed) => changes.codes.push(deed.code.clone()),
            Deed::Rotate(deed) => {
                changes.refresh_tokens.push(deed.old.clone());
                changes.refresh_tokens.extend(deed.replaces.clone());
            }
            Deed::Touch { key, .. } => changes.sessions.push(key.clone()),
            Deed::RedeemDevice(_) | Deed::Issue(_) | Deed::Push(_) | Deed::Use { .. } | Deed::Record(_) => {}
        }
    }
    changes
}
