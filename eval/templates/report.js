"use strict";
const field = (name) => document.getElementById("f-" + name);
const filters = ["outcome", "kind", "stage", "words"];
const cases = [...document.querySelectorAll(".case")];
function filter() {
  const outcome = field("outcome").value, kind = field("kind").value, stage = field("stage").value;
  const words = field("words").value.trim().toLowerCase();
  let shown = 0;
  for (const each of cases) {
    const data = each.dataset;
    const fits = (!outcome || data.outcome === outcome || data.change === outcome) && (!kind || data.kind === kind)
      && (!stage || data.stage === stage) && (!words || each.textContent.toLowerCase().includes(words));
    each.hidden = !fits;
    shown += fits;
  }
  field("count").textContent = shown + " of " + cases.length;
  field("none").hidden = shown > 0;
}
function show_all() {
  for (const name of filters) field(name).value = "";
}
function open_named() {
  const named = document.getElementById(location.hash.slice(1));
  if (!named?.matches(".case")) return;
  show_all();
  filter();
  named.open = true;
  named.scrollIntoView();
}
for (const name of filters) field(name).addEventListener("input", filter);
for (const button of document.querySelectorAll("[data-stage]:is(button)")) {
  button.addEventListener("click", () => {
    show_all();
    field("stage").value = button.dataset.stage;
    filter();
    document.getElementById("questions").scrollIntoView();
  });
}
addEventListener("hashchange", open_named);
filter();
open_named();
