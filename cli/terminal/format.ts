const SUFFIXES: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e4, 'k'],
];

const digits = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return size >= 0.01 ? value.toFixed(2) : value.toPrecision(2);
};

/** Formats a number in about seven characters: `0.42`, `73.5`, `9123`, `12.3k`, `4.50M`. */
export const formatNumber = (value: number): string => {
  if (!Number.isFinite(value)) return '-';
  const scale = SUFFIXES.find(([size]) => Math.abs(value) >= size);
  if (scale === undefined) return digits(value);
  const shown = value / scale[0];
  return `${digits(scale[0] === 1e4 ? value / 1000 : shown)}${scale[1]}`;
};

/** Formats a count with its noun: `1 target`, `24,192 points`, `3 batches`. */
export const formatCount = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;

/** Formats a share as a whole percentage; `<1%` and `>99%` if rounding would claim certainty. */
export const formatPercent = (share: number): string => {
  const percent = Math.round(share * 100);
  if (percent === 0 && share > 0) return '<1%';
  return percent === 100 && share < 1 ? '>99%' : `${percent}%`;
};

/** Formats a duration: `40 s`, `25 min`, `2 h 05 min`, `3 d 4 h`. */
export const formatDuration = (seconds: number): string => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
};

/** Formats a duration in one unit, for narrow columns: `25 min`, `7 h`, `3 d`. */
export const formatRoughly = (seconds: number): string => {
  const hours = Math.round(seconds / 3600);
  if (hours < 1) return `${Math.round(seconds / 60)} min`;
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
};

/** Epoch seconds as `2026-11-20 12:05` in UTC. */
export const formatMinute = (epochSeconds: number): string =>
  new Date(epochSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
