// One-time URLs and short codes: other devices, dead links, the waiting tab (journeys J-02, J-15, J-16).
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeIn, linkIn } from "../support/mailbox.mjs";
import { Visitor } from "../support/visitor.mjs";
import { desktop, phone, world } from "./world.mjs";

const here = world();

/** A tab that waits for its mail at P-03, and that mail. */
async function waiting(how, student = here.student()) {
  const browser = await here.visitor(how);
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.provesUniversity(student);
  await tab.sees("register-email");
  await tab.fills({ email: student.email, email_confirmation: student.email });
  await tab.presses();
  await tab.sees("email-sent");
  const mail = await here.demo.mails.next(student.email);
  return { browser, tab, student, mail, link: linkIn(mail) };
}

test("a link pressed on another device moves the waiting tab on by itself", async () => {
  const { browser, tab, link } = await waiting({ width: desktop });
  const other = await here.visitor({ width: phone });
  const second = await other.tab();
  await second.goes(link);
  await second.sees("confirm-link");
  await second.presses();
  await second.sees("email-registered");
  await tab.sees("email-registered");
  const names = (await other.context.cookies()).map((cookie) => cookie.name);
  assert.ok(!names.some((name) => name.endsWith("-session")), `pressing a link opens no session: ${names}`);
  await Promise.all([browser.close(), other.close()]);
});

test("without script the waiting tab moves on by its link", async () => {
  const { browser, tab, student, link } = await waiting({ script: false });
  await student.opensLink(link);
  await tab.sees("email-sent");
  await tab.follows("check");
  await tab.sees("email-registered");
  await browser.close();
});

test("the short code of the mail can be typed into the waiting tab instead", async () => {
  const { browser, tab, mail, student, link } = await waiting();
  const right = codeIn(mail);
  const wrong = right === "000000" ? "000001" : "000000";
  await tab.fills({ code: wrong });
  await tab.presses("confirm");
  await tab.sees("email-sent", { error: "E-67" });
  await tab.fills({ code: right });
  await tab.presses("confirm");
  await tab.sees("email-registered");
  const late = await student.visitor.get(link);
  assert.equal(late.id, "email-registered", "the link of an address that is confirmed shows the same page again");
  await browser.close();
});

test("five wrong short codes kill the code but not the link", async () => {
  const { browser, tab, mail, student, link } = await waiting();
  const right = codeIn(mail);
  const wrong = right === "000000" ? "000001" : "000000";
  for (let tries = 0; tries < 5; tries += 1) {
    await tab.fills({ code: wrong });
    await tab.presses("confirm");
    await tab.sees("email-sent", { error: tries < 4 ? "E-67" : "E-68" });
  }
  await tab.fills({ code: right });
  await tab.presses("confirm");
  await tab.sees("email-sent", { error: "E-68" });
  assert.equal((await student.opensLink(link)).id, "email-registered");
  await browser.close();
});

test("looking at a link changes nothing, however often and with whatever method", async () => {
  const { browser, student, link } = await waiting();
  const scanner = new Visitor();
  assert.equal((await scanner.send("HEAD", link)).status, 200);
  for (let times = 0; times < 20; times += 1) assert.equal((await scanner.get(link)).id, "confirm-link");
  assert.equal((await scanner.get(link.replace(/\/link\/(.*)$/, (_, token) => `/link/${token.toUpperCase()}`))).id, "confirm-link");
  assert.equal((await student.opensLink(link)).id, "email-registered");
  scanner.close();
  await browser.close();
});

test("a browser that only looks at a link registers nothing", async () => {
  const { browser, tab, link } = await waiting();
  const scanner = await here.visitor();
  const look = await scanner.tab();
  const sent = [];
  look.page.on("request", (request) => sent.push(request.method()));
  await look.goes(link);
  await look.page.waitForLoadState("networkidle");
  await look.sees("confirm-link");
  assert.ok(sent.every((method) => method === "GET"), `nothing sends itself: ${sent}`);
  await tab.follows("check");
  await tab.sees("email-sent");
  await Promise.all([browser.close(), scanner.close()]);
});

test("a corrected address makes the earlier link say that there is a newer mail", async () => {
  const { browser, tab, student, link } = await waiting();
  await tab.presses("correct");
  await tab.sees("register-email");
  const corrected = `new-${student.email}`;
  await tab.fills({ email: corrected, email_confirmation: corrected });
  await tab.presses();
  await tab.sees("email-sent");
  const newer = await here.demo.mails.nextLink(corrected);
  const other = await here.visitor();
  const second = await other.tab();
  await second.goes(link);
  await second.sees("link-invalid", { error: "E-32" });
  await second.goes(newer);
  await second.sees("confirm-link");
  await Promise.all([browser.close(), other.close()]);
});

test("a link cut short says how to copy it whole", async () => {
  const { browser, link } = await waiting();
  const other = await here.visitor({ width: desktop });
  const tab = await other.tab();
  await tab.goes(link.slice(0, -4));
  await tab.sees("link-invalid", { error: "E-33" });
  await tab.follows("retry");
  await tab.sees("sign-in");
  await Promise.all([browser.close(), other.close()]);
});

test("a used link shows the same end again, and its button does nothing twice", async () => {
  const { browser, link } = await waiting();
  const other = await here.visitor();
  const [first, second] = [await other.tab(), await other.tab()];
  await first.goes(link);
  await second.goes(link);
  await first.sees("confirm-link");
  await second.sees("confirm-link");
  await first.presses();
  await first.sees("email-registered");
  await second.presses();
  await second.sees("email-registered");
  await first.goes(link);
  await first.sees("email-registered");
  await Promise.all([browser.close(), other.close()]);
});
