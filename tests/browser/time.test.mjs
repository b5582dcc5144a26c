// A page that runs out says so in time, and a press keeps it without losing what was typed (WCAG 2.2, 2.2.1). Time is moved, not waited for.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { desktop, phone, violations, world } from "./world.mjs";

const here = world();
const minute = 60_000;
const texts = {
  ja: { soon: /残り約[12]分/, two: /残り約2分/, one: /残り約1分/, last: /延ばせません/, extended: /延ばしました/, failed: /通信状況/, over: /終了しました/ },
  en: { soon: /about (2 minutes|1 minute)\./, two: /about 2 minutes\./, one: /about 1 minute\./, last: /cannot be extended/, extended: /has been extended/, failed: /connection/, over: /has ended/ },
};

const soon = { was: /data-idle="\d+"/, is: 'data-idle="100"' };
const last = { was: /data-absolute="\d+"/, is: 'data-absolute="110"' };

/** At P-07 with half of the password typed. `left`: other seconds than the server's at first. */
async function typing(student, how, left) {
  const browser = await here.visitor(how);
  const tab = await browser.tab();
  if (how.script !== false) await tab.page.clock.install();
  await tab.startsAtService();
  await tab.provesUniversity(student);
  await tab.sees("second-password");
  if (left) {
    await tab.page.route(tab.page.url(), async (route) => {
      const answer = await route.fetch();
      return route.fulfill({ response: answer, body: (await answer.text()).replace(left.was, left.is) });
    });
    await tab.goes(tab.page.url());
  }
  const field = tab.page.locator('[name="second_password"]');
  await field.pressSequentially("Viol");
  const notice = tab.page.locator(".limit");
  const says = async (text) => {
    await notice.getByRole("alert").filter({ hasText: text }).waitFor();
    assert.deepEqual(await violations(tab.page), [], `axe with ${text}`);
  };
  return { browser, tab, page: tab.page, field, notice, button: notice.locator("button"), says };
}

const place = (locator) => locator.evaluate((one) => JSON.stringify(one.getBoundingClientRect()));
const focused = (page) => page.evaluate(() => document.activeElement.name);

suite("the time of a page", () => {
  let student;
  for (const how of [{ width: phone }, { width: desktop, language: "en" }]) {
    const text = texts[how.language ?? "ja"];
    const named = `(${how.language ?? "ja"}, ${how.width} px)`;

    test(`two minutes before its end a notice offers more, as often as one likes ${named}`, { timeout: 120_000 }, async () => {
      student ??= await here.registeredStudent();
      const { browser, tab, page, field, notice, button, says } = await typing(student, how);
      assert.ok(!(await notice.isVisible()), "nothing to say yet");
      await page.clock.fastForward(27 * minute);
      assert.ok(!(await notice.isVisible()));
      for (let turn = 0; turn < 2; turn += 1) {
        const before = await place(field);
        // The server's own clock was not moved, and what this test takes counts: less than two minutes are left, and more than none.
        await page.clock.fastForward((turn === 0 ? 1.5 : 27.5) * minute);
        await says(text.soon);
        assert.equal(await place(field), before, "nothing moves");
        assert.equal(await focused(page), "second_password", "the focus stays");
        await page.keyboard.type("e");
        await button.click();
        await says(text.extended);
        assert.ok(!(await button.isVisible()));
        assert.equal(await focused(page), "second_password", "back to where one typed");
        await page.clock.fastForward(minute);
        await notice.waitFor({ state: "hidden" });
      }
      assert.equal(await field.inputValue(), "Violee");
      await field.fill(student.secondPassword);
      await tab.presses();
      await tab.sees("auth-key");
      assert.ok(!(await notice.isVisible()), "the next page has a time of its own");
      await browser.close();
    });

    test(`the button is reached and pressed by the keyboard, and nothing lies under the notice for good ${named}`, { timeout: 120_000 }, async () => {
      student ??= await here.registeredStudent();
      const { browser, page, button, says } = await typing(student, how, soon);
      await says(text.two);
      await page.clock.fastForward(45_000);
      await says(text.one);
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(() => {
          const one = document.activeElement;
          const { bottom } = one.getBoundingClientRect();
          const bar = document.querySelector(".limit");
          return { hidden: !bar.contains(one) && bottom > bar.getBoundingClientRect().top, html: one.outerHTML.slice(0, 80), there: one.matches(".limit button") };
        });
        assert.ok(!at.hidden, `under the notice: ${at.html}`);
        if (at.there) break;
      }
      assert.ok(await button.evaluate((one) => one === document.activeElement), "Tab reaches it");
      await page.keyboard.press("Enter");
      await says(text.extended);
      assert.equal(await focused(page), "second_password");
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      const [foot, bar] = await Promise.all([".foot", ".limit"].map((one) => page.locator(one).boundingBox()));
      assert.ok(foot.y + foot.height <= bar.y, "the foot can be scrolled from under it");
      await browser.close();
    });

    test(`near its last end it says so without a button, and after it what to do ${named}`, { timeout: 120_000 }, async () => {
      student ??= await here.registeredStudent();
      const { browser, page, field, button, says } = await typing(student, how, last);
      await says(text.last);
      assert.ok(!(await button.isVisible()));
      // A laptop that slept: hours at once, and a single timer.
      await page.clock.fastForward(180 * minute);
      await says(text.over);
      assert.equal(await field.inputValue(), "Viol");
      await browser.close();
    });

    test(`a press that fails says what to do ${named}`, { timeout: 120_000 }, async () => {
      student ??= await here.registeredStudent();
      const { browser, page, field, button, says } = await typing(student, how, soon);
      await says(text.soon);
      await browser.context.setOffline(true);
      await button.click();
      await says(text.failed);
      await browser.context.setOffline(false);
      await browser.context.clearCookies();
      await button.click();
      await says(text.over);
      assert.ok(!(await button.isVisible()));
      assert.equal(await field.inputValue(), "Viol");
      await page.clock.fastForward(minute);
      await says(text.over);
      await browser.close();
    });

    test(`without script a line at the foot has the same button ${named}`, { timeout: 120_000 }, async () => {
      student ??= await here.registeredStudent();
      const { browser, tab, notice, button } = await typing(student, { ...how, script: false });
      assert.ok(await notice.isVisible() && await button.isVisible());
      assert.equal(await notice.evaluate((one) => getComputedStyle(one).position), "static");
      const loaded = tab.page.waitForEvent("load");
      await button.click();
      await loaded;
      await tab.sees("second-password");
      await tab.provesSecondPassword(student);
      await tab.sees("auth-key");
      await browser.close();
    });
  }

  test("enlarged by two fingers, or over a keyboard, the notice stays in view", { timeout: 120_000 }, async () => {
    student ??= await here.registeredStudent();
    const { browser, page, says } = await typing(student, { width: phone }, soon);
    await says(texts.ja.soon);
    const devtools = await browser.context.newCDPSession(page);
    await devtools.send("Emulation.setPageScaleFactor", { pageScaleFactor: 2 });
    // The viewport takes its steps; where it ends, the notice stands at its edge.
    await page.waitForFunction(() => {
      const { bottom } = document.querySelector(".limit").getBoundingClientRect();
      return visualViewport.scale > 1.9 && Math.abs(bottom - visualViewport.offsetTop - visualViewport.height) <= 1;
    });
    await browser.close();
  });

  test("an account page is kept by a press, and a session that was ended elsewhere is not taken up again", { timeout: 120_000 }, async () => {
    const student = await here.registeredStudent();
    const browser = await here.visitor({ width: phone });
    const tab = await browser.tab();
    await tab.page.clock.install();
    await tab.signsIn(student);
    await tab.goes(`${here.demo.issuer}/account/two-factor`);
    await tab.sees("two-factor", { message: "disable-two-factor" });
    const notice = tab.page.locator(".limit");
    const says = (text) => notice.getByRole("alert").filter({ hasText: text }).waitFor();
    await tab.page.clock.fastForward(28.5 * minute);
    await says(texts.ja.soon);
    await notice.locator("button").click();
    await says(texts.ja.extended);
    const other = await browser.tab();
    await other.goes(`${here.demo.issuer}/logout`);
    await other.sees("confirm-sign-out");
    await other.presses("yes");
    await other.sees("signed-out");
    await tab.page.clock.fastForward(28.5 * minute);
    await says(texts.ja.soon);
    await notice.locator("button").click();
    await says(texts.ja.over);
    await browser.close();
  });
});
