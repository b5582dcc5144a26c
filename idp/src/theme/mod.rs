//! What people see: pages, mails and their texts, made from a theme's templates and catalogues.
//!
//! What a template of a page sees: `page` (its view struct), `frame`, `title` (text), `page_id` (`data-page`), and the functions
//! `t("id", name=value…)` (a Fluent message; `tenant`, `service` and `mail_domain` are always there),
//! `problem_text(problem)` (the text of one of `page.errors`), `asset("style.css")` (path of an asset),
//! `datetime(at)`, `time(at)` (bare), `japan_datetime(at)`, `japan_time(at)` (saying that it is Japan time),
//! `language_name(tag)` (in itself). A template of a page is `pages/<data-page>.html`.
//!
//! A text mail (`mail/<letter>.txt`: `confirm-email`, `auth-key`, `second-password-set`, `repeated-failures`) sees `t(…)`, where every value
//! of the letter is always there as well (`url`, `code`, `key`, `key_ref`, `minutes`, `expires_at`, `sent_at`, `changed_at`, `locked_at`),
//! `letter.url`, and `contact` (list of lines). Its paragraphs stand apart by one empty line.
//! The layout of HTML mails (`mail/layout.html`) sees `language`, `subject`, `tenant`, `service` and `blocks`: a list of `{ kind, text }`,
//! kind `text`, `url`, `code` or `footer`; `text` holds the line breaks of the text mail.

mod assets;
mod catalogue;
mod check;
mod compiled;
mod error;
mod frame;
mod guard;
mod page;
mod picture;
pub mod samples;
mod source;
#[cfg(test)]
mod tests;
mod themes;
pub mod time;
mod vocabulary;

pub use assets::Asset;
pub use error::{RenderError, ThemeError};
pub use frame::{Announcement, Contact, Frame, TimeLimit};
pub use page::{
    AccountMenu, AlreadySignedIn, AppOffer, Argument, AuthKey, Authenticator, ChangeEmail, ChangeSecondPassword,
    ConfirmDevice, ConfirmLink, ConfirmSecondPassword, ConfirmSignOut, Consent, ConsentItem, Device, DeviceAnswered,
    EmailChanged, EmailRegistered, EmailSent, ErrorPage, ForgotSecondPassword, FormPost, HiddenField, LinkInvalid,
    LinkRetry, Locked, LostMailbox, MailStatus, Maintenance, Message, MissingItem, NotEligible, NotEligibleReason,
    Onward, Page, Problem, ProtocolError, RecoveryCodes, RegisterEmail, ResetEmailSent, ResetSecondPassword,
    SecondPassword, SendAuthKey, SentKey, ServiceItem, SessionItem, Sessions, SetSecondPassword, SetUpAuthenticator,
    SignIn, SignInUpstream, SignedOut, TimedOut, TwoFactor, TwoFactorItem,
};
pub use picture::Picture;
pub use themes::{MailBlock, MailFrame, MailLink, MailText, Themes};
