//! Which account is meant: by user ID, support code or subject; one that is not clear is an error that lists them.

use std::{fmt::Write as _, sync::Arc};

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::{
    app::App,
    cli::house,
    domain::{account::Account, tenant::Tenant},
    flows::NamedBy,
};

#[derive(Clone, Debug, Args)]
pub struct Which {
    /// A user ID, a support code (お問い合わせ番号) or a subject (sub)
    pub account: String,
    /// The tenant's id [default: all are searched]
    #[arg(long)]
    pub tenant: Option<String>,
    /// What kind of name it is [default: any that fits]
    #[arg(long = "as", value_name = "KIND")]
    pub kind: Option<Kind>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    UserId,
    SupportCode,
    Subject,
}

impl From<Kind> for NamedBy {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::UserId => Self::UserId,
            Kind::SupportCode => Self::SupportCode,
            Kind::Subject => Self::Subject,
        }
    }
}

impl Which {
    /// The one account that goes by this name.
    pub async fn find(&self, app: &App) -> anyhow::Result<(Arc<Tenant>, Account)> {
        let tenants = match &self.tenant {
            Some(_) => vec![house::tenant(app, self.tenant.as_deref())?],
            None => app.tenants(),
        };
        let mut found = Vec::new();
        for tenant in tenants {
            let accounts = app.flows().find_accounts(&tenant, &self.account, self.kind.map(NamedBy::from)).await?;
            found.extend(accounts.into_iter().map(|account| (Arc::clone(&tenant), account)));
        }
        if found.len() > 1 {
            let mut lines = format!("{} accounts go by {}; name one by its subject:", found.len(), self.account);
            for (tenant, account) in &found {
                write!(
                    lines,
                    "\n  {}  tenant {}, upstream {}, user ID {}",
                    account.subject, tenant.id, account.upstream, account.user_id
                )?;
            }
            bail!(lines);
        }
        match found.pop() {
            Some(only) => Ok(only),
            None => bail!("no account goes by {}", self.account),
        }
    }
}
