"use strict";

const form = document.querySelector("form");
const articles = [...document.querySelectorAll("article")];
const names = ["kind", "theme", "name", "state", "language", "width"];
const chosen = () => Object.fromEntries(new FormData(form));
const fits = (article, wanted, ignored) =>
  names.every((name) => name === ignored || !wanted[name] || !(name in article.dataset) || article.dataset[name] === wanted[name]);

// Offers only what the other choices leave.
function offer(name, ignoredToo) {
  const wanted = chosen();
  const values = new Set(articles.filter((article) => fits(article, { ...wanted, [ignoredToo]: "" }, name)).map((article) => article.dataset[name]));
  const select = form.elements[name];
  const kept = values.has(select.value) ? select.value : "";
  select.replaceChildren(new Option("all", ""), ...[...values].map((value) => new Option(value)));
  select.value = kept;
}

function show() {
  offer("name", "state");
  offer("state");
  const wanted = chosen();
  let shown = 0;
  for (const article of articles) {
    article.hidden = !fits(article, wanted);
    if (article.hidden) continue;
    shown += 1;
    const frame = article.querySelector("iframe");
    if (!frame.getAttribute("src")) frame.src = frame.dataset.src;
  }
  form.querySelector("output").textContent = `${shown} shown`;
  history.replaceState(null, "", `#${new URLSearchParams(wanted)}`);
}

const start = new URLSearchParams(location.hash.slice(1) || "theme=default&name=sign-in&language=ja");
for (const name of ["kind", "theme", "language", "width"]) if (start.get(name)) form.elements[name].value = start.get(name);
for (const name of ["name", "state"]) {
  offer(name);
  form.elements[name].value = start.get(name) ?? "";
}
form.addEventListener("change", show);
show();
