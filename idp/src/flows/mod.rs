//! What people and clients do: one deed a file, told in facts, blind to HTTP and HTML.

mod access_tokens;
mod acting;
mod admit;
mod answer_client;
mod answer_device;
mod answer_reset_requests;
mod authenticate_client;
mod authorize_device;
mod begin_authorization;
mod budget;
mod change_email;
mod change_second_password;
mod clear_account;
mod client_keys;
mod confirm_email;
mod confirm_second_password;
mod confirming;
mod continue_with_session;
mod current;
mod deliver_mail;
mod end_enrolment;
mod end_session;
mod enter_user_code;
mod erase_account;
mod error;
mod export_account;
mod finish_login;
mod forgot_second_password;
mod give_consent;
mod help_desk;
mod import_accounts;
mod introspect_token;
mod issue_tokens;
mod learn_clients;
mod links;
mod manage_registration;
mod manage_sessions;
mod move_registration;
mod newcomers;
mod open_request;
mod open_request_object;
mod pending_gate;
mod prove_auth_key;
mod prove_authenticator;
mod prove_possession;
mod prove_second_password;
mod prove_university;
mod purge;
mod push_authorization;
mod push_budget;
mod read_userinfo;
mod redeem_code;
mod redeem_device_code;
mod refresh_tokens;
mod register_client;
mod register_email;
mod registration_tokens;
mod remove_authenticator;
mod remove_client;
mod reset_second_password;
mod restart_login;
mod revoke_token;
mod rotate_keys;
mod seal_audit;
mod second_password_tries;
mod send_auth_key;
mod send_confirmation;
mod set_second_password;
mod set_up_authenticator;
mod speak_for_itself;
mod strangers_tries;
mod subjects;
mod switch_two_factor;
mod take_reports;
mod tell_clients_of_logout;
mod tickets;
mod upstreams;
mod watch_session;

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use tokio::sync::Notify;

pub use acting::Acting;
pub use answer_device::{DevicePress, DeviceQuestion, DeviceStanding};
pub use authenticate_client::{Credentials, Presented};
pub use authorize_device::DeviceAuthorization;
pub use begin_authorization::{Begun, LiveSession};
pub use budget::StrangerBudget;
pub use change_email::{EmailChange, WaitingChange};
pub use change_second_password::PasswordChange;
pub use clear_account::Clearing;
pub use client_keys::ClientKeyring;
pub use confirm_email::{CodeVerdict, LinkAbout, LinkView};
pub use confirm_second_password::Confirmed;
pub use continue_with_session::Continued;
pub use current::Current;
pub use deliver_mail::Delivery;
pub use end_enrolment::{Roster, RosterError};
pub use end_session::{EndSession, LogoutRequest};
pub use enter_user_code::UserCodeEntry;
pub use error::FlowError;
pub use export_account::AccountExport;
pub use finish_login::Finished;
pub use forgot_second_password::{ResetCodeEntry, ResetWish};
pub use help_desk::{NamedBy, Unlocked, Warrant};
pub use import_accounts::{ImportError, Imported};
pub use introspect_token::Introspection;
pub use issue_tokens::TokenResponse;
pub use manage_registration::AtRegistration;
pub use manage_sessions::{Ended, Overview};
pub use move_registration::MoveError;
pub use prove_auth_key::KeyEntry;
pub use prove_authenticator::AppEntry;
pub use prove_possession::{Proven, Shown};
pub use prove_university::Arrived;
pub use push_authorization::Pushed;
pub use read_userinfo::{Scheme, UserInfo};
pub use redeem_code::CodeRedemption;
pub use redeem_device_code::DeviceRedemption;
pub use refresh_tokens::Refreshment;
pub use register_client::Registration;
pub use remove_authenticator::Removal;
pub use reset_second_password::ResetEntry;
pub use restart_login::Remembered;
pub use seal_audit::TrailVerdict;
pub use second_password_tries::PasswordEntry;
pub use send_auth_key::KeySending;
pub use send_confirmation::EmailEntry;
pub use set_up_authenticator::Enrolment;
pub use speak_for_itself::OwnToken;
pub use switch_two_factor::{Disabled, Enabled};
pub use take_reports::{ReportTaken, ReportedMail};
pub use upstreams::Upstreams;

use newcomers::Newcomers;
use push_budget::PushBudget;

use crate::{
    domain::{
        audit::address_prefix,
        browser::Browser,
        certificate::ClientCertificate,
        clock::{Clock, Timestamp},
        entropy::{self, Entropy},
        ids::TenantId,
        limits::Limits,
        secret::Secret,
    },
    keys::{Hasher, Keyring, Vault},
    mail::{compose::Composer, transport::Transport},
    store::Store,
    upstream::outbound::Outbound,
};

/// All that deeds need, put together once by `app.rs`.
pub struct Parts {
    pub store: Store,
    pub vault: Arc<Vault>,
    pub keyrings: HashMap<TenantId, Arc<Keyring>>,
    pub hasher: Arc<Hasher>,
    pub composer: Composer,
    pub transport: Box<dyn Transport>,
    pub upstreams: Upstreams,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub limits: Limits,
    /// The envelope sender of every mail, or its beginning if the local part ends in `+`; none: the tenant's own `mail_from`.
    pub bounce_address: Option<String>,
    /// Calls to addresses that clients name.
    pub outbound: Outbound,
    /// What is known of clients' public keys.
    pub client_keys: Arc<ClientKeyring>,
}

/// The deeds of this house; cheap to clone.
#[derive(Clone)]
pub struct Flows(Arc<House>);

pub struct House {
    parts: Parts,
    strangers: StrangerBudget,
    newcomers: Newcomers,
    pushes: PushBudget,
    /// What the nonces of this run begin with, so that they end with its memory of used proofs.
    run: [u8; 16],
    /// Rung when a mail was written to the outbox.
    outbox_bell: Notify,
    /// Rung when clients are to be told of a logout.
    logout_bell: Notify,
}

impl std::ops::Deref for Flows {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}

/// Who is at the door: what the trail may know, and the certificate that the connection was made with.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    pub address: Option<IpAddr>,
    pub browser: Option<Browser>,
    /// As a trusted proxy vouches for it.
    pub certificate: Option<Arc<ClientCertificate>>,
}

impl Visitor {
    /// /24 or /48: all that is ever written down.
    fn address_prefix(&self) -> Option<String> {
        self.address.map(address_prefix)
    }

    /// What a token can be bound to (RFC 8705 §3.1).
    fn certificate_thumbprint(&self) -> Option<String> {
        self.certificate.as_ref().map(|certificate| certificate.thumbprint().to_owned())
    }
}

/// A session as its browser holds it.
#[derive(Clone, Debug)]
pub struct SessionCookie(pub Secret);

impl Flows {
    pub fn new(parts: Parts) -> Self {
        let strangers = StrangerBudget::new(parts.limits.anonymous_audit_per_minute);
        let pushes = PushBudget::new(parts.limits.pushed_requests_per_minute);
        let run = entropy::bytes(&*parts.entropy);
        Self(Arc::new(House {
            parts,
            strangers,
            newcomers: Newcomers::default(),
            pushes,
            run,
            outbox_bell: Notify::new(),
            logout_bell: Notify::new(),
        }))
    }

    /// What only this run of the process has.
    fn run(&self) -> &[u8; 16] {
        &self.0.run
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Woken when there may be mail to deliver.
    pub fn outbox_bell(&self) -> &Notify {
        &self.0.outbox_bell
    }

    /// Woken when there may be clients to tell of a logout.
    pub fn logout_bell(&self) -> &Notify {
        &self.0.logout_bell
    }

    fn keyring(&self, tenant: &TenantId) -> Result<&Arc<Keyring>, FlowError> {
        self.keyrings.get(tenant).ok_or(FlowError::NotReady)
    }
}
