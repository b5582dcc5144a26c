//! An account is erased: its rows go, its subject leaves a mark so that it is never given again (SR-62, SR-94).

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict, Query},
};

use crate::domain::{
    account::Account,
    clock::Timestamp,
    ids::{AccountId, Subject, TenantId},
    secret::sha256_hex,
};

use super::{
    Store, StoreError, Tx,
    entity::{account, directory_account, erased_subject},
};

/// Every table with personal data of an account has its id in the column `account`; each is named here or below.
pub const ERASED: [&str; 7] =
    ["account_ledger", "recovery_code", "auth_key", "one_time_url", "login", "outbox_letter", "consent"];
/// These hold ids and instants only: ended or revoked they leave with their own time, and the trail stays.
pub const KEPT: [&str; 3] = ["session", "token_grant", "audit_event"];

impl Store {
    pub async fn is_erased(&self, tenant: &TenantId, subject: &Subject) -> Result<bool, StoreError> {
        is_erased(self.reader(), tenant, subject).await
    }
}

impl Tx {
    /// Removes an account with all that hangs on it, and the person of a directory upstream too. Sessions and grants are
    /// to be ended before.
    pub async fn erase_account(&self, account: &Account, at: Timestamp) -> Result<(), StoreError> {
        let person = directory_account::Entity::delete_many()
            .filter(directory_account::Column::Tenant.eq(account.tenant.as_str()))
            .filter(directory_account::Column::Upstream.eq(account.upstream.as_str()))
            .filter(directory_account::Column::Subject.eq(account.upstream_subject.as_str()));
        person.exec(self.db()).await?;
        self.drop_account(account, at).await
    }

    /// Removes an account with all that hangs on it; the university goes on knowing the person.
    pub async fn drop_account(&self, account: &Account, at: Timestamp) -> Result<(), StoreError> {
        let id = account.id.to_string();
        for table in ERASED {
            let rows = Query::delete().from_table(table).and_where(Expr::col("account").eq(id.as_str())).to_owned();
            self.db().execute(&rows).await?;
        }
        let gone = account::Entity::delete_many()
            .filter(account::Column::Id.eq(&id))
            .filter(account::Column::Version.eq(account.version))
            .exec(self.db())
            .await?;
        self.changes().accounts.push(account.id);
        if gone.rows_affected != 1 {
            return Err(self.stale());
        }
        let mark = erased_subject::ActiveModel {
            tenant: Set(account.tenant.to_string()),
            subject_hash: Set(hash(&account.subject)),
            erased_at: Set(at.as_millis()),
        };
        let key = [erased_subject::Column::Tenant, erased_subject::Column::SubjectHash];
        let once = OnConflict::columns(key).do_nothing().to_owned();
        erased_subject::Entity::insert(mark).on_conflict(once).exec_without_returning(self.db()).await?;
        Ok(())
    }

    /// Tries of every factor are forgotten: the office has seen who it is. Says which factors had any.
    pub async fn forget_tries(&self, account: AccountId) -> Result<Vec<String>, StoreError> {
        use super::entity::account_ledger::{Column, Entity};
        let whose = Column::Account.eq(account.to_string());
        let factors: Vec<String> = Entity::find()
            .select_only()
            .column(Column::Factor)
            .filter(whose.clone())
            .into_tuple()
            .all(self.db())
            .await?;
        Entity::delete_many().filter(whose).exec(self.db()).await?;
        Ok(factors)
    }

    pub(super) async fn refuse_erased(&self, tenant: &TenantId, subject: &Subject) -> Result<(), StoreError> {
        if is_erased(self.db(), tenant, subject).await? {
            return Err(StoreError::Corrupt { what: "subject (it was erased)" });
        }
        Ok(())
    }
}

async fn is_erased<C: ConnectionTrait>(db: &C, tenant: &TenantId, subject: &Subject) -> Result<bool, StoreError> {
    let select = erased_subject::Entity::find()
        .filter(erased_subject::Column::Tenant.eq(tenant.as_str()))
        .filter(erased_subject::Column::SubjectHash.eq(hash(subject)));
    Ok(select.count(db).await? > 0)
}

fn hash(subject: &Subject) -> String {
    sha256_hex(subject.0.as_bytes())
}
