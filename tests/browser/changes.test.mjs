// The address and the second password are changed from the menu (journeys J-07, J-08).
import { test } from "node:test";
import { codeIn } from "../support/mailbox.mjs";
import { desktop, phone, world } from "./world.mjs";

const here = world();
const fresh = "Indigo4Lantern";

/** Signed in, at an account page called by the service. */
async function at(page, how) {
  const student = await here.registeredStudent();
  const browser = await here.visitor(how);
  const tab = await browser.tab();
  await tab.startsAtService();
  if (how.language === "en") await tab.choosesLanguage("en");
  await tab.provesUniversity(student);
  await tab.provesSecondPassword(student);
  await tab.sees("auth-key");
  await tab.entersKey(await here.demo.mails.nextKey(student.email));
  await tab.seesService("print-destination");
  await tab.goes(`${here.demo.issuer}/account/${page}?client_id=certificate-service&ui_locales=${how.language ?? "ja"}`);
  return { student, browser, tab };
}

for (const how of [{ width: phone }, { width: desktop, language: "en" }]) {
  test(`the second password is changed at ${how.width} px in ${how.language ?? "ja"}`, async () => {
    const { student, browser, tab } = await at("second-password", how);
    await tab.sees("change-second-password");
    const typed = { second_password: fresh, second_password_confirmation: fresh };
    await tab.fills({ current_second_password: "Wrong7Harbor", ...typed });
    await tab.presses();
    await tab.sees("change-second-password", { error: "E-51" });
    await tab.fills({ current_second_password: student.secondPassword, ...typed });
    await tab.presses();
    await tab.sees("message", { message: "second-password-changed" });
    await tab.follows("ok");
    await tab.sees("account");
    await browser.close();
  });

  test(`the address is changed by a press on another device at ${how.width} px in ${how.language ?? "ja"}`, async () => {
    const { student, browser, tab } = await at("email", how);
    await tab.sees("change-email");
    await tab.fills({ email: student.email, email_confirmation: student.email });
    await tab.presses();
    await tab.sees("change-email", { error: "E-28" });
    const email = `new-${student.username}@mail.example`;
    await tab.fills({ email, email_confirmation: email });
    await tab.presses();
    await tab.sees("email-sent");
    const other = await here.visitor(how);
    const second = await other.tab();
    await second.goes(await here.demo.mails.nextLink(email));
    await second.sees("confirm-link", { titled: "confirm-change" });
    await second.presses();
    await second.sees("email-changed");
    await tab.sees("email-changed");
    await Promise.all([browser.close(), other.close()]);
  });
}

test("without script the short code changes the address in the same tab", async () => {
  const { student, browser, tab } = await at("email", { script: false });
  await tab.sees("change-email");
  const email = `new-${student.username}@mail.example`;
  await tab.fills({ email, email_confirmation: email });
  await tab.presses();
  await tab.sees("email-sent");
  await tab.fills({ code: codeIn(await here.demo.mails.next(email)) });
  await tab.presses("confirm");
  await tab.sees("email-changed");
  await browser.close();
});
