//! All that is kept of one person, for the person (SR-94).

use serde::Serialize;
use serde_json::Value;

use crate::{
    domain::{
        account::{Account, Attributes},
        clock::Timestamp,
    },
    store::AuditFilter,
};

use super::{FlowError, Flows};

/// What an export holds: no hash, no key, nothing that opens a door. Instants are epoch milliseconds.
#[derive(Debug, Serialize)]
pub struct AccountExport {
    pub tenant: String,
    pub subject: String,
    pub upstream: String,
    pub upstream_subject: String,
    pub user_id: String,
    pub created_at: Timestamp,
    pub status: String,
    pub language: Option<&'static str>,
    /// As the university said at the last login.
    pub attributes: Attributes,
    pub email: Option<ExportedEmail>,
    pub second_password_set_at: Option<Timestamp>,
    pub second_password_changed_at: Option<Timestamp>,
    pub two_factor: bool,
    pub sessions: Vec<ExportedSession>,
    pub grants: Vec<ExportedGrant>,
    pub mails: Vec<ExportedMail>,
    pub trail: Vec<ExportedEvent>,
}

#[derive(Debug, Serialize)]
pub struct ExportedEmail {
    pub address: String,
    pub registered_at: Timestamp,
    pub confirmed_at: Timestamp,
    pub undeliverable: bool,
}

#[derive(Debug, Serialize)]
pub struct ExportedSession {
    pub created_at: Timestamp,
    pub used_at: Timestamp,
}

#[derive(Debug, Serialize)]
pub struct ExportedGrant {
    pub client: String,
    pub scope: String,
    pub created_at: Timestamp,
}

/// A mail without its text, which is gone once it has left.
#[derive(Debug, Serialize)]
pub struct ExportedMail {
    pub kind: String,
    pub to: String,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
pub struct ExportedEvent {
    pub at: Timestamp,
    pub event: String,
    pub client: Option<String>,
    pub address_prefix: Option<String>,
    pub detail: Value,
}

/// Events, sessions and mails beyond this are too many for one answer.
const MOST: u32 = 10_000;

impl Flows {
    pub async fn export_account(&self, account: &Account) -> Result<AccountExport, FlowError> {
        let email = match (&account.email, self.email_text(account)?) {
            (Some(kept), Some(address)) => Some(ExportedEmail {
                address,
                registered_at: kept.registered_at,
                confirmed_at: kept.confirmed_at,
                undeliverable: kept.undeliverable,
            }),
            _ => None,
        };
        let second = account.second_password.as_ref();
        let sessions = self.store.sessions_of_account(account.id).await?;
        let grants = self.store.grants_of_account(account.id).await?;
        Ok(AccountExport {
            tenant: account.tenant.to_string(),
            subject: account.subject.to_string(),
            upstream: account.upstream.to_string(),
            upstream_subject: account.upstream_subject.clone(),
            user_id: account.user_id.clone(),
            created_at: account.created_at,
            status: format!("{:?}", account.status).to_lowercase(),
            language: account.language.map(crate::domain::language::Language::tag),
            attributes: account.attributes.clone(),
            email,
            second_password_set_at: second.map(|kept| kept.set_at),
            second_password_changed_at: second.map(|kept| kept.changed_at),
            two_factor: account.two_factor,
            sessions: sessions
                .iter()
                .map(|session| ExportedSession { created_at: session.created_at, used_at: session.used_at })
                .collect(),
            grants: grants
                .iter()
                .map(|grant| ExportedGrant {
                    client: grant.client.to_string(),
                    scope: grant.terms.scope.to_string(),
                    created_at: grant.created_at,
                })
                .collect(),
            mails: self.exported_mails(account).await?,
            trail: self.exported_trail(account).await?,
        })
    }

    async fn exported_mails(&self, account: &Account) -> Result<Vec<ExportedMail>, FlowError> {
        let letters = self.store.letters_of_account(account.id, u64::from(MOST)).await?;
        letters
            .iter()
            .map(|letter| {
                Ok(ExportedMail {
                    kind: letter.kind.clone(),
                    to: self.recipient(letter)?.as_text(),
                    created_at: letter.created_at,
                    sent_at: letter.sent_at,
                })
            })
            .collect()
    }

    async fn exported_trail(&self, account: &Account) -> Result<Vec<ExportedEvent>, FlowError> {
        let filter = AuditFilter { account: Some(account.id), ..AuditFilter::default() };
        let rows = self.store.audit_tail(&filter, MOST).await?;
        let events = rows.into_iter().map(|row| ExportedEvent {
            at: row.entry.at,
            event: row.event,
            client: row.entry.client,
            address_prefix: row.entry.address_prefix,
            detail: serde_json::from_str(&row.entry.detail).unwrap_or(Value::Null),
        });
        Ok(events.collect())
    }
}
