import { seededRandom } from '../../bench/shared/seeded-random.ts';
import { encodeTrainingRows, trainingRows } from '../../core/forecasts/training/training-rows.ts';
import { drawWindows } from '../../core/forecasts/training/training-windows.ts';
import { noise, seriesOf } from '../unit/forecasts/engine/sample-series.ts';

/** Training rows of a few simulated series, always the same. */
export const sampleRows = (): Uint8Array => {
  const plan = { windows: 60, leadsPerWindow: 4, horizonSeconds: 28_800 };
  const series = [0, 1, 2].map((kind) =>
    seriesOf(
      1500,
      (i) => 50 + 20 * Math.sin((2 * Math.PI * i) / 288) * (kind % 2) + 8 * noise(i + 7919 * kind),
    ),
  );
  const rows = series.flatMap((one, seed) =>
    drawWindows(one, plan, seededRandom(seed)).flatMap(trainingRows),
  );
  return encodeTrainingRows(rows, { stepSeconds: { min: 60, max: 900 }, maxLeadSeconds: 28_800 });
};
