/** How long an answer to a hostile request may take, and the measurement that a busy machine does not disturb. */

/**
 * Longest answer over HTTP, in milliseconds. The slowest ones take about a tenth of it on two shared cores; a request
 * that finds an expensive path takes many times as long.
 */
export const MAX_MS = 5_000;
/** For bodies that are made to cost as much as possible: the time limit of the functions behind the API. */
export const MAX_HEAVY_MS = 29_000;
/** A busy machine or a cold start delays one answer; a request that is slow by itself is slow each time. */
const ATTEMPTS = 3;

/**
 * The first answer to a request.
 * @throws Error if each of three attempts takes longer than the limit, in milliseconds
 */
export const askWithin = async <Answer>(limit: number, ask: () => Promise<Answer>) => {
  const timed = async () => {
    const started = performance.now();
    const answer = await ask();
    return { answer, milliseconds: performance.now() - started };
  };
  const first = await timed();
  const times = [first.milliseconds];
  while (Math.min(...times) > limit && times.length < ATTEMPTS) times.push((await timed()).milliseconds);
  const milliseconds = Math.min(...times);
  if (milliseconds > limit) {
    const shown = times.map((time) => `${time.toFixed(0)} ms`).join(', ');
    throw new Error(`each of ${ATTEMPTS} attempts took longer than ${limit} ms: ${shown}`);
  }
  return { answer: first.answer, milliseconds };
};

export interface TimedRequest {
  readonly name: string;
  readonly milliseconds: number;
}

const SHOWN = 5;

/** The slowest requests, as one line. */
export const slowestOf = (times: readonly TimedRequest[]): string =>
  [...times]
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, SHOWN)
    .map(({ name, milliseconds }) => `${name} ${milliseconds.toFixed(0)} ms`)
    .join('; ');
