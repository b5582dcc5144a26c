//! Accounts of a `directory` upstream are brought in from a CSV file (`idp account import`).

use std::{collections::BTreeMap, io::Read};

use serde_json::Value;

use crate::{
    domain::{
        account::{Attributes, DirectoryAccount},
        ids::UpstreamId,
        login::Ineligible,
        secret::Secret,
        tenant::{Tenant, Upstream, UpstreamKind},
    },
    upstream::{attributes::Mapping, directory::attributes_of},
};

use super::{FlowError, Flows};

/// How an import ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub accounts: u64,
    /// The same as before: left alone.
    pub unchanged: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("line {line}: {reason}")]
    Line { line: u64, reason: String },
    #[error("the file has no column {0}; its first line must name the columns")]
    Column(&'static str),
    #[error("the tenant has no upstream {0} of kind directory")]
    Upstream(String),
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// One line of the file.
struct Person {
    user_id: String,
    password: Option<Secret>,
    attributes: Attributes,
}

impl Flows {
    /// Reads the whole file before anything is written. `user_id` is required; `password` may be empty for a known person;
    /// every other column is an attribute: a cell that begins with `[` or `{` is JSON, `true` and `false` are themselves.
    pub async fn import_accounts(
        &self,
        tenant: &Tenant,
        upstream: &UpstreamId,
        file: impl Read,
        dry_run: bool,
        progress: impl Fn(u64, u64),
    ) -> Result<Imported, ImportError> {
        let settings = tenant.upstreams.iter().find(|settings| settings.id == *upstream);
        let settings = settings.filter(|settings| matches!(settings.kind, UpstreamKind::Directory(_)));
        let settings = settings.ok_or_else(|| ImportError::Upstream(upstream.to_string()))?;
        let people = read(file)?;
        let total = people.len() as u64;
        let mut imported = Imported::default();
        for (done, person) in people.into_iter().enumerate() {
            if self.import_person(tenant, settings, person, dry_run).await? {
                imported.accounts += 1;
            } else {
                imported.unchanged += 1;
            }
            progress(done as u64 + 1, total);
        }
        Ok(imported)
    }

    async fn import_person(
        &self,
        tenant: &Tenant,
        settings: &Upstream,
        person: Person,
        dry_run: bool,
    ) -> Result<bool, FlowError> {
        let known = self.store.directory_account(&tenant.id, &settings.id, &person.user_id).await?;
        let password_hash = match (&known, person.password) {
            (Some(known), None) => known.password_hash.clone(),
            (Some(known), Some(password)) if self.is_password(&password, known).await? => known.password_hash.clone(),
            (_, Some(password)) => self.hasher.hash(password).await?,
            (None, None) => return Err(FlowError::Stored(format!("{} is new and has no password", person.user_id))),
        };
        if known
            .as_ref()
            .is_some_and(|known| known.password_hash == password_hash && known.attributes == person.attributes)
        {
            return Ok(false);
        }
        if dry_run {
            return Ok(true);
        }
        let subject = known
            .map_or_else(|| crate::domain::entropy::opaque_uuid(&*self.entropy).to_string(), |known| known.subject);
        let account = DirectoryAccount {
            tenant: tenant.id.clone(),
            upstream: settings.id.clone(),
            user_id: person.user_id,
            subject,
            password_hash,
            attributes: person.attributes,
        };
        let attributes = attributes_of(&Mapping::new(&settings.attributes), &account);
        self.store
            .write(async |tx| {
                let tx = &tx;
                tx.upsert_directory_account(&account).await?;
                // Here the file is the university's word: it holds at once, not from the next login on (SR-6).
                let known = tx.account_by_upstream(&tenant.id, &settings.id, &account.subject).await?;
                if let Some(mut known) = known {
                    known.attributes = attributes.clone();
                    if Ineligible::by(&settings.eligible, &attributes).is_some() {
                        self.close(tx, tenant, &mut known).await?;
                    }
                    tx.save_account(&known).await?;
                }
                Ok::<_, FlowError>(())
            })
            .await?;
        Ok(true)
    }

    async fn is_password(&self, password: &Secret, known: &DirectoryAccount) -> Result<bool, FlowError> {
        let verdict = self.hasher.verify(password.clone(), &known.password_hash).await?;
        Ok(matches!(verdict, crate::keys::HashVerdict::Match { .. }))
    }
}

fn read(file: impl Read) -> Result<Vec<Person>, ImportError> {
    let mut reader = csv::Reader::from_reader(file);
    let headers = reader.headers().map_err(|error| at_line(0, error))?.clone();
    if !headers.iter().any(|name| name == "user_id") {
        return Err(ImportError::Column("user_id"));
    }
    let mut people = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| at_line(error.position().map_or(0, csv::Position::line), error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut cells: BTreeMap<&str, &str> =
            headers.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty()).collect();
        let user_id = cells.remove("user_id").ok_or_else(|| at_line(line, "user_id is empty"))?.to_owned();
        let password = cells.remove("password").map(Secret::new);
        let attributes = cells
            .into_iter()
            .map(|(name, cell)| {
                Ok((name.to_owned(), value(name, cell).map_err(|error| at_line(line, format!("{name}: {error}")))?))
            })
            .collect::<Result<BTreeMap<String, Value>, ImportError>>()?;
        people.push(Person { user_id, password, attributes: Attributes(attributes) });
    }
    Ok(people)
}

fn value(name: &str, cell: &str) -> Result<Value, serde_json::Error> {
    // A student number stays a text; of the standard claims only this one is a number (OpenID Connect Core §5.1).
    if cell.starts_with(['[', '{']) || name == "updated_at" {
        return serde_json::from_str(cell);
    }
    Ok(match cell {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => Value::String(text.to_owned()),
    })
}

fn at_line(line: u64, reason: impl std::fmt::Display) -> ImportError {
    ImportError::Line { line, reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_a_whole_or_named_by_its_wrong_line() {
        let people = read("user_id,password,name,affiliation,address\ns1,pw,Taro,\"[\"\"a\"\",\"\"b\"\"]\",\"{\"\"country\"\":\"\"JP\"\"}\"\n".as_bytes()).unwrap();
        assert_eq!(people[0].attributes.texts("affiliation"), ["a", "b"]);
        assert!(people[0].password.is_some());
        for (file, line) in [("user_id,a\ns1,[1\n", 2), ("user_id,a\ns1\n", 2), ("user_id,a\ns1,x\n,y\n", 3)] {
            match read(file.as_bytes()) {
                Err(ImportError::Line { line: at, .. }) => assert_eq!(at, line, "{file}"),
                _ => panic!("{file} was taken"),
            }
        }
        assert!(matches!(read("name\nx\n".as_bytes()), Err(ImportError::Column("user_id"))));
    }
}
