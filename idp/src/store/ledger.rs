//! Attempt ledgers: of accounts by factor, and of strangers by an opaque key (SR-24).

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Select,
    sea_query::OnConflict,
};

use crate::domain::{
    clock::Timestamp,
    ids::AccountId,
    login::{Factor, Ledger},
};

use super::{
    Store, StoreError, Tx,
    entity::{account_ledger, stranger_ledger},
    stored::{Word, count, instant, millis, only},
};

impl Store {
    /// An account without tries has an empty ledger.
    pub async fn ledger(&self, account: AccountId, factor: Factor) -> Result<Ledger, StoreError> {
        Ok(of_account(self.reader(), by_account(account, factor)).await?.0)
    }

    pub async fn stranger_ledger(&self, key: &str) -> Result<Ledger, StoreError> {
        Ok(of_stranger(self.reader(), by_key(key)).await?.0)
    }
}

impl Tx {
    /// The ledger and its version (0: no row yet), to be handed back to [`Tx::save_ledger`].
    pub async fn ledger(&self, account: AccountId, factor: Factor) -> Result<(Ledger, i64), StoreError> {
        of_account(self.db(), by_account(account, factor).lock_exclusive()).await
    }

    /// Saves by compare-and-swap on `version`.
    pub async fn save_ledger(
        &self,
        account: AccountId,
        factor: Factor,
        ledger: &Ledger,
        version: i64,
    ) -> Result<(), StoreError> {
        use account_ledger::{Column, Entity, Model};
        let row = Model {
            account: account.to_string(),
            factor: factor.word().to_owned(),
            in_a_row: ledger.in_a_row.into(),
            in_window: ledger.in_window.into(),
            window_began_at: ledger.window_began_at.as_millis(),
            last_at: ledger.last_at.as_millis(),
            locked_until: millis(ledger.locked_until),
            version: version + 1,
        };
        let row = row.into_active_model();
        let rows = if version == 0 {
            let once = OnConflict::columns([Column::Account, Column::Factor]).do_nothing().to_owned();
            Entity::insert(row).on_conflict(once).exec_without_returning(self.db()).await?
        } else {
            let update = Entity::update_many().set(row.reset_all()).filter(Column::Account.eq(account.to_string()));
            let update = update.filter(Column::Factor.eq(factor.word())).filter(Column::Version.eq(version));
            update.exec(self.db()).await?.rows_affected
        };
        if rows == 1 { Ok(()) } else { Err(self.stale()) }
    }

    /// Tries where nobody is proven yet; `key` is an HMAC of what was typed.
    pub async fn stranger_ledger(&self, key: &str) -> Result<(Ledger, i64), StoreError> {
        of_stranger(self.db(), by_key(key).lock_exclusive()).await
    }

    /// Saves by compare-and-swap on `version`; the row is purged after `expires_at`.
    pub async fn save_stranger_ledger(
        &self,
        key: &str,
        ledger: &Ledger,
        version: i64,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        use stranger_ledger::{Column, Entity, Model};
        let row = Model {
            key: key.to_owned(),
            expires_at: expires_at.as_millis(),
            in_a_row: ledger.in_a_row.into(),
            in_window: ledger.in_window.into(),
            window_began_at: ledger.window_began_at.as_millis(),
            last_at: ledger.last_at.as_millis(),
            locked_until: millis(ledger.locked_until),
            version: version + 1,
        };
        let row = row.into_active_model();
        let rows = if version == 0 {
            let once = OnConflict::column(Column::Key).do_nothing().to_owned();
            Entity::insert(row).on_conflict(once).exec_without_returning(self.db()).await?
        } else {
            let update = Entity::update_many().set(row.reset_all()).filter(Column::Key.eq(key));
            update.filter(Column::Version.eq(version)).exec(self.db()).await?.rows_affected
        };
        if rows == 1 { Ok(()) } else { Err(self.stale()) }
    }
}

fn by_account(account: AccountId, factor: Factor) -> Select<account_ledger::Entity> {
    use account_ledger::{Column, Entity};
    Entity::find().filter(Column::Account.eq(account.to_string())).filter(Column::Factor.eq(factor.word()))
}

fn by_key(key: &str) -> Select<stranger_ledger::Entity> {
    stranger_ledger::Entity::find().filter(stranger_ledger::Column::Key.eq(key))
}

async fn of_account<C: ConnectionTrait>(
    db: &C,
    select: Select<account_ledger::Entity>,
) -> Result<(Ledger, i64), StoreError> {
    let Some(row) = only(db, select).await? else { return Ok((Ledger::default(), 0)) };
    let ledger = Ledger {
        in_a_row: count(row.in_a_row, "tries")?,
        in_window: count(row.in_window, "tries")?,
        window_began_at: Timestamp::from_millis(row.window_began_at),
        last_at: Timestamp::from_millis(row.last_at),
        locked_until: instant(row.locked_until),
    };
    Ok((ledger, row.version))
}

async fn of_stranger<C: ConnectionTrait>(
    db: &C,
    select: Select<stranger_ledger::Entity>,
) -> Result<(Ledger, i64), StoreError> {
    let Some(row) = only(db, select).await? else { return Ok((Ledger::default(), 0)) };
    let ledger = Ledger {
        in_a_row: count(row.in_a_row, "tries")?,
        in_window: count(row.in_window, "tries")?,
        window_began_at: Timestamp::from_millis(row.window_began_at),
        last_at: Timestamp::from_millis(row.last_at),
        locked_until: instant(row.locked_until),
    };
    Ok((ledger, row.version))
}
