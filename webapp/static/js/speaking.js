// Passages that speak to the sentence under the caret, after a pause in it. They change
// only when the sentence has changed, and not while somebody reads or presses there.
import { csrf } from "./page.js";
import { putAfter } from "./citing.js";
import { nearest } from "./finding.js";

const PAUSE = 2000; // ms
const FAR = 1500; // characters around the caret that are looked at
const ENOUGH = 25;
const ENOUGH_CHINESE = 12;
const BEGINNING = 90; // characters of the sentence that are shown
const SENTENCE = /[^.!?。！？…]+(?:[.!?](?=\S)[^.!?。！？…]*)*[.!?。！？…]*["”’」』）)]*\s*/g;
const SOURCES = /\(reading:([a-z0-9-]{1,80}\/[\w.-]{1,78})\)/g;

export function speaking(form, panel, inside, tell) {
  const body = form.elements.body;
  const section = panel.querySelector(".speaks");
  const list = section.querySelector(".speaks__list");
  let timer, flight;
  let asked = ""; // the sentence that was asked about last
  let answer = null; // its passages, until they are shown

  for (const kind of ["input", "keyup", "click"]) {
    body.addEventListener(kind, () => {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE);
    });
  }

  async function look() {
    if (!inside.open || document.activeElement !== body) return;
    const sentence = sentenceAt(body.value, body.selectionEnd);
    if (!saysEnough(sentence) || sentence === asked) return;
    asked = sentence;
    flight?.abort();
    flight = new AbortController();
    try {
      const told = await fetch(panel.dataset.speaksTo, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
        body: JSON.stringify({ sentence, cited: [...body.value.matchAll(SOURCES)].slice(-400).map((found) => found[1]) }),
        signal: flight.signal,
      });
      if (!told.ok) return;
      answer = { ...(await told.json()), sentence, at: body.selectionEnd };
      settle();
    } catch {
      if (asked === sentence) asked = ""; // ask again after the next pause
    }
  }

  function settle() {
    if (!answer || section.matches(":hover, :focus-within")) return;
    const { html, blocks, sentence, at } = answer;
    answer = null;
    section.hidden = !blocks.length;
    section.querySelector(".speaks__sentence").textContent =
      sentence.length > BEGINNING ? `${sentence.slice(0, BEGINNING).trimEnd()}…` : sentence;
    list.innerHTML = html; // our own page's
    for (const button of list.querySelectorAll("[data-cite]")) {
      button.onclick = () => cite(button, blocks[button.dataset.cite], sentence, at);
    }
  }

  section.addEventListener("pointerleave", settle);
  section.addEventListener("focusout", () => setTimeout(settle));

  function cite(button, block, sentence, at) {
    if (button.getAttribute("aria-disabled")) return;
    const start = nearest(body.value, sentence, Math.max(at - sentence.length, 0));
    putAfter(body, block, start < 0 ? body.selectionEnd : start + sentence.length);
    button.setAttribute("aria-disabled", "true");
    tell(panel.dataset.sayCited);
  }
}

// "" in a quotation or a heading.
function sentenceAt(text, caret) {
  const from = Math.max(text.lastIndexOf("\n", caret - 1) + 1, caret - FAR);
  const end = text.indexOf("\n", caret);
  const line = text.slice(from, Math.min(end < 0 ? text.length : end, caret + FAR));
  if (/^\s*[>#]/.test(line)) return "";
  for (const found of line.matchAll(SENTENCE)) {
    if (caret - from <= found.index + found[0].length) return found[0].trim();
  }
  return "";
}

function saysEnough(sentence) {
  const chinese = sentence.match(/\p{Script=Han}/gu)?.length ?? 0;
  return sentence.length >= ENOUGH || chinese >= ENOUGH_CHINESE;
}
