//! The database: SQLite or PostgreSQL behind sea-orm, spoken to in domain types only.
//!
//! - Reads are methods of [`Store`]; hot ones go through a bounded cache.
//! - The writes of the hot path are values ([`Authorize`], [`Redeem`], [`Rotate`]) for one group-committing task.
//! - Everything else is a closure over one transaction: [`Store::write`].
//!
//! `find`ing nothing is `None`. Single use is decided by the row count of one conditional `UPDATE`, never by the cache.
//! The one exception are DPoP proofs on SQLite, which the memory of its only server decides ([`Store::use_proof`]).
//! A row that was saved by somebody else meanwhile is [`StoreError::Stale`]; [`Store::write`] then runs its deed again.
//!
//! Other processes: on SQLite the caches are emptied at most half a second after another process has written to the file;
//! on PostgreSQL an entry lives for [`StoreOptions::shared_lifetime`] at most, so that is how long another node's logout may take to be seen.

mod account;
mod audit;
mod audit_chain;
mod auth_key;
mod batch;
mod cache;
mod committer;
mod consent;
mod delivery;
mod device_code;
mod directory;
mod entity;
mod erase;
mod error;
mod grant;
mod hot;
mod ledger;
mod login;
mod logout_notice;
mod one_time_url;
mod open;
mod outbox;
mod purge;
mod pushed_request;
mod recovery_code;
mod registered_client;
mod registration_token;
mod reset;
mod schema;
mod session;
mod signing_key;
mod stored;
mod tenant_secret;
mod transaction;
mod used_proofs;

pub use audit::AuditFilter;
pub use audit_chain::AuditCheckpoint;
pub use erase::{ERASED, KEPT};
pub use error::StoreError;
pub use hot::{Authorize, Issue, Redeem, Rotate, Won};
pub use open::{Backend, Store, StoreOptions};
pub use outbox::LetterReport;
pub use purge::{Purged, Retention};
pub use schema::MigrationStanding;
pub use transaction::{Tx, Window};
