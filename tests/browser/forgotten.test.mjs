// A forgotten second password, from the login to the new one (journeys J-09).
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeIn } from "../support/mailbox.mjs";
import { desktop, phone, world } from "./world.mjs";

const here = world();
const fresh = "Indigo4Lantern";

/** From P-07 to P-15, and the mail. */
async function asking(how) {
  const student = await here.registeredStudent();
  const browser = await here.visitor(how);
  const tab = await browser.tab();
  await tab.startsAtService();
  if (how.language === "en") await tab.choosesLanguage("en");
  await tab.provesUniversity(student);
  await tab.sees("second-password");
  await tab.follows("forgot");
  await tab.sees("forgot-second-password");
  await tab.fills({ email: "taro@" });
  await tab.presses();
  await tab.sees("forgot-second-password", { error: "E-21" });
  await tab.fills({ email: student.email });
  await tab.presses();
  await tab.sees("reset-email-sent");
  return { student, browser, tab };
}

for (const how of [{ width: phone }, { width: desktop, language: "en" }, { width: desktop }, { width: phone, language: "en" }]) {
  test(`the link of the mail leads to a new second password at ${how.width} px in ${how.language ?? "ja"}`, async () => {
    const { student, browser, tab } = await asking(how);
    const link = await here.demo.mails.nextLink(student.email);
    const mails = await browser.tab();
    await mails.goes(link);
    await mails.sees("reset-second-password");
    await mails.fills({ second_password: "abc", second_password_confirmation: "abd" });
    await mails.presses();
    await mails.sees("reset-second-password", { error: "E-46" });
    await mails.fills({ second_password: fresh, second_password_confirmation: fresh });
    await mails.presses();
    await mails.sees("message", { message: "second-password-changed" });
    const names = (await browser.context.cookies()).map((cookie) => cookie.name);
    assert.ok(!names.some((name) => name === "idp-demo-session"), `a reset opens no session: ${names}`);
    await tab.sees("reset-email-sent");
    await mails.follows("ok");
    student.secondPassword = fresh;
    await mails.provesUniversity(student);
    await mails.provesSecondPassword(student);
    await mails.sees("auth-key");
    await mails.goes(link);
    await mails.sees("link-invalid", { error: "E-31" });
    await browser.close();
  });
}

test("without script the short code leads to the form in the same tab", async () => {
  const { student, browser, tab } = await asking({ script: false });
  await tab.fills({ code: "000000" });
  await tab.presses();
  await tab.sees("reset-email-sent", { error: "E-67" });
  await tab.fills({ code: codeIn(await here.demo.mails.next(student.email)) });
  await tab.presses();
  await tab.sees("reset-second-password");
  await tab.fills({ second_password: fresh, second_password_confirmation: fresh });
  await tab.presses();
  await tab.sees("message", { message: "second-password-changed" });
  await browser.close();
});
