// The first sign-in of a student, from the certificate service and back to it (journeys J-01 to J-05, J-11, J-15).
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeIn, linkIn } from "../support/mailbox.mjs";
import { desktop, phone, world } from "./world.mjs";

const here = world();

for (const language of ["ja", "en"]) {
  for (const width of [phone, desktop]) {
    test(`check 1: a new student gets to the certificate service (${language}, ${width} px)`, async () => {
      await firstSignIn({ language, width, script: true });
    });
  }
  test(`check 2: a new student gets there without script (${language})`, async () => {
    await firstSignIn({ language, width: phone, script: false });
  });
}

async function firstSignIn(how) {
  const { demo } = here;
  const student = here.student();
  const browser = await here.visitor({ ...how, language: how.language });
  const tab = await browser.tab();

  await tab.startsAtService();
  await tab.sees("sign-in");
  assert.match(await tab.page.locator("main").innerText(), how.language === "ja" ? /注意事項は必ずお読みください/ : /read the notices/);
  await tab.provesUniversity(student);

  await tab.sees("register-email");
  await tab.fills({ email: student.email, email_confirmation: student.email });
  await tab.presses();
  await tab.sees("email-sent");
  assert.match(await tab.page.locator("main").innerText(), new RegExp(student.email), "the address just typed is shown in full");
  const mail = await demo.mails.next(student.email);
  assert.match(mail.subject, how.language === "ja" ? /メールアドレス登録のご確認/ : /Confirm your e-mail address/);
  assert.match(codeIn(mail), /^\d{6}$/);
  await tab.goes(linkIn(mail));
  await tab.sees("confirm-link");
  await tab.presses();
  await tab.sees("email-registered");
  await tab.follows("sign-in");

  await tab.provesUniversity(student);
  await tab.sees("set-second-password");
  await tab.fills({ second_password: student.secondPassword, second_password_confirmation: student.secondPassword });
  await tab.presses();
  await tab.sees("message", { message: "second-password-set" });
  await tab.follows("ok");

  await tab.provesUniversity(student);
  await tab.provesSecondPassword(student);
  await tab.sees("auth-key");
  await tab.entersKey(await demo.mails.nextKey(student.email));

  await tab.seesService("print-destination");
  assert.equal(await tab.fact("acr"), "urn:idp:acr:auth-key");
  assert.equal(await tab.fact("amr"), "pwd, otp");
  assert.equal(await tab.claim("email"), student.email);
  assert.equal(await tab.claim("email_verified"), "true");
  assert.equal(await tab.claim("preferred_username"), student.username);
  assert.equal(await tab.claim("locale"), how.language);
  assert.equal(await tab.claim("two_factor_enabled"), "true");
  await browser.close();
}

test("check 3: the language chosen on the sign-in page holds through the pages, the mail and the service", async () => {
  const student = here.student();
  const browser = await here.visitor({ language: "ja" });
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.sees("sign-in");
  await tab.choosesLanguage("en");
  tab.how = { ...tab.how, language: "en" };
  await tab.sees("sign-in");
  await tab.provesUniversity(student);
  await tab.sees("register-email");
  await tab.fills({ email: student.email, email_confirmation: student.email });
  await tab.presses();
  await tab.sees("email-sent");
  assert.match((await here.demo.mails.next(student.email)).subject, /Confirm your e-mail address/);
  await browser.close();
});

test("a language chosen while typing keeps the user ID and empties the password", async () => {
  const browser = await here.visitor({ language: "ja" });
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.sees("sign-in");
  await tab.presses("sign-in");
  await tab.sees("sign-in", { at: here.demo.university });
  await tab.fills({ username: "s2025001", password: "half typ" });
  await tab.choosesLanguage("en");
  await tab.sees("sign-in", { at: here.demo.university, language: "en" });
  assert.equal(await tab.page.locator('[name="username"]').inputValue(), "s2025001");
  assert.equal(await tab.page.locator('[name="password"]').inputValue(), "");
  await browser.close();
});

test("without script the language is changed by its button", async () => {
  const browser = await here.visitor({ language: "ja", script: false });
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.sees("sign-in");
  await tab.page.locator('select[name="ui_locale"]').selectOption("en");
  await tab.presses("set-language");
  await tab.sees("sign-in", { language: "en" });
  await browser.close();
});
