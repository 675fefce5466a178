// Answers, made nicer: a paragraph is answered where it stands, and what is being
// written is kept on this device until it was sent. Without it links and forms do.
import { deviceWords } from "./device_words.js";

const form = document.getElementById("answer");
if (form) {
  const about = form.querySelector("[data-about]"), quote = form.querySelector("[data-quote]");
  const heading = form.querySelector(".answer-form__head"), home = document.createComment("answer");
  form.before(home);
  const put = (paragraph, words) => {
    form.elements.paragraph.value = paragraph;
    form.elements.quote.value = words;
    quote.textContent = words.length > 90 ? `${words.slice(0, 89)}…` : words;
    about.hidden = !words;
    heading.textContent = words ? form.dataset.sayParagraph : form.dataset.sayWhole;
  };
  const focus = () => form.elements.body.focus({ preventScroll: true });
  for (const mark of document.querySelectorAll("[data-paragraph]")) {
    mark.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      put(mark.dataset.paragraph, mark.dataset.words);
      mark.closest(".par").append(form);
      form.scrollIntoView({ block: "nearest" });
      focus();
    });
  }
  form.querySelector("[data-whole]").addEventListener("click", (event) => {
    event.preventDefault();
    put("", "");
    home.after(form);
    form.scrollIntoView({ block: "nearest" });
    focus();
  });
}

// Words that were not sent come back when the page is opened again. Those that were
// sent are thrown away when the page comes back with the answer.
const arrived = location.hash.startsWith("#a-");
for (const each of document.querySelectorAll("form[data-words]")) {
  const body = each.elements.body, kept = deviceWords(each.dataset.words);
  const SENT = "xinde-answer-sent";
  if (arrived && sessionStorage.getItem(SENT) === each.dataset.words) {
    kept.dropAll();
    sessionStorage.removeItem(SENT);
  }
  const found = body.value ? null : kept.others((entry) => entry.body.trim());
  if (found) {
    body.value = found.body;
    const details = each.closest("details");
    if (details) details.open = true;
  }
  body.addEventListener("input", () => {
    kept.dropAll();
    if (body.value.trim()) kept.keep({ title: "", body: body.value });
  });
  each.addEventListener("submit", () => sessionStorage.setItem(SENT, each.dataset.words));
}
