//! The university's roster says whose enrolment has ended: they are served no longer (journeys J-17).

use std::io::Read;

use crate::domain::{account::AccountStatus, ids::AccountId, tenant::Tenant};

use super::{FlowError, Flows, Warrant, help_desk::Shut};

/// What a roster came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    pub ended: u64,
    /// Ended before.
    pub unchanged: u64,
    /// Lines of people who never signed in: there is nothing to end.
    pub unknown: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    #[error("the file has no column user_id; its first line must name the columns")]
    Column,
    #[error("line {line}: {reason}")]
    Line { line: u64, reason: String },
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl Flows {
    /// No login, code, refresh or UserInfo any more, and P-24 for graduates; false if it was so already.
    pub async fn end_enrolment(
        &self,
        tenant: &Tenant,
        account: AccountId,
        warrant: &Warrant,
    ) -> Result<bool, FlowError> {
        self.shut(tenant, account, Shut::Ended, warrant).await
    }

    /// Ends all whom a CSV file names in its column `user_id`. It is read to its end, and each name is looked up, before
    /// anything is written.
    pub async fn end_enrolments(
        &self,
        tenant: &Tenant,
        file: impl Read,
        warrant: &Warrant,
        dry_run: bool,
    ) -> Result<Roster, RosterError> {
        let mut roster = Roster::default();
        let mut due = Vec::new();
        for (line, user_id) in read(file)? {
            let mut accounts = self.store.accounts_by_user_id(&tenant.id, &user_id).await.map_err(FlowError::from)?;
            match (accounts.pop(), accounts.len()) {
                (None, _) => roster.unknown += 1,
                (Some(account), 0) if account.status == AccountStatus::Ended => roster.unchanged += 1,
                (Some(account), 0) => due.push(account.id),
                (Some(_), others) => {
                    let reason = format!("{} accounts go by {user_id}; end them one by one", others + 1);
                    return Err(RosterError::Line { line, reason });
                }
            }
        }
        for account in due {
            if dry_run || self.end_enrolment(tenant, account, warrant).await? {
                roster.ended += 1;
            } else {
                roster.unchanged += 1;
            }
        }
        Ok(roster)
    }
}

/// User IDs with their lines.
fn read(file: impl Read) -> Result<Vec<(u64, String)>, RosterError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    let wrong = |error: csv::Error| {
        let line = error.position().map_or(0, csv::Position::line);
        RosterError::Line { line, reason: error.to_string() }
    };
    let column = reader.headers().map_err(wrong)?.iter().position(|name| name == "user_id");
    let column = column.ok_or(RosterError::Column)?;
    let mut names = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let line = record.position().map_or(0, csv::Position::line);
        match record.get(column) {
            Some(name) if !name.is_empty() => names.push((line, name.to_owned())),
            _ => return Err(RosterError::Line { line, reason: "user_id is empty".to_owned() }),
        }
    }
    names.sort_by(|(_, one), (_, other)| one.cmp(other));
    names.dedup_by(|(_, one), (_, other)| one == other);
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roster_is_read_whatever_its_other_columns_and_each_name_once() {
        let names = read("name, user_id\nTaro, s2\nHanako,s1\nTaro,s2\n".as_bytes()).unwrap();
        assert_eq!(names, [(3, "s1".to_owned()), (2, "s2".to_owned())]);
    }

    #[test]
    fn a_roster_that_cannot_be_read_is_refused_with_its_line() {
        assert!(matches!(read("id\ns1\n".as_bytes()), Err(RosterError::Column)));
        assert!(matches!(read("".as_bytes()), Err(RosterError::Column)));
        for file in ["user_id,name\ns1,Taro\n,Hanako\n", "user_id,name\ns1,Taro\ns2\n"] {
            match read(file.as_bytes()) {
                Err(RosterError::Line { line, .. }) => assert_eq!(line, 3, "{file}"),
                other => panic!("{file}: {other:?}"),
            }
        }
    }
}
