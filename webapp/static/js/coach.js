// The coach beside the text: asked once after each save, it shows what it says of the
// text as it stands. It never takes the focus, and what is being read stays in its place.
import { csrf } from "./page.js";
import { nearest, show } from "./finding.js";
import { speaking } from "./speaking.js";

const MOST = 3; // remarks at a time
const FOLDED = "xinde:coach-folded"; // on this device

const panel = document.getElementById("coach");
const inside = panel?.querySelector(".coach__in");
if (inside) beside(document.getElementById("editor"));

function beside(form) {
  const body = form.elements.body;
  const line = panel.querySelector(".coach__say");
  const list = panel.querySelector(".coach__list");
  const hint = line.textContent;
  let url = panel.dataset.url;
  let saved = body.defaultValue; // what the server has, and the coach reads
  let latest = null; // its last answer
  const away = new Set(); // keys that were put away here
  let asking = false;
  let again = false;

  const tell = (text) => {
    if (line.textContent !== text) line.textContent = text; // read out once, not at each pause
  };
  const reading = () => list.matches(":hover, :focus-within");
  const jump = jumpTo(panel, form.querySelector(".editor__bar"));

  async function post(what) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
      body: JSON.stringify(what),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  async function ask() {
    if (!url || !inside.open || !saved.trim()) return;
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    again = false;
    const text = saved;
    try {
      latest = await post({ do: "look" });
      latest.remarks = latest.remarks.filter((remark) => !away.has(remark.key));
      for (const remark of latest.remarks) remark.words = text.slice(remark.start, remark.end);
      settle();
    } catch {
      tell(panel.dataset.sayAway);
    }
    asking = false;
    if (again) await ask();
  }

  // What still holds stays where it is, what is new comes below. While somebody reads
  // or presses here nothing is taken away.
  function settle() {
    const wanted = new Map(latest.remarks.map((remark) => [remark.key, remark]));
    for (const item of [...list.children]) {
      const remark = wanted.get(item.dataset.key);
      if (remark && item.remark) item.remark = remark;
      else if (!reading()) item.remove();
    }
    const there = new Set([...list.children].map((item) => item.dataset.key));
    const fresh = latest.remarks.filter((remark) => !there.has(remark.key)).slice(0, MOST - there.size);
    list.append(...fresh.map(shown));
    if (fresh.length || !list.children.length || line.textContent === panel.dataset.sayAway) tell(latest.said);
    jump(list.querySelectorAll(".remark__question").length, latest.said);
  }

  function shown(remark) {
    const item = document.createElement("li");
    item.className = "remark";
    item.dataset.key = remark.key;
    item.innerHTML = remark.html; // our own page's
    item.remark = remark;
    return item;
  }

  list.addEventListener("pointerleave", () => latest && settle());
  list.addEventListener("focusout", (event) => {
    if (latest && !list.contains(event.relatedTarget)) setTimeout(settle);
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    const item = button?.closest("li");
    if (!item) return;
    if (button.dataset.do === "show") find(item.remark);
    else if (button.dataset.do === "undo") undo(item);
    else answer(item, button.dataset.do);
  });

  function find({ words, start }) {
    const at = nearest(body.value, words, start);
    if (at < 0) tell(panel.dataset.sayMoved);
    else show(body, at, at + words.length);
  }

  async function answer(item, what) {
    const key = item.dataset.key;
    try {
      const told = await post({ do: what, key });
      const said = Object.assign(document.createElement("span"), { id: `done-${key}`, textContent: told.said });
      const back = Object.assign(document.createElement("button"), { type: "button", className: "remark__do", textContent: panel.dataset.undo });
      back.dataset.do = "undo";
      back.setAttribute("aria-describedby", said.id); // what was done is read out with it
      const done = document.createElement("p");
      done.className = "remark__done";
      done.append(said, " ", back);
      item.remark = null; // nothing to ask any more: it goes when it is left
      item.replaceChildren(done);
      back.focus();
      away.add(key);
      latest.remarks = latest.remarks.filter((remark) => remark.key !== key);
      tell(""); // it said how many there were
    } catch {
      tell(panel.dataset.sayAway);
    }
  }

  async function undo(item) {
    const key = item.dataset.key;
    try {
      tell((await post({ do: "undo", key })).said);
    } catch {
      tell(panel.dataset.sayAway);
      return;
    }
    away.delete(key);
    item.remove();
    await ask();
    const back = [...list.children].find((one) => one.dataset.key === key);
    (back?.querySelector("button") ?? inside.querySelector("summary")).focus();
  }

  form.addEventListener("saved", (event) => {
    saved = event.detail.body;
    url = event.detail.save.replace(/\/draft$/, "/coach");
    ask();
  });

  try {
    inside.open = !localStorage.getItem(FOLDED);
  } catch {
    // it stays open where nothing can be kept
  }
  inside.addEventListener("toggle", () => {
    try {
      if (inside.open) localStorage.removeItem(FOLDED);
      else localStorage.setItem(FOLDED, "1");
    } catch {
      // as above
    }
    if (inside.open) ask();
  });

  list.replaceChildren(); // those of a page without script, which this one is not
  tell(hint);
  ask();
  speaking(form, panel, inside, tell);
}

// On a narrow page the coach is below the text: how many questions it has stands above
// it, and leads there. Nothing else moves when it comes.
function jumpTo(panel, place) {
  const link = document.createElement("a");
  link.href = `#${panel.id}`;
  link.className = "button button--quiet coach__jump";
  link.hidden = true;
  const number = document.createElement("span");
  link.append(panel.querySelector("h2 svg").cloneNode(true), number);
  place.append(link);
  return (questions, said) => {
    link.hidden = !questions;
    number.textContent = questions;
    link.setAttribute("aria-label", said);
  };
}
