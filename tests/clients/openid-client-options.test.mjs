// openid-client with all that a client may ask for beyond the plain code flow: keys instead of secrets, pushed and signed
// requests, signed answers, bound tokens, and the whole of FAPI 2.0 at once.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import * as oidc from "openid-client";
import { Demo, binary } from "../support/demo.mjs";
import { RelyingParty, Student } from "../support/student.mjs";

const callback = "https://rp.example/callback";
const algorithms = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  PS256: { name: "RSA-PSS", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
};
let folder;
let demo;
let students = 0;
const keys = {};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "idp-clients-"));
  for (const alg of Object.keys(algorithms)) keys[alg] = await keyPair(alg);
  await register("signed", "ES256");
  await register("signed-rsa", "PS256");
  await register("bound", "ES256", "dpop_bound_access_tokens = true");
  await register("fapi", "PS256", 'profile = "fapi2"\ndpop_bound_access_tokens = true\nrequire_signed_request_object = true');
  await register("device", "ES256", "", '"urn:ietf:params:oauth:grant-type:device_code"');
  await register("machine", "ES256", 'access_token_format = "jwt"\nresources = ["https://api.rp.example/"]', '"client_credentials"');
  demo = await Demo.start({ clients: folder, env: { IDP__POLICY__DYNAMIC_REGISTRATION: "true" } });
});
after(async () => {
  await demo?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function keyPair(alg) {
  const pair = await crypto.subtle.generateKey(algorithms[alg], true, ["sign", "verify"]);
  const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { key: pair.privateKey, kid: `the ${alg} key`, jwk: { kty, crv, x, y, n, e, alg, use: "sig", kid: `the ${alg} key` } };
}

/** A client file whose only credential is a public key. */
function register(id, alg, more = "", grants = '"authorization_code", "refresh_token"') {
  const jwk = Object.entries(keys[alg].jwk).filter(([, value]) => value).map(([name, value]) => `${name} = "${value}"`);
  return writeFile(join(folder, `${id}.toml`), `
redirect_uris = ["${callback}"]
post_logout_redirect_uris = ["https://rp.example/signed-out"]
grant_types = [${grants}]
scope = "openid profile email offline_access"
token_endpoint_auth_method = "private_key_jwt"
token_endpoint_auth_signing_alg = "${alg}"
request_object_signing_alg = "${alg}"
id_token_signed_response_alg = "${alg}"
authorization_signed_response_alg = "${alg}"
jwks = { keys = [{ ${jwk.join(", ")} }] }
${more}
`);
}

function configured(clientId, alg, ...execute) {
  const metadata = { id_token_signed_response_alg: alg, authorization_signed_response_alg: alg };
  return oidc.discovery(new URL(demo.issuer), clientId, metadata, oidc.PrivateKeyJwt(keys[alg]), {
    execute: [oidc.allowInsecureRequests, ...execute],
  });
}

function student(clientId) {
  students += 1;
  // Its first steps are made with the demo's own client: what is tested here comes after them.
  const party = new RelyingParty(demo, {
    clientId: "certificate-service", secret: "demo-secret", redirectUri: `${demo.service}/callback`,
  });
  const who = new Student(demo, students, party);
  return who.registers().then(() => {
    who.party = new RelyingParty(demo, { clientId, redirectUri: callback });
    return who;
  });
}

/** What one login is checked with. */
async function wanted(more = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
  const parameters = {
    redirect_uri: callback, scope: "openid profile email offline_access", prompt: "consent", state: expectedState,
    nonce: expectedNonce, code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256", ...more,
  };
  return { parameters, checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } };
}

/** From a request to tokens, userinfo, a refresh and the end of the session. */
async function wholeLife(config, who, url, checks, options) {
  const tokens = await oidc.authorizationCodeGrant(config, new URL(await who.walks(url.href)), checks, undefined, options);
  const { sub } = tokens.claims();
  assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, sub, options)).email, who.email);
  const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, options);
  assert.equal((await oidc.fetchUserInfo(config, fresh.access_token, sub, options)).preferred_username, who.username);
  const logout = oidc.buildEndSessionUrl(config, {
    post_logout_redirect_uri: "https://rp.example/signed-out", id_token_hint: tokens.id_token,
  });
  const end = await who.visitor.get(logout.href, (to) => to.startsWith("https://rp.example"));
  assert.equal(end.location, "https://rp.example/signed-out");
  const refresh = fresh.refresh_token ?? tokens.refresh_token;
  await assert.rejects(oidc.refreshTokenGrant(config, refresh, undefined, options), (cause) => cause.error === "invalid_grant");
  return tokens;
}

for (const [clientId, alg] of [["signed", "ES256"], ["signed-rsa", "PS256"]]) {
  test(`private_key_jwt with ${alg}: code, userinfo, refresh, logout`, async () => {
    const config = await configured(clientId, alg);
    const { parameters, checks } = await wanted();
    await wholeLife(config, await student(clientId), oidc.buildAuthorizationUrl(config, parameters), checks);
  });
}

test("a pushed request", async () => {
  const config = await configured("signed", "ES256");
  const { parameters, checks } = await wanted();
  const url = await oidc.buildAuthorizationUrlWithPAR(config, parameters);
  assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "request_uri"]);
  await wholeLife(config, await student("signed"), url, checks);
});

test("a signed request, by value and pushed", async () => {
  const config = await configured("signed", "ES256");
  const who = await student("signed");
  for (const push of [false, true]) {
    const { parameters, checks } = await wanted();
    const signed = await oidc.buildAuthorizationUrlWithJAR(config, parameters, keys.ES256);
    const url = push ? await oidc.buildAuthorizationUrlWithPAR(config, signed.searchParams) : signed;
    await wholeLife(config, who, url, checks);
  }
});

test("a signed answer (JARM)", async () => {
  const config = await configured("signed", "ES256", oidc.useJwtResponseMode);
  const { parameters, checks } = await wanted();
  const url = oidc.buildAuthorizationUrl(config, parameters);
  assert.equal(url.searchParams.get("response_mode"), "jwt");
  await wholeLife(config, await student("signed"), url, checks);
});

test("a signed refusal (JARM)", async () => {
  const config = await configured("signed", "ES256", oidc.useJwtResponseMode);
  const { parameters, checks } = await wanted({ prompt: "none" });
  const who = new Student(demo, 1, new RelyingParty(demo, { clientId: "signed", redirectUri: callback }));
  const answer = new URL(await who.walks(oidc.buildAuthorizationUrl(config, parameters).href));
  assert.deepEqual([...answer.searchParams.keys()], ["response"]);
  await assert.rejects(oidc.authorizationCodeGrant(config, answer, checks), (cause) => cause.error === "login_required");
});

test("an answer by form_post", async () => {
  const config = await configured("signed", "ES256");
  const who = await student("signed");
  await who.walks(oidc.buildAuthorizationUrl(config, (await wanted()).parameters).href);
  const { parameters, checks } = await wanted({ response_mode: "form_post", prompt: "none" });
  const page = await who.visitor.get(oidc.buildAuthorizationUrl(config, parameters).href);
  const { url, method, fields } = page.form("code");
  assert.deepEqual([url, method], [callback, "post"]);
  const tokens = await oidc.authorizationCodeGrant(config, new Request(url, { method, body: fields }), checks);
  assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).email, who.email);
});

test("tokens bound to a key (DPoP), and useless without it", async () => {
  const config = await configured("bound", "ES256");
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair());
  const { parameters, checks } = await wanted();
  const who = await student("bound");
  const tokens = await wholeLife(config, who, oidc.buildAuthorizationUrl(config, parameters), checks, { DPoP });
  assert.equal(tokens.token_type, "dpop");

  const again = await wanted();
  const answer = new URL(await who.walks(oidc.buildAuthorizationUrl(config, again.parameters).href));
  const bound = await oidc.authorizationCodeGrant(config, answer, again.checks, undefined, { DPoP });
  const { sub } = bound.claims();
  const other = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair());
  await assert.rejects(oidc.fetchUserInfo(config, bound.access_token, sub, { DPoP: other }), "another key");
  await assert.rejects(oidc.fetchUserInfo(config, bound.access_token, sub), "no key at all");
  assert.equal((await oidc.fetchUserInfo(config, bound.access_token, sub, { DPoP })).email, who.email);
});

test("FAPI 2.0 with message signing: pushed, signed, bound, and answered by a signed token", async () => {
  const config = await configured("fapi", "PS256", oidc.useJwtResponseMode);
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256"));
  const { parameters, checks } = await wanted();
  const signed = await oidc.buildAuthorizationUrlWithJAR(config, parameters, keys.PS256);
  const url = await oidc.buildAuthorizationUrlWithPAR(config, signed.searchParams, { DPoP });
  await wholeLife(config, await student("fapi"), url, checks, { DPoP });
});

test("client credentials for a named resource, as a token of its own that introspection knows", async () => {
  const config = await configured("machine", "ES256");
  const tokens = await oidc.clientCredentialsGrant(config, { resource: "https://api.rp.example/" });
  const claims = JSON.parse(Buffer.from(tokens.access_token.split(".")[1], "base64url"));
  assert.equal(claims.aud, "https://api.rp.example/");
  assert.equal(claims.client_id, "machine");
  assert.equal(tokens.refresh_token, undefined);
  assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, true);
});

test("a client that registers itself, and asks people before it learns of them", async () => {
  const config = join(demo.data, "config/idp.toml");
  const words = ["client", "registration-token", "--tenant", "demo", "--config", config];
  const env = { ...process.env, IDP__POLICY__DYNAMIC_REGISTRATION: "true" };
  const { stdout } = await promisify(execFile)(binary, words, { env });
  const registered = (initialAccessToken) => oidc.dynamicClientRegistration(new URL(demo.issuer), {
    client_name: "A club", redirect_uris: [callback], scope: "openid email", token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "ES256", id_token_signed_response_alg: "ES256", jwks: { keys: [keys.ES256.jwk] },
  }, oidc.PrivateKeyJwt(keys.ES256), { initialAccessToken, execute: [oidc.allowInsecureRequests] });
  const token = stdout.match(/\S{43,}/)[0];
  const club = await registered(token);
  await assert.rejects(registered(token), "a token for one client");

  const { parameters, checks } = await wanted({ scope: "openid email" });
  const who = await student(club.clientMetadata().client_id);
  const asked = await who.passesGates(await who.visitor.get(oidc.buildAuthorizationUrl(club, parameters).href));
  assert.equal(asked.id, "consent");
  assert.match(asked.body, /A club/);
  const answer = await who.visitor.press(asked, {}, { action: "allow", stop: who.back });
  const tokens = await oidc.authorizationCodeGrant(club, new URL(answer.location), checks);
  assert.equal((await oidc.fetchUserInfo(club, tokens.access_token, tokens.claims().sub)).email, who.email);
});

test("a device that is connected by hand", async () => {
  const config = await configured("device", "ES256");
  const begun = await oidc.initiateDeviceAuthorization(config, { scope: "openid email" });
  const polling = oidc.pollDeviceAuthorizationGrant(config, { ...begun, interval: 1 });
  const who = await student("device");
  const typed = await who.visitor.press(await who.visitor.get(begun.verification_uri_complete), {}, { control: "user_code" });
  const question = await who.passesGates(typed);
  assert.equal(question.id, "confirm-device");
  await who.visitor.press(question, {}, { action: "allow" });
  const tokens = await polling;
  assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).email, who.email);
});
