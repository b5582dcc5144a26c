//! The authenticator app on a student's phone.

use data_encoding::BASE32_NOPAD;
use idp::domain::{
    authenticator::{Authenticator, SharedSecret},
    clock::Timestamp,
    ids::UpstreamId,
    recovery_code::{self, grouped},
};
use idp::flows::FlowError;
use scraper::{Html, Selector};
use zeroize::Zeroizing;

use super::{clock::MINUTE, clock::Seeded, page::Page, student::Student, world::World};

pub struct Phone {
    pub secret: SharedSecret,
    pub recovery_codes: Vec<String>,
}

impl Phone {
    /// What an app gets by typing what P-35 shows.
    pub fn of(page: &Page) -> Self {
        let html = Html::parse_document(&page.body);
        let typed: String =
            html.select(&Selector::parse("[data-secret]").unwrap()).next().expect("a secret").text().collect();
        let bytes = BASE32_NOPAD.decode(typed.replace(' ', "").as_bytes()).unwrap();
        Self { secret: SharedSecret::new(Zeroizing::new(bytes)).unwrap(), recovery_codes: Vec::new() }
    }

    pub fn shows(&self, world: &World) -> String {
        self.shows_at(world.now())
    }

    pub fn shows_at(&self, at: Timestamp) -> String {
        self.secret.code_at(at).expose().to_owned()
    }
}

impl Student {
    /// As if it had been set up long ago, on the account page.
    pub async fn has_an_app(&self) -> Phone {
        let flows = self.world.flows();
        let tenant = self.world.tenant();
        let accounts = flows.store.accounts_by_user_id(&tenant.id, &self.user_id).await.unwrap();
        let account = accounts.into_iter().find(|account| account.upstream == UpstreamId::new("university")).unwrap();
        let secret = self.user_id.bytes().cycle().take(20).collect::<Vec<u8>>();
        let sealed = flows.vault.seal(&format!("account.authenticator/{}", account.id), &secret);
        let (codes, kept) = recovery_code::draw(&Seeded::new(5));
        let enrolled_at = self.world.now();
        flows
            .store
            .write(async |tx| {
                let mut account = tx.account(account.id).await?.unwrap();
                account.authenticator = Some(Authenticator { secret: sealed.clone(), enrolled_at, last_step: 0 });
                tx.save_account(&account).await?;
                tx.replace_recovery_codes(account.id, &kept).await?;
                Ok::<_, FlowError>(())
            })
            .await
            .unwrap();
        self.world.clock.pass(MINUTE);
        Phone {
            secret: SharedSecret::new(Zeroizing::new(secret)).unwrap(),
            recovery_codes: codes.iter().map(grouped).collect(),
        }
    }
}
