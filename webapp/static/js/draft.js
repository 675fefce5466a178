// Keeps what is written: saves it a moment after each pause, and says honestly
// where the words are. Until the server has them, this device does. Whoever follows
// the text (js/coach.js) hears "saved" from the form.
import { csrf } from "./page.js";
import { citing } from "./citing.js";
import { deviceWords } from "./device_words.js";

const PAUSE = 1500; // ms after the last key
const DEVICE_PAUSE = 400;
const LONGEST_WAIT = 60_000;
const PATIENCE = 30_000; // ms until a save without an answer is sent again
const KEEPALIVE = 60_000; // bytes that a browser still sends while a page closes

const NOTHING = { title: "", body: "" };

const form = document.getElementById("editor");
if (form) keep(form);

function keep(form) {
  const title = form.elements.title;
  const body = form.elements.body;
  const state = form.querySelector(".editor__state");
  const say = form.dataset;
  let device = deviceWords(say.place);
  let version = Number(say.version);
  // What the server has: as the page came, not what was typed before this ran.
  let saved = { title: title.defaultValue, body: body.defaultValue };
  let sending = false;
  let flight = Promise.resolve(); // ends when the last save has its answer
  let waitTimer, deviceTimer;
  let tries = 0;
  let unanswered = []; // words that were sent, of which nobody knows whether they arrived
  let stopped = ""; // "conflict", "signed-out", "gone": only a person can go on

  function words() {
    return { title: title.value, body: body.value };
  }
  const same = (a, b) => a.title === b.title && a.body === b.body;
  const dirty = () => !same(words(), saved);
  const empty = (w) => !w.title.trim() && !w.body.trim();

  function tell(text, { bad = false, action = null } = {}) {
    const line = action ?? document.createElement("span");
    line.classList.add("editor__say");
    line.textContent = text;
    if (state.textContent !== text) state.replaceChildren(line);
    state.toggleAttribute("data-bad", bad);
  }

  // This device

  function keepHere() {
    clearTimeout(deviceTimer);
    deviceTimer = undefined;
    if (dirty()) return device.keep({ ...words(), base: version });
    device.drop();
    return true;
  }
  function keepHereSoon() {
    deviceTimer ??= setTimeout(keepHere, DEVICE_PAUSE);
  }

  // The server

  function saveIn(ms) {
    clearTimeout(waitTimer);
    waitTimer = setTimeout(save, ms);
  }

  function request(what, leaving) {
    const made = Boolean(say.save);
    const content = made
      ? { ...what, base_version: version }
      : { ...what, key: form.elements.key.value, about: say.about };
    const sent = JSON.stringify(content);
    return fetch(made ? say.save : say.create, {
      method: made ? "PUT" : "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
      body: sent,
      keepalive: leaving && sent.length * 3 < KEEPALIVE,
      signal: AbortSignal.timeout(PATIENCE),
    });
  }

  function save({ leaving = false } = {}) {
    clearTimeout(waitTimer);
    const what = words();
    if (sending || stopped || !dirty() || (!say.save && empty(what))) return flight;
    sending = true;
    tell(say.saySaving);
    flight = send(what, leaving);
    return flight;
  }

  async function send(what, leaving) {
    let answer, told;
    try {
      answer = await request(what, leaving);
      told = answer.ok || answer.status === 409 ? await answer.json() : null;
    } catch {
      answer = null; // no answer, or not ours: a page of the network's, half an answer
      unanswered = [...unanswered.slice(-9), what];
    }
    sending = false;
    if (answer?.ok) done(told, what);
    else if (answer?.status === 409 && unanswered.some((words) => arrived(words, told))) goOn(told);
    else refused(answer);
  }

  // The server keeps a title on one line without outer space.
  const arrived = (words, told) => words.body === told.body && words.title.trim().split(/\s+/).join(" ") === told.title;

  // What stands there was sent from here, and its answer got lost: no conflict.
  function goOn(told) {
    unanswered = [];
    version = told.version;
    form.elements.base_version.value = version;
    saved = NOTHING;
    save();
  }

  function done(told, what) {
    // Of a piece that was begun twice the server has the words that came first.
    const doubtful = !say.save && unanswered.length;
    unanswered = [];
    tries = 0;
    version = told.version;
    saved = doubtful ? NOTHING : what;
    form.elements.base_version.value = version;
    if (!say.save) nowKnown(told);
    keepHere();
    tell(told.label);
    if (doubtful) save();
    else if (dirty()) saveIn(PAUSE);
    form.dispatchEvent(new CustomEvent("saved", { detail: { save: say.save, body: what.body } }));
  }

  function nowKnown(told) {
    say.save = told.save_url;
    form.action = told.save_url;
    device.drop();
    device = deviceWords(say.place.replace(/new:.*$/, told.id));
    history.replaceState(null, "", told.edit_url);
    say.signIn = say.signIn.replace(/next=.*$/, `next=${encodeURIComponent(told.edit_url)}`);
  }

  function refused(answer) {
    const kept = keepHere();
    const status = answer?.status ?? 0;
    if (status === 409) {
      stopped = "conflict";
      const compare = document.createElement("button");
      compare.type = "submit"; // the form itself: the server answers with both texts
      tell(say.sayConflict, { bad: true, action: compare });
    } else if (status === 401) {
      stopped = "signed-out";
      const link = document.createElement("a");
      link.href = say.signIn;
      tell(say.saySignedOut, { bad: true, action: link });
    } else if (status === 404) {
      stopped = "gone";
      tell(say.sayGone, { bad: true });
    } else if (status === 413 || status === 422) {
      tell(say.sayTooLong, { bad: true });
    } else if (status >= 400 && status < 500 && status !== 429) {
      tell(say.sayRefused, { bad: true });
    } else {
      tell(kept ? say.sayOffline : say.sayUnkept, { bad: true });
      tries += 1;
      saveIn(Math.min(LONGEST_WAIT, 1000 * 2 ** tries));
    }
  }

  // When

  form.addEventListener("input", (event) => {
    if (event.target !== title && event.target !== body) return;
    keepHereSoon();
    if (!stopped) saveIn(PAUSE);
  });
  for (const field of [title, body]) field.addEventListener("blur", () => save());
  addEventListener("online", () => {
    tries = 0;
    save();
  });
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
  });
  addEventListener("beforeunload", (event) => {
    if (dirty() && !form.dataset.sent && !device.works) event.preventDefault();
  });

  function leave() {
    if (!dirty() || form.dataset.sent) return;
    keepHere();
    save({ leaving: true });
  }

  // The form's own buttons. In a conflict the form itself goes to the server,
  // which answers with both texts; the device keeps these until one is chosen.
  form.addEventListener("submit", async (event) => {
    clearTimeout(waitTimer);
    keepHere();
    if (stopped === "conflict") return;
    event.preventDefault();
    const onward = event.submitter?.value === "submit";
    await flight;
    await save();
    if (!say.save && empty(words())) tell(say.sayNoWords);
    else if (!dirty() && onward) location.assign(say.save.replace(/\/draft$/, "/submit"));
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted && dirty()) save();
  });

  // Words that only this device has

  if (say.settled) {
    device.dropAll();
    history.replaceState(null, "", location.pathname); // a reload must not drop newer words,
    say.signIn = say.signIn.replace(/next=.*$/, `next=${encodeURIComponent(location.pathname)}`); // nor a new sign-in
  }
  offerFound();

  function offerFound() {
    const box = form.querySelector(".found-here");
    const old = device.others((entry) => !same(entry, saved) && !empty(entry));
    box.hidden = !old;
    if (!old) return;
    const shown = box.querySelector(".found-here__words");
    const look = box.querySelector('[data-do="look"]');
    box.querySelector(".found-here__when").textContent = new Date(old.at).toLocaleString(
      document.documentElement.lang,
      { dateStyle: "medium", timeStyle: "short", timeZone: say.zone }, // as "Saved 20:14" above
    );
    shown.hidden = true;
    look.setAttribute("aria-expanded", "false");
    look.onclick = () => {
      shown.textContent = `${old.title}\n\n${old.body}`.trim();
      shown.hidden = !shown.hidden;
      look.setAttribute("aria-expanded", String(!shown.hidden));
    };
    box.querySelector('[data-do="restore"]').onclick = () => {
      title.value = old.title;
      body.value = old.body;
      keepHere();
      device.drop(old.name);
      box.hidden = true;
      body.focus();
      if (!stopped) save();
    };
    box.querySelector('[data-do="discard"]').onclick = () => {
      device.drop(old.name);
      offerFound();
      body.focus();
    };
  }

  // Preview

  const button = form.querySelector('[data-do="preview"]');
  const shown = form.querySelector(".editor__preview");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    if (on) {
      if (!body.value.trim()) {
        tell(say.sayNoWords);
        return;
      }
      try {
        const answer = await fetch(say.preview, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
          body: JSON.stringify({ body: body.value }),
        });
        if (!answer.ok) throw new Error(String(answer.status));
        shown.innerHTML = (await answer.json()).html; // cleaned by the server
      } catch {
        tell(say.sayUnsent, { bad: true });
        return;
      }
    }
    button.setAttribute("aria-pressed", String(on));
    shown.hidden = !on;
    body.hidden = on;
    (on ? shown : body).focus();
  });

  citing(form);

  if (dirty()) {
    keepHereSoon();
    saveIn(PAUSE);
  }
}
