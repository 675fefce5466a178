// The organizer's desk, made nicer: a piece opens where it stands, each act is one key,
// and what was done can be undone for ten seconds. Without it links and forms do.
import { csrf } from "./page.js";
import { deviceWords } from "./device_words.js";

const UNDO = 10_000; // milliseconds
const KEYS_OFF = "xinde:desk-keys-off"; // on this device
const SENT = "xinde-desk-sent"; // whose words were on their way when the page was left

const desk = document.querySelector(".organizer-desk");
const rows = () => [...document.querySelectorAll(".waits:not([hidden])")];
const titleOf = (row) => row.querySelector("h3 a");
const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");

// Words that were not sent

function keepWords(form) {
  const body = form.elements.body, kept = deviceWords(form.dataset.words);
  const found = body.value ? null : kept.others((entry) => entry.body.trim());
  if (found) body.value = found.body;
  body.addEventListener("input", () => {
    kept.dropAll();
    if (body.value.trim()) kept.keep({ title: "", body: body.value });
  });
}

if (document.querySelector(".just-done") && sessionStorage.getItem(SENT)) deviceWords(sessionStorage.getItem(SENT)).dropAll();
if (desk) sessionStorage.removeItem(SENT);
for (const form of document.querySelectorAll("form[data-send]")) {
  keepWords(form);
  form.addEventListener("submit", () => sessionStorage.setItem(SENT, form.dataset.words));
}
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-send]");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

if (desk) begin();

function begin() {
  const said = Object.assign(document.createElement("div"), { className: "said" });
  said.setAttribute("role", "status");
  document.body.append(said);
  let undo = null; // what can be undone now
  let leaving;

  function say(words, button) {
    clearTimeout(leaving);
    said.replaceChildren(...[words, button].filter(Boolean));
    leaving = setTimeout(() => {
      said.replaceChildren();
      undo = null;
    }, UNDO);
  }

  // Opening

  async function open(row, act) {
    const place = row.querySelector(".waits__open"), link = titleOf(row);
    if (!place.querySelector("form")) {
      link.setAttribute("aria-busy", "true");
      const answer = await fetch(`${link.href.split("?")[0]}?part=1&act=${act ?? "echo"}`).catch(() => null);
      link.removeAttribute("aria-busy");
      if (!answer?.ok) return location.assign(link.href);
      place.innerHTML = await answer.text();
      keepWords(place.querySelector("form"));
    }
    place.hidden = false;
    link.setAttribute("aria-expanded", "true");
    if (act) {
      const form = place.querySelector("form");
      form.elements.act.value = act;
      form.elements.body.focus();
    }
    return undefined;
  }

  function close(row) {
    row.querySelector(".waits__open").hidden = true;
    titleOf(row).setAttribute("aria-expanded", "false");
    titleOf(row).focus();
  }

  const isOpen = (row) => !row.querySelector(".waits__open").hidden;
  const toggle = (row) => (isOpen(row) ? close(row) : open(row));

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".waits [data-do]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const row = link.closest(".waits");
    if (link.dataset.do === "open") toggle(row);
    else open(row, link.dataset.do === "ask" ? "ask" : "echo");
  });

  // Sending

  function problem(row, form, words) {
    const line = form.querySelector("[data-problem]") ?? row.querySelector(".waits__problem");
    line.textContent = words;
    line.hidden = !words;
    if (words) line.scrollIntoView({ block: "nearest" });
  }

  async function post(url, body) {
    const answer = await fetch(url, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": csrf() }, body });
    return [answer.ok, await answer.json().catch(() => ({}))];
  }

  async function send(form) {
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const row = form.closest(".waits");
    problem(row, form, "");
    try {
      const [ok, answer] = await post(form.action, new URLSearchParams(new FormData(form)));
      if (ok) leave(row, form, answer);
      else {
        if (answer.seen) for (const each of row.querySelectorAll("[name=seen]")) each.value = answer.seen;
        problem(row, form, answer.problem || [answer.error, answer.message].filter(Boolean).join(". ") || desk.dataset.sayFailed);
      }
    } catch {
      problem(row, form, desk.dataset.sayFailed);
    }
    delete form.dataset.busy;
  }

  function leave(row, form, answer) {
    if (form.dataset.words) deviceWords(form.dataset.words).dropAll();
    const all = rows(), place = all.indexOf(row);
    row.hidden = true;
    const group = row.closest("section");
    group.hidden = !group.querySelector(".waits:not([hidden])"); // no heading over nothing
    const next = all[place + 1] ?? all[place - 1];
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: answer.undo });
    undo = async () => {
      undo = null;
      const [ok, back] = await post(answer.back).catch(() => [false, {}]);
      if (!ok) return say(back.message || desk.dataset.sayFailed);
      row.hidden = group.hidden = false;
      for (const key of row.querySelectorAll("[name=key]")) key.value = newKey();
      titleOf(row).focus();
      return say(desk.dataset.sayUndone);
    };
    button.addEventListener("click", () => undo?.());
    say(answer.said, button);
    if (next) titleOf(next).focus();
    else {
      const heading = desk.querySelector("h1");
      heading.tabIndex = -1;
      heading.focus();
    }
  }

  // Captured, so that it comes before page.js, which lets a form be sent only once.
  document.addEventListener("submit", (event) => {
    if (!event.target.closest(".waits")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send(event.target);
  }, true);

  function accept(row) {
    const form = isOpen(row) ? row.querySelector("form[data-send]") : row.querySelector("form[data-accept]");
    if (form.dataset.words) form.elements.act.value = "accept";
    send(form);
  }

  // Keys; they can be switched off, for those whose voice or hand types them unawares

  const keys = document.getElementById("keys"), on = keys.querySelector("[data-keys]");
  on.closest("label").hidden = false;
  on.checked = !localStorage.getItem(KEYS_OFF);
  on.addEventListener("change", () => (on.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "1")));

  const here = () => document.activeElement?.closest?.(".waits");
  function step(by) {
    const all = rows(), place = all.indexOf(here());
    const to = all[place < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(place + by, 0), all.length - 1)];
    if (!to) return;
    titleOf(to).focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  }

  const onRow = (does) => () => {
    const row = here() ?? rows()[0];
    if (row) does(row);
  };
  const does = {
    j: () => step(1),
    k: () => step(-1),
    o: onRow(toggle),
    a: onRow((row) => open(row, "echo")),
    q: onRow((row) => open(row, "ask")),
    y: onRow(accept),
    u: () => undo?.(),
    "?": () => {
      keys.open = !keys.open;
      if (keys.open) keys.querySelector("summary").focus();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && keys.open) {
      keys.open = false;
      keys.querySelector("summary").focus();
      return;
    }
    if (event.key === "Escape" && here()) {
      titleOf(here()).focus();
      return;
    }
    const writing = event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
    if (!on.checked || writing || event.ctrlKey || event.metaKey || event.altKey || !does[event.key]) return;
    if (event.target.closest(".menu")) return;
    event.preventDefault();
    does[event.key]();
  });
}
