// Where some words stand in a text field, and how they are shown there.

// The place of the words that is nearest to where they were; -1 if they are gone.
export function nearest(text, words, was) {
  if (!words) return -1;
  if (text.startsWith(words, was)) return was;
  const after = text.indexOf(words, was);
  const before = text.lastIndexOf(words, was);
  if (after < 0 || before < 0) return Math.max(after, before);
  return after - was < was - before ? after : before;
}

// Selects them and brings them to the upper third of the field.
export function show(field, start, end) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  field.scrollTop = topOf(field, start) - field.clientHeight / 3;
  field.scrollIntoView({ block: "nearest" });
}

// How far down a place is: a twin of the field that holds what stands before it.
function topOf(field, at) {
  const twin = field.cloneNode();
  twin.removeAttribute("id");
  twin.removeAttribute("name");
  twin.className += " editor__twin";
  twin.style.width = `${field.offsetWidth}px`;
  twin.value = field.value.slice(0, at);
  field.after(twin);
  const top = twin.scrollHeight;
  twin.remove();
  return top;
}
