// Authlib (Python) as the relying party: code with PKCE, a verified ID token, userinfo, refresh, logout.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { Demo } from "../support/demo.mjs";
import { RelyingParty, Student } from "../support/student.mjs";

const python = process.env.IDP_TEST_PYTHON ?? join(import.meta.dirname, ".venv/bin/python");
const callback = "https://rp.example/callback";
const clients = {
  "web-basic": { secret: "a secret of the tests, by basic", method: "client_secret_basic" },
  "web-post": { secret: "a secret of the tests, by post", method: "client_secret_post" },
};
let demo;

before(async () => {
  demo = await Demo.start({ clients: join(import.meta.dirname, "registered") });
});
after(() => demo?.stop());

/** The Python program, spoken to by one JSON object a line. */
function authlib(start) {
  const child = spawn(python, [join(import.meta.dirname, "authlib_client.py")], {
    // The demo speaks plain http on loopback.
    env: { ...process.env, AUTHLIB_INSECURE_TRANSPORT: "1" }, stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const tell = (what) => child.stdin.write(`${JSON.stringify(what)}\n`);
  const hear = async () => {
    const { value, done } = await lines.next();
    assert.ok(!done, "the Python program ended early");
    return JSON.parse(value);
  };
  tell(start);
  return { tell, hear };
}

for (const [number, [clientId, { secret, method }]] of Object.entries(clients).entries()) {
  test(`${clientId}: sign-in, userinfo, refresh, and nothing after logout`, async () => {
    const party = new RelyingParty(demo, { clientId, secret, redirectUri: callback });
    const student = await new Student(demo, number + 1, party).registers();
    const client = authlib({ issuer: demo.issuer, client_id: clientId, secret, method, redirect_uri: callback });
    const { url } = await client.hear();
    client.tell({ callback: await student.walks(url) });
    const seen = await client.hear();
    assert.equal(seen.claims.iss, demo.issuer);
    assert.equal(seen.claims.aud, clientId);
    assert.equal(seen.userinfo.email, student.email);
    assert.equal(seen.userinfo.sub, seen.claims.sub);
    assert.deepEqual(seen.again, seen.userinfo);
    assert.equal(seen.rotated, true);

    const logout = new URL(seen.end_session_endpoint);
    logout.search = new URLSearchParams({ id_token_hint: seen.id_token, post_logout_redirect_uri: "https://rp.example/signed-out" });
    const end = await student.visitor.get(logout.href, (to) => to.startsWith("https://rp.example"));
    assert.equal(end.location, "https://rp.example/signed-out");
    client.tell({});
    assert.deepEqual(await client.hear(), { error: "invalid_grant" });
  });
}
