//! The states of turning two-factor on and off (J-10).

use std::time::Duration;

use super::states::{Scene, State};
use crate::{
    account,
    support::{Student, clock::MINUTE, student::SECOND_PASSWORD},
};

/// Another browser that came at once would be taken for one that refuses cookies.
const A_MOMENT: Duration = MINUTE;

impl State {
    pub async fn switching(self, mut student: Student) -> Scene {
        student.signs_in().await;
        if self == Self::SendKeyToSwitchOff {
            student.world.clock.pass(16 * MINUTE);
        }
        let question = account::opens(&mut student, "two-factor").await;
        if self == Self::TwoFactor {
            return Scene::at(student, None, question).pressing("yes");
        }
        let pressed = student.browser.press(&question, &[], "yes").await;
        student.world.clock.pass(A_MOMENT);
        if self == Self::KeyToSwitchOn {
            let key = student.key().await;
            return Scene::at(student, Some(question), pressed).typing(&[("auth_key", &key)]).pressing("verify");
        }
        if self == Self::TwoFactorEnabled {
            return Scene::at(student, Some(question), pressed);
        }
        if self == Self::SendKeyToSwitchOff {
            let page = student.enters_second_password(&pressed, SECOND_PASSWORD).await;
            student.world.clock.pass(A_MOMENT);
            return Scene::at(student, Some(pressed), page);
        }
        let question = account::opens(&mut student, "two-factor").await;
        let confirm = student.browser.press(&question, &[], "yes").await;
        if self == Self::ConfirmSecondPassword {
            return Scene::at(student, Some(question), confirm).typing(&[("second_password", SECOND_PASSWORD)]);
        }
        let done = student.enters_second_password(&confirm, SECOND_PASSWORD).await;
        Scene::at(student, Some(confirm), done)
    }
}
