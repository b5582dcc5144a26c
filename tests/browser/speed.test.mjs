// The first page on a telephone far from everything: what it weighs, how many requests it waits for, what 3G makes of that.
import assert from "node:assert/strict";
import { test } from "node:test";
import { phone, world } from "./world.mjs";

const here = world();
const most = 20 * 1024;
/** Of the second that it may take, what is left to the telephone for reading, layout and paint. */
const telephone = 500;
/** 3G: 300 ms there and back, 1.6 Mbit a second. */
const network = { offline: false, latency: 300, downloadThroughput: 200_000, uploadThroughput: 94_000 };

for (const language of ["ja", "en"]) {
  test(`the sign-in page weighs at most 20 KB, waits for one request more, and leaves the telephone half of its second at 3G (${language})`, async (t) => {
    const browser = await here.visitor({ width: phone, language });
    const tab = await browser.tab();
    await tab.goes(`${here.demo.service}/`);
    const devtools = await browser.context.newCDPSession(tab.page);
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", network);
    const ours = new Map();
    devtools.on("Network.responseReceived", ({ requestId, response }) => {
      if (response.url.startsWith(here.demo.issuer)) ours.set(requestId, 0);
    });
    devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (ours.has(requestId)) ours.set(requestId, encodedDataLength);
    });
    await tab.follows("login");
    await tab.sees("sign-in");
    const weight = [...ours.values()].reduce((sum, bytes) => sum + bytes, 0);
    assert.ok(weight > 2_000 && weight <= most, `${weight} bytes in ${ours.size} requests`);
    const { blocking, painted, usable } = await tab.page.evaluate(() => {
      const [page] = performance.getEntriesByType("navigation");
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      const waited = performance.getEntriesByType("resource").filter((one) => one.renderBlockingStatus === "blocking");
      const since = (at) => at - page.responseStart;
      return { blocking: waited.map((one) => one.name), painted: since(paint.startTime), usable: since(page.domContentLoadedEventEnd) };
    });
    assert.equal(blocking.length, 1, `it waits for ${blocking}`);
    assert.match(blocking[0], /\/style\.[0-9a-f]+\.css$/);
    // What the clock says depends on what else this machine does: it is told, not asserted.
    t.diagnostic(`${weight} bytes; painted ${Math.round(painted)} ms, usable ${Math.round(usable)} ms after the first byte`);
    const underway = network.latency * blocking.length + (weight / network.downloadThroughput) * 1_000;
    assert.ok(underway <= 1_000 - telephone, `${Math.round(underway)} ms of the network alone`);
    await browser.close();
  });
}
