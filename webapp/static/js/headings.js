// Puts the headings at the end of the text, once, on request. The rest is the writer's.
const button = document.querySelector("[data-headings]");
const body = document.getElementById("body");
if (button && body) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const before = body.value.trimEnd();
    const missing = button.dataset.headings
      .split(/\n(?=# )/)
      .filter((heading) => !before.split("\n").includes(heading.trim()));
    if (missing.length) {
      const start = before ? `${before}\n\n` : "";
      body.value = start + missing.map((heading) => `${heading.trim()}\n\n`).join("\n");
      body.dispatchEvent(new Event("input", { bubbles: true }));
      const at = start.length + missing[0].trim().length + 2;
      body.setSelectionRange(at, at);
    }
    body.focus();
  });
}
