//! A device without a keyboard, and what it is told (RFC 8628).

use std::sync::Arc;

use idp::domain::secret::sha256_hex;

use super::{
    World,
    browser::Browser,
    client::{Answer, RelyingParty},
    page::Page,
    setup::{self, ISSUER, Setup},
    student::{SECOND_PASSWORD, Student},
};

pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A code pair.
pub struct Pair {
    pub device_code: String,
    pub user_code: String,
    pub complete: String,
}

impl Pair {
    pub fn of(answer: &Answer) -> Self {
        Self {
            device_code: answer.text("device_code"),
            user_code: answer.text("user_code"),
            complete: answer.text("verification_uri_complete"),
        }
    }
}

/// The lines of a device client's file, without its authentication.
pub fn client() -> String {
    format!(
        "client_name = \"Television\"\n\"client_name#ja\" = \"談話室のテレビ\"\ngrant_types = [\"{GRANT_TYPE}\", \"refresh_token\"]\n\
         scope = \"openid profile email student offline_access\"\n"
    )
}

impl Setup {
    /// With the confidential client `television` and the public one `kiosk`, both for devices.
    #[must_use]
    pub fn with_devices(self) -> Self {
        self.with_television("")
    }

    /// Further lines of the television's file.
    #[must_use]
    pub fn with_television(self, text: &str) -> Self {
        let secret = format!("client_secret_sha256 = \"{}\"\n", sha256_hex(setup::secret("television").as_bytes()));
        self.further_client("television", &(client() + &secret + text))
            .further_client("kiosk", &(client() + "token_endpoint_auth_method = \"none\"\n"))
    }
}

impl World {
    pub async fn with_devices() -> Arc<Self> {
        Self::with(Setup::default().with_devices()).await
    }

    pub fn television(self: &Arc<Self>) -> RelyingParty {
        self.client("television")
    }

    pub fn kiosk(self: &Arc<Self>) -> RelyingParty {
        let mut kiosk = self.client("kiosk");
        kiosk.secret = None;
        kiosk
    }
}

impl RelyingParty {
    pub async fn asks_for_codes(&self, scope: &str) -> Answer {
        self.post("/device_authorization", &[("scope", scope)]).await
    }

    pub async fn pair(&self) -> Pair {
        self.pair_for("openid").await
    }

    pub async fn pair_for(&self, scope: &str) -> Pair {
        let answer = self.asks_for_codes(scope).await;
        assert_eq!(answer.status(), 200, "{}", answer.page.body);
        Pair::of(&answer)
    }

    pub async fn polls(&self, pair: &Pair) -> Answer {
        self.token(&[("grant_type", GRANT_TYPE), ("device_code", &pair.device_code)]).await
    }
}

impl Student {
    /// P-32, with a number typed.
    pub async fn types_user_code(&mut self, typed: &str) -> Page {
        let page = self.browser.open(&format!("{ISSUER}/device")).await;
        assert_eq!(page.id(), "device");
        self.browser.enter(&page, &[("user_code", typed)]).await
    }

    /// From P-32 to the question about the device, with whatever is asked for on the way.
    pub async fn reaches_the_device(&mut self, pair: &Pair) -> Page {
        let page = self.types_user_code(&pair.user_code).await;
        let page = self.passes_the_gates(page).await;
        assert_eq!(page.id(), "confirm-device", "{}", page.body);
        page
    }

    pub async fn passes_the_gates(&mut self, mut page: Page) -> Page {
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

    pub async fn connects(&mut self, pair: &Pair) -> Page {
        let page = self.reaches_the_device(pair).await;
        let page = self.browser.press(&page, &[], "allow").await;
        assert_eq!(page.message(), "device-connected");
        page
    }
}

/// The question's form with one of its buttons pressed, sent once more from a copy of the browser.
pub async fn pressed_again(browser: &Browser, page: &Page, action: &str) -> Page {
    let mut browser = browser.clone();
    browser.press(page, &[], action).await
}
