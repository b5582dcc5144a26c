//! A login begins anew with the request it holds: a GET that writes nothing (architecture.md, Restart).

use crate::domain::{
    clock::Timestamp,
    language::Language,
    login::{Destination, PendingLogin},
};

use super::Flows;

impl Flows {
    /// None: the request is older than a login may be.
    pub fn restart_login(
        &self,
        destination: &Destination,
        begun_at: Timestamp,
        language: Option<Language>,
    ) -> Option<PendingLogin> {
        let now = self.now();
        (now <= begun_at.plus(self.limits.login.absolute)).then(|| PendingLogin {
            language,
            begun_at,
            ..self.new_pending(destination.clone())
        })
    }
}
