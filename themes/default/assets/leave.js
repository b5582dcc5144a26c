// On to the client once its pages have ended their sessions; a page that does not answer holds nobody up.
"use strict";

const onward = document.querySelector("[data-link=back]");
const frames = [...document.querySelectorAll("iframe")];
const loaded = frames.map((frame) => new Promise((done) => frame.addEventListener("load", done, { once: true })));
const late = new Promise((done) => setTimeout(done, 3000));
Promise.race([Promise.all(loaded), late]).then(() => location.replace(onward.href));
