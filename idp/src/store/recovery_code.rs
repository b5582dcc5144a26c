//! Recovery codes (SR-29): each good once.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr};

use crate::domain::{clock::Timestamp, ids::AccountId, recovery_code::RecoveryCode};

use super::{
    StoreError, Tx,
    entity::recovery_code::{Column, Entity, Model},
    stored::count,
};

impl Tx {
    /// Those of an account that are not used up.
    pub async fn recovery_codes(&self, account: AccountId) -> Result<Vec<RecoveryCode>, StoreError> {
        let select = Entity::find()
            .filter(Column::Account.eq(account.to_string()))
            .filter(Column::UsedAt.is_null())
            .order_by_asc(Column::Number);
        select.all(self.db()).await?.into_iter().map(Model::read).collect()
    }

    /// These take the place of all that the account had.
    pub async fn replace_recovery_codes(&self, account: AccountId, codes: &[RecoveryCode]) -> Result<(), StoreError> {
        Entity::delete_many().filter(Column::Account.eq(account.to_string())).exec(self.db()).await?;
        for code in codes {
            let row = Model {
                account: account.to_string(),
                number: code.number.into(),
                salt: code.salt.clone(),
                hash: code.hash.clone(),
                used_at: None,
            };
            Entity::insert(row.into_active_model()).exec_without_returning(self.db()).await?;
        }
        Ok(())
    }

    /// Uses a code up; false if somebody was faster, or its place has been taken by another.
    pub async fn consume_recovery_code(
        &self,
        account: AccountId,
        code: &RecoveryCode,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let used = Entity::update_many()
            .col_expr(Column::UsedAt, Expr::value(now.as_millis()))
            .filter(Column::Account.eq(account.to_string()))
            .filter(Column::Number.eq(i64::from(code.number)))
            .filter(Column::Hash.eq(code.hash.as_str()))
            .filter(Column::UsedAt.is_null())
            .exec(self.db())
            .await?;
        Ok(used.rows_affected == 1)
    }
}

impl Model {
    fn read(self) -> Result<RecoveryCode, StoreError> {
        Ok(RecoveryCode { number: count(self.number, "recovery code")?, salt: self.salt, hash: self.hash })
    }
}
