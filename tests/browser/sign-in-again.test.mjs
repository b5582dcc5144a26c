// Later sign-ins: only what is due, single sign-on, several tabs, the back button, logging out (journeys J-04, J-12 to J-14).
import assert from "node:assert/strict";
import { test } from "node:test";
import { referenceIn, keyIn } from "../support/mailbox.mjs";
import { desktop, world } from "./world.mjs";

const here = world();
const ours = (tab) => tab.shown.filter((url) => url.startsWith(here.demo.issuer)).map((url) => new URL(url).pathname);

test("a later sign-in asks for the second password and the key, and for nothing else", async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor({ width: desktop });
  const tab = await browser.tab();
  await tab.signsIn(student);
  assert.equal(ours(tab).length, 3, `P-01, P-07 and P-08: ${ours(tab)}`);
  await browser.close();
});

test("with a live session no page is shown, and a stronger wish is met already", async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.signsIn(student);
  const subject = await tab.claim("sub");
  tab.shown.length = 0;
  await tab.goes(`${here.demo.service}/login`);
  await tab.seesService("print-destination");
  await tab.goes(`${here.demo.service}/login?acr=urn:idp:acr:auth-key`);
  await tab.seesService("print-destination");
  assert.deepEqual(ours(tab), []);
  assert.equal(await tab.claim("sub"), subject);
  await browser.close();
});

test("two tabs at the key page have references of their own, and a key typed in the wrong tab is wrong", async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor();
  const tabs = [];
  const mails = [];
  for (let count = 0; count < 2; count += 1) {
    const tab = await browser.tab();
    await tab.startsAtService();
    await tab.provesUniversity(student);
    await tab.provesSecondPassword(student);
    await tab.sees("auth-key");
    tabs.push(tab);
    mails.push(await here.demo.mails.next(student.email, (mail) => referenceIn(mail)));
  }
  const [first, second] = tabs;
  assert.notEqual(await first.reference(), await second.reference());
  assert.equal(await first.reference(), referenceIn(mails[0]));
  assert.equal(await second.reference(), referenceIn(mails[1]));

  await first.entersKey(keyIn(mails[1]));
  await first.sees("auth-key", { error: "E-61" });
  await first.entersKey(keyIn(mails[0]));
  await first.seesService("print-destination");

  await second.entersKey(keyIn(mails[1]));
  await second.sees("already-signed-in");
  await second.presses("continue");
  await second.seesService("print-destination");
  await browser.close();
});

test("back from the service leads to 続ける, not to an error", async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.signsIn(student);
  await tab.page.goBack();
  await tab.sees("already-signed-in");
  await tab.presses("continue");
  await tab.seesService("print-destination");
  await browser.close();
});

test("戻る restarts the login with the same request", async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.provesUniversity(student);
  await tab.sees("second-password");
  const before = new URL(tab.page.url()).pathname.split("/")[2];
  await tab.follows("back");
  await tab.sees("sign-in");
  assert.notEqual(new URL(tab.page.url()).pathname.split("/")[2], before, "a new support code");
  await tab.provesUniversity(student);
  await tab.provesSecondPassword(student);
  await tab.sees("auth-key");
  await tab.follows("lost-mailbox");
  await tab.sees("lost-mailbox");
  await tab.page.goBack();
  await tab.sees("auth-key");
  await tab.entersKey(await here.demo.mails.nextKey(student.email));
  await tab.seesService("print-destination");
  await browser.close();
});

test("reload of the key page sends no second mail and counts nothing", async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.provesUniversity(student);
  await tab.provesSecondPassword(student);
  await tab.sees("auth-key");
  const key = await here.demo.mails.nextKey(student.email);
  const mails = (await here.demo.mails.all(student.email)).length;
  const reference = await tab.reference();
  for (let times = 0; times < 6; times += 1) await tab.page.reload();
  await tab.sees("auth-key");
  assert.equal(await tab.reference(), reference);
  assert.equal((await here.demo.mails.all(student.email)).length, mails);
  await tab.entersKey(key);
  await tab.seesService("print-destination");
  await browser.close();
});

test("logging out at the service ends both sessions without a question", async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.signsIn(student);
  await tab.page.locator('nav [data-link="logout"]').click({ noWaitAfter: true });
  await tab.seesService("signed-out");
  await tab.page.goBack();
  await tab.goes(`${here.demo.service}/login`);
  await tab.sees("sign-in");
  await browser.close();
});

for (const script of [true, false]) {
  test(`logging out at the provider asks first (${script ? "with" : "without"} script)`, async () => {
    const student = await here.registeredStudent();
    const browser = await here.visitor({ script });
    const tab = await browser.tab();
    await tab.signsIn(student);
    await tab.goes(`${here.demo.issuer}/logout`);
    await tab.sees("confirm-sign-out");
    await tab.presses("yes");
    await tab.sees("signed-out");
    await tab.follows("sign-in");
    await tab.sees("sign-in");
    await browser.close();
  });
}
