// The first sign-in by the keyboard alone, from P-01 to the service (WCAG 2.2, 2.1.1).
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeIn } from "../support/mailbox.mjs";
import { phone, world } from "./world.mjs";

const here = world();

/** Presses Tab until this has the focus, as somebody does who sees where it stands. */
async function reaches(tab, selector) {
  for (let presses = 0; presses < 30; presses += 1) {
    if (await tab.page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    await tab.page.keyboard.press("Tab");
  }
  assert.fail(`Tab never reaches ${selector} on ${tab.page.url()}`);
}

async function types(tab, fields) {
  for (const [name, text] of Object.entries(fields)) {
    await reaches(tab, `main [name="${name}"]`);
    await tab.page.keyboard.type(text);
  }
}

async function enter(tab) {
  const loaded = tab.page.waitForEvent("load");
  await tab.page.keyboard.press("Enter");
  await loaded;
}

async function presses(tab, selector) {
  await reaches(tab, selector);
  await enter(tab);
}

async function passesUniversity(tab, student) {
  await tab.sees("sign-in");
  await presses(tab, "button[value=sign-in]");
  if (tab.browser.knownAtUniversity) return;
  tab.browser.knownAtUniversity = true;
  await tab.sees("sign-in", { at: here.demo.university });
  await types(tab, { username: student.username, password: student.password });
  await enter(tab);
}

test("a new student gets to the certificate service by the keyboard alone", { timeout: 120_000 }, async () => {
  const student = here.student();
  const browser = await here.visitor({ width: phone });
  const tab = await browser.tab();
  await tab.goes(`${here.demo.service}/`);
  await presses(tab, "[data-link=login]");
  await passesUniversity(tab, student);

  await tab.sees("register-email");
  await types(tab, { email: student.email, email_confirmation: "another@mail.example" });
  await enter(tab);
  await tab.sees("register-email", { error: "E-22" });
  await reaches(tab, ".summary a");
  await tab.page.keyboard.press("Enter");
  assert.equal(await tab.page.evaluate(() => document.activeElement.name), "email_confirmation", "the summary leads to the field");
  await tab.page.keyboard.press("Control+A");
  await types(tab, { email_confirmation: student.email });
  await enter(tab);

  await tab.sees("email-sent");
  await types(tab, { code: codeIn(await here.demo.mails.next(student.email)) });
  await enter(tab);
  await tab.sees("email-registered");
  await presses(tab, "[data-link=sign-in]");

  await passesUniversity(tab, student);
  await tab.sees("set-second-password");
  await types(tab, { second_password: student.secondPassword, second_password_confirmation: student.secondPassword });
  await reaches(tab, "[data-reveal]");
  await tab.page.keyboard.press("Space");
  assert.equal(await tab.page.locator('[name="second_password"]').getAttribute("type"), "text", "what was typed is shown");
  await presses(tab, "main form button:not([type=button])");
  await tab.sees("message", { message: "second-password-set" });
  await presses(tab, "[data-link=ok]");

  await passesUniversity(tab, student);
  await tab.sees("second-password");
  await types(tab, { second_password: student.secondPassword });
  await enter(tab);
  await tab.sees("auth-key");
  await types(tab, { auth_key: await here.demo.mails.nextKey(student.email) });
  await enter(tab);
  await tab.seesService("print-destination");
  await browser.close();
});
