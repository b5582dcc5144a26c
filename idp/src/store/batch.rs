//! A batch of hot commands as set-based statements inside one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QuerySelect, QueryTrait, StatementBuilder,
    sea_query::{CaseStatement, Expr, OnConflict},
};

use crate::domain::{clock::Timestamp, secret::TokenKey, used_token::UsedToken};

use super::{
    StoreError, Won, device_code,
    entity::{
        access_token, audit_event, authorization_code, consent, grant, pushed_request, refresh_token, session,
        used_token,
    },
    hot::{Authorize, Deed, Redeem, Rotate},
    pushed_request as pushed,
    stored::{OPEN, REVOKED, USED},
};

/// Rows that the winners leave.
#[derive(Default)]
struct Rows {
    grants: Vec<grant::ActiveModel>,
    codes: Vec<authorization_code::ActiveModel>,
    access_tokens: Vec<access_token::ActiveModel>,
    refresh_tokens: Vec<refresh_token::ActiveModel>,
    pushed: Vec<pushed_request::ActiveModel>,
    audit: Vec<audit_event::ActiveModel>,
}

/// Writes what each command asks for and says who won; an error means that nothing of it may be kept.
pub async fn write<C: ConnectionTrait>(db: &C, deeds: &[Deed]) -> Result<Vec<Won>, StoreError> {
    let live = live_sessions(db, deeds).await?;
    let agreed = kept_consents(db, deeds).await?;
    let mut answered = consume_pushed(db, deeds, &live, &agreed).await?;
    let mut codes = consume_codes(db, deeds).await?;
    let mut devices = consume_device_codes(db, deeds).await?;
    let mut rotated = use_refresh_tokens(db, deeds).await?;
    let mut taken = take_foreign_tokens(db, deeds).await?;
    touch_sessions(db, deeds).await?;
    let mut rows = Rows::default();
    let mut verdicts = Vec::with_capacity(deeds.len());
    for deed in deeds {
        let won = match deed {
            Deed::Authorize(deed) => {
                live.contains(&deed.grant.session.to_string())
                    && rests_on_something(deed, &agreed)
                    && deed.pushed.as_ref().is_none_or(|key| answered.remove(key.as_str()))
            }
            // Two commands with the same code: the first wins.
            Deed::Redeem(deed) => codes.remove(deed.code.as_str()),
            Deed::RedeemDevice(deed) => devices.remove(deed.code.as_str()),
            Deed::Rotate(deed) if deed.replaces.is_some() => replace_lost(db, deed).await?,
            Deed::Rotate(deed) => rotated.remove(deed.old.as_str()),
            Deed::Use { token, .. } => taken.remove(token.key.as_str()),
            Deed::Issue(_) | Deed::Touch { .. } | Deed::Push(_) | Deed::Record(_) => true,
        };
        if won {
            rows.add(deed)?;
        }
        verdicts.push(if won { Won::Won } else { Won::Lost });
    }
    rows.insert(db).await?;
    Ok(verdicts)
}

impl Rows {
    fn add(&mut self, deed: &Deed) -> Result<(), StoreError> {
        let audit = match deed {
            Deed::Authorize(deed) => {
                self.grants.push(grant::Model::of(&deed.grant)?.into_active_model());
                self.codes.push(authorization_code::Model::of(&deed.code).into_active_model());
                deed.audit.as_ref()
            }
            Deed::Redeem(deed) | Deed::RedeemDevice(deed) => {
                self.access_tokens.push(access_token::Model::of(&deed.access)?.into_active_model());
                let refresh = deed.refresh.as_ref().map(refresh_token::Model::of).transpose()?;
                self.refresh_tokens.extend(refresh.map(IntoActiveModel::into_active_model));
                deed.audit.as_ref()
            }
            Deed::Rotate(deed) => {
                self.access_tokens.push(access_token::Model::of(&deed.access)?.into_active_model());
                self.refresh_tokens.push(refresh_token::Model::of(&deed.refresh)?.into_active_model());
                deed.audit.as_ref()
            }
            Deed::Issue(deed) => {
                self.access_tokens.push(access_token::Model::of(&deed.access)?.into_active_model());
                deed.audit.as_ref()
            }
            Deed::Push(deed) => {
                self.pushed.push(pushed::row(deed)?);
                None
            }
            Deed::Touch { .. } | Deed::Use { .. } => None,
            Deed::Record(event) => Some(&**event),
        };
        self.audit.extend(audit.map(audit_event::ActiveModel::of).transpose()?);
        Ok(())
    }

    async fn insert<C: ConnectionTrait>(self, db: &C) -> Result<(), StoreError> {
        insert(db, self.grants).await?;
        insert(db, self.codes).await?;
        insert(db, self.access_tokens).await?;
        insert(db, self.refresh_tokens).await?;
        insert(db, self.pushed).await?;
        insert(db, self.audit).await
    }
}

async fn insert<A: ActiveModelTrait + Send, C: ConnectionTrait>(db: &C, rows: Vec<A>) -> Result<(), StoreError> {
    if !rows.is_empty() {
        <A::Entity as EntityTrait>::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// The sessions that codes are asked for and that have not ended; on PostgreSQL they cannot end before this batch has.
async fn live_sessions<C: ConnectionTrait>(db: &C, deeds: &[Deed]) -> Result<HashSet<String>, StoreError> {
    let asked: HashSet<String> = deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Authorize(deed) => Some(deed.grant.session.to_string()),
            _ => None,
        })
        .collect();
    if asked.is_empty() {
        return Ok(asked);
    }
    let select = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::Id.is_in(asked))
        .filter(session::Column::EndedAt.is_null())
        .lock_shared();
    Ok(select.into_tuple::<String>().all(db).await?.into_iter().collect())
}

/// The pushed requests that this batch answers: only those whose session and consent hold, for a loser uses nothing up.
async fn consume_pushed<C: ConnectionTrait>(
    db: &C,
    deeds: &[Deed],
    live: &HashSet<String>,
    agreed: &HashSet<(String, String)>,
) -> Result<HashSet<String>, StoreError> {
    let asked: Vec<&TokenKey> = deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Authorize(deed)
                if live.contains(&deed.grant.session.to_string()) && rests_on_something(deed, agreed) =>
            {
                deed.pushed.as_ref()
            }
            _ => None,
        })
        .collect();
    if asked.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(pushed::consume(db, asked).await?.into_iter().collect())
}

/// The consents that codes of this batch rest on and that are kept; they cannot be taken back before this batch has ended.
async fn kept_consents<C: ConnectionTrait>(db: &C, deeds: &[Deed]) -> Result<HashSet<(String, String)>, StoreError> {
    let asked = deeds.iter().filter_map(|deed| match deed {
        Deed::Authorize(deed) if deed.rests_on_consent => Some(consent_key(deed)),
        _ => None,
    });
    let asked: HashSet<(String, String)> = asked.collect();
    if asked.is_empty() {
        return Ok(asked);
    }
    let any = asked.into_iter().fold(Condition::any(), |any, (account, client)| {
        any.add(consent::Column::Account.eq(account).and(consent::Column::Client.eq(client)))
    });
    let select = consent::Entity::find()
        .select_only()
        .columns([consent::Column::Account, consent::Column::Client])
        .filter(any)
        .lock_shared();
    Ok(select.into_tuple().all(db).await?.into_iter().collect())
}

fn consent_key(deed: &Authorize) -> (String, String) {
    (deed.grant.account.to_string(), deed.grant.client.to_string())
}

fn rests_on_something(deed: &Authorize, agreed: &HashSet<(String, String)>) -> bool {
    !deed.rests_on_consent || agreed.contains(&consent_key(deed))
}

/// The codes that this batch consumes. The latest of its clocks decides, so that nothing passes after its end.
async fn consume_codes<C: ConnectionTrait>(db: &C, deeds: &[Deed]) -> Result<HashSet<String>, StoreError> {
    let asked: Vec<&Redeem> =
        deeds.iter().filter_map(|deed| if let Deed::Redeem(deed) = deed { Some(&**deed) } else { None }).collect();
    let Some(now) = asked.iter().map(|deed| deed.now).max() else { return Ok(HashSet::new()) };
    let mut update = authorization_code::Entity::update_many()
        .col_expr(authorization_code::Column::State, Expr::value(USED))
        .filter(authorization_code::Column::Key.is_in(asked.iter().map(|deed| deed.code.as_str())))
        .filter(authorization_code::Column::State.eq(OPEN))
        .filter(authorization_code::Column::ExpiresAt.gt(now.as_millis()))
        .into_query();
    update.returning_col(authorization_code::Column::Key);
    keys(db, &update).await
}

/// The device codes that this batch consumes.
async fn consume_device_codes<C: ConnectionTrait>(db: &C, deeds: &[Deed]) -> Result<HashSet<String>, StoreError> {
    let asked: Vec<&Redeem> = deeds
        .iter()
        .filter_map(|deed| if let Deed::RedeemDevice(deed) = deed { Some(&**deed) } else { None })
        .collect();
    let Some(now) = asked.iter().map(|deed| deed.now).max() else { return Ok(HashSet::new()) };
    let keys = asked.iter().map(|deed| &deed.code);
    device_code::consume(db, keys, now).await
}

async fn use_refresh_tokens<C: ConnectionTrait>(db: &C, deeds: &[Deed]) -> Result<HashSet<String>, StoreError> {
    let mut successors: HashMap<&TokenKey, &TokenKey> = HashMap::new();
    let mut latest: Option<Timestamp> = None;
    for deed in deeds {
        if let Deed::Rotate(deed) = deed
            && deed.replaces.is_none()
        {
            successors.entry(&deed.old).or_insert(&deed.refresh.key);
            latest = latest.max(Some(deed.now));
        }
    }
    let Some(now) = latest else { return Ok(HashSet::new()) };
    let mut successor = CaseStatement::new();
    for (old, new) in &successors {
        successor = successor.case(refresh_token::Column::Key.eq(old.as_str()), Expr::value(new.as_str()));
    }
    let mut update = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::State, Expr::value(USED))
        .col_expr(refresh_token::Column::Successor, successor.into())
        .filter(refresh_token::Column::Key.is_in(successors.keys().map(|key| key.as_str())))
        .filter(refresh_token::Column::State.eq(OPEN))
        .filter(refresh_token::Column::ExpiresAt.gt(now.as_millis()))
        .into_query();
    update.returning_col(refresh_token::Column::Key);
    keys(db, &update).await
}

/// The successor that nobody used gives way to a new one (SR-54).
async fn replace_lost<C: ConnectionTrait>(db: &C, deed: &Rotate) -> Result<bool, StoreError> {
    let Some(unused) = &deed.replaces else { return Ok(false) };
    let revoked = set_state(db, unused, OPEN, REVOKED).await?;
    if !revoked {
        return Ok(false);
    }
    let result = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::Successor, Expr::value(deed.refresh.key.as_str()))
        .filter(refresh_token::Column::Key.eq(deed.old.as_str()))
        .filter(refresh_token::Column::State.eq(USED))
        .filter(refresh_token::Column::Successor.eq(unused.as_str()))
        .filter(refresh_token::Column::ExpiresAt.gt(deed.now.as_millis()))
        .exec(db)
        .await?;
    if result.rows_affected == 1 {
        return Ok(true);
    }
    // They do not belong together, or the family has ended: as it was.
    set_state(db, unused, REVOKED, OPEN).await?;
    Ok(false)
}

async fn set_state<C: ConnectionTrait>(
    db: &C,
    key: &TokenKey,
    from: &'static str,
    to: &'static str,
) -> Result<bool, StoreError> {
    let result = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::State, Expr::value(to))
        .filter(refresh_token::Column::Key.eq(key.as_str()))
        .filter(refresh_token::Column::State.eq(from))
        .exec(db)
        .await?;
    Ok(result.rows_affected == 1)
}

/// All in one statement: what differs between the clocks of one batch is of no account for a last use.
async fn touch_sessions<C: ConnectionTrait>(db: &C, deeds: &[Deed]) -> Result<(), StoreError> {
    let touched: Vec<(&TokenKey, Timestamp)> = deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Authorize(deed) => deed.session_touch.as_ref().map(|(key, at)| (key, *at)),
            Deed::Touch { key, at } => Some((key, *at)),
            _ => None,
        })
        .collect();
    let Some(at) = touched.iter().map(|(_, at)| at.as_millis()).max() else { return Ok(()) };
    session::Entity::update_many()
        .col_expr(session::Column::UsedAt, Expr::value(at))
        .filter(session::Column::Key.is_in(touched.iter().map(|(key, _)| key.as_str())))
        .filter(session::Column::EndedAt.is_null())
        .filter(session::Column::UsedAt.lt(at))
        .exec(db)
        .await?;
    Ok(())
}

/// The ids that nobody took before. The earliest of the batch's clocks decides, so that none is forgotten too soon.
async fn take_foreign_tokens<C: ConnectionTrait>(db: &C, deeds: &[Deed]) -> Result<HashSet<String>, StoreError> {
    // In the order of their keys, so that two nodes never wait for each other.
    let mut asked: BTreeMap<&str, &UsedToken> = BTreeMap::new();
    let mut earliest: Option<Timestamp> = None;
    for deed in deeds {
        if let Deed::Use { token, now } = deed {
            asked.entry(&token.key).or_insert(token);
            earliest = Some(earliest.map_or(*now, |earliest| earliest.min(*now)));
        }
    }
    let Some(now) = earliest else { return Ok(HashSet::new()) };
    let expired = OnConflict::column(used_token::Column::Key)
        .update_column(used_token::Column::ExpiresAt)
        .action_and_where(Expr::col((used_token::Entity, used_token::Column::ExpiresAt)).lte(now.as_millis()))
        .to_owned();
    let rows = asked.into_values().map(|token| used_token::Model::of(token).into_active_model());
    let mut insert = used_token::Entity::insert_many(rows).on_conflict(expired).into_query();
    insert.returning_col(used_token::Column::Key);
    keys(db, &insert).await
}

impl used_token::Model {
    fn of(token: &UsedToken) -> Self {
        Self { key: token.key.clone(), expires_at: token.expires_at.as_millis() }
    }
}

async fn keys<C: ConnectionTrait>(db: &C, statement: &impl StatementBuilder) -> Result<HashSet<String>, StoreError> {
    let rows = db.query_all(statement).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}
