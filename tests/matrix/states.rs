//! Every state in which a person may be left alone, and how a student comes into it.

use std::sync::Arc;

use idp::domain::login::Gate;

use crate::{
    account,
    support::{
        Page, Student, World,
        clock::{MINUTE, SECOND},
        phone::Phone,
        setup::{ISSUER, Setup, asking_client},
        student::{SECOND_PASSWORD, wrong},
    },
};

/// Where a student is, with what they would type next.
pub struct Scene {
    pub student: Student,
    /// The page before this one.
    pub before: Option<Page>,
    pub page: Page,
    pub typed: Vec<(&'static str, String)>,
    pub action: Option<&'static str>,
}

macro_rules! states {
    ($($state:ident = $name:literal),* $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum State { $($state),* }

        impl State {
            pub const ALL: &'static [Self] = &[$(Self::$state),*];

            pub fn name(self) -> &'static str {
                match self { $(Self::$state => $name),* }
            }
        }
    };
}

states! {
    SignIn = "P-01 sign-in",
    RegisterEmail = "P-02 register-email",
    EmailSent = "P-03 email-sent",
    ConfirmLink = "P-04 confirm-link",
    EmailRegistered = "P-05 email-registered",
    EmailRegisteredOnward = "P-05 email-registered (continue)",
    SetSecondPassword = "P-06 set-second-password",
    SecondPasswordSet = "D-01 second-password-set",
    SecondPassword = "P-07 second-password",
    Locked = "P-25 locked",
    TimedOut = "P-28 timed-out",
    AuthKey = "P-08 auth-key",
    AuthKeyInvalid = "D-03 auth-key-invalid",
    AuthKeyReissued = "D-04 auth-key-reissued",
    LostMailbox = "P-30 lost-mailbox",
    SendAuthKey = "P-17 send-auth-key",
    Consent = "P-31 consent",
    ConsentInSession = "P-31 consent for a session",
    Finished = "back at P-07 after the end",
    AlreadySignedIn = "P-27 already-signed-in",
    NotEligible = "P-24 not-eligible",
    LinkInvalid = "P-23 link-invalid",
    ConfirmSignOut = "P-20 confirm-sign-out",
    SignedOut = "P-21 signed-out",
    Menu = "P-29 account",
    TwoFactor = "P-18 two-factor",
    KeyToSwitchOn = "P-08 auth-key (switching on)",
    TwoFactorEnabled = "D-06 two-factor-enabled",
    ConfirmSecondPassword = "P-19 confirm-second-password",
    SendKeyToSwitchOff = "P-17 send-auth-key (switching off)",
    TwoFactorDisabled = "D-08 two-factor-disabled",
    LockedAtAccount = "P-25 locked (at the account)",
    Sessions = "P-33 sessions",
    ChangeEmail = "P-09 change-email",
    ChangeEmailSent = "P-10 email-sent",
    ConfirmChange = "P-11 confirm-link",
    EmailChanged = "P-12 email-changed",
    ChangeSecondPassword = "P-13 change-second-password",
    SecondPasswordChanged = "D-02 second-password-changed",
    ForgotSecondPassword = "P-14 forgot-second-password",
    ResetEmailSent = "P-15 reset-email-sent",
    ResetSecondPassword = "P-16 reset-second-password",
    Authenticator = "P-34 authenticator",
    SetUpAuthenticator = "P-35 set-up-authenticator",
    RecoveryCodes = "P-36 recovery-codes",
    Device = "P-32 device",
    DeviceSignIn = "P-07 second-password for a device",
    ConfirmDevice = "P-32 confirm-device",
    DeviceAnswered = "P-32 device-answered",
}

/// A gate that is added needs its row in the matrix.
pub fn of_gate(gate: &Gate) -> State {
    match gate {
        Gate::SignIn => State::SignIn,
        Gate::RegisterEmail => State::RegisterEmail,
        Gate::EmailSent => State::EmailSent,
        Gate::EmailRegistered => State::EmailRegistered,
        Gate::SetSecondPassword => State::SetSecondPassword,
        Gate::SecondPasswordSet => State::SecondPasswordSet,
        Gate::SecondPassword => State::SecondPassword,
        Gate::Locked(_) => State::Locked,
        Gate::SendAuthKey => State::SendAuthKey,
        Gate::AuthKey => State::AuthKey,
        Gate::Authenticator => State::Authenticator,
        Gate::Consent => State::Consent,
        // Not a page: the client is told.
        Gate::Unmet | Gate::Done => State::Finished,
    }
}

/// A client that people are asked about.
const ASKING: &str = "reading-room";
const ACR_OF_THE_KEY: (&str, &str) = ("acr_values", "urn:idp:acr:auth-key");

impl Scene {
    pub fn at(student: Student, before: Option<Page>, page: Page) -> Self {
        Self { student, before, page, typed: Vec::new(), action: None }
    }

    pub fn typing(mut self, typed: &[(&'static str, &str)]) -> Self {
        self.typed = typed.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self
    }

    pub fn pressing(mut self, action: &'static str) -> Self {
        self.action = Some(action);
        self
    }
}

async fn world(state: State) -> Arc<World> {
    match state {
        State::AuthKey | State::AuthKeyInvalid | State::AuthKeyReissued | State::LostMailbox => {
            World::with_auth_key().await
        }
        State::Authenticator | State::SetUpAuthenticator | State::RecoveryCodes => {
            World::with(Setup::default().set("policy.authenticator", "allowed")).await
        }
        State::Device | State::DeviceSignIn | State::ConfirmDevice | State::DeviceAnswered => {
            World::with_devices().await
        }
        State::KeyToSwitchOn => World::with(Setup::default().set("policy.two_factor_confirm_enable", "true")).await,
        State::SendKeyToSwitchOff => World::with(Setup::default().set("policy.two_factor_default", "on")).await,
        State::EmailRegisteredOnward => World::with(Setup::default().set("policy.after_setup", "continue")).await,
        State::Consent | State::ConsentInSession => {
            World::with(Setup::default().further_client(ASKING, &asking_client(ASKING))).await
        }
        _ => World::start().await,
    }
}

impl State {
    /// A world of its own, with a student in this state.
    pub async fn scene(self) -> Scene {
        let world = world(self).await;
        let scene = match self {
            Self::SignIn
            | Self::RegisterEmail
            | Self::EmailSent
            | Self::ConfirmLink
            | Self::EmailRegistered
            | Self::EmailRegisteredOnward => self.before_the_address(world.newcomer()).await,
            Self::SetSecondPassword | Self::SecondPasswordSet => self.before_the_second_password(&world).await,
            Self::SecondPassword | Self::Locked | Self::TimedOut | Self::NotEligible | Self::LinkInvalid => {
                self.at_the_second_password(&world).await
            }
            Self::AuthKey | Self::AuthKeyInvalid | Self::AuthKeyReissued | Self::LostMailbox => {
                self.at_the_key(world.student().await).await
            }
            Self::SendAuthKey | Self::Finished | Self::AlreadySignedIn => {
                self.with_a_session(world.student().await).await
            }
            Self::Consent | Self::ConsentInSession => self.asked_to_agree(world.student().await).await,
            Self::ConfirmSignOut | Self::SignedOut => self.signing_out(world.student().await).await,
            Self::Menu | Self::Sessions | Self::LockedAtAccount => self.at_the_account(world.student().await).await,
            Self::TwoFactor
            | Self::KeyToSwitchOn
            | Self::TwoFactorEnabled
            | Self::ConfirmSecondPassword
            | Self::SendKeyToSwitchOff
            | Self::TwoFactorDisabled => self.switching(world.student().await).await,
            Self::ChangeEmail | Self::ChangeEmailSent | Self::ConfirmChange | Self::EmailChanged => {
                self.changing_the_address(world.student().await).await
            }
            Self::ChangeSecondPassword | Self::SecondPasswordChanged => {
                self.changing_the_second_password(world.student().await).await
            }
            Self::ForgotSecondPassword | Self::ResetEmailSent | Self::ResetSecondPassword => {
                self.resetting(world.student().await).await
            }
            Self::Authenticator | Self::SetUpAuthenticator | Self::RecoveryCodes => {
                self.with_an_app(world.student().await).await
            }
            Self::Device | Self::DeviceSignIn | Self::ConfirmDevice | Self::DeviceAnswered => {
                self.connecting_a_device(world.student().await).await
            }
        };
        let name = self.name().split(' ').nth(1).unwrap();
        let shown = [scene.page.id(), if scene.page.id() == "message" { scene.page.message() } else { String::new() }];
        assert!(self == Self::Finished || shown.iter().any(|id| id == name), "{self:?}: {shown:?}");
        scene
    }

    async fn before_the_address(self, mut student: Student) -> Scene {
        let sign_in = student.begins().await;
        if self == Self::SignIn {
            let typed = [("username", "s2025001"), ("password", "university-1")];
            return Scene::at(student, None, sign_in).typing(&typed);
        }
        let register = student.types_university_password(&sign_in).await;
        let email = student.email.clone();
        if self == Self::RegisterEmail {
            let typed = [("email", email.as_str()), ("email_confirmation", email.as_str())];
            return Scene::at(student, Some(sign_in), register).typing(&typed);
        }
        let sent = student.registers(&register, &email).await;
        let code = student.mail().await.digits();
        match self {
            Self::EmailSent => Scene::at(student, Some(register), sent).typing(&[("code", &code)]),
            Self::ConfirmLink => {
                let landing = student.opens_the_link().await;
                Scene::at(student, Some(sent), landing)
            }
            _ => {
                let done = student.browser.enter(&sent, &[("code", &code)]).await;
                Scene::at(student, Some(sent), done)
            }
        }
    }

    async fn before_the_second_password(self, world: &Arc<World>) -> Scene {
        let mut student = world.newcomer();
        let sent = student.asks_for_the_link().await;
        let code = student.mail().await.digits();
        student.browser.enter(&sent, &[("code", &code)]).await;
        world.clock.pass(MINUTE);
        let sign_in = student.begins().await;
        let form = student.types_university_password(&sign_in).await;
        let typed = [("second_password", SECOND_PASSWORD), ("second_password_confirmation", SECOND_PASSWORD)];
        if self == Self::SetSecondPassword {
            return Scene::at(student, Some(sign_in), form).typing(&typed);
        }
        let done = student.browser.enter(&form, &typed).await;
        Scene::at(student, Some(form), done)
    }

    async fn at_the_second_password(self, world: &Arc<World>) -> Scene {
        match self {
            Self::NotEligible => {
                let mut person = world.person("s2024001", "university");
                let sign_in = person.begins().await;
                let page = person.types_university_password(&sign_in).await;
                Scene::at(person, Some(sign_in), page)
            }
            Self::LinkInvalid => {
                let mut student = world.newcomer();
                let sent = student.asks_for_the_link().await;
                let link = student.mail().await.link();
                world.clock.pass(31 * MINUTE);
                let page = student.browser.open(&link).await;
                Scene::at(student, Some(sent), page)
            }
            _ => {
                let mut student = world.student().await;
                let sign_in = student.begins().await;
                let mut page = student.types_university_password(&sign_in).await;
                if self == Self::SecondPassword {
                    return Scene::at(student, Some(sign_in), page).typing(&[("second_password", SECOND_PASSWORD)]);
                }
                let entry = page.clone();
                if self == Self::TimedOut {
                    world.clock.pass(31 * MINUTE);
                    page = student.browser.reload(&page).await;
                    return Scene::at(student, Some(entry), page);
                }
                for _ in 0..5 {
                    world.clock.pass(20 * SECOND);
                    page = student.enters_second_password(&page, "Wrong7Harbor").await;
                }
                Scene::at(student, Some(entry), page)
            }
        }
    }

    async fn at_the_key(self, mut student: Student) -> Scene {
        let password = student.reaches_second_password().await;
        let mut page = student.enters_second_password(&password, SECOND_PASSWORD).await;
        let key = student.key().await;
        match self {
            Self::AuthKey => Scene::at(student, Some(password), page).typing(&[("auth_key", &key)]).pressing("verify"),
            Self::LostMailbox => {
                let lost = student.browser.click(&page, "lost-mailbox").await;
                Scene::at(student, Some(page), lost)
            }
            Self::AuthKeyReissued => {
                student.world.clock.pass(MINUTE);
                let reissued = student.asks_for_a_new_key(&page).await;
                Scene::at(student, Some(page), reissued)
            }
            _ => {
                let entry = page.clone();
                for _ in 0..5 {
                    page = student.enters_key(&page, &wrong(&key)).await;
                }
                Scene::at(student, Some(entry), page)
            }
        }
    }

    async fn with_a_session(self, mut student: Student) -> Scene {
        match self {
            Self::SendAuthKey => {
                student.signs_in().await;
                let page = student.begins_with(&[ACR_OF_THE_KEY]).await;
                Scene::at(student, None, page)
            }
            Self::Finished => {
                let entry = student.reaches_second_password().await;
                student.enters_second_password(&entry, SECOND_PASSWORD).await;
                Scene::at(student, None, entry).typing(&[("second_password", SECOND_PASSWORD)])
            }
            _ => {
                let waiting = student.reaches_second_password().await;
                student.world.clock.pass(SECOND);
                student.signs_in().await;
                let page = student.enters_second_password(&waiting, SECOND_PASSWORD).await;
                Scene::at(student, Some(waiting), page).pressing("continue")
            }
        }
    }

    async fn asked_to_agree(self, mut student: Student) -> Scene {
        let url = student.world.client(ASKING).url(&[]);
        if self == Self::ConsentInSession {
            student.signs_in().await;
            student.world.clock.pass(SECOND);
            let page = student.browser.open(&url).await;
            return Scene::at(student, None, page).pressing("allow");
        }
        let sign_in = student.browser.open(&url).await;
        let entry = student.types_university_password(&sign_in).await;
        let page = student.enters_second_password(&entry, SECOND_PASSWORD).await;
        Scene::at(student, Some(entry), page).pressing("allow")
    }

    async fn signing_out(self, mut student: Student) -> Scene {
        student.signs_in().await;
        let ask = student.browser.open(&format!("{ISSUER}/logout?client_id=certificate-service")).await;
        if self == Self::ConfirmSignOut {
            return Scene::at(student, None, ask).pressing("yes");
        }
        let done = student.browser.press(&ask, &[], "yes").await;
        Scene::at(student, Some(ask), done)
    }

    async fn changing_the_address(self, mut student: Student) -> Scene {
        const NEW: &str = "new@mail.example";
        student.signs_in().await;
        let form = account::opens(&mut student, "email").await;
        if self == Self::ChangeEmail {
            return Scene::at(student, None, form).typing(&[("email", NEW), ("email_confirmation", NEW)]);
        }
        let sent = student.registers(&form, NEW).await;
        let mail = student.world.mails_to(NEW).await.remove(0);
        match self {
            Self::ChangeEmailSent => Scene::at(student, Some(form), sent).typing(&[("code", &mail.digits())]),
            Self::ConfirmChange => {
                let landing = student.browser.open(&mail.link()).await;
                Scene::at(student, Some(sent), landing)
            }
            _ => {
                let done = student.browser.enter(&sent, &[("code", &mail.digits())]).await;
                Scene::at(student, Some(sent), done)
            }
        }
    }

    async fn changing_the_second_password(self, mut student: Student) -> Scene {
        student.signs_in().await;
        let form = account::opens(&mut student, "second-password").await;
        let typed = [
            ("current_second_password", SECOND_PASSWORD),
            ("second_password", "Another7Harbor"),
            ("second_password_confirmation", "Another7Harbor"),
        ];
        if self == Self::ChangeSecondPassword {
            return Scene::at(student, None, form).typing(&typed);
        }
        let done = student.browser.enter(&form, &typed).await;
        Scene::at(student, Some(form), done)
    }

    async fn resetting(self, mut student: Student) -> Scene {
        let sign_in = student.begins().await;
        let form = student.browser.click(&sign_in, "forgot").await;
        let email = student.email.clone();
        if self == Self::ForgotSecondPassword {
            return Scene::at(student, Some(sign_in), form).typing(&[("email", &email)]);
        }
        let sent = student.browser.enter(&form, &[("email", &email)]).await;
        let mail = student.mail().await;
        if self == Self::ResetEmailSent {
            return Scene::at(student, Some(form), sent).typing(&[("code", &mail.digits())]);
        }
        let landing = student.browser.open(&mail.link()).await;
        let typed = [("second_password", "Another7Harbor"), ("second_password_confirmation", "Another7Harbor")];
        Scene::at(student, Some(sent), landing).typing(&typed)
    }

    async fn with_an_app(self, mut student: Student) -> Scene {
        if self == Self::Authenticator {
            let phone = student.has_an_app().await;
            student.browser.forget_cookies();
            let entry = student.passes_the_university_for(&[ACR_OF_THE_KEY]).await;
            let page = student.enters_second_password(&entry, SECOND_PASSWORD).await;
            let code = phone.shows(&student.world);
            return Scene::at(student, Some(entry), page).typing(&[("code", &code)]);
        }
        student.signs_in().await;
        let offer = account::opens(&mut student, "authenticator").await;
        let code = Phone::of(&offer).shows(&student.world);
        if self == Self::SetUpAuthenticator {
            return Scene::at(student, None, offer).typing(&[("code", &code)]);
        }
        let codes = student.browser.enter(&offer, &[("code", &code)]).await;
        Scene::at(student, Some(offer), codes)
    }

    async fn connecting_a_device(self, mut student: Student) -> Scene {
        let pair = student.world.television().pair().await;
        let entry = student.browser.open(&format!("{ISSUER}/device")).await;
        if self == Self::Device {
            return Scene::at(student, None, entry).typing(&[("user_code", &pair.user_code)]);
        }
        let sign_in = student.browser.enter(&entry, &[("user_code", &pair.user_code)]).await;
        let password = student.types_university_password(&sign_in).await;
        if self == Self::DeviceSignIn {
            return Scene::at(student, Some(sign_in), password).typing(&[("second_password", SECOND_PASSWORD)]);
        }
        let question = student.enters_second_password(&password, SECOND_PASSWORD).await;
        if self == Self::ConfirmDevice {
            return Scene::at(student, Some(password), question).pressing("allow");
        }
        let done = student.browser.press(&question, &[], "allow").await;
        Scene::at(student, Some(question), done)
    }

    async fn at_the_account(self, mut student: Student) -> Scene {
        student.signs_in().await;
        match self {
            Self::Menu => {
                let page = account::opens(&mut student, "").await;
                Scene::at(student, None, page)
            }
            Self::Sessions => {
                let menu = account::opens(&mut student, "").await;
                let page = account::opens(&mut student, "sessions").await;
                Scene::at(student, Some(menu), page)
            }
            _ => {
                let mut page = account::opens(&mut student, "second-password").await;
                let form = page.clone();
                let new = [("second_password", "Another7Harbor"), ("second_password_confirmation", "Another7Harbor")];
                for _ in 0..5 {
                    student.world.clock.pass(20 * SECOND);
                    let typed = [("current_second_password", "Wrong7Harbor"), new[0], new[1]];
                    page = student.browser.enter(&page, &typed).await;
                }
                Scene::at(student, Some(form), page)
            }
        }
    }
}
