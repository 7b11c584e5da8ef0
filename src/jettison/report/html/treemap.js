// A treemap of what an image stores: by line or layer, or by folder.
const SVG = "http://www.w3.org/2000/svg";
const HEAD = 18, GAP = 1, MIN_SIDE = 2, MIN_OPEN = 28, MAX_BOXES = 5000;
const pen = document.createElement("canvas").getContext("2d");
pen.font = "12px system-ui, sans-serif";

function humanBytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (Math.abs(count) >= 999.95 && at < 4) { count /= 1000; at += 1; }
  return (at ? count.toFixed(1) : String(count)) + "\u00a0" + units[at];
}

function newNode(name, path) {
  return { name, path, size: 0, hidden: 0, base: 0, count: 0, kids: null, file: null };
}

function child(node, name, path) {
  if (!node.kids) node.kids = new Map();
  let found = node.kids.get(name);
  if (!found) node.kids.set(name, (found = newNode(name, path)));
  return found;
}

// files: [path, layer, bytes, hidden by, cause]; rest: [folder, layer, bytes, hidden, count].
function buildTree(image, mode) {
  const root = newNode(image.name, "");
  const add = (path, layer, bytes, hidden, count, file) => {
    let node = root;
    const chain = [root];
    if (mode === "lines") chain.push((node = child(node, "#" + image.layers[layer].group, image.layers[layer].label)));
    const parts = path.split("/");
    let at = "";
    for (const part of parts) {
      at += "/" + part;
      chain.push((node = child(node, part, at)));
    }
    node.file = file;
    for (const each of chain) {
      each.size += bytes;
      each.count += count;
      if (hidden) each.hidden += bytes;
      if (image.layers[layer].base) each.base += bytes;
    }
  };
  for (const file of image.files) {
    const suffix = mode === "folders" && file[3] >= 0 ? "\u0000" + file[1] : "";
    add(file[0] + suffix, file[1], file[2], file[3] >= 0, 1, file);
  }
  for (const [folder, layer, bytes, hidden, count] of image.rest) {
    add((folder ? folder + "/" : "") + "\u0001", layer, bytes, hidden, count, null);
  }
  return finish(root);
}

function finish(node) {
  node.name = node.name.replace(/\u0000.*/, "").replace("\u0001", "smaller files");
  node.path = node.path.replace(/\u0000.*/, "").replace("\u0001", "smaller files");
  if (!node.kids) { node.kids = []; return node; }
  node.kids = Array.from(node.kids.values(), finish).sort((a, b) => b.size - a.size);
  if (node.name.startsWith("#")) node.name = node.path;
  // A folder that holds one folder alone is one box: usr/share/doc.
  while (node.kids.length === 1 && node.kids[0].kids.length && node.path.startsWith("/")) {
    const only = node.kids[0];
    node.name += "/" + only.name;
    node.path = only.path;
    node.kids = only.kids;
  }
  return node;
}

class Treemap {
  constructor(host, image, mode) {
    this.host = host;
    this.image = image;
    this.mode = mode;
    this.words = [];
    this.share = 1;
    this.crumbs = host.querySelector(".crumbs");
    this.detail = host.querySelector(".detail");
    this.svg = host.querySelector("svg");
    this.boxes = new Map();
    this.reset();
    this.svg.addEventListener("click", (event) => this.onPick(event.target));
    this.svg.addEventListener("pointermove", (event) => this.describe(this.nodeOf(event.target)));
    this.svg.addEventListener("pointerleave", () => this.describe(null));
    this.svg.addEventListener("focusin", (event) => this.describe(this.nodeOf(event.target)));
    this.svg.addEventListener("keydown", (event) => this.onKey(event));
    this.draw();
    new ResizeObserver(() => { if (this.svg.clientWidth !== this.width) this.draw(); }).observe(this.svg);
  }

  setShare(share) { this.share = share; this.draw(); }

  setMode(mode) { this.mode = mode; this.reset(); this.draw(); }

  reset() {
    this.root = buildTree(this.image, this.mode);
    this.trail = [this.root];
  }

  get top() { return this.trail[this.trail.length - 1]; }

  nodeOf(element) {
    const box = element.closest("[data-box]");
    return box ? this.boxes.get(Number(box.dataset.box)) : null;
  }

  onPick(element) {
    const node = this.nodeOf(element);
    if (node && node.kids.length && node !== this.top) this.enter(node);
  }

  enter(node) {
    const path = [];
    const seek = (at) => {
      path.push(at);
      if (at === node || at.kids.some(seek)) return true;
      path.pop();
      return false;
    };
    seek(this.top);
    this.trail = this.trail.concat(path.slice(1));
    this.draw(true);
  }

  leave() {
    if (this.trail.length > 1) { this.trail.pop(); this.draw(true); }
  }

  onKey(event) {
    const focusable = Array.from(this.svg.querySelectorAll("[data-box]"));
    const at = focusable.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step && focusable.length) {
      this.focusOn(focusable[(at + step + focusable.length) % focusable.length]);
    } else if (event.key === "Enter" || event.key === " ") {
      this.onPick(document.activeElement);
    } else if (event.key === "Escape" || event.key === "Backspace") {
      this.leave();
    } else return;
    event.preventDefault();
  }

  focusOn(element) {
    for (const each of this.svg.querySelectorAll('[tabindex="0"]')) each.setAttribute("tabindex", "-1");
    element.setAttribute("tabindex", "0");
    element.focus();
  }

  text(node) {
    const share = ((100 * node.size) / Math.max(1, this.image.total)).toFixed(1) + " %";
    const parts = [node.path || this.image.name, humanBytes(node.size), share];
    if (!node.file && node.count > 1) parts.push(node.count.toLocaleString("en") + " files");
    if (node.file) parts.push(this.image.layers[node.file[1]].label);
    if (node.file && node.file[3] >= 0) parts.push(node.file[4] + " by " + this.image.layers[node.file[3]].label);
    else if (node.hidden) parts.push(humanBytes(node.hidden) + " of it hidden");
    return parts;
  }

  describe(node) {
    this.detail.textContent = this.text(node || this.top).join("  ·  ");
  }

  draw(keepFocus) {
    const width = (this.width = this.svg.clientWidth), height = this.svg.clientHeight;
    this.boxes.clear();
    this.left = MAX_BOXES;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const old of this.svg.querySelectorAll("g")) old.remove();
    const group = make("g", { class: "boxes" });
    // The whole of a smaller image takes its share of the area; what is opened takes all of it.
    const side = this.trail.length > 1 ? 1 : Math.sqrt(this.share);
    this.open(group, this.top, 0, 0, width * side, height * side, 0);
    this.svg.append(group);
    const first = this.svg.querySelector("[data-box]");
    if (first) {
      first.setAttribute("tabindex", "0");
      if (keepFocus) first.focus();
    }
    this.drawCrumbs();
    this.describe(null);
    this.mark();
  }

  open(group, node, x, y, w, h, depth) {
    for (const box of squarify(node.kids.filter((kid) => kid.size > 0), x, y, w, h)) {
      if (this.left <= 0 || box.w < MIN_SIDE || box.h < MIN_SIDE) continue;
      this.left -= 1;
      this.box(group, box.node, box.x, box.y, box.w - GAP, box.h - GAP, depth);
    }
  }

  box(group, node, x, y, w, h, depth) {
    const folder = node.kids.length > 0;
    const opens = folder && w > MIN_OPEN && h > MIN_OPEN + HEAD;
    const tone = node.hidden * 2 > node.size ? "hidden" : node.base * 2 > node.size ? "base" : "own";
    const id = this.boxes.size;
    this.boxes.set(id, node);
    const g = make("g", {
      "data-box": id, tabindex: "-1", role: folder ? "button" : "img", "aria-label": this.text(node).join(", "),
      class: opens ? `folder ${tone} d${Math.min(depth, 4)}` : `leaf ${tone} d${Math.min(depth, 4)}`,
    });
    g.append(make("rect", { x, y, width: Math.max(0, w), height: Math.max(0, h) }));
    if (!opens && tone === "hidden") {
      g.append(make("rect", { class: "hatch", x, y, width: Math.max(0, w), height: Math.max(0, h), fill: "url(#hatch)" }));
    }
    if (w > 34 && h > 15) this.label(g, node, x, y, w, h, opens);
    group.append(g);
    if (opens) this.open(group, node, x + 2, y + HEAD, w - 4, h - HEAD - 2, depth + 1);
  }

  label(g, node, x, y, w, h, opens) {
    const size = humanBytes(node.size);
    const oneLine = opens || h < 32;
    const room = w - 10 - (oneLine && w > 150 ? pen.measureText(size).width + 10 : 0);
    const name = make("text", { x: x + 5, y: y + 13 });
    name.textContent = shorten(node.name, room);
    g.append(name);
    if (oneLine && w <= 150) return;
    const figure = make("text", oneLine
      ? { x: x + w - 5, y: y + 13, class: "size", "text-anchor": "end" }
      : { x: x + 5, y: y + 28, class: "size" });
    figure.textContent = size;
    if (pen.measureText(size).width <= w - 8) g.append(figure);
  }

  drawCrumbs() {
    this.crumbs.replaceChildren(...this.trail.map((node, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = at ? node.name : "whole image";
      button.disabled = at === this.trail.length - 1;
      button.addEventListener("click", () => { this.trail.length = at + 1; this.draw(true); });
      return button;
    }));
  }

  search(words) { this.words = words; this.mark(); }

  mark() {
    const words = this.words;
    this.svg.classList.toggle("searching", words.length > 0);
    if (!words.length) return;
    for (const g of this.svg.querySelectorAll("[data-box]")) {
      g.classList.toggle("match", holds(this.boxes.get(Number(g.dataset.box)), words));
    }
  }
}

// A box that is not opened matches when anything in it does.
function holds(node, words) {
  return matches(node.path, words) || node.kids.some((kid) => holds(kid, words));
}

function matches(text, words) {
  const low = text.toLowerCase();
  return words.every((word) => low.includes(word));
}

function make(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function shorten(text, room) {
  if (pen.measureText(text).width <= room) return text;
  let low = 0, high = text.length;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (pen.measureText(text.slice(0, mid) + "…").width <= room) low = mid; else high = mid - 1;
  }
  return low > 2 ? text.slice(0, low) + "…" : "";
}
