// P-31: a client that is not first-party asks what people agree to (SR-60).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { RelyingParty } from "../support/student.mjs";
import { desktop, phone, world } from "./world.mjs";

const secret = "a secret of the reading room";
const logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 48" width="96" height="48"><rect width="96" height="48" rx="8" fill="#00428c"/><circle cx="24" cy="24" r="12" fill="#fff"/></svg>';
let folder;
let room;

/** The reading room: on a host of its own, with a logo. */
class ReadingRoom {
  constructor(port) {
    this.origin = `http://127.0.0.1:${port}`;
    this.callback = `${this.origin}/callback`;
    this.pictures = [];
    this.server = createServer((request, response) => {
      if (request.url === "/logo.svg") {
        this.pictures.push(request.headers);
        response.writeHead(200, { "content-type": "image/svg+xml" }).end(logo);
        return;
      }
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" })
        .end('<!doctype html><html lang="ja"><title>閲覧室</title><main data-page="reading-room"><h1>閲覧室</h1></main>');
    });
    this.server.listen(port, "127.0.0.1");
  }

  file() {
    return `"client_name#ja" = "電子図書館 閲覧室"
"client_name#en" = "Digital Library Reading Room"
"client_name#zh-CN" = "电子图书馆阅览室"
"client_name#ko" = "전자도서관 열람실"
redirect_uris = ["${this.callback}"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid profile email student offline_access"
token_endpoint_auth_method = "client_secret_basic"
client_secret_sha256 = "${createHash("sha256").update(secret).digest("hex")}"
logo_uri = "${this.origin}/logo.svg"
policy_uri = "${this.origin}/privacy"
tos_uri = "${this.origin}/terms"
consent = "ask"
`;
  }
}

const here = world({
  async clients(demo) {
    room = new ReadingRoom(demo.sparePort);
    folder = await mkdtemp(join(tmpdir(), "reading-room-"));
    await writeFile(join(folder, "reading-room.toml"), room.file());
    return folder;
  },
});
after(async () => {
  room?.server.close();
  if (folder) await rm(folder, { recursive: true });
});

const party = (scope) => new RelyingParty(here.demo, { clientId: "reading-room", secret, redirectUri: room.callback, scope });

/** To the page by a whole login. */
async function reaches(tab, student, more = {}, scope = "openid profile email student offline_access") {
  const request = party(scope).begin({ ui_locales: tab.how.language, ...more });
  await tab.goes(request.url);
  await tab.provesUniversity(student);
  await tab.provesSecondPassword(student);
  await tab.sees("auth-key");
  await tab.entersKey(await here.demo.mails.nextKey(student.email));
  await tab.sees("consent");
  return request;
}

const answer = (tab) => Object.fromEntries(new URL(tab.page.url()).searchParams);
const items = (tab) => tab.page.locator("main [data-scope]").evaluateAll((all) => all.map((one) => one.dataset.scope));

for (const how of [
  { width: phone }, { width: desktop, language: "en" }, { width: phone, language: "zh-CN" },
  { width: desktop, language: "ko" }, { width: phone, script: false },
]) {
  const named = `${how.language ?? "ja"}, ${how.width} px${how.script === false ? ", no script" : ""}`;
  test(`one agrees, is remembered, and takes it back (${named})`, { timeout: 120_000 }, async () => {
    const student = await here.registeredStudent();
    const browser = await here.visitor(how);
    const tab = await browser.tab();
    const seen = room.pictures.length;
    const request = await reaches(tab, student);
    assert.deepEqual(await items(tab), ["openid", "profile", "email", "student", "offline_access"]);
    assert.ok(await tab.page.locator("img.logo").evaluate((picture) => picture.complete && picture.naturalWidth > 0), "the logo is shown");
    const [picture] = room.pictures.slice(seen);
    assert.equal(picture.referer, undefined, "the client's host does not learn which page shows it");
    assert.equal(picture.cookie, undefined);
    assert.equal(await tab.link("policy").getAttribute("href"), `${room.origin}/privacy`);
    await tab.presses("allow");
    await tab.page.waitForURL((url) => url.origin === room.origin);
    assert.equal(answer(tab).state, request.state);
    assert.ok(answer(tab).code);

    await tab.goes(party("openid email").begin({ prompt: "none" }).url);
    assert.ok(answer(tab).code, "it is remembered");

    await tab.goes(`${here.demo.issuer}/account/sessions?ui_locales=${tab.how.language}`);
    await tab.sees("sessions");
    await tab.presses("revoke");
    await tab.sees("sessions");
    assert.equal(await tab.button("revoke").count(), 0);
    await tab.goes(party("openid email").begin({ prompt: "none" }).url);
    assert.equal(answer(tab).error, "consent_required");
    await browser.close();
  });
}

test("who does not agree goes back with a refusal, and goes back in the browser without harm", { timeout: 120_000 }, async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor();
  const tab = await browser.tab();
  await reaches(tab, student, {}, "openid email");
  await tab.presses("deny");
  await tab.page.waitForURL((url) => url.origin === room.origin);
  assert.equal(answer(tab).error, "access_denied");
  await tab.page.goBack();
  await tab.page.waitForLoadState();
  assert.notEqual(await tab.main().getAttribute("data-page"), "error", "a page with a way on");
  await browser.close();
});

test("a session that lacks only the agreement is asked for nothing else, and Enter agrees", { timeout: 120_000 }, async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor({ width: desktop });
  const tab = await browser.tab();
  await tab.signsIn(student);
  await tab.goes(party("openid email").begin({ claims: JSON.stringify({ userinfo: { name: { essential: true } } }) }).url);
  await tab.sees("consent");
  assert.equal(await tab.page.locator('[data-claim="name"]').innerText(), "氏名");
  await tab.page.reload();
  await tab.sees("consent");
  await tab.button("allow").focus();
  await tab.page.keyboard.press("Enter");
  await tab.page.waitForURL((url) => url.origin === room.origin);
  assert.ok(answer(tab).code);
  await browser.close();
});
