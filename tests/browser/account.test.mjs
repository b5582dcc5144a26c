// The account pages from the menu of the certificate service and back (journeys J-10, J-12, J-19).
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { desktop, phone, world } from "./world.mjs";

const here = world();

async function signedIn(how) {
  const student = await here.registeredStudent();
  const browser = await here.visitor(how);
  const tab = await browser.tab();
  await tab.signsIn(student);
  return { student, browser, tab };
}

const twoFactor = (tab) => tab.page.locator("[data-two-factor]").getAttribute("data-two-factor");

suite("二要素認証設定", () => {
  for (const how of [{ width: phone }, { width: desktop, language: "en" }, { width: phone, script: false }]) {
    const named = `${how.language ?? "ja"}, ${how.width} px${how.script === false ? ", no script" : ""}`;
    test(`off and on again, seen by the service at once (${named})`, { timeout: 120_000 }, async () => {
      const { student, browser, tab } = await signedIn(how);
      assert.equal(await twoFactor(tab), "enabled");
      await tab.follows("two-factor");
      await tab.sees("two-factor", { message: "disable-two-factor" });
      await tab.presses("no");
      await tab.seesService("print-destination");

      await tab.follows("two-factor");
      await tab.sees("two-factor", { message: "disable-two-factor" });
      await tab.presses("yes");
      await tab.sees("confirm-second-password");
      await tab.fills({ second_password: "Wrong7Harbor" });
      await tab.presses();
      await tab.sees("confirm-second-password", { error: "E-50" });
      await tab.fills({ second_password: student.secondPassword });
      await tab.presses();
      await tab.sees("message", { message: "two-factor-disabled" });
      await tab.follows("ok");
      await tab.seesService("print-destination");
      assert.equal(await twoFactor(tab), "disabled");

      await tab.follows("two-factor");
      await tab.sees("two-factor", { message: "enable-two-factor" });
      await tab.presses("yes");
      await tab.sees("message", { message: "two-factor-enabled" });
      await tab.page.goBack();
      await tab.sees("two-factor", { message: "disable-two-factor" });
      await tab.presses("no");
      await tab.seesService("print-destination");
      assert.equal(await twoFactor(tab), "enabled");
      await browser.close();
    });
  }
});

suite("メニュー", () => {
  for (const how of [{ width: phone, language: "en" }, { width: desktop }]) {
    test(`sessions are ended, then one logs out (${how.language ?? "ja"}, ${how.width} px)`, { timeout: 120_000 }, async () => {
      const { student, browser, tab } = await signedIn(how);
      const elsewhere = await here.visitor({ ...how, width: phone });
      const there = await elsewhere.tab();
      await there.signsIn(student);

      await tab.goes(`${here.demo.issuer}/account`);
      await tab.sees("account");
      await tab.follows("sessions");
      await tab.sees("sessions");
      assert.equal(await tab.page.locator("[data-here]").count(), 1);
      await tab.presses("end-others");
      await tab.sees("sessions");
      assert.equal(await tab.button("end-others").count(), 0);
      await there.goes(`${here.demo.issuer}/account`);
      await there.sees("sign-in");

      await tab.presses("revoke");
      await tab.sees("sessions");
      await tab.follows("back");
      await tab.sees("account");
      await tab.follows("logout");
      await tab.sees("confirm-sign-out");
      await tab.presses("no");
      await tab.sees("account");
      await tab.follows("logout");
      await tab.presses("yes");
      await tab.sees("signed-out");
      await Promise.all([browser.close(), elsewhere.close()]);
    });
  }
});

test("a bookmark of an account page signs in first and comes back to it", { timeout: 120_000 }, async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.goes(`${here.demo.issuer}/account/two-factor`);
  await tab.provesUniversity(student);
  await tab.provesSecondPassword(student);
  await tab.sees("auth-key");
  await tab.entersKey(await here.demo.mails.nextKey(student.email));
  await tab.sees("two-factor", { message: "disable-two-factor" });
  await tab.presses("no");
  await tab.sees("account");
  await browser.close();
});
