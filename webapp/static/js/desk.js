// The library desk, made nicer: files are dropped and sent one by one, what came in
// is looked at again by itself, texts are gone through with the keyboard. Without it
// everything is a form or a link.
import { csrf } from "./page.js";

const bring = document.querySelector("form.bring");
if (bring) bringing(bring);
const list = document.querySelector("[data-part=list]");
if (list) sorting(list);

// Bringing files in

function bringing(form) {
  const say = form.dataset;
  const input = form.querySelector("#files");
  const sending = document.querySelector(".sending");
  const lately = document.querySelector("[data-part=lately]");
  const waiting = [];
  let busy = false, looking;

  form.querySelector(".drop__here").hidden = false;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let depth = 0;
  addEventListener("dragenter", (event) => { if (hasFiles(event)) over(++depth > 0); });
  addEventListener("dragleave", (event) => { if (hasFiles(event)) over(--depth > 0); });
  addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over((depth = 0) > 0);
    take([...event.dataTransfer.files]);
  });
  function over(on) { document.body.classList.toggle("is-over", on); }

  // Captured, so that it comes before page.js, which lets a form be sent only once.
  document.addEventListener("submit", (event) => {
    if (event.target !== form || !input.files.length) return;
    event.preventDefault();
    take([...input.files]);
    input.value = "";
  }, true);

  function take(files) {
    sending.hidden = !files.length && !sending.children.length;
    for (const file of files) {
      const line = document.createElement("li");
      const name = Object.assign(document.createElement("bdi"), { textContent: file.name });
      line.append(name);
      sending.append(line);
      const one = { file, line, key: crypto.getRandomValues(new Uint32Array(4)).join("-") };
      if (file.size > Number(say.mostBytes)) tell(one, say.sayTooLarge);
      else waiting.push(one);
    }
    next();
  }

  function tell(one, words, again) {
    one.line.querySelector("progress")?.remove();
    one.line.querySelector("p")?.remove();
    const line = Object.assign(document.createElement("p"), { className: "error", textContent: `${words} ` });
    if (again) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "linklike", textContent: say.sayAgain });
      button.addEventListener("click", () => {
        line.remove();
        waiting.push(one);
        next();
      });
      line.append(button);
    }
    one.line.append(line);
  }

  // One at a time: each is kept or refused by itself.
  function next() {
    if (busy) return;
    const one = waiting.shift();
    if (!one) return look();
    busy = true;
    const bar = Object.assign(document.createElement("progress"), { max: one.file.size || 1, value: 0 });
    bar.setAttribute("aria-label", `${say.saySending}: ${one.file.name}`);
    one.line.append(bar);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrf());
    request.upload.addEventListener("progress", (event) => { bar.value = event.loaded; });
    request.addEventListener("load", () => {
      if (request.status === 202) one.line.remove();
      else tell(one, message(request.responseText) || say.sayUnsent, request.status >= 500);
      done();
    });
    request.addEventListener("error", () => {
      tell(one, say.sayUnsent, true);
      done();
    });
    const content = new FormData();
    content.append("key", one.key);
    if (form.elements.replace.checked) content.append("replace", "1");
    content.append("files", one.file);
    request.send(content);
  }

  function done() {
    busy = false;
    sending.hidden = !sending.children.length;
    look();
    next();
  }

  function message(text) {
    try {
      return JSON.parse(text).message;
    } catch {
      return "";
    }
  }

  // What came in is looked at again while something waits.
  const PAUSE = 3000;
  async function look() {
    clearTimeout(looking);
    let told;
    try {
      const answer = await fetch(say.lately, { headers: { Accept: "application/json" } });
      if (!answer.ok) return; // signed out, or no longer an organizer: the next page says so
      told = await answer.json();
    } catch {
      told = null;
    }
    if (told && told.html !== lately.dataset.last) {
      lately.dataset.last = told.html;
      const here = lately.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      lately.innerHTML = told.html; // made by the server from its own template
      for (const link of lately.querySelectorAll("[data-refresh]")) link.hidden = true;
      if (here) [...lately.querySelectorAll("a")].find((a) => a.getAttribute("href") === here)?.focus();
    }
    if (!told || told.busy) looking = setTimeout(() => (document.hidden ? later() : look()), PAUSE);
  }
  function later() {
    document.addEventListener("visibilitychange", look, { once: true });
  }
  if (lately.querySelector("[data-busy]")) look();
}

// Going through the texts

function sorting() {
  const parts = () => document.querySelectorAll("[data-part]");
  const rows = () => [...document.querySelectorAll(".text[data-slug]")];
  const keys = document.querySelector("[data-keys]");
  const status = keys.querySelector("[data-keys-say]");
  const help = keys.querySelector("dialog");
  const toggle = keys.querySelector("[data-keys-switch]");
  let here = "", place = 0, sent = false;
  keys.hidden = false;

  function ready() {
    const all = document.querySelector(".bulk__all");
    if (!all) return;
    all.hidden = false;
    all.querySelector("input").checked = false;
    count();
  }
  function count() {
    const ticked = document.querySelectorAll(".text__tick:checked").length;
    const line = document.querySelector(".bulk__count");
    line.hidden = !ticked;
    line.textContent = ticked === 1 ? line.dataset.one : line.dataset.many.replace("{n}", ticked);
  }
  document.addEventListener("change", (event) => {
    if (event.target.closest(".bulk__all")) {
      for (const tick of document.querySelectorAll(".text__tick")) tick.checked = event.target.checked;
    }
    if (event.target.matches(".text__tick") || event.target.closest(".bulk__all")) count();
  });
  ready();

  // A change is sent, and only the parts of the page that it touches are put in place.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-sorting], .flash--undo form")) return;
    event.preventDefault();
    if (sent) return;
    sent = true;
    const content = new FormData(form, event.submitter);
    const at = event.submitter?.closest(".text");
    if (at) mark(at);
    try {
      const answer = await fetch(form.action, { method: "POST", body: content });
      if (![200, 422].includes(answer.status)) throw new Error(String(answer.status));
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      form.submit.call(withAct(form, event.submitter)); // the ordinary way
    } finally {
      sent = false;
    }
  }, true);

  function withAct(form, submitter) {
    if (submitter?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
    return form;
  }

  function show(page) {
    const hadFocus = document.activeElement !== document.body;
    for (const part of parts()) {
      const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
      if (fresh) part.replaceChildren(...fresh.childNodes);
    }
    const states = page.querySelector(".states");
    if (states) document.querySelector(".states").replaceWith(states);
    const flashes = page.querySelector(".flashes");
    document.querySelector(".flashes").replaceChildren(...flashes.childNodes);
    ready();
    const row = rows().find((r) => r.dataset.slug === here) ?? rows()[Math.min(place, rows().length - 1)];
    if (row && (here || hadFocus)) go(row);
    else document.getElementById("main").focus();
    status.textContent = document.querySelector("[data-told] p")?.textContent ?? "";
  }

  function mark(row) {
    here = row.dataset.slug;
    place = rows().indexOf(row);
    for (const other of rows()) other.classList.toggle("is-here", other === row);
  }
  function go(row) {
    mark(row);
    row.querySelector("h2 a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  // Keys

  const KEPT = "desk-keys";
  let on = kept() !== "off";
  function kept() {
    try { return localStorage.getItem(KEPT); } catch { return null; }
  }
  function turn(now, said = true) {
    on = now;
    toggle.setAttribute("aria-pressed", String(on));
    try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* for this page then */ }
    if (said) status.textContent = on ? status.dataset.on : status.dataset.off;
  }
  turn(on, false);
  toggle.addEventListener("click", () => turn(!on));
  keys.querySelector("[data-keys-help]").addEventListener("click", () => help.showModal());

  const act = {
    j: (row) => go(row ? rows()[Math.min(rows().indexOf(row) + 1, rows().length - 1)] : rows()[0]),
    k: (row) => go(rows()[Math.max((row ? rows().indexOf(row) : 0) - 1, 0)]),
    x: (row) => {
      const tick = row?.querySelector(".text__tick");
      if (!tick) return;
      tick.checked = !tick.checked;
      count();
      const words = tick.checked ? status.dataset.ticked : status.dataset.unticked;
      status.textContent = words.replace("{title}", row.dataset.title);
    },
    c: (row) => row?.querySelector('[data-key="c"]')?.click(),
    e: (row) => row?.querySelector('[data-key="e"]')?.click(),
    u: () => document.querySelector('[data-key="u"]')?.click(),
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (event.isComposing || !Object.hasOwn(act, event.key) || (!rows().length && !"u?".includes(event.key))) return;
    event.preventDefault();
    const focused = document.activeElement?.closest(".text");
    act[event.key](focused ?? rows().find((r) => r.dataset.slug === here));
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.(".text");
    if (row) mark(row);
  });
}
