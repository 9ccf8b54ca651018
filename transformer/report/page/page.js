"use strict";
const form = document.querySelector(".tools form");
const tables = Array.from(document.querySelectorAll("section"), (section) => ({
  section,
  rows: Array.from(section.querySelectorAll("tbody tr"), (row) => ({
    row,
    text: row.textContent.toLowerCase(),
    state: row.dataset.state,
  })),
}));
const total = tables.reduce((sum, { rows }) => sum + rows.length, 0);
function narrow() {
  const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const state = form.elements.state.value;
  let left = 0;
  for (const { section, rows } of tables) {
    let mine = 0;
    for (const { row, text, state: own } of rows) {
      const isMeant = (!state || own === state) && words.every((word) => text.includes(word));
      row.hidden = !isMeant;
      mine += isMeant;
    }
    section.hidden = rows.length > 0 && mine === 0;
    left += mine;
  }
  const isAll = !state && !words.length;
  form.elements.found.value = isAll ? `${total} rows` : `${left} of ${total} rows`;
}
form.addEventListener("input", narrow);
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector(".tools").hidden = false;
addEventListener("beforeprint", () => {
  for (const it of document.querySelectorAll("details")) it.open = true;
});
narrow();
