// The process is killed at random moments of a login. Afterwards no key, code or link works twice,
// and nothing that was acknowledged is lost (architecture, "Writing to the database").
//
// IDP_TEST_SEED repeats a run, IDP_TEST_KILLS sets the number of kills.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Demo } from "../support/demo.mjs";
import { NoMail } from "../support/mailbox.mjs";
import { RelyingParty, Student } from "../support/student.mjs";
import { Visitor } from "../support/visitor.mjs";

const seed = Number(process.env.IDP_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32));
const kills = Number(process.env.IDP_TEST_KILLS ?? 100);

/** mulberry32: small, and the same everywhere. */
function random(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const lost = new Set(["ECONNRESET", "ECONNREFUSED", "EPIPE"]);

/** A demo that dies at the n-th request from now, some moment after that was sent, and is started again at once. */
class MortalDemo {
  #dying = null;

  constructor(demo, dice) {
    Object.assign(this, { demo, dice, countdown: Infinity, killed: 0 });
    this.hooks = { sent: () => this.#sent(), settled: () => this.#settled() };
  }

  #sent() {
    this.countdown -= 1;
    if (this.countdown !== 0) return;
    // most requests are answered within 8 ms, one with a password takes longer
    const moment = this.dice() < 0.6 ? this.dice() * 8 : this.dice() * 60;
    this.#dying = new Promise((dead) => { setTimeout(() => this.demo.kill().then(dead), moment); });
  }

  /** Whether the answer came or not: the process is dead and up again before anything else is asked. */
  async #settled() {
    if (!this.#dying) return;
    await this.#dying;
    this.#dying = null;
    this.killed += 1;
    await this.demo.run();
  }

  /** Runs a deed. `done` is false when an answer was lost on the way. */
  async tries(deed) {
    try {
      return { done: true, result: await deed() };
    } catch (cause) {
      if (lost.has(cause.code)) return { done: false };
      throw cause;
    }
  }
}

/** What is known of a student: only what the provider has acknowledged. */
class Witness {
  constructor(mortal, student) {
    Object.assign(this, { mortal, student, address: false, secondPassword: false });
  }

  /** One login. A mail that the dead worker held comes when its lease (90 s) is over: nobody waits for that here. */
  async login() {
    const { mortal } = this;
    const before = mortal.killed;
    try {
      return await this.#login();
    } catch (cause) {
      if (cause instanceof NoMail && mortal.killed > before) return "a mail under a dead lease";
      throw cause;
    }
  }

  /** As far as it comes. What was acknowledged before must still hold. */
  async #login() {
    const { mortal, student } = this;
    // a browser without a session
    student.visitor.close();
    student.visitor = new Visitor({ hooks: mortal.hooks });
    let page;
    let { done, result } = await mortal.tries(() => student.signsIn());
    if (!done) return "university";
    page = result;
    if (this.secondPassword) assert.equal(page.id, "second-password", "an acknowledged second password was lost");
    else if (this.address) assert.notEqual(page.id, "register-email", "an acknowledged address was lost");

    if (page.id === "register-email") return this.#registers(page);
    this.address = true;
    if (page.id === "set-second-password") {
      ({ done } = await mortal.tries(() => student.setsSecondPassword(page)));
      if (done) this.secondPassword = true;
      return "set-second-password";
    }
    assert.equal(page.id, "second-password", `${page.id} ${page.errors}`);
    this.secondPassword = true;
    return this.#provesSecondPassword(page);
  }

  async #registers(page) {
    const { mortal, student } = this;
    const { mails } = mortal.demo;
    await mails.skip(student.email);
    const { done } = await mortal.tries(() => student.asksForLink(page));
    if (!done) return "asked for a link";
    const { link, landing } = await this.#landing();
    assert.equal(landing.id, "confirm-link", "looking at a link uses nothing up");
    const pressed = await mortal.tries(() => student.visitor.press(landing, {}));
    if (pressed.done) assert.equal(pressed.result.id, "email-registered");
    const again = await this.#looks(link);
    if (pressed.done) assert.equal(again.id, "email-registered", "a used link offers its button again");
    if (again.id === "email-registered") this.address = true;
    return "pressed a link";
  }

  /** The page of the newest link; mails of an earlier login may come late, their links are replaced. */
  async #landing() {
    const { mails } = this.mortal.demo;
    for (;;) {
      const link = await mails.nextLink(this.student.email);
      const landing = await this.#looks(link);
      if (!landing.errors.includes("E-32")) return { link, landing };
    }
  }

  async #provesSecondPassword(page) {
    const { mortal, student } = this;
    const { done, result } = await mortal.tries(() => student.provesSecondPassword(page));
    // shown anew: where the login stands now
    const keyPage = await this.#looks(done ? result.url : page.url);
    if (done) assert.equal(keyPage.id, "auth-key", "an acknowledged second password must be proven again");
    if (keyPage.id !== "auth-key") return "second-password";
    return this.#entersKey(keyPage, await mortal.demo.mails.nextKey(student.email, keyPage.reference));
  }

  async #entersKey(page, key) {
    const { mortal, student } = this;
    const before = student.visitor.copy();
    const entered = await mortal.tries(() => student.entersKey(page, key));
    const codes = [];
    if (entered.done) {
      codes.push(student.party.code(entered.result));
      assert.ok(codes[0], `a right key gives a code: ${entered.result.id} ${entered.result.errors}`);
    }
    // the same key with the cookies of before, twice
    for (let times = 0; times < 2; times += 1) {
      const again = await before.press(page, { auth_key: key }, { action: "verify", stop: student.back, control: "auth_key" });
      const code = student.party.code(again);
      if (code) codes.push(code);
    }
    before.close();
    assert.ok(codes.length <= 1, `one key gave ${codes.length} codes`);
    if (codes.length === 0) return "auth-key";
    return this.#redeems(codes[0]);
  }

  async #redeems(code) {
    const { mortal, student } = this;
    let answers = 0;
    let unknown = 0;
    for (let times = 0; times < 3; times += 1) {
      const redeemed = await mortal.tries(() => student.party.redeem(student.visitor, code, student.request.verifier));
      if (!redeemed.done) {
        unknown += 1;
      } else if (redeemed.result.status === 200) {
        answers += 1;
        await this.#isGood(redeemed.result.json.access_token);
      } else {
        assert.equal(redeemed.result.json.error, "invalid_grant");
      }
    }
    assert.ok(answers <= 1, `one code gave tokens ${answers} times`);
    assert.ok(answers + unknown >= 1, "a good code was refused although no answer was lost");
    return "redeemed";
  }

  /** A page, asked for again when the first answer was lost. */
  async #looks(url) {
    const look = () => this.student.visitor.get(url, this.student.back);
    const { done, result } = await this.mortal.tries(look);
    return done ? result : look();
  }

  /** A token that was handed out outlives the process. */
  async #isGood(token) {
    const { mortal, student } = this;
    const { done, result } = await mortal.tries(() => student.visitor.send("GET", `${mortal.demo.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${token}` },
    }));
    if (done) assert.equal(result.status, 200, "an acknowledged token was lost");
  }
}

test(`${kills} kills lose nothing and open nothing twice (seed ${seed})`, { timeout: 600_000 }, async (context) => {
  const dice = random(seed);
  const reached = {};
  let left = kills;
  while (left > 0) {
    const demo = await Demo.start();
    try {
      left -= await mortalDays(demo, dice, left, reached);
    } finally {
      await demo.stop();
    }
  }
  context.diagnostic(`seed ${seed}; logins ended after: ${JSON.stringify(reached)}`);
});

/** Kills a demo until its students have all been there, or often enough. Returns how often it was killed. */
async function mortalDays(demo, dice, kills, reached) {
  const mortal = new MortalDemo(demo, dice);
  demo.mails.patience = 3_000;
  const party = new RelyingParty(demo, {
    clientId: "certificate-service", secret: "demo-secret", redirectUri: `${demo.service}/callback`,
  });
  const witnesses = Array.from({ length: 10 }, (_, index) => new Witness(mortal, new Student(demo, index + 1, party)));
  // nine logins a student: address, second password, and the whole way as often as no kill cuts them short
  for (let login = 0; login < 90 && mortal.killed < kills; login += 1) {
    mortal.countdown = 1 + Math.floor(dice() * 22);
    const end = await witnesses[login % witnesses.length].login();
    mortal.countdown = Infinity;
    reached[end] = (reached[end] ?? 0) + 1;
  }
  return mortal.killed;
}
