// A device without a keyboard is connected by hand: the device asks by HTTP, the person presses in the browser (P-32).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { desktop, phone, world } from "./world.mjs";

const grantType = "urn:ietf:params:oauth:grant-type:device_code";
const secret = "a television's secret";

const here = world({
  async clients() {
    const folder = await mkdtemp(join(tmpdir(), "idp-device-"));
    await writeFile(join(folder, "television.toml"), `
client_name = "Common Room Television"
"client_name#ja" = "談話室のテレビ"
"client_name#zh-CN" = "活动室电视"
"client_name#ko" = "휴게실 텔레비전"
grant_types = ["${grantType}", "refresh_token"]
scope = "openid profile email student offline_access"
client_secret_sha256 = "${createHash("sha256").update(secret).digest("hex")}"
`);
    return folder;
  },
});

/** The television: it shows a number and asks until it has an answer. */
class Television {
  constructor(codes) {
    Object.assign(this, codes);
  }

  static async #post(path, fields) {
    const basic = Buffer.from(`television:${encodeURIComponent(secret)}`).toString("base64");
    const answer = await fetch(`${here.demo.issuer}${path}`, {
      method: "POST", headers: { authorization: `Basic ${basic}` }, body: new URLSearchParams(fields),
    });
    return { status: answer.status, ...(await answer.json()) };
  }

  static async begins(scope = "openid profile email student offline_access") {
    const codes = await Television.#post("/device_authorization", { scope });
    assert.equal(codes.status, 200, JSON.stringify(codes));
    assert.equal(codes.verification_uri, `${here.demo.issuer}/device`);
    return new Television(codes);
  }

  asks() {
    return Television.#post("/token", { grant_type: grantType, device_code: this.device_code });
  }

  /** As a real one does: again and again, with the pauses it was told to make. */
  async waits() {
    for (;;) {
      const answer = await this.asks();
      if (answer.error !== "authorization_pending") return answer;
      await new Promise((done) => { setTimeout(done, this.interval * 1000); });
    }
  }
}

async function signsInForTheDevice(tab, student) {
  await tab.provesUniversity(student);
  await tab.provesSecondPassword(student);
  if ((await tab.main().getAttribute("data-page")) === "auth-key") {
    await tab.entersKey(await here.demo.mails.nextKey(student.email));
  }
}

suite("a device", { concurrency: 2 }, () => {
  for (const [language, width, script] of [["ja", phone, true], ["en", desktop, true], ["ja", desktop, false], ["en", phone, false]]) {
    test(`is connected while it waits (${language}, ${width} px, ${script ? "with" : "without"} script)`, { timeout: 120_000 }, async () => {
      const student = await here.registeredStudent();
      const television = await Television.begins();
      const tokens = television.waits();
      const browser = await here.visitor({ language, width, script });
      const tab = await browser.tab();
      await tab.goes(`${here.demo.issuer}/device`);
      await tab.sees("device");
      await tab.fills({ user_code: "BBBB-BBBB" });
      await tab.presses();
      await tab.sees("device", { error: "E-72" });
      await tab.fills({ user_code: television.user_code.toLowerCase().replace("-", " ") });
      await tab.presses();
      await signsInForTheDevice(tab, student);
      await tab.sees("confirm-device");
      assert.deepEqual(
        await tab.page.locator("[data-scope]").evaluateAll((all) => all.map((one) => one.dataset.scope)),
        ["profile", "email", "student", "offline_access"],
      );
      await tab.presses("allow");
      await tab.sees("device-answered", { message: "device-connected" });
      await tab.page.reload();
      await tab.sees("device-answered", { message: "device-connected" });

      const answer = await tokens;
      assert.equal(answer.status, 200, JSON.stringify(answer));
      const userinfo = await fetch(`${here.demo.issuer}/userinfo`, { headers: { authorization: `Bearer ${answer.access_token}` } });
      assert.equal((await userinfo.json()).email, student.email);
      assert.equal((await television.asks()).error, "invalid_grant");
      await browser.close();
    });
  }
});

test("a number that came with the address waits for the person, who may refuse; a session spares the passwords", { timeout: 120_000 }, async () => {
  const student = await here.registeredStudent();
  const browser = await here.visitor({ width: desktop });
  const tab = await browser.tab();
  const first = await Television.begins("openid");
  await tab.goes(first.verification_uri_complete);
  await tab.sees("device");
  assert.equal(await tab.page.locator('[name="user_code"]').inputValue(), first.user_code);
  await tab.presses();
  await signsInForTheDevice(tab, student);
  await tab.sees("confirm-device");
  assert.equal((await first.asks()).error, "authorization_pending");
  await tab.presses("deny");
  await tab.sees("device-answered", { message: "device-refused" });
  assert.equal((await first.asks()).error, "access_denied");

  const second = await Television.begins("openid");
  await tab.follows("device");
  await tab.sees("device");
  await tab.fills({ user_code: second.user_code });
  await tab.page.keyboard.press("Enter");
  await tab.sees("confirm-device");
  await tab.page.goBack();
  await tab.page.goForward();
  await tab.sees("confirm-device");
  await tab.presses("allow");
  await tab.sees("device-answered", { message: "device-connected" });
  assert.equal((await second.asks()).status, 200);
  await browser.close();
});
