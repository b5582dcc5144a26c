// Shows a new mail as soon as it has come; without script the refresh link does it.
const shown = document.currentScript.dataset.newest;
setInterval(async () => {
  if (document.hidden || document.activeElement?.tagName === "INPUT") return;
  try {
    const answer = await fetch("/newest", { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== shown) location.reload();
  } catch {
    // the demo has stopped; the next round tries again
  }
}, 3000);
