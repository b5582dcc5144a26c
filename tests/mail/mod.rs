//! Mails behind the house's door: what servers do with them, what comes back, and who is told.

mod addresses;
mod bounces;
mod limits;
mod reports;
mod servers;

use std::sync::Arc;

use crate::support::{Page, Student, World};

/// The `Message-ID` of the newest mail that left.
fn message_id(world: &World) -> String {
    world.post.mails().last().expect("a mail").message_id.clone()
}

/// `data-mail` of a waiting page as it is now, found without script: by its own link.
async fn told(student: &mut Student, page: &Page) -> (Page, String) {
    let page = student.browser.click(page, "check").await;
    let state = page.mail();
    (page, state)
}

/// A student at P-08 who was sent a key.
async fn waiting_for_a_key(world: &Arc<World>) -> (Student, Page) {
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    world.deliver_mail().await;
    (student, page)
}
