// Tables sort by a click on a heading, fold when they are long, and show what is searched for.
const FOLD = 12;

function setUpTable(table) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const state = { table, rows, open: rows.length <= FOLD + 3, words: [], button: null };
  for (const [index, head] of Array.from(table.tHead.rows[0].cells).entries()) {
    if (rows.length < 3 || !head.textContent) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => sortTable(state, head, index));
  }
  if (!state.open) {
    state.button = document.createElement("button");
    state.button.type = "button";
    state.button.className = "more";
    state.button.addEventListener("click", () => { state.open = !state.open; foldTable(state); });
    table.parentElement.after(state.button);
  }
  foldTable(state);
  return state;
}

function sortTable(state, head, index) {
  const numeric = state.rows.some((row) => row.cells[index].dataset.v !== undefined);
  const before = head.getAttribute("aria-sort");
  const up = before ? before === "descending" : !numeric;
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = (row) => (numeric ? Number(row.cells[index].dataset.v || 0) : row.cells[index].textContent);
  state.rows.sort((a, b) => {
    const one = key(a), two = key(b);
    const order = numeric ? one - two : one.localeCompare(two, "en", { numeric: true });
    return up ? order : -order;
  });
  state.table.tBodies[0].append(...state.rows);
  foldTable(state);
}

function foldTable(state) {
  let shown = 0, found = 0;
  for (const row of state.rows) {
    const wanted = !state.words.length || matches(row.textContent, state.words);
    if (wanted) found += 1;
    row.hidden = !wanted || (!state.open && shown >= FOLD);
    if (!row.hidden) shown += 1;
  }
  if (state.button) {
    state.button.hidden = found <= FOLD;
    state.button.textContent = state.open ? "Show fewer" : `Show all ${found.toLocaleString("en")}`;
    state.button.setAttribute("aria-expanded", String(state.open));
  }
}
