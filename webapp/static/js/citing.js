// How a quotation is put into the text, and the panel "Cite a passage", which puts one
// where the caret is.

export function citing(form) {
  const say = form.dataset;
  const body = form.elements.body;
  const toggle = form.querySelector('[data-do="cite"]');
  const panel = form.querySelector("#cite");
  const words = form.querySelector("#cite-words");
  const line = panel.querySelector(".cite__say");
  const list = panel.querySelector(".cite__list");
  const item = panel.querySelector("#cite-item");
  let listed = false;

  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-expanded", String(!panel.hidden));
    if (panel.hidden) return;
    if (!listed && say.about) find();
    words.focus();
  });
  panel.querySelector('[data-do="find"]').addEventListener("click", find);
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // the form is for the draft
    find();
  });

  async function find() {
    listed = true;
    const query = new URLSearchParams({ q: words.value.trim(), text: say.about });
    let found;
    try {
      const answer = await fetch(`${say.passages}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      found = (await answer.json()).passages;
    } catch {
      line.textContent = say.sayUnsent;
      return;
    }
    line.textContent = found.length ? "" : say.sayNone;
    list.replaceChildren(...found.map(shown));
  }

  function shown(passage) {
    const node = item.content.cloneNode(true);
    const quote = node.querySelector("blockquote");
    quote.textContent = passage.quote;
    quote.lang = passage.lang;
    node.querySelector(".cite__source").textContent = passage.source;
    const button = node.querySelector("button");
    button.setAttribute("aria-label", `${button.textContent.trim()}: ${passage.source}`);
    button.addEventListener("click", () => insert(passage.block));
    return node;
  }

  function insert(block) {
    put(body, block, body.selectionEnd, "end");
    line.textContent = say.sayInserted;
  }
}

// Puts a quotation after the paragraph in which a place is: the caret stays where it was.
export function putAfter(body, block, place) {
  const rest = body.value.slice(place);
  const end = rest.search(/[ \t]*\n[ \t]*\n|\s*$/);
  put(body, rest.slice(end).trim() ? block.trimEnd() : block, place + end, "preserve");
}

function put(body, block, at, caret) {
  const before = body.value.slice(0, at);
  const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  body.setRangeText(gap + block, at, at, caret);
  body.dispatchEvent(new Event("input", { bubbles: true }));
}
