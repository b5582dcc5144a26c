// Every page in every state and language as `idp theme preview` writes it: it fits, anybody can use it, nothing is left untranslated.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { binary } from "../support/demo.mjs";
import { desktop, launch, phone, violations } from "./world.mjs";

const languages = ["ja", "en", "zh-CN", "ko"];
/** WCAG 2.2, 1.4.10: a desk at 400 %; and a desk at 200 %. */
const widths = [320, phone, desktop / 2, desktop];
const tabs = 2;

/** What betrays another language. Addresses, units and names of products are nobody's language. */
const foreign = {
  ja: [/[A-Za-z]{2,}(?:['’,.]? [A-Za-z'’]{2,}){2,}/, /[\uac00-\ud7af]/],
  en: [/[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]/],
  "zh-CN": [/[A-Za-z]{2,}(?:['’,.]? [A-Za-z'’]{2,}){2,}/, /[\u3040-\u30ff\uac00-\ud7af]/],
  ko: [/[A-Za-z]{2,}(?:['’,.]? [A-Za-z'’]{2,}){2,}/, /[\u3040-\u30ff\u4e00-\u9fff]/],
};
const betrayed = (language, text) => foreign[language].map((sign) => text.match(sign)?.[0]).filter(Boolean);

const gallery = {};

before(async () => {
  gallery.folder = await mkdtemp(join(tmpdir(), "idp-gallery-"));
  execFileSync(binary, ["theme", "preview", "--out", gallery.folder], { cwd: gallery.folder });
  gallery.pages = await readdir(join(gallery.folder, "pages"));
  gallery.mails = await readdir(join(gallery.folder, "mails"));
  gallery.browser = await launch();
});
after(async () => {
  await gallery.browser?.close();
  await rm(gallery.folder, { recursive: true, force: true });
});

/** Calls `deed` with a tab at each of these pages, but for the scripts by which some leave at once. */
async function atEach(files, options, deed) {
  const context = await gallery.browser.newContext({ viewport: { width: phone, height: 844 }, ...options });
  await context.route(/\/(post|leave)\.[^/]*\.js$/, (route) => route.abort());
  const left = [...files];
  const findings = [];
  const walk = async () => {
    const page = await context.newPage();
    for (let file = left.pop(); file; file = left.pop()) {
      await page.goto(`file://${gallery.folder}/pages/${file}`);
      for (const finding of await deed(page, file)) findings.push(`${file}: ${finding}`);
    }
  };
  await Promise.all(Array.from({ length: tabs }, walk));
  await context.close();
  assert.deepEqual(findings.sort(), []);
}

/** `theme`, else all of them. */
const pagesIn = (language, theme = "") =>
  gallery.pages.filter((file) => file.startsWith(theme) && file.endsWith(`.${language}.html`));

for (const language of languages) {
  test(`${language}: every page fits its window, axe finds nothing, and nothing is said in another language`, { timeout: 600_000 }, async () => {
    // Each page is loaded once for all three: that is what costs time.
    await atEach(pagesIn(language, language === "ja" ? "" : "default"), {}, async (page) =>
      [...(await violations(page)), ...(await tooWide(page)), ...(await betrayals(page, language))]);
  });

  test(`${language}: no mail says anything in another language`, async () => {
    const findings = [];
    for (const file of gallery.mails.filter((name) => name.endsWith(`.${language}.txt`))) {
      const text = await readFile(join(gallery.folder, "mails", file), "utf8");
      for (const finding of betrayed(language, text)) findings.push(`${file}: ${finding}`);
    }
    assert.deepEqual(findings, []);
  });
}

async function tooWide(page) {
  const findings = [];
  const look = async (how) => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) findings.push(`${wide} px too wide ${how}`);
  };
  for (const width of widths) {
    await page.setViewportSize({ width, height: 844 });
    await look(`at ${width} px`);
  }
  await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
  await look("with letters twice as large");
  await page.setViewportSize({ width: phone, height: 844 });
  return findings;
}

async function betrayals(page, language) {
  const text = await page.evaluate((own) => {
    // What says of itself that it is of another language may be; the name of an upstream and a secret are of none.
    for (const other of document.querySelectorAll(`body [lang]:not([lang="${own}"]), h2[id^=upstream-], .secret`)) other.remove();
    const spoken = [...document.querySelectorAll("[title], [placeholder], [aria-label], [alt]")]
      .flatMap((one) => [one.title, one.placeholder, one.ariaLabel, one.alt]);
    return [document.title, document.body.innerText, ...spoken].filter(Boolean).join("\n");
  }, language);
  return betrayed(language, text);
}

test("axe finds nothing in the dark either", { timeout: 600_000 }, async () => {
  await atEach(pagesIn("ja"), { colorScheme: "dark" }, violations);
});

test("every link, field and button is reached by Tab, in the order of the page, and is seen to be", { timeout: 600_000 }, async () => {
  await atEach(pagesIn("en", "default"), {}, async (page) => {
    await page.evaluate(() => {
      const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")];
      const shown = all.filter((one) => one.checkVisibility({ visibilityProperty: true }));
      shown.forEach((one, index) => { one.dataset.turn = index; });
      // Some pages begin elsewhere (the summary of errors, 再発行 after a dead key): from the very top, then.
      const top = document.createElement("button");
      document.body.prepend(top);
      top.focus();
    });
    const count = await page.locator("[data-turn]").count();
    const findings = [];
    for (let turn = 0; turn < count; turn += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        return { turn: document.activeElement.dataset.turn, html: document.activeElement.outerHTML.slice(0, 80), seen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 };
      });
      if (at.turn !== String(turn)) findings.push(`stop ${turn} is ${at.turn}: ${at.html}`);
      if (!at.seen) findings.push(`no ring at ${at.html}`);
    }
    return findings;
  });
});

test("what was refused has the focus, and its links lead to the fields", { timeout: 600_000 }, async () => {
  let refused = 0;
  await atEach(pagesIn("ja", "default"), {}, async (page) => {
    const summary = page.locator(".summary");
    if ((await summary.count()) === 0) return [];
    refused += 1;
    const findings = [];
    if (!(await summary.evaluate((one) => one === document.activeElement))) findings.push("the summary has no focus");
    for (const link of await summary.locator("a").all()) {
      await link.click();
      if (!(await page.evaluate(() => document.activeElement.matches(":target[aria-invalid=true]")))) {
        findings.push(`${await link.getAttribute("href")} leads to no field in error`);
      }
    }
    return findings;
  });
  assert.ok(refused > 20, `${refused} pages of refusals`);
});

test("in forced colours everything that can be pressed or typed into keeps its edge, and nothing moves", { timeout: 600_000 }, async () => {
  await atEach(pagesIn("ja", "default"), { forcedColors: "active" }, (page) => page.evaluate(() => {
    const edges = [...document.querySelectorAll(".button, .input, select, .summary, .news, .notices")]
      .filter((one) => one.checkVisibility())
      .filter((one) => {
        const { borderInlineStartWidth, borderInlineStartStyle } = getComputedStyle(one);
        return borderInlineStartStyle === "none" || parseFloat(borderInlineStartWidth) < 1;
      })
      .map((one) => `no edge: ${one.outerHTML.slice(0, 80)}`);
    const moving = [...document.querySelectorAll("*")].filter((one) => {
      const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(one);
      return animationName !== "none" || transitionDuration !== "0s" || scrollBehavior === "smooth";
    });
    return [...edges, ...moving.map((one) => `moves: ${one.outerHTML.slice(0, 80)}`)];
  }));
});
