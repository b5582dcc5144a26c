// An independent, certified client library (openid-client) against the demo: code, refresh, userinfo, introspection, revocation, logout.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as oidc from "openid-client";
import { Demo } from "../support/demo.mjs";
import { RelyingParty, Student } from "../support/student.mjs";

const patience = 20_000;
const clients = {
  "web-basic": { secret: "a secret of the tests, by basic", method: oidc.ClientSecretBasic, callback: "https://rp.example/callback", alg: "ES256" },
  "web-post": { secret: "a secret of the tests, by post", method: oidc.ClientSecretPost, callback: "https://rp.example/callback", alg: "RS256" },
  native: { method: () => oidc.None(), callback: "https://native.example/callback", alg: "ES256" },
};
let demo;
let students = 0;

before(async () => {
  demo = await Demo.start({ clients: join(import.meta.dirname, "registered") });
});
after(() => demo?.stop());

/** The library's view of the provider, from discovery on. */
async function configured(clientId) {
  const { secret, method, alg } = clients[clientId];
  return oidc.discovery(new URL(demo.issuer), clientId, { id_token_signed_response_alg: alg }, method(secret), {
    execute: [oidc.allowInsecureRequests], timeout: patience / 1000,
  });
}

/** A student with everything set up. */
function student(clientId) {
  students += 1;
  const { secret, callback } = clients[clientId];
  return new Student(demo, students, new RelyingParty(demo, { clientId, secret, redirectUri: callback })).registers();
}

/** The library builds the request, the student walks through the pages, the library takes the answer. */
async function signIn(config, who, clientId, more = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: clients[clientId].callback, scope: "openid profile email offline_access", prompt: "consent",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", state, nonce, ...more,
  });
  return oidc.authorizationCodeGrant(config, new URL(await who.walks(url.href)), {
    pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true,
  });
}

const refused = (promise, error) => assert.rejects(promise, (cause) => {
  assert.equal(cause.error ?? cause.cause?.error, error, `${cause} ${JSON.stringify(cause.cause)}`);
  return true;
});

for (const clientId of Object.keys(clients)) {
  test(`${clientId}: code with PKCE, verified claims, userinfo`, async () => {
    const config = await configured(clientId);
    const who = await student(clientId);
    const tokens = await signIn(config, who, clientId);
    const claims = tokens.claims();
    assert.equal(claims.iss, demo.issuer);
    assert.equal(claims.acr, "urn:idp:acr:auth-key");
    assert.deepEqual(claims.amr, ["pwd", "otp"]);
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(userinfo.email, who.email);
    assert.equal(userinfo.email_verified, true);
    assert.equal(userinfo.preferred_username, who.username);
  });

  test(`${clientId}: each refresh token works once, and an old one ends the family`, async () => {
    const config = await configured(clientId);
    const who = await student(clientId);
    const first = await signIn(config, who, clientId);
    const second = await oidc.refreshTokenGrant(config, first.refresh_token);
    const third = await oidc.refreshTokenGrant(config, second.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal(second.claims().sub, first.claims().sub);
    assert.equal((await oidc.fetchUserInfo(config, third.access_token, first.claims().sub)).email, who.email);
    await refused(oidc.refreshTokenGrant(config, first.refresh_token), "invalid_grant");
    await refused(oidc.refreshTokenGrant(config, third.refresh_token), "invalid_grant");
    await assert.rejects(oidc.fetchUserInfo(config, third.access_token, first.claims().sub), "the access token dies with the family");
  });
}

test("a lost answer to a refresh can be asked for again", async () => {
  const config = await configured("web-basic");
  const who = await student("web-basic");
  const first = await signIn(config, who, "web-basic");
  await oidc.refreshTokenGrant(config, first.refresh_token);
  const again = await oidc.refreshTokenGrant(config, first.refresh_token);
  assert.ok((await oidc.refreshTokenGrant(config, again.refresh_token)).access_token);
});

test("introspection and revocation tell the truth, to the token's own client only", async () => {
  const config = await configured("web-basic");
  const who = await student("web-basic");
  const tokens = await signIn(config, who, "web-basic");
  const alive = await oidc.tokenIntrospection(config, tokens.access_token);
  assert.equal(alive.active, true);
  assert.equal(alive.client_id, "web-basic");
  assert.equal(alive.sub, tokens.claims().sub);
  const stranger = await configured("web-post");
  assert.deepEqual(await oidc.tokenIntrospection(stranger, tokens.access_token), { active: false });

  await oidc.tokenRevocation(config, tokens.refresh_token);
  assert.equal((await oidc.tokenIntrospection(config, tokens.refresh_token)).active, false);
  assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, false);
  await refused(oidc.refreshTokenGrant(config, tokens.refresh_token), "invalid_grant");
  await oidc.tokenRevocation(config, "never issued");
});

test("the session is used again, and ends by the library's end-session request", async () => {
  const config = await configured("web-basic");
  const who = await student("web-basic");
  const first = await signIn(config, who, "web-basic");
  const silent = await signIn(config, who, "web-basic", { prompt: "none" });
  assert.equal(silent.claims().sub, first.claims().sub);
  assert.equal(silent.claims().sid, first.claims().sid);

  const logout = oidc.buildEndSessionUrl(config, {
    post_logout_redirect_uri: "https://rp.example/signed-out", id_token_hint: first.id_token, state: "see you",
  });
  const end = await who.visitor.get(logout.href, (to) => to.startsWith("https://rp.example"));
  assert.equal(end.location, "https://rp.example/signed-out?state=see+you");
  await refused(signIn(config, who, "web-basic", { prompt: "none" }), "login_required");
  await refused(oidc.refreshTokenGrant(config, first.refresh_token), "invalid_grant");
});

test("a wrong secret, verifier or client is refused with the specified error", async () => {
  const config = await configured("web-basic");
  const who = await student("web-basic");
  const wrong = await oidc.discovery(new URL(demo.issuer), "web-basic", { id_token_signed_response_alg: "ES256" },
    oidc.ClientSecretBasic("not the secret"), { execute: [oidc.allowInsecureRequests] });
  const { response } = await signIn(wrong, who, "web-basic").then(() => assert.fail("accepted"), (cause) => cause);
  assert.equal(response.status, 401);
  assert.match(response.headers.get("www-authenticate"), /^Basic /);
  assert.equal((await response.json()).error, "invalid_client");

  const { code, verifier } = await begin(who);
  await refused(grant(config, code, verifier.replace(/./, (letter) => (letter === "a" ? "b" : "a"))), "invalid_grant");
  const other = await begin(who);
  await refused(grant(await configured("web-post"), other.code, other.verifier), "invalid_grant");
});

/** A code by the live session, without the library. */
async function begin(who) {
  const request = who.party.begin();
  const back = await who.visitor.get(request.url, who.back);
  return { ...request, code: who.party.code(back) };
}

const grant = (config, code, code_verifier) => oidc.genericGrantRequest(config, "authorization_code", {
  code, code_verifier, redirect_uri: "https://rp.example/callback",
});
