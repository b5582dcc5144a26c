//! What has ended is removed when its time is over (SR-94).

use std::time::Duration;

use crate::{domain::pushed_request, store::Retention};

use super::{FlowError, Flows};

/// Letters without their bodies are kept this long, for the help desk.
const LETTERS: Duration = Duration::from_hours(720);
/// The longest that any tenant's session may live (journeys 1.4).
const SESSIONS: Duration = Duration::from_hours(24);

impl Flows {
    /// Removes ended logins and all that hangs on them; gives how many rows went.
    pub async fn purge(&self, logins: Duration) -> Result<u64, FlowError> {
        let now = self.now();
        // Opened at its last moment, a pushed request is answered when its login ends.
        let pushed_requests = self.limits.login.absolute + pushed_request::LIFETIME * 2;
        let retention = Retention { logins, pushed_requests, sessions: SESSIONS, letters: LETTERS };
        self.store.expire_letters(now, 500).await?;
        Ok(self.store.purge(now, &retention).await?.rows)
    }
}
