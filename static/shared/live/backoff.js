// When to try again: twice as late each time, somewhere in the second half of the span, so that not all come at once.

const FIRST = 1000;
const LONGEST = 30_000;

/** ms until the `attempt`-th try (1, 2, 3 …). */
export function backoff(attempt, random = Math.random) {
  const span = Math.min(LONGEST, FIRST * 2 ** Math.max(0, attempt - 1));
  return Math.round(span * (0.5 + random() / 2));
}
