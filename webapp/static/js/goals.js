// Whoever writes a day means that day.
const day = document.querySelector('input[type="date"][name="by"]');
day?.addEventListener("input", () => {
  if (day.value) document.getElementById("when-day").checked = true;
});
// A link to the question opens it.
const question = document.getElementById("answer");
const open = () => {
  if (question && location.hash === "#answer") question.open = true;
};
addEventListener("hashchange", open);
open();
