//! An account's sessions end together, with the tokens they gave and the keys that are on their way (SR-11, SR-43).

use crate::{
    domain::{
        clock::Timestamp,
        ids::{AccountId, SessionId},
    },
    store::Tx,
};

use super::{FlowError, deliver_mail::withdraw};

/// All but `kept`; gives how many ended.
pub(super) async fn end_sessions(
    tx: &Tx,
    account: AccountId,
    kept: Option<SessionId>,
    now: Timestamp,
) -> Result<usize, FlowError> {
    let ended = tx.end_sessions_of_account(account, kept, now).await?;
    tx.revoke_grants_of_account(account, kept, now).await?;
    Ok(ended.len())
}

/// Open keys of all the account's logins die.
pub(super) async fn kill_auth_keys(tx: &Tx, account: AccountId, now: Timestamp) -> Result<(), FlowError> {
    withdraw(tx, tx.replace_auth_keys_of_account(account).await?, now).await
}
