//! The pages of the journeys, each with exactly what it shows. Paths in them are complete, as a browser takes them.

mod account;
mod auth_key;
mod authenticator;
mod consent;
mod device;
mod email;
mod ending;
mod problem;
mod reset;
mod second_password;
mod sign_in;

pub use account::{AccountMenu, ConfirmSecondPassword, ServiceItem, SessionItem, Sessions, TwoFactor, TwoFactorItem};
pub use auth_key::{AuthKey, LostMailbox, Message, SendAuthKey, SentKey};
pub use authenticator::{AppOffer, Authenticator, RecoveryCodes, SetUpAuthenticator};
pub use consent::{Consent, ConsentItem};
pub use device::{ConfirmDevice, Device, DeviceAnswered};
pub use email::{
    ChangeEmail, ConfirmLink, EmailChanged, EmailRegistered, EmailSent, LinkInvalid, LinkRetry, MailStatus, Onward,
    RegisterEmail,
};
pub use ending::{
    ConfirmSignOut, ErrorPage, FormPost, HiddenField, Maintenance, MissingItem, NotEligible, NotEligibleReason,
    ProtocolError, SignedOut,
};
pub use problem::{Argument, Problem};
pub use reset::{ForgotSecondPassword, ResetEmailSent, ResetSecondPassword};
pub use second_password::{ChangeSecondPassword, Locked, SecondPassword, SetSecondPassword};
pub use sign_in::{AlreadySignedIn, SignIn, SignInUpstream, TimedOut};

use serde::Serialize;

/// One page with what it shows.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Page {
    /// P-01.
    SignIn(SignIn),
    /// P-02.
    RegisterEmail(RegisterEmail),
    /// P-03, P-10.
    EmailSent(EmailSent),
    /// P-04, P-11.
    ConfirmLink(ConfirmLink),
    /// P-05.
    EmailRegistered(EmailRegistered),
    /// P-06.
    SetSecondPassword(SetSecondPassword),
    /// P-07.
    SecondPassword(SecondPassword),
    /// P-08.
    AuthKey(AuthKey),
    /// P-09.
    ChangeEmail(ChangeEmail),
    /// P-12.
    EmailChanged(EmailChanged),
    /// P-13.
    ChangeSecondPassword(ChangeSecondPassword),
    /// P-14.
    ForgotSecondPassword(ForgotSecondPassword),
    /// P-15.
    ResetEmailSent(ResetEmailSent),
    /// P-16.
    ResetSecondPassword(ResetSecondPassword),
    /// P-17.
    SendAuthKey(SendAuthKey),
    /// P-18.
    TwoFactor(TwoFactor),
    /// P-19.
    ConfirmSecondPassword(ConfirmSecondPassword),
    /// P-20.
    ConfirmSignOut(ConfirmSignOut),
    /// P-21.
    SignedOut(SignedOut),
    /// P-22.
    Error(ErrorPage),
    /// P-23.
    LinkInvalid(LinkInvalid),
    /// P-24.
    NotEligible(NotEligible),
    /// P-25.
    Locked(Locked),
    /// P-26.
    Maintenance(Maintenance),
    /// P-27.
    AlreadySignedIn(AlreadySignedIn),
    /// P-28.
    TimedOut(TimedOut),
    /// P-29.
    Account(AccountMenu),
    /// P-30.
    LostMailbox(LostMailbox),
    /// P-32.
    Device(Device),
    /// P-32, once the number is right and the person signed in.
    ConfirmDevice(ConfirmDevice),
    /// P-32, at its end.
    DeviceAnswered(DeviceAnswered),
    /// P-31.
    Consent(Consent),
    /// P-33.
    Sessions(Sessions),
    /// P-34.
    Authenticator(Authenticator),
    /// P-35.
    SetUpAuthenticator(SetUpAuthenticator),
    /// P-36.
    RecoveryCodes(RecoveryCodes),
    /// D-01 to D-04, D-06, D-08.
    Message(Message),
    /// The answer to a client by `response_mode=form_post` (OAuth 2.0 Form Post Response Mode).
    FormPost(FormPost),
}

impl Page {
    /// `data-page` of the contract; also the name of the template (`pages/<id>.html`).
    pub const fn id(&self) -> &'static str {
        match self {
            Self::SignIn(_) => "sign-in",
            Self::RegisterEmail(_) => "register-email",
            Self::EmailSent(_) => "email-sent",
            Self::ConfirmLink(_) => "confirm-link",
            Self::EmailRegistered(_) => "email-registered",
            Self::SetSecondPassword(_) => "set-second-password",
            Self::SecondPassword(_) => "second-password",
            Self::AuthKey(_) => "auth-key",
            Self::ChangeEmail(_) => "change-email",
            Self::EmailChanged(_) => "email-changed",
            Self::ChangeSecondPassword(_) => "change-second-password",
            Self::ForgotSecondPassword(_) => "forgot-second-password",
            Self::ResetEmailSent(_) => "reset-email-sent",
            Self::ResetSecondPassword(_) => "reset-second-password",
            Self::SendAuthKey(_) => "send-auth-key",
            Self::TwoFactor(_) => "two-factor",
            Self::ConfirmSecondPassword(_) => "confirm-second-password",
            Self::ConfirmSignOut(_) => "confirm-sign-out",
            Self::SignedOut(_) => "signed-out",
            Self::Error(_) => "error",
            Self::LinkInvalid(_) => "link-invalid",
            Self::NotEligible(_) => "not-eligible",
            Self::Locked(_) => "locked",
            Self::Maintenance(_) => "maintenance",
            Self::AlreadySignedIn(_) => "already-signed-in",
            Self::TimedOut(_) => "timed-out",
            Self::Account(_) => "account",
            Self::LostMailbox(_) => "lost-mailbox",
            Self::Device(_) => "device",
            Self::ConfirmDevice(_) => "confirm-device",
            Self::DeviceAnswered(_) => "device-answered",
            Self::Consent(_) => "consent",
            Self::Sessions(_) => "sessions",
            Self::Authenticator(_) => "authenticator",
            Self::SetUpAuthenticator(_) => "set-up-authenticator",
            Self::RecoveryCodes(_) => "recovery-codes",
            Self::Message(_) => "message",
            Self::FormPost(_) => "form-post",
        }
    }

    /// Whether people may need longer than it lasts: not for one press, not for what is done, and codes that are shown
    /// once are not to be left for more time.
    pub const fn takes_time(&self) -> bool {
        !matches!(self, Self::Message(_) | Self::EmailChanged(_) | Self::RecoveryCodes(_) | Self::FormPost(_))
    }

    /// The catalogue's message that is the page's title.
    pub const fn title_id(&self) -> &'static str {
        match self {
            Self::SignIn(_) => "login-title",
            Self::RegisterEmail(_) => "email-set-title",
            Self::EmailSent(sent) if sent.change_of.is_some() => "email-change-sent-title",
            Self::EmailSent(_) => "email-sent-title",
            Self::ConfirmLink(link) if link.change => "email-change-confirm-title",
            Self::ConfirmLink(_) => "email-confirm-title",
            Self::EmailRegistered(_) => "email-done-title",
            Self::SetSecondPassword(_) => "sp-set-title",
            Self::SecondPassword(_) => "sp-entry-title",
            Self::AuthKey(_) => "key-title",
            Self::ChangeEmail(_) => "email-change-title",
            Self::EmailChanged(_) => "email-changed-title",
            Self::ChangeSecondPassword(_) => "sp-change-title",
            Self::ForgotSecondPassword(_) => "sp-forgot-title",
            Self::ResetEmailSent(_) => "sp-forgot-sent-title",
            Self::ResetSecondPassword(_) => "sp-reset-title",
            Self::SendAuthKey(_) => "key-send-title",
            Self::TwoFactor(_) => "tfa-title",
            Self::ConfirmSecondPassword(_) => "stepup-title",
            Self::ConfirmSignOut(_) => "logout-title",
            Self::SignedOut(_) => "logged-out-title",
            Self::Error(_) => "error-title",
            Self::LinkInvalid(_) => "link-bad-title",
            Self::NotEligible(_) => "not-eligible-title",
            Self::Locked(_) => "locked-title",
            Self::Maintenance(_) => "maintenance-title",
            Self::AlreadySignedIn(_) => "already-title",
            Self::TimedOut(_) => "timed-out-title",
            Self::Account(_) => "menu-title",
            Self::LostMailbox(_) => "lost-mail-title",
            Self::Device(_) | Self::ConfirmDevice(_) | Self::DeviceAnswered(_) => "device-title",
            Self::Consent(_) => "consent-title",
            Self::Sessions(_) => "sessions-title",
            Self::Authenticator(Authenticator { recovery: true, .. }) | Self::RecoveryCodes(_) => "recovery-title",
            Self::Authenticator(_) => "totp-title",
            Self::SetUpAuthenticator(_) => "totp-set-title",
            Self::Message(message) => message.title_id(),
            Self::FormPost(_) => "form-post-title",
        }
    }
}
