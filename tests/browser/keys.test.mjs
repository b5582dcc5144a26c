// Wrong keys and wrong second passwords, to the end of every limit (journeys J-04, J-06).
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { world } from "./world.mjs";

const here = world();

async function atKeyPage(how) {
  const student = await here.registeredStudent();
  const browser = await here.visitor(how);
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.provesUniversity(student);
  await tab.provesSecondPassword(student);
  await tab.sees("auth-key");
  const key = await here.demo.mails.nextKey(student.email);
  return { student, browser, tab, key, wrong: key === "000000" ? "000001" : "000000" };
}

// side by side: each waits a minute for its second key
suite("認証キー再発行", { concurrency: 2 }, () => {
  for (const language of ["ja", "en"]) {
    test(`five wrong keys kill the key, a new one lets in (${language})`, { timeout: 180_000 }, async () => {
      const { student, browser, tab, key, wrong } = await atKeyPage({ language });
      for (let tries = 0; tries < 4; tries += 1) {
        await tab.entersKey(wrong);
        await tab.sees("auth-key", { error: "E-61" });
      }
      await tab.entersKey(wrong);
      await tab.sees("message", { message: "auth-key-invalid" });
      await tab.follows("ok");
      await tab.sees("auth-key");
      await tab.entersKey(key);
      await tab.sees("message", { message: "auth-key-invalid" });
      await tab.follows("ok");

      await tab.sees("auth-key");
      await reissued(tab);
      await tab.sees("message", { message: "auth-key-reissued" });
      await tab.follows("ok");
      await tab.sees("auth-key");
      await tab.entersKey(await here.demo.mails.nextKey(student.email));
      await tab.seesService("print-destination");
      await browser.close();
    });
  }
});

/** Presses 認証キー再発行; when it is too early, waits for the count-down on the page and presses again. */
async function reissued(tab) {
  await tab.presses("reissue");
  await tab.main().waitFor();
  const countdown = tab.page.locator("[data-vanish][data-seconds]");
  if ((await countdown.count()) === 0) return;
  await tab.sees("auth-key", { error: "E-63" });
  await countdown.waitFor({ state: "hidden", timeout: 70_000 });
  await tab.presses("reissue");
}

test("an empty key or one of another length is not counted", async () => {
  const { browser, tab, key } = await atKeyPage();
  for (const entry of ["", "12345", "1234567", "", "12", "x"]) {
    await tab.entersKey(entry);
    await tab.sees("auth-key", { error: "E-60" });
  }
  await tab.entersKey([...key].map((digit) => String.fromCodePoint(digit.codePointAt(0) + 0xfee0)).join(" "));
  await tab.seesService("print-destination");
  await browser.close();
});

test("five wrong second passwords lock for a while, and the right one makes no difference then", { timeout: 120_000 }, async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.provesUniversity(student);
  await tab.sees("second-password");
  for (let wrong = 1; wrong <= 4; wrong += 1) {
    await entersWhenItMay(tab, "Wrong4password");
    await tab.sees("second-password", { error: "E-50" });
    if (wrong < 3) continue;
    await entersSecondPassword(tab, student.secondPassword);
    await tab.sees("second-password", { error: "E-53" });
  }
  await entersWhenItMay(tab, "Wrong4password");
  await tab.sees("locked");
  await tab.startsAtService();
  await tab.provesUniversity(student);
  await tab.sees("locked");
  assert.match((await here.demo.mails.next(student.email)).subject, /ログイン失敗のお知らせ/);
  await browser.close();
});

async function entersSecondPassword(tab, second_password) {
  await tab.fills({ second_password });
  await tab.presses();
}

/** What is sent too early (E-53) is neither compared nor counted, so it may be sent over and over. */
async function entersWhenItMay(tab, secondPassword) {
  const until = Date.now() + 30_000;
  do await entersSecondPassword(tab, secondPassword);
  while (Date.now() < until && (await tab.errors()).includes("E-53"));
}

test("a wrong key is not shown again, and its field says so", async () => {
  const { browser, tab, wrong } = await atKeyPage({ script: false });
  await tab.entersKey(wrong);
  await tab.sees("auth-key", { error: "E-61" });
  assert.equal(await tab.page.locator('[name="auth_key"]').inputValue(), "", "a key is never shown again");
  assert.equal(await tab.page.locator('[name="auth_key"]').getAttribute("aria-invalid"), "true");
  await browser.close();
});
