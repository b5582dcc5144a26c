// What script adds to the pages (journeys 1.3-2): nothing here is needed to get through.
"use strict";

const main = document.querySelector("main");
const all = (selector) => document.querySelectorAll(selector);

// Show and hide what was typed.
for (const button of all("[data-reveal]")) {
  const fields = button.form.querySelectorAll("input[type=password]");
  button.classList.add("ready");
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    for (const field of fields) field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
    button.textContent = shown ? button.dataset.hide : button.dataset.reveal;
  });
  // Browsers offer to keep a password only while it is one.
  button.form.addEventListener("submit", () => fields.forEach((field) => { field.type = "password"; }));
}

// The rules of the second password, ticked while it is typed; the server decides.
const rules = {
  length: (text, rule) => text.length >= Number(rule.dataset.min),
  upper: (text) => /[A-Z]/.test(text),
  lower: (text) => /[a-z]/.test(text),
  digit: (text) => /[0-9]/.test(text),
  charset: (text) => text !== "" && !/[^A-Za-z0-9]/.test(text),
};
const chosen = document.querySelector("[data-rules-for]");
chosen?.addEventListener("input", () => {
  for (const rule of all("[data-rule]")) {
    rule.classList.toggle("met", rules[rule.dataset.rule](chosen.value, rule));
    rule.classList.remove("unmet");
  }
});

// The language acts at once and keeps the user ID (journeys J-11).
const language = document.querySelector("[data-language]");
const name = document.querySelector("input[name=username]");
const kept = "idp-username";
language?.addEventListener("change", () => {
  if (name?.value) sessionStorage.setItem(kept, name.value);
  language.form.querySelector("button").click();
});
if (name && !name.value) name.value = sessionStorage.getItem(kept) ?? "";
sessionStorage.removeItem(kept);

// The time of this page runs out (WCAG 2.2, 2.2.1): said two minutes before, and a press prolongs it without losing what was typed.
// By the clock, since a computer that sleeps has no timers.
const limit = document.querySelector(".limit");
if (limit) {
  const line = limit.querySelector("p");
  const button = limit.querySelector("button");
  const texts = line.dataset;
  const token = (form) => form?.elements.form_token.value;
  let idle, absolute, field;
  let until = 0;
  const lasts = (left) => {
    idle = Date.now() + left.idle * 1000;
    absolute = Date.now() + left.absolute * 1000;
  };
  const say = (text, more) => {
    limit.classList.add("due");
    if (line.textContent !== text) line.textContent = text;
    if (button) button.hidden = !more;
  };
  // An answer stands for a while, then what is left counts again.
  const answer = (text, more) => {
    say(text, more);
    until = Date.now() + 15_000;
  };
  const look = () => {
    const minutes = Math.ceil((Math.min(idle, absolute) - Date.now()) / 60_000);
    const more = idle < absolute;
    if (minutes <= 0) say(texts.over);
    else if (Date.now() < until) return;
    else if (minutes > 2) limit.classList.remove("due");
    else say(texts[(more ? "soon" : "last") + minutes], more);
  };
  const press = async () => {
    const body = new URLSearchParams(new FormData(limit));
    const reply = await fetch(limit.action, { method: "POST", body, signal: AbortSignal.timeout?.(15_000) });
    if (reply.status >= 500) throw reply.status;
    return reply.text();
  };
  limit.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (limit.ariaBusy === "true") return;
    const html = await press().catch(() => null);
    limit.ariaBusy = null;
    if (html === null) return answer(texts.failed, true);
    const next = new DOMParser().parseFromString(html, "text/html").querySelector(".limit");
    // Another token is another login: this one has ended.
    const goesOn = token(next) === token(limit);
    lasts(goesOn ? next.dataset : { idle: 0, absolute: 0 });
    if (limit.contains(document.activeElement)) field?.focus();
    if (goesOn) answer(texts.extended);
    look();
  });
  main.addEventListener("focusin", ({ target }) => { if (target.matches(".input")) field = target; });
  // Above the keyboard of a telephone.
  const rise = () => { limit.style.bottom = `${Math.max(0, innerHeight - visualViewport.height - visualViewport.offsetTop)}px`; };
  visualViewport?.addEventListener("resize", rise);
  visualViewport?.addEventListener("scroll", rise);
  line.setAttribute("role", "alert");
  lasts(limit.dataset);
  look();
  setInterval(look, 5000);
}

// A form is sent once; coming back makes it new (J-14).
for (const form of all("form")) {
  form.addEventListener("submit", (event) => {
    if (form.ariaBusy === "true") event.preventDefault();
    form.ariaBusy = "true";
  });
}
addEventListener("pageshow", (event) => {
  for (const form of all("form")) form.ariaBusy = null;
  if (event.persisted) location.reload();
});

// Errors first.
document.querySelector("[data-focus]")?.focus();

// Back means where one came from.
document.querySelector("[data-history]")?.addEventListener("click", (event) => {
  if (history.length < 2) return;
  event.preventDefault();
  history.back();
});

// Seconds until a mail may be sent again. The button stays: the server decides.
for (const line of all("[data-seconds]")) {
  const end = performance.now() + Number(line.dataset.seconds) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    line.textContent = line.textContent.replace(/\d+/, left);
    if (left > 0) setTimeout(tick, 1000);
    else if ("vanish" in line.dataset) line.style.visibility = "hidden";
  };
  tick();
}

// The waiting tab moves on by itself (J-02, J-15), and never while something is being typed into it.
// A form on its way leads on itself: a reload then would hide its answer.
const leaving = () => [...all("form")].some((form) => form.ariaBusy === "true");
const typing = () => [...all("main input:not([type=hidden])")].some((field) => field.value !== "");
async function look() {
  try {
    const answer = await fetch(main.dataset.status, { headers: { accept: "application/json" }, cache: "no-store" });
    const { page, mail } = await answer.json();
    const news = document.querySelector("[data-mail]");
    if (!leaving() && page && page !== main.dataset.page) return location.reload();
    if (!leaving() && mail && news && mail !== news.dataset.mail && !typing()) return location.reload();
  } catch {
    // Offline or asleep: the next look tells.
  }
  setTimeout(look, 3000);
}
if (main?.dataset.status) setTimeout(look, 3000);
