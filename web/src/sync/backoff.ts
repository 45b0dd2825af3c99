const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** How long to wait after the nth failure in a row: doubling, at most a minute, spread so that phones do not march in step. */
export function backoff(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return ceiling / 2 + random() * (ceiling / 2);
}
