//! A student at a browser: what they do, in their own words.

use std::sync::Arc;

use super::{
    browser::{Browser, Call},
    clock::MINUTE,
    mailbox::Mail,
    page::Page,
    world::World,
};

pub const SECOND_PASSWORD: &str = "Violet7Harbor";

#[derive(Clone)]
pub struct Student {
    pub browser: Browser,
    pub user_id: String,
    pub password: String,
    pub email: String,
    pub world: Arc<World>,
}

impl World {
    /// Known to the university, never seen here.
    pub fn newcomer(self: &Arc<Self>) -> Student {
        self.person("s2025001", "university-1")
    }

    pub fn person(self: &Arc<Self>, user_id: &str, password: &str) -> Student {
        Student {
            browser: self.browser(),
            user_id: user_id.to_owned(),
            password: password.to_owned(),
            email: format!("{user_id}@mail.example"),
            world: Arc::clone(self),
        }
    }

    /// With a confirmed address and a second password, signed in nowhere.
    pub async fn student(self: &Arc<Self>) -> Student {
        let mut student = self.newcomer();
        student.sets_everything_up().await;
        student
    }

    /// The same person as [`Self::student`] before, at a browser of its own; set up at the first call.
    pub async fn student_again(self: &Arc<Self>) -> Student {
        let mut student = self.newcomer();
        let known = self.flows().store.accounts_by_user_id(&self.tenant().id, &student.user_id).await.unwrap();
        if known.is_empty() {
            student.sets_everything_up().await;
        }
        student
    }

    pub async fn another_student(self: &Arc<Self>) -> Student {
        let mut student = self.person("s2025002", "university-2");
        student.sets_everything_up().await;
        student
    }
}

impl Student {
    /// At another device: no cookie of the first one.
    #[must_use]
    pub fn at_another_device(&self) -> Self {
        Self { browser: self.world.browser(), ..self.clone() }
    }

    /// The service sends the browser here: P-01.
    pub async fn begins(&mut self) -> Page {
        self.begins_with(&[]).await
    }

    pub async fn begins_with(&mut self, parameters: &[(&str, &str)]) -> Page {
        let url = self.world.service().url(parameters);
        self.browser.open(&url).await
    }

    pub async fn types_university_password(&mut self, page: &Page) -> Page {
        let typed =
            [("username", self.user_id.as_str()), ("password", self.password.as_str())].map(|(a, b)| (a, b.to_owned()));
        let typed: Vec<(&str, &str)> = typed.iter().map(|(a, b)| (*a, b.as_str())).collect();
        self.browser.enter(page, &typed).await
    }

    /// From the service to the first gate after the university.
    pub async fn passes_the_university(&mut self) -> Page {
        self.passes_the_university_for(&[]).await
    }

    pub async fn passes_the_university_for(&mut self, parameters: &[(&str, &str)]) -> Page {
        let page = self.begins_with(parameters).await;
        self.types_university_password(&page).await
    }

    pub async fn registers(&mut self, page: &Page, email: &str) -> Page {
        self.browser.enter(page, &[("email", email), ("email_confirmation", email)]).await
    }

    /// Up to P-03, the tab that waits.
    pub async fn asks_for_the_link(&mut self) -> Page {
        let page = self.passes_the_university().await;
        let email = self.email.clone();
        self.registers(&page, &email).await
    }

    /// The newest mail.
    pub async fn mail(&self) -> Mail {
        self.mails().await.pop().expect("a mail")
    }

    pub async fn mails(&self) -> Vec<Mail> {
        self.world.mails_to(&self.email).await
    }

    pub async fn opens_the_link(&mut self) -> Page {
        let link = self.mail().await.link();
        self.browser.open(&link).await
    }

    /// The button of P-04.
    pub async fn confirms(&mut self, page: &Page) -> Page {
        self.browser.enter(page, &[]).await
    }

    pub async fn sets_second_password(&mut self, page: &Page, entry: &str, confirmation: &str) -> Page {
        let typed = [("second_password", entry), ("second_password_confirmation", confirmation)];
        self.browser.enter(page, &typed).await
    }

    pub async fn enters_second_password(&mut self, page: &Page, entry: &str) -> Page {
        self.browser.enter(page, &[("second_password", entry)]).await
    }

    /// The page's second password with this token, none for `""`, and these headers instead of the browser's own.
    pub async fn sends(&mut self, page: &Page, token: Option<&str>, headers: &[(&str, &str)]) -> Page {
        let mut form = page.form(&[("second_password", SECOND_PASSWORD)], None);
        form.fields.retain(|(name, _)| name != "form_token" || token != Some(""));
        for (name, value) in &mut form.fields {
            if let (true, Some(token)) = (name == "form_token", token) {
                token.clone_into(value);
            }
        }
        let fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let call = headers
            .iter()
            .fold(Call::form(form.action.as_str(), &fields), |call, (name, value)| call.with(name, value));
        let answer = self.browser.send(call).await;
        self.browser.follow(answer).await
    }

    pub async fn enters_key(&mut self, page: &Page, key: &str) -> Page {
        self.browser.enter(page, &[("auth_key", key)]).await
    }

    pub async fn asks_for_a_new_key(&mut self, page: &Page) -> Page {
        self.browser.press(page, &[], "reissue").await
    }

    /// The first visits: address, second password; leaves no session behind.
    pub async fn sets_everything_up(&mut self) {
        let page = self.asks_for_the_link().await;
        let code = self.mail().await.digits();
        let page = self.browser.enter(&page, &[("code", &code)]).await;
        assert_eq!(page.id(), "email-registered");
        let page = self.passes_the_university().await;
        let page = self.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
        assert_eq!(page.message(), "second-password-set");
        self.browser.forget_cookies();
        self.world.clock.pass(MINUTE);
    }

    /// From the service to P-07.
    pub async fn reaches_second_password(&mut self) -> Page {
        let page = self.passes_the_university().await;
        assert_eq!(page.id(), "second-password");
        page
    }

    /// From the service to P-08.
    pub async fn reaches_auth_key(&mut self) -> Page {
        self.reaches_auth_key_for(&[]).await
    }

    pub async fn reaches_auth_key_for(&mut self, parameters: &[(&str, &str)]) -> Page {
        let page = self.passes_the_university_for(parameters).await;
        let page = self.enters_second_password(&page, SECOND_PASSWORD).await;
        assert_eq!(page.id(), "auth-key");
        page
    }

    /// The key of the newest mail.
    pub async fn key(&self) -> String {
        self.mail().await.digits()
    }

    /// A whole login, with whatever is asked for; the page is the client's.
    pub async fn signs_in(&mut self) -> Page {
        self.signs_in_for(&[]).await
    }

    pub async fn signs_in_for(&mut self, parameters: &[(&str, &str)]) -> Page {
        let url = self.world.service().url(parameters);
        self.signs_in_at(&url).await
    }

    pub async fn signs_in_at(&mut self, url: &str) -> Page {
        let mut page = self.browser.open(url).await;
        for _ in 0..5 {
            page = match page.id().as_str() {
                "sign-in" => self.types_university_password(&page).await,
                "second-password" => self.enters_second_password(&page, SECOND_PASSWORD).await,
                "send-auth-key" => self.browser.enter(&page, &[]).await,
                "auth-key" => {
                    let key = self.key().await;
                    self.enters_key(&page, &key).await
                }
                _ => break,
            };
        }
        page
    }
}

/// Digits that are surely not these.
pub fn wrong(digits: &str) -> String {
    digits.chars().map(|digit| if digit == '9' { '0' } else { char::from(digit as u8 + 1) }).collect()
}
