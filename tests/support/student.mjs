// A sample student on the way through the pages, by plain HTTP (journeys J-01 to J-06).
import { createHash, randomBytes } from "node:crypto";
import { Visitor } from "./visitor.mjs";

const urlSafe = (bytes) => bytes.toString("base64url");

/** A client of the provider as a test plays it: it only ever looks at the address it is sent back to. */
export class RelyingParty {
  constructor(demo, { clientId, secret, redirectUri, scope = "openid profile email student account" }) {
    Object.assign(this, { demo, clientId, secret, redirectUri, scope });
  }

  /** A request and what belongs to it. */
  begin(more = {}) {
    const verifier = urlSafe(randomBytes(32));
    const state = urlSafe(randomBytes(16));
    const url = new URL("/authorize", this.demo.issuer);
    for (const [name, value] of Object.entries({
      client_id: this.clientId, redirect_uri: this.redirectUri, response_type: "code", scope: this.scope, state,
      nonce: urlSafe(randomBytes(16)), code_challenge_method: "S256",
      code_challenge: urlSafe(createHash("sha256").update(verifier).digest()), ...more,
    })) url.searchParams.set(name, value);
    return { url: url.href, verifier, state };
  }

  isBack(location) {
    return location.startsWith(this.redirectUri);
  }

  code(page) {
    return page.location && this.isBack(page.location) ? new URL(page.location).searchParams.get("code") : null;
  }

  token(visitor, fields) {
    const basic = Buffer.from(`${encodeURIComponent(this.clientId)}:${encodeURIComponent(this.secret)}`).toString("base64");
    return visitor.send("POST", `${this.demo.issuer}/token`, {
      fields, headers: { authorization: `Basic ${basic}`, origin: undefined, "sec-fetch-site": undefined },
    });
  }

  redeem(visitor, code, verifier) {
    return this.token(visitor, {
      grant_type: "authorization_code", code, redirect_uri: this.redirectUri, code_verifier: verifier,
    });
  }
}

export class Student {
  constructor(demo, number, party) {
    Object.assign(this, { demo, party });
    this.username = `s2025${String(number).padStart(3, "0")}`;
    this.password = `university-${number}`;
    this.email = `${this.username}@mail.example`;
    this.secondPassword = "Sakura7hanami";
    this.visitor = new Visitor();
  }

  get back() {
    return (location) => this.party.isBack(location);
  }

  /** To P-01 by a fresh request of the client. */
  async begin(more) {
    this.request = this.party.begin(more);
    return this.visitor.get(this.request.url, this.back);
  }

  /** P-01 and, unless it remembers this browser, the university's own page. Returns the gate's page. */
  async provesUniversity(signIn) {
    const university = await this.visitor.press(signIn, {}, { action: "sign-in", stop: this.back });
    if (!university.url.startsWith(this.demo.university)) return university;
    return this.visitor.press(university, { username: this.username, password: this.password }, {
      action: "sign-in", stop: this.back,
    });
  }

  async signsIn(more) {
    return this.provesUniversity(await this.begin(more));
  }

  asksForLink(registerEmail) {
    return this.visitor.press(registerEmail, { email: this.email, email_confirmation: this.email });
  }

  /** The link of the mail, pressed in a browser of its own (another device). */
  async opensLink(link) {
    const phone = new Visitor();
    const landing = await phone.get(link);
    const done = landing.id === "confirm-link" ? await phone.press(landing, {}) : landing;
    phone.close();
    return done;
  }

  setsSecondPassword(page) {
    const second_password = this.secondPassword;
    return this.visitor.press(page, { second_password, second_password_confirmation: second_password });
  }

  provesSecondPassword(page) {
    return this.visitor.press(page, { second_password: this.secondPassword }, { stop: this.back });
  }

  entersKey(page, key) {
    return this.visitor.press(page, { auth_key: key }, { action: "verify", stop: this.back, control: "auth_key" });
  }

  /** First login: address and second password; ends where a second login begins. */
  async registers() {
    await this.asksForLink(await this.signsIn());
    await this.opensLink(await this.demo.mails.nextLink(this.email));
    await this.setsSecondPassword(await this.signsIn());
    return this;
  }

  /** From an address of another's making through every gate to the client: where the browser is sent with the answer. */
  async walks(url) {
    const page = await this.passesGates(await this.visitor.get(url, this.back));
    if (!page.location) throw new Error(`no answer for the client, but ${page.id} ${page.errors}`);
    return page.location;
  }

  /** From whichever page of a login to what comes when everything is proven. */
  async passesGates(page) {
    let seen = page;
    if (seen.id === "sign-in") seen = await this.provesUniversity(seen);
    if (seen.id === "second-password") seen = await this.provesSecondPassword(seen);
    if (seen.id === "auth-key") seen = await this.entersKey(seen, await this.demo.mails.nextKey(this.email));
    return seen;
  }

  /** A whole login with the key. Returns the code and the request. */
  async reachesCode(more) {
    const keyPage = await this.provesSecondPassword(await this.signsIn(more));
    const back = await this.entersKey(keyPage, await this.demo.mails.nextKey(this.email));
    return { code: this.party.code(back), ...this.request };
  }
}
