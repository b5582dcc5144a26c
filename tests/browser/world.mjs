// One demo and one Chromium for a file of tests; tabs that look at every page they come to.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { Demo } from "../support/demo.mjs";
import { RelyingParty, Student } from "../support/student.mjs";
import { titles } from "./titles.mjs";

const here = import.meta.dirname;
const screenshots = join(here, "screenshots");
const axe = await readFile(join(here, "node_modules/axe-core/axe.min.js"), "utf8");
const flags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
export const phone = 390;
export const desktop = 1280;
const patience = 15_000;

export function launch() {
  const executablePath = process.env.IDP_TEST_CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: flags, env: { ...process.env, TZ: "UTC" } });
}

/** What axe has to say of the page that a tab shows. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"], preload: false }));
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" | ")}`);
}

/** Starts everything before the tests of a file and ends it after them. */
export function world(options) {
  const world = new World();
  before(async () => {
    await mkdir(screenshots, { recursive: true });
    world.demo = await Demo.start(options);
    world.browser = await launch();
  });
  after(async () => {
    await world.browser?.close();
    await world.demo?.stop();
  });
  return world;
}

class World {
  #students = 0;

  /** A sample student whom no test has met yet. */
  student() {
    this.#students += 1;
    assert.ok(this.#students <= 10, "the demo has ten sample students: begin another file");
    return new Student(this.demo, this.#students, new RelyingParty(this.demo, {
      clientId: "certificate-service", secret: "demo-secret", redirectUri: `${this.demo.service}/callback`,
    }));
  }

  /** One who has an address and a second password already. */
  async registeredStudent() {
    return this.student().registers();
  }

  /** A browser with an empty profile. */
  async visitor({ width = phone, language = "ja", script = true } = {}) {
    const context = await this.browser.newContext({
      viewport: { width, height: width < 600 ? 844 : 900 }, locale: language === "en" ? "en-US" : "ja-JP",
      javaScriptEnabled: script,
    });
    context.setDefaultTimeout(patience);
    return new Browser(this, context, { width, language, script });
  }
}

class Browser {
  constructor(world, context, how) {
    Object.assign(this, { world, context, how });
  }

  async tab() {
    return new Tab(this, await this.context.newPage());
  }

  close() {
    return this.context.close();
  }
}

/** A tab. Whatever page of the provider it is expected to show is also looked at: layout, accessibility, support code. */
export class Tab {
  constructor(browser, page) {
    Object.assign(this, { browser, page, demo: browser.world.demo, how: browser.how });
    this.shown = [];
    page.on("response", (answer) => {
      if (answer.request().isNavigationRequest() && answer.status() === 200) this.shown.push(answer.url());
    });
  }

  main(id) {
    return this.page.locator(id ? `main[data-page="${id}"]` : "main[data-page]");
  }

  /** Waits for a page of the provider. `message`, `error`: what it says of itself. `at`: whose page, if not the provider's.
   * `titled`: which of several headings that a page may have. */
  async sees(id, { message, error, titled, at = this.demo.issuer, language = this.how.language } = {}) {
    const wanted = `main[data-page="${id}"]${message ? `[data-message="${message}"]` : ""}`;
    try {
      await this.page.waitForURL((url) => url.origin === at, { waitUntil: "load" });
      await this.page.locator(wanted).waitFor();
    } catch (cause) {
      await this.page.screenshot({ path: join(screenshots, `FAILED-${id}-${process.pid}-${Date.now()}.png`), fullPage: true });
      const seen = await this.page.locator("main[data-page]").evaluateAll((all) => all.map((one) => `${one.outerHTML.slice(0, 60)} ${one.innerText.slice(0, 400)}`));
      throw new Error(`expected ${wanted} at ${at}, but ${this.page.url()} shows: ${seen.join("\n")}`, { cause });
    }
    if (error) await this.page.locator(`[data-error="${error}"]`).first().waitFor({ state: "attached" });
    if (at !== this.demo.service) await this.#inspect(id, { message, error, titled, at, language });
    return this;
  }

  async #inspect(id, { message, error, titled, at, language }) {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${id} is ${wide} px too wide at ${this.how.width} px`);
    const code = (await this.page.locator("output[data-support-code]").innerText()).trim();
    assert.match(code, /^[A-HJ-NP-Z2-9]{8}$/, `the support code of ${id}`);
    assert.equal(await this.page.locator("html").getAttribute("lang"), language, `the language of ${id}`);
    const title = titles[titled ?? message ?? id]?.[language];
    const heading = (await this.page.locator("main h1").innerText()).trim();
    if (title && at === this.demo.issuer) assert.equal(heading, title, `the title of ${id}`);
    if (this.how.script) assert.deepEqual(await violations(this.page), [], `axe on ${id}`);
    const whose = at === this.demo.university ? "university-" : "";
    const script = this.how.script ? "" : "-no-script";
    const name = `${whose}${id}${message ? `-${message}` : ""}${error ? `-${error}` : ""}-${language}-${this.how.width}${script}.png`;
    await this.page.screenshot({ path: join(screenshots, name), fullPage: true });
  }

  async goes(url) {
    await this.page.goto(url);
    return this;
  }

  link(name) {
    return this.page.locator(`a[data-link="${name}"]`);
  }

  async follows(name) {
    return this.#leaves(() => this.link(name).first().click());
  }

  /** Does what leads to another page (or the same one anew), and returns when that has loaded. */
  async #leaves(deed) {
    const loaded = this.page.waitForEvent("load");
    await deed();
    await loaded;
    return this;
  }

  button(action) {
    return this.page.locator(`button[name="action"][value="${action}"]`).first();
  }

  async fills(fields) {
    for (const [name, value] of Object.entries(fields)) await this.page.locator(`main [name="${name}"]`).fill(value);
    return this;
  }

  /** Presses a button by its `action`, or the first submit of the page. */
  async presses(action) {
    const button = action ? this.button(action) : this.page.locator("main form button:not([type=button])").first();
    return this.#leaves(() => button.click());
  }

  /** With script the choice acts by itself. */
  async choosesLanguage(tag) {
    return this.#leaves(() => this.page.locator('select[name="ui_locale"]').selectOption(tag));
  }

  errors() {
    return this.page.locator("[data-error]").evaluateAll((all) => [...new Set(all.map((one) => one.dataset.error))].sort());
  }

  reference() {
    return this.page.locator("[data-reference]").innerText();
  }

  // --- stretches of the way that many tests begin with ---

  async startsAtService() {
    await this.goes(`${this.demo.service}/`);
    await this.follows("login");
    return this;
  }

  /** From P-01 of the provider through the university's own page; that remembers a browser it has seen. */
  async provesUniversity(student) {
    await this.sees("sign-in");
    await this.presses("sign-in");
    if (this.browser.knownAtUniversity) return this;
    this.browser.knownAtUniversity = true;
    await this.sees("sign-in", { at: this.demo.university });
    await this.fills({ username: student.username, password: student.password });
    return this.presses("sign-in");
  }

  async provesSecondPassword(student) {
    await this.sees("second-password");
    await this.fills({ second_password: student.secondPassword });
    return this.presses();
  }

  async entersKey(key) {
    await this.fills({ auth_key: key });
    return this.presses("verify");
  }

  /** A whole second login; ends at the certificate service. */
  async signsIn(student) {
    await this.startsAtService();
    await this.provesUniversity(student);
    await this.provesSecondPassword(student);
    await this.sees("auth-key");
    await this.entersKey(await this.demo.mails.nextKey(student.email));
    return this.seesService("print-destination");
  }

  seesService(id) {
    return this.sees(id, { at: this.demo.service });
  }

  claim(name) {
    return this.page.locator(`tr[data-claim="${name}"] td`).first().innerText();
  }

  fact(name) {
    return this.page.locator(`[data-fact="${name}"]`).innerText();
  }
}
