//! The audit trail: rows that nobody can change, and that go only once a checkpoint covers them (SR-92).

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::column::{index, number, optional_text, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tables(manager).await?;
        let guards = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        manager.get_connection().execute_unprepared(guards).await?;
        Ok(())
    }
}

async fn tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let event = Table::create()
        .table("audit_event")
        .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
        .col(text("event"))
        .col(number("at"))
        .col(text("tenant"))
        .col(optional_text("login"))
        .col(optional_text("account"))
        .col(optional_text("client"))
        .col(optional_text("address_prefix"))
        .col(text("detail"))
        .take();
    manager.create_table(event).await?;
    index(manager, "audit_event", "audit_event_login", ["login"]).await?;

    let seal = Table::create()
        .table("audit_seal")
        .col(number("number").primary_key())
        .col(number("row_id").unique_key())
        .col(text("mac"))
        .take();
    manager.create_table(seal).await?;

    let checkpoint = Table::create()
        .table("audit_checkpoint")
        .col(number("row_id").primary_key())
        .col(number("number"))
        .col(text("mac"))
        .col(number("at"))
        .col(text("signature"))
        .take();
    manager.create_table(checkpoint).await
}

const SQLITE: &str = "
CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event
WHEN OLD.id > (SELECT COALESCE(MAX(row_id), 0) FROM audit_checkpoint)
BEGIN SELECT RAISE(ABORT, 'audit rows are never removed before a checkpoint'); END;
CREATE TRIGGER audit_seal_update BEFORE UPDATE ON audit_seal
BEGIN SELECT RAISE(ABORT, 'audit seals are never changed'); END;
CREATE TRIGGER audit_seal_delete BEFORE DELETE ON audit_seal
WHEN OLD.number > (SELECT COALESCE(MAX(number), 0) FROM audit_checkpoint)
BEGIN SELECT RAISE(ABORT, 'audit seals are never removed before a checkpoint'); END;
CREATE TRIGGER audit_checkpoint_update BEFORE UPDATE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'audit checkpoints are never changed'); END;
CREATE TRIGGER audit_checkpoint_delete BEFORE DELETE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'audit checkpoints are never removed'); END;
";

const POSTGRES: &str = "
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit rows are never changed'; END $$;
CREATE FUNCTION audit_event_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.id > (SELECT COALESCE(MAX(row_id), 0) FROM audit_checkpoint) THEN
    RAISE EXCEPTION 'audit rows are never removed before a checkpoint';
  END IF;
  RETURN OLD;
END $$;
CREATE FUNCTION audit_seal_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.number > (SELECT COALESCE(MAX(number), 0) FROM audit_checkpoint) THEN
    RAISE EXCEPTION 'audit seals are never removed before a checkpoint';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_keep();
CREATE TRIGGER audit_event_truncate BEFORE TRUNCATE ON audit_event EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_update BEFORE UPDATE ON audit_seal FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_delete BEFORE DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION audit_seal_keep();
CREATE TRIGGER audit_seal_truncate BEFORE TRUNCATE ON audit_seal EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_checkpoint_change BEFORE UPDATE OR DELETE ON audit_checkpoint
  FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_checkpoint_truncate BEFORE TRUNCATE ON audit_checkpoint EXECUTE FUNCTION audit_refuse();
";
