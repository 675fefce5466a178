// The list changes in front of your eyes: a form of class `steer` works by itself;
// this sends it, puts the new list in the place of the old and says what was done.
// If that fails the form is sent in the ordinary way.
import { say } from "./deeds.js";

const list = document.getElementById("list");
let asked; // the request whose answer will be shown; a later one takes its place

async function send(form, submitter) {
  const sent = new URLSearchParams(new FormData(form, submitter));
  sent.set("part", "list");
  asked?.abort();
  asked = new AbortController();
  list.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body: sent, signal: asked.signal });
    if (!response.ok) throw new Error(response.statusText);
    show(await response.text(), form, submitter);
  } catch (problem) {
    if (problem.name === "AbortError") return;
    if (submitter?.name) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
    }
    form.submit();
  }
}

function show(html, form, submitter) {
  const inside = list.contains(form);
  list.innerHTML = html; // our own page, and no script runs from it
  list.removeAttribute("aria-busy");
  for (const button of submitter?.hasAttribute("aria-pressed") ? form.querySelectorAll("[aria-pressed]") : []) {
    button.setAttribute("aria-pressed", String(button === submitter));
  }
  const aside = document.getElementById("steered");
  // The button that was pressed is gone: its Undo takes the focus, or the list.
  if (inside) (aside?.querySelector("button") ?? list).focus({ preventScroll: Boolean(aside) });
  aside?.scrollIntoView({ block: "nearest" });
  say(aside?.querySelector(".aside-line > span")?.textContent.trim() ?? list.dataset.said);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!list || !form.matches("form.steer")) return;
  event.preventDefault();
  send(form, event.submitter);
}, true);

// The slider: its step in words while it moves, a new list when it rests.
const slider = document.getElementById("step");
if (slider) {
  const words = slider.dataset.words.split("|");
  const output = slider.form.querySelector("output");
  let resting;
  slider.form.querySelector("button").hidden = true;
  slider.addEventListener("input", () => {
    output.textContent = words[slider.value];
    slider.setAttribute("aria-valuetext", words[slider.value]);
    clearTimeout(resting);
    resting = setTimeout(() => send(slider.form), 250);
  });
}

// A card's menu closes when one clicks or tabs elsewhere, or presses Escape.
const open = () => document.querySelectorAll("details.more[open]");
document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("focusin", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
