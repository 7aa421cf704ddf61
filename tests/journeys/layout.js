// What is wrong with how the page lies at this size: a list of sentences. `least` is the smallest target in px.
({ width, least }) => {
  const SLACK = 1.5;
  const SIDEWAYS = ".cards, .quick"; // what may be scrolled from side to side
  const TARGETS =
    "a[href], button, select, textarea, summary, input:not([type=hidden]), label.btn, label.opt, label.choice";
  const faults = new Set();
  const styles = new Map();
  const style = (element) => styles.get(element) ?? styles.set(element, getComputedStyle(element)).get(element);
  const boxes = new Map();
  const box = (element) => boxes.get(element) ?? boxes.set(element, element.getBoundingClientRect()).get(element);
  const name = (element) => {
    const words = (element.getAttribute("aria-label") || element.textContent || element.name || "")
      .trim()
      .replace(/\s+/g, " ");
    const kind =
      element.tagName.toLowerCase() +
      (element.id ? `#${element.id}` : "") +
      [...element.classList].map((each) => `.${each}`).join("");
    return `${kind} "${words.slice(0, 40)}"`;
  };
  const unseen = (element) =>
    !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ||
    element.closest(
      ".vh, .visually-hidden, .skip, [hidden], noscript, .sprite, datalist, tbody > tr:nth-child(n + 21)",
    ) !== null;
  // What surrounds an element, from within: what cuts, what scrolls, and what has an edge or a ground of its own.
  const parents = new Map();
  const chainOf = (element) => {
    if (!parents.has(element)) {
      const up = [];
      for (let each = element; each && each !== document.documentElement; each = each.parentElement) {
        up.push(each);
        if (style(each).position === "fixed") break;
      }
      parents.set(element, up);
    }
    return parents.get(element);
  };
  const clipped = (element) => chainOf(element).some((each) => style(each).clipPath !== "none");
  const modal = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const all = [...modal.querySelectorAll("*")].filter((each) => !unseen(each) && !clipped(each));

  if (document.documentElement.scrollWidth > width + SLACK || document.body.scrollWidth > width + SLACK)
    faults.add(`the page is ${Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)} px wide`);

  const scrolls = (element, axis) => ["auto", "scroll"].includes(style(element)[`overflow${axis}`]);
  const cuts = (element, axis) => ["hidden", "clip"].includes(style(element)[`overflow${axis}`]);
  const isBox = (element) => {
    const { backgroundColor, borderRightWidth, display } = style(element);
    return display !== "inline" && (backgroundColor !== "rgba(0, 0, 0, 0)" || borderRightWidth !== "0px");
  };

  // An ellipsis stands for what flows as words do; a box of its own is only cut.
  const flows = (element, root) => {
    for (let each = element; each !== root; each = each.parentElement)
      if (!/^inline|^contents/.test(style(each).display)) return false;
    return !/flex|grid/.test(style(root).display);
  };

  const lies = (rect, element, what) => {
    let free = true;
    let high = true; // not scrolled out of sight by what scrolls up and down
    let within = true; // what lies over the page need not lie within what it belongs to
    for (const each of chainOf(element)) {
      const outer = box(each);
      const { textOverflow, display } = style(each);
      if (display === "contents" || display === "inline") continue;
      const out = rect.right > outer.right + SLACK || rect.left < outer.left - SLACK;
      if (out && cuts(each, "X")) {
        const left = Math.min(rect.right, outer.right) - rect.left;
        if (rect.left - outer.left < 32 && left > 0 && left < Math.min(32, rect.width / 2))
          faults.add(`almost nothing is left of ${what}`);
        if (textOverflow !== "ellipsis" || !flows(element, each)) faults.add(`${what} is cut by ${name(each)}`);
        return;
      }
      if (scrolls(each, "Y") && (rect.bottom > outer.bottom || rect.top < outer.top)) high = false;
      if (high && cuts(each, "Y") && (rect.bottom > outer.bottom + 3 || rect.top < outer.top - 3)) {
        faults.add(`${what} is cut below by ${name(each)}`);
        return;
      }
      if (scrolls(each, "X") && out) {
        if (!each.matches(SIDEWAYS)) faults.add(`${what} lies at the side of ${name(each)}`);
        free = false;
        break;
      }
      if (out && within && isBox(each) && each !== document.body) faults.add(`${what} lies outside of ${name(each)}`);
      if (style(each).position === "absolute") within = false;
    }
    if (free && (rect.right > width + SLACK || rect.left < -SLACK)) faults.add(`${what} lies beyond the edge`);
  };

  const words = []; // rects of words as far as they are to be seen
  const seen = (rect, element) => {
    let { left, right, top, bottom } = rect;
    for (const each of chainOf(element)) {
      if (style(each).overflowX === "visible" || /^inline$|contents/.test(style(each).display)) continue;
      const clip = box(each);
      [left, right, top, bottom] = [
        Math.max(left, clip.left),
        Math.min(right, clip.right),
        Math.max(top, clip.top),
        Math.min(bottom, clip.bottom),
      ];
    }
    if (right - left > 3 && bottom - top > 3 && bottom > 0 && top < innerHeight)
      words.push({ element, layer: layer(element), left, right, top, bottom });
  };
  const layer = (element) =>
    element.closest(".bar, .toasts, .menu, .chat__found, .pill, .skip, .group, thead, dialog, [data-submit]") ??
    document.body;
  const range = document.createRange();
  for (const element of all) {
    if (["SCRIPT", "STYLE", "OPTION", "TEXTAREA", "SELECT", "TEMPLATE"].includes(element.tagName)) continue;
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].filter(({ width: wide }) => wide > 0.5);
      if (element instanceof SVGElement) {
        for (const rect of rects) {
          seen(rect, element);
          if (rect.right > width + SLACK || rect.left < 0)
            faults.add(`words in a picture ${name(element)} lie beyond the edge`);
        }
        continue;
      }
      for (const rect of rects) seen(rect, element);
      for (const rect of rects) lies(rect, element, `"${node.data.trim().slice(0, 30)}" of ${name(element)}`);
      const whole = element.closest("time, .n, .left b, .load__sum, .sum, .rate__sum, .tab__n");
      const lines = new Set(rects.map(({ top }) => Math.round(top)));
      if (whole && !whole.closest(".clock") && lines.size > 1)
        faults.add(`${name(whole)} breaks into ${lines.size} lines`);
    }
  }

  // What can be pressed: all of it to be seen, large enough, and nothing of it under something else.
  const spots = [];
  for (const element of all.filter((each) => each.matches(TARGETS))) {
    if (element.matches("[inert] *, :disabled")) continue;
    const outer = element.closest("label.input, span.input, label.opt, label.choice, label.pick, label.btn");
    const spot = outer ?? element;
    if (element.matches("input[type=checkbox], input[type=radio]") && !outer) continue;
    const rect = box(spot);
    if (!rect.width || !rect.height) continue;
    lies(rect, spot.parentElement, name(element));
    const covers = element.matches(".cover")
      ? box(
          element.offsetParent.matches(".cover")
            ? element
            : [...chainOf(element)].slice(1).find((each) => style(each).position !== "static"),
        )
      : rect;
    const { display } = style(element);
    if (display !== "inline" && Math.min(covers.width, covers.height) < least - 0.5)
      faults.add(`${name(element)} is a target of ${Math.round(covers.width)} × ${Math.round(covers.height)} px`);
    let { left, right, top, bottom } = rect;
    for (const each of chainOf(spot.parentElement)) {
      if (style(each).overflowX === "visible" || style(each).display === "contents") continue;
      const clip = box(each);
      [left, right, top, bottom] = [
        Math.max(left, clip.left),
        Math.min(right, clip.right),
        Math.max(top, clip.top),
        Math.min(bottom, clip.bottom),
      ];
    }
    if (right - left > 2 && bottom - top > 2)
      spots.push({ element, spot, layer: layer(spot), left, right, top, bottom });
  }
  for (const [index, one] of spots.entries()) {
    for (const other of spots.slice(index + 1)) {
      if (one.spot.contains(other.spot) || other.spot.contains(one.spot) || one.layer !== other.layer) continue;
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (wide > 2 && high > 2) faults.add(`${name(one.element)} lies on ${name(other.element)}`);
    }
  }
  words.sort((one, other) => one.top - other.top);
  for (const [index, one] of words.entries()) {
    for (const other of words.slice(index + 1)) {
      if (other.top > one.bottom - 5) break;
      if (one.layer !== other.layer || one.element === other.element) continue;
      if (Math.min(one.right, other.right) - Math.max(one.left, other.left) > 3)
        faults.add(`the words of ${name(one.element)} lie on those of ${name(other.element)}`);
    }
  }
  return [...faults];
};
