// Short sounds, made here: no file to fetch. A browser lets a page sound only after it was touched once.

import { Controller } from "@hotwired/stimulus";

const KEY = "sounds";
const TUNES = {
  offer: [
    [880, 0, 0.12],
    [1175, 0.14, 0.12],
    [880, 0.4, 0.12],
    [1175, 0.54, 0.2],
  ],
  message: [
    [660, 0, 0.08],
    [880, 0.09, 0.1],
  ],
  good: [
    [660, 0, 0.1],
    [880, 0.11, 0.1],
    [1320, 0.22, 0.18],
  ],
  bad: [
    [330, 0, 0.14],
    [247, 0.16, 0.2],
  ],
};

let context = null;

export const soundsOn = () => localStorage.getItem(KEY) !== "off";

/** Plays "offer", "message", "good" or "bad", unless sounds are off. */
export function play(name) {
  const tune = TUNES[name];
  if (!tune || !soundsOn() || typeof AudioContext === "undefined") return;
  // Before somebody has touched the page browsers let nothing sound, and complain.
  if (navigator.userActivation?.hasBeenActive === false) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
  for (const [pitch, start, length] of tune) note(pitch, context.currentTime + start, length);
}

function note(pitch, start, length) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.2, start + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + length);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + length);
}

export class SoundsController extends Controller {
  static targets = ["word"];

  connect() {
    this.show();
  }

  toggle() {
    localStorage.setItem(KEY, soundsOn() ? "off" : "on");
    this.show();
    play("message");
  }

  show() {
    this.element.setAttribute("aria-pressed", soundsOn());
    const { on, off } = this.wordTarget.dataset;
    this.wordTarget.textContent = soundsOn() ? on : off;
  }
}
