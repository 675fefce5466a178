// What every page can do nicer with script. Without it everything still works.

// The menu closes when one clicks or tabs elsewhere, or presses Escape.
const menu = document.querySelector(".menu");
document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu?.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
menu?.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

// A line that is to be sent on is copied with one press.
for (const button of document.querySelectorAll("[data-copies]")) {
  const line = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    line.select();
    try {
      await navigator.clipboard.writeText(line.value);
    } catch { // no clipboard without https: the old way
      document.execCommand("copy");
    }
    button.querySelector("span").textContent = button.dataset.done;
  });
}

// A form that has been sent is not sent again by a second press.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  if (form.method === "post" && !event.defaultPrevented) form.dataset.sent = "1";
  if ("file" in form.dataset) setTimeout(() => delete form.dataset.sent, 3000); // a download leaves the page here
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

export const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
