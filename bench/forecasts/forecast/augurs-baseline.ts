import { readFileSync } from 'node:fs';
import { initSync as initEts } from '@bsull/augurs/ets';
import { initSync as initMstl, MSTL } from '@bsull/augurs/mstl';
import { DEFAULT_QUANTILE_LEVELS } from '../../../core/forecasts/engine/quantiles/pool-levels.ts';

/** The package's export map hides its wasm files, and its default loader fetches file URLs, which Node cannot. */
const wasm = (name: string): Uint8Array<ArrayBuffer> =>
  readFileSync(new URL(`../../../node_modules/@bsull/augurs/${name}_bg.wasm`, import.meta.url));

let ready = false;
const initialise = (): void => {
  if (ready) return;
  initEts({ module: wasm('ets') });
  initMstl({ module: wasm('mstl') });
  ready = true;
};

const fillForward = (values: Float64Array): Float64Array => {
  const filled = Float64Array.from(values);
  for (let i = 0; i < filled.length; i++) if (!Number.isFinite(filled[i])) filled[i] = filled[i - 1] ?? 0;
  return filled;
};

/** MSTL with ETS trend (@bsull/augurs): quantile rows at the default levels, clamped at zero if the history is never negative. */
export const forecastByAugurs = (values: Float64Array, periods: number[], horizon: number): number[][] => {
  initialise();
  const filled = fillForward(values);
  const model = MSTL.ets(periods);
  model.fit(filled);
  const rows = DEFAULT_QUANTILE_LEVELS.map(() => [] as number[]);
  for (const [l, level] of [0.8, 0.6, 0.4, 0.2].entries()) {
    const { point, intervals } = model.predict(horizon, level);
    rows[l] = intervals?.lower ?? point;
    rows[8 - l] = intervals?.upper ?? point;
    rows[4] = point;
  }
  model.free();
  const floor = filled.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY;
  return rows.map((row) => row.map((value) => Math.max(floor, value)));
};
