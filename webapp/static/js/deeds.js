// Marks on readings (read, saved, set aside) without leaving the page.
// A form of class `deed` works by itself; this sends it, turns its button over
// and offers to undo. If that fails the form is sent in the ordinary way.
import { csrf } from "./page.js";

const said = document.createElement("div");
said.className = "said";
said.setAttribute("role", "status");
document.body.append(said);
let leaving;

const field = (form, name) => form.elements.namedItem(name)?.value ?? "";
const groupOf = (reading) => (reading.startsWith("reflection/") ? reading : reading.split("/")[0]);
const same = (form) => [...document.querySelectorAll("form.deed")].filter((other) =>
  field(other, "kind") === field(form, "kind") &&
  groupOf(field(other, "reading")) === groupOf(field(form, "reading")));

function turn(form, on) {
  const button = form.querySelector("button");
  button.setAttribute("aria-pressed", String(on));
  const label = button.querySelector("span");
  if (label) label.textContent = on ? button.dataset.on : button.dataset.off;
  form.elements.namedItem("undo")?.remove();
  if (on) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "undo", value: "1" }));
  if (field(form, "kind") === "set_aside") form.closest("[data-group]")?.classList.toggle("is-aside", on);
}

function tell(form, answer) {
  if (!answer.on) return say(answer.said);
  const undo = Object.assign(document.createElement("button"), { type: "button", textContent: answer.undo });
  undo.addEventListener("click", () => {
    send(form);
    form.querySelector("button").focus();
  });
  say(answer.said, undo);
}

// A line at the foot of the window, read out, that leaves by itself.
export function say(...words) {
  clearTimeout(leaving);
  said.replaceChildren(...words);
  const leave = () => {
    if (said.matches(":hover, :focus-within")) leaving = setTimeout(leave, 4000);
    else said.replaceChildren();
  };
  leaving = setTimeout(leave, 8000);
}

async function send(form) {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
      body: JSON.stringify({ reading: field(form, "reading"), kind: field(form, "kind"), undo: field(form, "undo") === "1" }),
    });
    if (!response.ok) throw new Error(response.statusText);
    const answer = await response.json();
    for (const other of same(form)) turn(other, answer.on);
    tell(form, answer);
  } catch {
    form.submit();
  } finally {
    delete form.dataset.busy;
  }
}

// Captured, so that it comes before page.js, which lets a form be sent only once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // The line of a card that was set aside has nothing to turn into: the page is made anew.
  if (!form.matches("form.deed") || form.closest(".aside-line")) return;
  event.preventDefault();
  send(form);
}, true);
