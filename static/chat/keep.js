// A list in the page that follows a list of items without being built anew: what has not changed keeps its element, with
// the focus in it, and is not read aloud again.

/**
 * Makes `container` hold one element for each of `items`, in their order. An item is { key, looks, build }: `key` says which
 * one it is, `looks` (a string) how it looks, `build()` makes its element when it is new or looks otherwise than before.
 */
export function keep(container, items) {
  const old = new Map(
    [...container.children].filter((child) => child.dataset.key).map((child) => [child.dataset.key, child]),
  );
  let before = null;
  for (const { key, looks, build } of items) {
    const had = old.get(key);
    const element = had?.dataset.looks === looks ? had : marked(build(), key, looks);
    old.delete(key);
    if (had && had !== element) had.replaceWith(element);
    const place = before ? before.nextSibling : container.firstChild;
    if (element !== place) container.insertBefore(element, place);
    before = element;
  }
  for (const gone of old.values()) gone.remove();
}

function marked(element, key, looks) {
  element.dataset.key = key;
  element.dataset.looks = looks;
  return element;
}
