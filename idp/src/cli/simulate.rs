//! `idp simulate`: this account at this client meets these gates, because.

use std::{io::Write, path::Path};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use crate::{
    app::App,
    cli::{
        Outcome,
        account::{Kind, Which},
        house,
    },
    domain::{
        account::Account,
        acr::Acr,
        authorization_request::{Asked, AuthorizationRequest, Refusal, Way},
        client::Client,
        eligibility::{Eligibility, eligibility},
        login::{Factor, Gate, Lock, Simulation, Step, simulate},
        parameters::{Parameters, encode},
        tenant::Tenant,
    },
};

#[derive(Clone, Debug, Args)]
pub struct Arguments {
    /// A user ID, a support code or a subject
    #[arg(long)]
    account: String,
    /// A client's id
    #[arg(long)]
    client: String,
    /// What the client asks for by acr_values: urn:idp:acr:auth-key, or auth-key alone; may be repeated
    #[arg(long)]
    acr: Vec<String>,
    /// The tenant's id [default: all are searched for the account]
    #[arg(long)]
    tenant: Option<String>,
    /// What kind of name the account's is [default: any that fits]
    #[arg(long = "as", value_name = "KIND")]
    kind: Option<Kind>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(
    arguments: &Arguments,
    path: &Path,
    environment: Vec<(String, String)>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let app = house::open(path, environment).await?;
    let outcome = on(&app, arguments, out).await;
    app.flows().store.close().await;
    outcome
}

/// Exit code 1: this login would not end at the client.
pub async fn on(app: &App, arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let which = Which { account: arguments.account.clone(), tenant: arguments.tenant.clone(), kind: arguments.kind };
    let (tenant, account) = which.find(app).await?;
    let client = tenant.client(&arguments.client);
    let client = client.with_context(|| format!("tenant {} has no client {}", tenant.id, arguments.client))?;
    let request = request(&tenant, &client, &arguments.acr)?;
    let flows = app.flows();
    let ledger = flows.store.ledger(account.id, Factor::SecondPassword).await?;
    let lock = ledger.lock(&flows.second_password_rules(&tenant), flows.now());
    let stopped = flows.store.ledger(account.id, Factor::AuthKey).await?.lock(&flows.auth_key_rules(), flows.now());
    let told = Told {
        refusal: refusal(&tenant, &account),
        simulation: simulate(&tenant.policy, &client, &request, &account, lock.as_ref()).ok(),
        keys_stopped: stopped.is_some(),
    };
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &told.as_json())?;
        writeln!(out)?;
    } else {
        writeln!(out, "{} (tenant {}) at {}", account.user_id, tenant.id, client.id)?;
        told.write(out)?;
    }
    Ok(if told.ends_well() { Outcome::Fine } else { Outcome::Found })
}

/// The request that the client would send, checked as any other.
fn request(tenant: &Tenant, client: &Client, acr: &[String]) -> anyhow::Result<AuthorizationRequest> {
    // RFC 7636 appendix B: any challenge will do, nothing is redeemed.
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let mut values = Vec::new();
    for name in acr {
        let urn = if name.starts_with("urn:") { name.clone() } else { format!("urn:idp:acr:{name}") };
        let Some(known) = Acr::from_urn(&urn) else { bail!("there is no acr {name}") };
        values.push(known.urn());
    }
    let uri = client.redirect_uris.first().with_context(|| format!("client {} has no redirect URI", client.id))?;
    let mut text = format!(
        "client_id={}&redirect_uri={}&response_type=code&scope=openid&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256",
        encode(client.id.as_str()),
        encode(uri.as_str())
    );
    if !values.is_empty() {
        text.push_str("&acr_values=");
        text.push_str(&encode(&values.join(" ")));
    }
    let parameters = Parameters::parse(text.as_bytes()).map_err(|_| anyhow::anyhow!("the request cannot be made"))?;
    // As this client would send it: by whichever way it must.
    let way = Way { pushed: true, signed: true };
    let asked = Asked { parameters: &parameters, tenant, client, way };
    AuthorizationRequest::check(&asked, |_, _| None).map_err(|refusal| {
        let (Refusal::Page(error) | Refusal::Redirect { error, .. }) = refusal;
        anyhow::anyhow!("such a request is refused: {} ({})", error.code.as_str(), error.description)
    })
}

/// Why the university's word would not be enough (G2, J-17), by what it said at the last login.
fn refusal(tenant: &Tenant, account: &Account) -> Option<String> {
    use crate::domain::account::AccountStatus;
    match account.status {
        AccountStatus::Suspended => return Some("the account is suspended (P-24)".to_owned()),
        AccountStatus::Ended => return Some("enrolment has ended (P-24)".to_owned()),
        AccountStatus::Active => {}
    }
    let Some(upstream) = tenant.upstream(account.upstream.as_str()) else {
        return Some(format!("upstream {} is disabled or gone", account.upstream));
    };
    match eligibility(&upstream.eligible, &account.attributes) {
        Eligibility::Eligible => None,
        Eligibility::NotEligible => Some("the attributes meet no entry of upstream.eligible (P-24)".to_owned()),
        Eligibility::Missing(names) => Some(format!("the university did not send {} (P-24)", names.join(", "))),
    }
}

struct Told {
    refusal: Option<String>,
    /// None: an essential or minimum acr is out of reach.
    simulation: Option<Simulation>,
    keys_stopped: bool,
}

impl Told {
    fn ends_well(&self) -> bool {
        let keys_hinder = self.keys_stopped && self.steps().iter().any(|step| step.gate == Gate::AuthKey);
        self.refusal.is_none() && !keys_hinder && self.simulation.as_ref().is_some_and(|found| found.ends_well)
    }

    fn steps(&self) -> &[Step] {
        self.simulation.as_ref().map(|found| found.steps.as_slice()).unwrap_or_default()
    }

    fn because(&self, step: &Step) -> Vec<&'static str> {
        let stopped = self.keys_stopped && step.gate == Gate::AuthKey;
        step.because.iter().copied().chain(stopped.then_some("STOPPED after wrong keys (E-70)")).collect()
    }

    fn as_json(&self) -> serde_json::Value {
        let gates = self.steps().iter().map(|step| json!({ "gate": name(&step.gate), "because": self.because(step) }));
        let found = self.simulation.as_ref();
        json!({
            "refused": self.refusal, "ends_well": self.ends_well(), "acr": found.map(|found| found.need.acr),
            "amr": found.map(|found| found.amr.clone()), "gates": gates.collect::<Vec<_>>(),
        })
    }

    fn write(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let Some(found) = &self.simulation else {
            writeln!(out, "refused: the acr that is asked for cannot be met here")?;
            return Ok(());
        };
        writeln!(out, "needs {}", found.need.acr.urn())?;
        for (number, step) in found.steps.iter().enumerate() {
            writeln!(out, "{:>3}. {:<34} {}", number + 1, name(&step.gate), self.because(step).join("; "))?;
            if number == 0
                && let Some(refusal) = &self.refusal
            {
                writeln!(out, "     refused: {refusal}")?;
                return Ok(());
            }
        }
        if found.ends_well {
            writeln!(out, "     amr: {}", found.amr.join(" "))?;
        }
        Ok(())
    }
}

/// The gate with its page.
fn name(gate: &Gate) -> String {
    match gate {
        Gate::SignIn => "P-01 university".to_owned(),
        Gate::RegisterEmail => "P-02 register an address".to_owned(),
        Gate::EmailSent => "P-03 confirm the address".to_owned(),
        Gate::EmailRegistered => "P-05 address registered".to_owned(),
        Gate::SetSecondPassword => "P-06 set a second password".to_owned(),
        Gate::SecondPasswordSet => "D-01 second password set".to_owned(),
        Gate::SecondPassword => "P-07 second password".to_owned(),
        Gate::Locked(Lock::Until(_)) => "P-25 locked for a while".to_owned(),
        Gate::Locked(Lock::UntilReset) => "P-25 locked until it is reset".to_owned(),
        Gate::SendAuthKey => "P-17 send an auth key".to_owned(),
        Gate::AuthKey => "P-08 auth key".to_owned(),
        Gate::Authenticator => "P-34 authenticator app".to_owned(),
        Gate::Unmet => "refused: more is demanded than this account can prove".to_owned(),
        Gate::Consent => "P-31 consent".to_owned(),
        Gate::Done => "code to the client".to_owned(),
    }
}
