// How the phone rings for a new offer: a tune and a shake, a few times, until somebody touches it.

import { play } from "shared/sounds.js";

const TIMES = 3;
const EVERY = 2500;
const SHAKE = [300, 120, 300];

let timer = 0;

export function ring(times = TIMES) {
  stop();
  once(times);
}

function once(left) {
  play("offer");
  // A browser lets a page shake the phone only after it was touched once.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(SHAKE);
  if (left > 1) timer = setTimeout(() => once(left - 1), EVERY);
}

function stop() {
  clearTimeout(timer);
}

addEventListener("pointerdown", stop, { capture: true });
