// What the page does: theme, treemaps, search.
const data = JSON.parse(document.getElementById("data").textContent);

function setUpTheme() {
  const button = document.getElementById("theme");
  const root = document.documentElement;
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const show = () => {
    button.textContent = dark() ? "Light" : "Dark";
    button.setAttribute("aria-label", dark() ? "Use light colours" : "Use dark colours");
  };
  // Storage may be refused for a file; the choice then lasts as long as the page.
  try { root.dataset.theme = localStorage.getItem("jettison-theme") || ""; } catch { /* not kept */ }
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("jettison-theme", root.dataset.theme); } catch { /* not kept */ }
    show();
  });
  show();
}

function setUpMaps() {
  return Array.from(document.querySelectorAll(".map"), (host) => {
    const image = data.images[Number(host.dataset.image)];
    host.hidden = false;
    const map = new Treemap(host, image, host.dataset.mode);
    for (const button of host.querySelectorAll("[data-mode-of]")) {
      button.addEventListener("click", () => {
        for (const other of host.querySelectorAll("[data-mode-of]")) other.setAttribute("aria-pressed", String(other === button));
        map.setMode(button.dataset.modeOf);
      });
    }
    return map;
  });
}

function setUpScale(maps) {
  const label = document.querySelector(".scale");
  if (!label || maps.length < 2) return;
  const box = label.querySelector("input");
  const largest = Math.max(1, ...maps.map((map) => map.image.total));
  const show = () => { for (const map of maps) map.setShare(box.checked ? map.image.total / largest : 1); };
  label.hidden = false;
  box.addEventListener("change", show);
  show();
}

function setUpSearch(maps, tables) {
  const form = document.querySelector(".search");
  if (!form) return;
  const input = form.querySelector("input"), count = form.querySelector("output");
  const list = document.getElementById("hits");
  form.hidden = false;
  let waiting = 0;
  const run = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const map of maps) map.search(words);
    for (const state of tables) { state.words = words; foldTable(state); }
    showHits(words, list, count);
  };
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(run, 120); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
    if (event.key === "Escape" && document.activeElement === input) { input.value = ""; run(); }
  });
}

function showHits(words, list, count) {
  const hits = [];
  if (words.length) {
    for (const image of data.images) {
      for (const file of image.files) if (matches(file[0], words)) hits.push([file, image]);
    }
  }
  hits.sort((a, b) => b[0][2] - a[0][2]);
  const bytes = hits.reduce((sum, [file]) => sum + file[2], 0);
  count.textContent = words.length ? `${hits.length.toLocaleString("en")} files, ${humanBytes(bytes)}` : "";
  list.replaceChildren(...hits.slice(0, 50).map(([file, image]) => {
    const item = document.createElement("li");
    const size = document.createElement("span"), name = document.createElement("code"), where = document.createElement("small");
    size.textContent = humanBytes(file[2]);
    name.textContent = "/" + file[0];
    where.textContent = (data.images.length > 1 ? image.name + ", " : "") + image.layers[file[1]].label + (file[3] >= 0 ? ", hidden" : "");
    item.append(size, name, where);
    return item;
  }));
}

setUpTheme();
const tables = Array.from(document.querySelectorAll("table"), setUpTable);
const maps = setUpMaps();
setUpScale(maps);
setUpSearch(maps, tables);
document.documentElement.dataset.ready = "1";
