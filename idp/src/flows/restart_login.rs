//! A login begins anew with the request it holds: a GET that writes nothing (architecture.md, Restart).

use crate::domain::{
    clock::Timestamp,
    language::Language,
    login::{Destination, LoginTicket, PendingLogin},
    tenant::Tenant,
};

use super::{FlowError, Flows, current::opened_by};

/// What a browser still holds of an unfinished login, however long it lay idle.
#[derive(Debug)]
pub struct Remembered {
    pub destination: Destination,
    pub begun_at: Timestamp,
    pub language: Option<Language>,
}

impl Flows {
    /// None: the login is finished, gone, or another browser's.
    pub async fn remembered(&self, tenant: &Tenant, ticket: &LoginTicket) -> Result<Option<Remembered>, FlowError> {
        Ok(match ticket {
            LoginTicket::Pending(pending) => Some(Remembered {
                destination: pending.destination.clone(),
                begun_at: pending.begun_at,
                language: pending.language,
            }),
            LoginTicket::Row { id, secret } => {
                let login = self.store.login(&tenant.id, id).await?;
                let ours = login.filter(|login| opened_by(login, secret).is_ok() && login.finished_at.is_none());
                ours.map(|login| Remembered {
                    destination: login.destination,
                    begun_at: login.begun_at,
                    language: Some(login.language),
                })
            }
        })
    }

    /// None: the request is older than a login may be.
    pub fn restart_login(&self, kept: &Remembered) -> Option<PendingLogin> {
        let now = self.now();
        (now <= kept.begun_at.plus(self.limits.login.absolute)).then(|| PendingLogin {
            language: kept.language,
            begun_at: kept.begun_at,
            ..self.new_pending(kept.destination.clone().without_errand())
        })
    }
}
