// oauth4webapi, which checks every answer against its specification: code with PKCE, userinfo, refresh, logout.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as oauth from "oauth4webapi";
import { Demo } from "../support/demo.mjs";
import { RelyingParty, Student } from "../support/student.mjs";

const callback = "https://rp.example/callback";
const secret = "a secret of the tests, by basic";
const client = { client_id: "web-basic", id_token_signed_response_alg: "ES256" };
const insecure = { [oauth.allowInsecureRequests]: true };
const authenticated = oauth.ClientSecretBasic(secret);
let demo;
let server;
let student;

before(async () => {
  demo = await Demo.start({ clients: join(import.meta.dirname, "registered") });
  const issuer = new URL(demo.issuer);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  student = await new Student(demo, 1, new RelyingParty(demo, { clientId: "web-basic", secret, redirectUri: callback })).registers();
});
after(() => demo?.stop());

async function signIn(more = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const url = new URL(server.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: client.client_id, redirect_uri: callback, response_type: "code", scope: "openid profile email offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", state, nonce, ...more,
  })) url.searchParams.set(name, value);
  const answer = oauth.validateAuthResponse(server, client, new URL(await student.walks(url.href)), state);
  const response = await oauth.authorizationCodeGrantRequest(server, client, authenticated, answer, callback, verifier, insecure);
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce, requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, response, insecure);
  return tokens;
}

test("code with PKCE, a verified ID token, userinfo and refresh", async () => {
  const tokens = await signIn();
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  assert.equal(claims.iss, demo.issuer);
  const read = async (token) => oauth.processUserInfoResponse(
    server, client, claims.sub, await oauth.userInfoRequest(server, client, token, insecure));
  assert.equal((await read(tokens.access_token)).email, student.email);
  const response = await oauth.refreshTokenGrantRequest(server, client, authenticated, tokens.refresh_token, insecure);
  const fresh = await oauth.processRefreshTokenResponse(server, client, response);
  assert.notEqual(fresh.refresh_token, tokens.refresh_token);
  assert.equal((await read(fresh.access_token)).preferred_username, student.username);
});

test("logout ends the session and its refresh tokens", async () => {
  const tokens = await signIn();
  const url = new URL(server.end_session_endpoint);
  url.search = new URLSearchParams({
    id_token_hint: tokens.id_token, post_logout_redirect_uri: "https://rp.example/signed-out", state: "later",
  });
  const end = await student.visitor.get(url.href, (to) => to.startsWith("https://rp.example"));
  assert.equal(end.location, "https://rp.example/signed-out?state=later");
  const response = await oauth.refreshTokenGrantRequest(server, client, authenticated, tokens.refresh_token, insecure);
  await assert.rejects(oauth.processRefreshTokenResponse(server, client, response), (cause) => cause.error === "invalid_grant");
  await assert.rejects(signIn({ prompt: "none" }), (cause) => cause.error === "login_required");
});
