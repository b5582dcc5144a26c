// A client's page watches the session from a frame (OpenID Connect Session Management 1.0): two origins, real postMessage.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { RelyingParty } from "../support/student.mjs";
import { desktop, world } from "./world.mjs";

const clientId = "watching-service";
const secret = "watching";
let server;

/** The client's page: it holds the provider's page in a frame and passes questions on. */
const page = (issuer) => `<!doctype html><title>client</title><main>client</main>
<iframe src="${issuer}/check-session" title="session" hidden></iframe>
<script>
  const frame = document.querySelector("iframe");
  const ready = new Promise((done) => frame.addEventListener("load", done, { once: true }));
  globalThis.ask = async (message) => {
    await ready;
    const answered = new Promise((done) => addEventListener("message", done, { once: true }));
    frame.contentWindow.postMessage(message, "${issuer}");
    const event = await answered;
    return [event.data, event.origin];
  };
</script>`;

const here = world({
  env: { IDP__POLICY__SESSION_MANAGEMENT: "true" },
  async clients(demo) {
    server = createServer((request, answer) => {
      answer.setHeader("content-type", "text/html; charset=utf-8");
      answer.end(page(demo.issuer));
    });
    server.listen(demo.sparePort);
    await once(server, "listening");
    const folder = await mkdtemp(join(tmpdir(), "idp-session-"));
    await writeFile(join(folder, "watching.toml"), `
client_id = "${clientId}"
client_name = "Watching"
redirect_uris = ["http://localhost:${demo.sparePort}/callback"]
grant_types = ["authorization_code"]
scope = "openid"
client_secret_sha256 = "${createHash("sha256").update(secret).digest("hex")}"
`);
    return folder;
  },
});
after(() => server?.close());

test("the frame says unchanged until the logout, and changed after it", { timeout: 120_000 }, async () => {
  const { issuer, sparePort } = here.demo;
  const origin = `http://localhost:${sparePort}`;
  const party = new RelyingParty(here.demo, { clientId, secret, redirectUri: `${origin}/callback`, scope: "openid" });
  const student = await here.registeredStudent();
  const browser = await here.visitor({ width: desktop });
  const tab = await browser.tab();

  const signsIn = async () => {
    await tab.goes(party.begin().url);
    await tab.provesUniversity(student);
    await tab.provesSecondPassword(student);
    if (new URL(tab.page.url()).origin === issuer) await tab.entersKey(await here.demo.mails.nextKey(student.email));
    return comesBack();
  };
  const comesBack = async () => {
    await tab.page.waitForURL((url) => url.origin === origin);
    const address = new URL(tab.page.url());
    return { state: address.searchParams.get("session_state"), error: address.searchParams.get("error") };
  };
  const asks = async (message, from = tab) => {
    const [said, who] = await from.page.evaluate((text) => globalThis.ask(text), message);
    assert.equal(who, issuer);
    return said;
  };

  const { state } = await signsIn();
  assert.ok(state && !state.includes(" "), state);
  assert.equal(await asks(`${clientId} ${state}`), "unchanged");
  assert.equal(await asks(`${clientId} ${state}`), "unchanged", "as often as it likes");
  assert.equal(await asks(`another ${state}`), "changed");
  for (const nonsense of ["", "no-blank", `${clientId} nonsense`, `${clientId} `, ` ${state}`]) {
    assert.equal(await asks(nonsense), "error", JSON.stringify(nonsense));
  }

  const stranger = await browser.tab();
  await stranger.goes(`http://127.0.0.1:${sparePort}/`);
  assert.equal(await asks(`${clientId} ${state}`, stranger), "changed", "another origin is another client");

  const other = await browser.tab();
  await other.goes(`${issuer}/logout`);
  await other.sees("confirm-sign-out");
  await other.presses("yes");
  await other.sees("signed-out");
  assert.equal(await asks(`${clientId} ${state}`), "changed");

  await tab.goes(party.begin({ prompt: "none" }).url);
  const without = await comesBack();
  assert.equal(without.error, "login_required");
  assert.equal(await asks(`${clientId} ${without.state}`), "unchanged", "signed out, and still so");
  assert.equal(await asks(`${clientId} ${state}`), "changed");

  const again = await signsIn();
  assert.equal(await asks(`${clientId} ${again.state}`), "unchanged");
  assert.equal(await asks(`${clientId} ${state}`), "changed", "another login is another state");
  await browser.close();
});
