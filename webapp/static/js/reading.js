// The reading page, made nicer: the place is kept, selected words can be cited
// or copied, letters change size at once. Without it everything is a link or a form.
import { csrf } from "./page.js";

const page = document.querySelector(".read");
const article = page.querySelector(".read__text");
const passages = [...article.querySelectorAll(".passage")];

// Where the member is. Only after scrolling: opening a text is not reading it.
let here, sent, moved, waiting;
const keepPlace = () => {
  clearTimeout(waiting);
  if (!moved || !here || here === sent) return;
  sent = here;
  fetch(article.dataset.place, {
    method: "POST",
    keepalive: true,
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify({ passage: here }),
  }).catch(() => { sent = undefined; });
};
const links = new Map([...page.querySelectorAll(".toc a")].map((a) => [a.hash.slice(1), a]));
const showInContents = (passage) => {
  let at = passage;
  while (at && !links.has(at.id)) at = at.previousElementSibling;
  for (const [id, link] of links) {
    if (id === at?.id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
};
const watch = new IntersectionObserver((entries) => {
  const seen = entries.filter((e) => e.isIntersecting).at(-1)?.target;
  if (!seen) return;
  here = seen.dataset.passage;
  showInContents(seen);
  clearTimeout(waiting);
  waiting = setTimeout(keepPlace, 1500);
}, { rootMargin: "-15% 0px -60% 0px" });
for (const passage of passages) watch.observe(passage);
addEventListener("scroll", () => { moved = true; }, { passive: true });
addEventListener("pagehide", keepPlace);
document.addEventListener("visibilitychange", () => { if (document.hidden) keepPlace(); });

// A link to a passage that is no longer there says so.
const lookForTarget = () => {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const missing = wanted.startsWith("p-") && !document.getElementById(wanted);
  if ("only" in page.dataset) { // one passage at a time: the server must be told which
    const address = new URL(location);
    if (missing && address.searchParams.get("p") !== wanted.slice(2)) {
      address.search = new URLSearchParams({ p: wanted.slice(2) });
      location.replace(address);
    }
    return;
  }
  page.querySelector("[data-moved]").hidden = !missing;
};
addEventListener("hashchange", lookForTarget);
lookForTarget();

// Letters change size at once; the cookie is set behind.
page.querySelector(".sizes").addEventListener("submit", (event) => {
  const form = event.target, size = event.submitter?.value;
  if (!size) return;
  event.preventDefault();
  page.dataset.size = size;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === size));
  const fields = new URLSearchParams(new FormData(form));
  fields.set("size", size);
  fetch(form.action, { method: "POST", body: fields, redirect: "manual" }).catch(() => {});
});

// Selected words: cite them, or copy them with their source.
const pick = article.querySelector(".pick");
const cite = pick.querySelector("[data-cite]"), goal = pick.querySelector("[data-goal]"), copy = pick.querySelector("[data-copy]");
const copyLabel = copy.querySelector("span").textContent;
const LONGEST_ADDRESS = 3500; // servers refuse longer ones
let quote = "", source = "";

function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const passage = passages.find((p) => range.intersectsNode(p));
  if (!passage || !article.contains(range.commonAncestorContainer)) return null;
  // A quotation stands in one passage: the first that was touched.
  if (!passage.contains(range.startContainer)) range.setStart(passage, 0);
  if (!passage.contains(range.endContainer)) range.setEnd(passage, passage.childNodes.length);
  const part = range.cloneContents();
  for (const link of part.querySelectorAll(".cite, .cited-by")) link.remove();
  const blocks = part.children.length ? [...part.children] : [part];
  const words = blocks.map((b) => b.textContent.trim()).filter(Boolean).join("\n\n");
  return words ? { words, passage, box: range.getBoundingClientRect() } : null;
}

function offer() {
  if (pick.contains(document.activeElement)) return;
  const found = selected();
  pick.hidden = !found;
  if (!found) return;
  quote = found.words;
  const heading = found.passage.dataset.heading;
  source = article.dataset.source + (heading ? ` — ${heading}` : "");
  const address = new URL(article.dataset.write, location);
  address.searchParams.set("passage", found.passage.dataset.passage);
  const bare = address.href;
  address.searchParams.set("quote", quote);
  cite.href = address.href.length > LONGEST_ADDRESS ? bare : address.href;
  const aim = new URL(goal.dataset.goal, location);
  aim.searchParams.set("reading", found.passage.dataset.passage);
  if (address.href.length <= LONGEST_ADDRESS) aim.searchParams.set("quote", quote);
  goal.href = aim.href;
  copy.querySelector("span").textContent = copyLabel;
  // After the passage, where it belongs in the order of reading.
  if (found.passage.nextElementSibling !== pick) found.passage.after(pick);
  if (matchMedia("(pointer: fine) and (min-width: 46rem)").matches) {
    const width = pick.offsetWidth, gap = 10;
    const below = found.box.top < pick.offsetHeight + 80;
    pick.style.left = `${Math.max(8, Math.min(found.box.left + found.box.width / 2 - width / 2, innerWidth - width - 8)) + scrollX}px`;
    pick.style.top = `${(below ? found.box.bottom + gap : found.box.top - pick.offsetHeight - gap) + scrollY}px`;
  } else {
    pick.style.left = pick.style.top = "";
  }
}

let settle;
document.addEventListener("selectionchange", () => {
  clearTimeout(settle);
  settle = setTimeout(offer, 250);
});
document.addEventListener("keydown", (event) => {
  if (pick.hidden) return;
  const nowhere = document.activeElement === document.body || document.activeElement.id === "main";
  if (event.key === "Tab" && !event.shiftKey && nowhere) {
    // A click on the text put the focus on the page itself, from where Tab would start at its top.
    event.preventDefault();
    cite.focus();
  } else if (event.key === "Escape") {
    pick.hidden = true;
    getSelection().removeAllRanges();
  }
});
copy.addEventListener("click", async () => {
  const whole = `${quote}\n\n${source}\n${location.origin}${location.pathname}`;
  try {
    await navigator.clipboard.writeText(whole);
  } catch { // no clipboard without https: the old way
    const box = Object.assign(document.createElement("textarea"), { value: whole, readOnly: true });
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  copy.querySelector("span").textContent = copy.dataset.done;
  copy.focus();
});
