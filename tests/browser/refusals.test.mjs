// What is refused, and that nobody is left at a dead end (journeys J-01, J-02, J-03, J-14, J-17).
import assert from "node:assert/strict";
import { test } from "node:test";
import { RelyingParty } from "../support/student.mjs";
import { Visitor } from "../support/visitor.mjs";
import { desktop, phone, world } from "./world.mjs";

const here = world();
const party = () => new RelyingParty(here.demo, {
  clientId: "certificate-service", secret: "demo-secret", redirectUri: `${here.demo.service}/callback`,
});

for (const [language, width] of [["ja", phone], ["en", desktop]]) {
  test(`staff who do not study are told so and sent back (${language})`, async () => {
    const browser = await here.visitor({ language, width });
    const tab = await browser.tab();
    await tab.startsAtService();
    await tab.provesUniversity({ username: "s2024001", password: "university" });
    await tab.sees("not-eligible");
    await browser.close();
  });
}

test("a wrong university password is refused on the university's page, and a full-width user ID is read", async () => {
  const student = here.student();
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.sees("sign-in");
  await tab.presses("sign-in");
  await tab.sees("sign-in", { at: here.demo.university });
  await tab.presses("sign-in");
  await tab.sees("sign-in", { at: here.demo.university, error: "E-05" });
  const wide = [...student.username].map((letter) => String.fromCodePoint(letter.codePointAt(0) + 0xfee0)).join("");
  await tab.fills({ username: wide, password: "wrong" });
  await tab.presses("sign-in");
  await tab.sees("sign-in", { at: here.demo.university, error: "E-06" });
  await tab.fills({ username: wide, password: student.password });
  await tab.presses("sign-in");
  await tab.sees("register-email");
  await browser.close();
});

test("each mistake in the address is named at its field", async () => {
  const student = here.student();
  const browser = await here.visitor({ width: desktop });
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.provesUniversity(student);
  for (const [email, email_confirmation, error] of [
    ["", "", "E-20"], ["no address", "no address", "E-21"], ["a@mail.example", "b@mail.example", "E-22"],
    ["a..b@example.com", "a..b@example.com", "E-23"],
  ]) {
    await tab.sees("register-email");
    await tab.fills({ email, email_confirmation });
    await tab.presses();
    await tab.sees("register-email", { error });
    assert.equal(await tab.page.locator('[name="email"]').inputValue(), email, "what was typed stays");
  }
  await tab.fills({ email: "a..b@docomo.ne.jp", email_confirmation: "a..b@docomo.ne.jp" });
  await tab.presses();
  await tab.sees("email-sent");
  await browser.close();
});

test("each broken rule of the second password is named", async () => {
  const student = here.student();
  await student.asksForLink(await student.signsIn());
  await student.opensLink(await here.demo.mails.nextLink(student.email));
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.provesUniversity(student);
  for (const [password, again, errors] of [
    ["", "", ["E-40", "E-41", "E-42", "E-43"]],
    ["short1A", "short1A", ["E-40"]],
    ["alllower7", "alllower7", ["E-41"]],
    ["ALLUPPER7", "ALLUPPER7", ["E-42"]],
    ["NoDigitHere", "NoDigitHere", ["E-43"]],
    ["With-sign7", "With-sign7", ["E-44"]],
    ["Ｓakura7hanami", "Ｓakura7hanami", ["E-45"]],
    ["Sakura7hanami", "Sakura8hanami", ["E-46"]],
    ["Password1", "Password1", ["E-48"]],
    [`X${student.username}y`, `X${student.username}y`, ["E-48"]],
    [`Aa1${"b".repeat(126)}`, `Aa1${"b".repeat(126)}`, ["E-52"]],
  ]) {
    await tab.sees("set-second-password");
    await tab.fills({ second_password: password, second_password_confirmation: again });
    await tab.presses();
    await tab.sees("set-second-password", { error: errors[0] });
    const said = await tab.errors();
    for (const error of errors) assert.ok(said.includes(error), `${password}: ${error} is missing in ${said}`);
    assert.equal(await tab.page.locator('[name="second_password"]').inputValue(), "", "a password is never shown again");
  }
  await browser.close();
});

test("a double click acts once", async () => {
  const student = here.student();
  for (const script of [true, false]) {
    const browser = await here.visitor({ script });
    const tab = await browser.tab();
    await tab.startsAtService();
    await tab.provesUniversity(student);
    await tab.sees("register-email");
    const email = `${script}-${student.email}`;
    await tab.fills({ email, email_confirmation: email });
    await tab.page.locator("main form button:not([type=button])").first().dblclick({ noWaitAfter: true });
    await tab.sees("email-sent");
    await here.demo.mails.nextLink(email);
    assert.equal((await here.demo.mails.all(email)).length, 1, "one mail");
    await browser.close();
  }
});

test("a browser that refuses cookies is told so", async () => {
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.sees("sign-in");
  await browser.context.clearCookies();
  await tab.presses("sign-in");
  await tab.sees("error", { error: "E-03" });
  await browser.close();
});

test("an unknown client or redirect address gets a page and no redirect", async () => {
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.goes(party().begin({ client_id: "nobody" }).url);
  await tab.sees("error", { error: "E-01" });
  await tab.goes(party().begin({ redirect_uri: `${here.demo.service}/callback/more` }).url);
  await tab.sees("error", { error: "E-01" });
  await browser.close();
});

test("an address that does not exist is an error page with a way back", async () => {
  const browser = await here.visitor({ language: "en", width: desktop });
  const tab = await browser.tab();
  await tab.goes(`${here.demo.issuer}/no-such-page`);
  await tab.sees("error", { error: "E-12" });
  await browser.close();
});

test("the bare address of the provider leads to the service's login", async () => {
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.goes(`${here.demo.issuer}/`);
  await tab.sees("sign-in");
  await browser.close();
});

test("another Host is misdirected", async () => {
  const visitor = new Visitor();
  for (const host of ["evil.example", `localhost:${here.demo.port + 7}`, "127.0.0.1:1"]) {
    const answer = await visitor.send("GET", `${here.demo.issuer}/.well-known/openid-configuration`, { headers: { host } });
    assert.equal(answer.status, 421, host);
  }
  visitor.close();
});

test("a form without its token, or from another site, does nothing", async () => {
  const visitor = new Visitor();
  const page = await visitor.get(party().begin().url);
  assert.equal(page.id, "sign-in");
  const form = page.form("action", "sign-in");
  const bare = await visitor.send("POST", form.url, { fields: { action: "sign-in" } });
  assert.ok(!(bare.location ?? "").startsWith(here.demo.university), "no token");
  form.fields.set("action", "sign-in");
  const foreign = await visitor.send("POST", form.url, {
    fields: form.fields, headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
  });
  assert.ok(!(foreign.location ?? "").startsWith(here.demo.university), "another site");
  const own = await visitor.send("POST", form.url, { fields: form.fields });
  assert.ok(own.location.startsWith(here.demo.university), "our own form goes on");
  visitor.close();
});

test("a state of 64 KiB is refused, not cut", async () => {
  const visitor = new Visitor();
  const state = "s".repeat(64 * 1024);
  const long = await visitor.send("GET", party().begin({ state }).url);
  assert.ok(long.status >= 400 && long.status < 500, `GET: ${long.status}`);
  const url = new URL(party().begin({ state }).url);
  const post = await visitor.follow(
    await visitor.send("POST", `${here.demo.issuer}/authorize`, { fields: url.searchParams }), (to) => party().isBack(to));
  assert.ok(post.status >= 400 || /error=invalid_request/.test(post.location), `POST: ${post.status} ${post.location}`);
  visitor.close();
});

test("an old tab of the sign-in page without a live login starts anew", async () => {
  const browser = await here.visitor();
  const tab = await browser.tab();
  await tab.startsAtService();
  await tab.sees("sign-in");
  const old = tab.page.url();
  await browser.context.clearCookies();
  await tab.goes(old);
  await tab.sees("sign-in");
  assert.notEqual(tab.page.url(), old);
  await browser.close();
});
