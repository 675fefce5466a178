// Making a theme list, made nicer: readings are dragged to their place, and fields grow
// with what is written. Without it the buttons do the same.
const form = document.querySelector("[data-part=builder]");
const order = form?.querySelector("[data-part=order]");
if (order) dragging(order);

function dragging(list) {
  let held = null;
  for (const item of list.querySelectorAll("[data-reading]")) {
    const heading = item.querySelector("h3");
    heading.classList.add("is-handle");
    // Only from its heading: words in a field are marked, not dragged.
    heading.addEventListener("pointerdown", (event) => {
      item.draggable = event.pointerType === "mouse" && !event.target.closest("a");
    });
    item.addEventListener("dragstart", (event) => {
      held = item;
      item.classList.add("is-held");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.dataset.reading);
    });
    item.addEventListener("dragend", () => {
      item.draggable = false;
      item.classList.remove("is-held");
      held = null;
    });
    item.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      const box = item.getBoundingClientRect();
      const after = event.clientY > box.top + box.height / 2;
      if (item !== held) item[after ? "after" : "before"](held);
    });
    item.addEventListener("drop", (event) => {
      if (!held) return;
      event.preventDefault();
      const place = [...list.querySelectorAll("[data-reading]")].indexOf(held);
      send(`place:${held.dataset.reading}:${place}`);
    });
  }
}

function send(what) {
  const button = document.createElement("button");
  button.name = "do";
  button.value = what;
  button.hidden = true;
  form.append(button);
  form.requestSubmit(button);
}
