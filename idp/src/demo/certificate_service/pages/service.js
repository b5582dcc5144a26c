// The language pulldown acts at once; without script its button does.
const language = document.querySelector("form.language");
if (language) {
  language.querySelector("button").hidden = true;
  language.addEventListener("change", () => language.submit());
}
// What the back button brings from memory may be an older state, or somebody else's session.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
