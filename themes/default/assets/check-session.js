// Tells a client that holds this page in a frame whether the session is still the one it knows
// (OpenID Connect Session Management 1.0 §3.2). SHA-256 by hand: Web Crypto needs https, a loopback has none.
"use strict";

const cookie = document.currentScript.dataset.cookie;

/** What the browser's cookie says of its session; nothing without one. */
function browserState() {
  const pairs = document.cookie.split(";").map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(`${cookie}=`));
  return found ? found.slice(cookie.length + 1) : "";
}

/** FIPS 180-4 §4.2.2, §5.3.3: the first bits of the roots of the first primes, cube and square. */
const constants = [];
const initial = [];
for (let candidate = 2; constants.length < 64; candidate += 1) {
  let prime = true;
  for (let factor = 2; factor * factor <= candidate; factor += 1) if (candidate % factor === 0) prime = false;
  if (prime) {
    if (initial.length < 8) initial.push(fraction(candidate ** (1 / 2)));
    constants.push(fraction(candidate ** (1 / 3)));
  }
}

function fraction(root) {
  return ((root - Math.floor(root)) * 0x100000000) | 0;
}

/** FIPS 180-4 §6.2, as 64 hexadecimal digits. */
function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  const hash = [...initial];
  const words = new Int32Array(64);
  const turned = (word, by) => (word >>> by) | (word << (32 - by));
  for (let block = 0; block < padded.length; block += 64) {
    for (let at = 0; at < 64; at += 1) {
      if (at < 16) {
        words[at] = view.getInt32(block + at * 4);
      } else {
        const early = words[at - 15];
        const late = words[at - 2];
        const s0 = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
        const s1 = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
        words[at] = words[at - 16] + s0 + words[at - 7] + s1;
      }
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let at = 0; at < 64; at += 1) {
      const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const first = (h + s1 + ((e & f) ^ (~e & g)) + constants[at] + words[at]) | 0;
      const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => { hash[at] = (hash[at] + word) | 0; });
  }
  return hash.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The asker's origin goes into the sum: another one than the client's own redirect URI has never matches. */
function answer(message, origin) {
  const space = message.lastIndexOf(" ");
  const state = message.slice(space + 1);
  if (space < 1 || !/^[0-9a-f]{64}\.[0-9A-Za-z_-]+$/.test(state)) return "error";
  const [known, salt] = state.split(".");
  const client = message.slice(0, space);
  return sha256(`${client} ${origin} ${browserState()} ${salt}`) === known ? "unchanged" : "changed";
}

addEventListener("message", (event) => {
  if (typeof event.data !== "string" || event.source !== parent || event.origin === "null") return;
  event.source.postMessage(answer(event.data, event.origin), event.origin);
});
