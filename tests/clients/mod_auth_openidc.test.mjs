// Apache with mod_auth_openidc before a protected page: sign-in, claims, refresh, logout, back-channel logout.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setInterval } from "node:timers/promises";
import { Demo } from "../support/demo.mjs";
import { RelyingParty, Student } from "../support/student.mjs";

const modules = process.env.IDP_TEST_APACHE_MODULES ?? "/usr/lib/apache2/modules";
const secret = randomBytes(32).toString("base64url");
let folder;
let demo;
let apache;
let site;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "idp-apache-"));
  demo = await Demo.start({ clients: register });
  site = `http://localhost:${demo.sparePort}`;
  await mkdir(join(folder, "site/private"), { recursive: true });
  await writeFile(join(folder, "site/private/page"), "for students only");
  await writeFile(join(folder, "site/goodbye"), "goodbye");
  await chmod(folder, 0o755); // Apache reads as another user
  await writeFile(join(folder, "apache.conf"), configuration());
  apache = spawn("/usr/sbin/apache2", ["-f", join(folder, "apache.conf"), "-X"], { stdio: ["ignore", "inherit", "inherit"] });
  for await (const _ of setInterval(25)) {
    if (apache.exitCode !== null) throw new Error("Apache ended at once");
    if (await answers(demo.sparePort)) break;
  }
});

after(async () => {
  if (apache && apache.exitCode === null) {
    apache.kill("SIGTERM");
    await once(apache, "exit");
  }
  await demo?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const answers = (port) => new Promise((done) => {
  const socket = connect(port, "127.0.0.1", () => { socket.destroy(); done(true); });
  socket.once("error", () => done(false));
});

/** The client's file, for a redirect URI on a port that is known only now. */
async function register(at) {
  const registered = join(folder, "clients");
  await mkdir(registered);
  const here = `http://localhost:${at.sparePort}`;
  await writeFile(join(registered, "apache.toml"), `
client_name = "Apache"
redirect_uris = ["${here}/private/callback"]
post_logout_redirect_uris = ["${here}/goodbye"]
backchannel_logout_uri = "${here}/private/callback?logout=backchannel"
grant_types = ["authorization_code", "refresh_token"]
scope = "openid profile email offline_access"
token_endpoint_auth_method = "client_secret_basic"
client_secret_sha256 = "${createHash("sha256").update(secret).digest("hex")}"
`);
  return registered;
}

const configuration = () => `
ServerName localhost
Listen 127.0.0.1:${demo.sparePort}
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
User www-data
Group www-data
Mutex file:${folder}
DefaultRuntimeDir ${folder}
DocumentRoot ${folder}/site
LoadModule mpm_event_module ${modules}/mod_mpm_event.so
LoadModule authn_core_module ${modules}/mod_authn_core.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule authz_user_module ${modules}/mod_authz_user.so
LoadModule headers_module ${modules}/mod_headers.so
LoadModule auth_openidc_module ${modules}/mod_auth_openidc.so
OIDCProviderMetadataURL ${demo.issuer}/.well-known/openid-configuration
OIDCClientID apache
OIDCClientSecret ${secret}
OIDCRedirectURI ${site}/private/callback
OIDCCryptoPassphrase ${randomBytes(16).toString("hex")}
OIDCScope "openid profile email offline_access"
OIDCPKCEMethod S256
OIDCCacheType shm
OIDCRemoteUserClaim preferred_username
OIDCUserInfoRefreshInterval 1
# as long as a token lives: each page asks for a new one
OIDCRefreshAccessTokenBeforeExpiry 300
<Location /private>
  AuthType openid-connect
  Require valid-user
  Header always set X-User "expr=%{REMOTE_USER}"
  Header always set X-Email "expr=%{req_novary:OIDC_CLAIM_email}"
  Header always set X-Token "expr=%{req_novary:OIDC_access_token}"
</Location>
`;

const party = () => new RelyingParty(demo, { clientId: "apache", secret, redirectUri: `${site}/private/callback` });
const page = () => `${site}/private/page`;

/** From the protected page through the provider back to it. */
async function signsIn(student) {
  const begun = await student.visitor.send("GET", page());
  const answer = await student.walks(begun.location);
  return student.visitor.follow(await student.visitor.send("GET", answer));
}

test("the protected page opens for whoever signed in, and knows them", async () => {
  const student = await new Student(demo, 1, party()).registers();
  const seen = await signsIn(student);
  assert.equal(seen.url, page());
  assert.equal(seen.body, "for students only");
  assert.match(seen.headers["x-user"], new RegExp(`^${student.username}`));
  assert.equal(seen.headers["x-email"], student.email);
});

test("its token is refreshed, and userinfo is read with the new one", async () => {
  const student = await new Student(demo, 2, party()).registers();
  const first = await signsIn(student);
  const second = await student.visitor.get(page());
  assert.equal(second.body, "for students only");
  assert.ok(second.headers["x-token"]);
  assert.notEqual(second.headers["x-token"], first.headers["x-token"]);
  assert.equal(second.headers["x-email"], student.email);
});

test("its logout ends the session here too", async () => {
  const student = await new Student(demo, 3, party()).registers();
  await signsIn(student);
  const end = await student.visitor.get(`${site}/private/callback?logout=${encodeURIComponent(`${site}/goodbye`)}`);
  assert.equal(end.body, "goodbye");
  const again = await student.visitor.get(page());
  assert.equal(again.id, "sign-in");
});

test("a logout here ends its session by the back channel", async () => {
  const student = await new Student(demo, 4, party()).registers();
  await signsIn(student);
  const asked = await student.visitor.get(`${demo.issuer}/logout`);
  const ended = await student.visitor.press(asked, {}, { action: "yes" });
  assert.equal(ended.id, "signed-out");
  const until = Date.now() + 20_000;
  for await (const _ of setInterval(50)) {
    const seen = await student.visitor.send("GET", page());
    if (seen.status !== 200) break;
    assert.ok(Date.now() < until, "the page still opens");
  }
});
