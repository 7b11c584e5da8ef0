"use strict";
// Boxes in a rectangle with areas in proportion and sides as equal as they get.
// Source: Bruls, Huizing, van Wijk, "Squarified Treemaps" (2000); own code.
function squarify(items, x, y, w, h) {
  const boxes = [];
  let left = items.reduce((sum, item) => sum + item.size, 0);
  let at = 0;
  while (at < items.length && left > 0 && w > 0 && h > 0) {
    const scale = (w * h) / left;
    const side = Math.min(w, h);
    let end = at, sum = 0, worst = Infinity;
    while (end < items.length) {
      const next = sum + items[end].size * scale;
      const ratio = worstRatio(items[at].size * scale, items[end].size * scale, next, side);
      if (ratio > worst) break;
      worst = ratio; sum = next; end += 1;
    }
    const thick = sum / side;
    let along = 0;
    for (; at < end; at += 1) {
      const long = (items[at].size * scale) / thick;
      boxes.push(w >= h
        ? { node: items[at], x, y: y + along, w: thick, h: long }
        : { node: items[at], x: x + along, y, w: long, h: thick });
      along += long;
      left -= items[at].size;
    }
    if (w >= h) { x += thick; w -= thick; } else { y += thick; h -= thick; }
  }
  return boxes;
}

// Items come largest first, so the first and the last of a row are its extremes.
function worstRatio(largest, smallest, sum, side) {
  const square = sum * sum, length = side * side;
  return Math.max((length * largest) / square, square / (length * Math.max(smallest, 1e-9)));
}
