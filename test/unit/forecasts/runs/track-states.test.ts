import { describe, expect, it } from 'vitest';
import {
  type BatchStates,
  decodeBatchStates,
  encodeBatchStates,
} from '../../../../core/forecasts/codec/batch-states.ts';
import { forecastWithState } from '../../../../core/forecasts/engine/ensemble.ts';
import type { ForecastRequest } from '../../../../core/forecasts/engine/forecast.ts';
import { decodeState, encodeState } from '../../../../core/forecasts/engine/forecast-state.ts';
import { ensembleBackend } from '../../../../core/forecasts/ensemble-backend.ts';
import { type SeriesName, trackStates } from '../../../../core/forecasts/runs/track-states.ts';
import { noise } from '../engine/sample-series.ts';

const HOUR = 3_600_000;
const NOW = 1_795_255_200_000;
const STEP = 300;
/** A daily wave with reproducible noise, ending `hours` after the first run. */
const requestAt = (hours: number): ForecastRequest => {
  const values = Float64Array.from({ length: 7 * 288 }, (_, i) => {
    const at = i + hours * 12;
    return 50 + 20 * Math.sin((2 * Math.PI * at) / 288) + 4 * noise(at);
  });
  return {
    history: { start: NOW / 1000 + hours * 3600 - 7 * 86_400, stepSeconds: STEP, values },
    horizon: 96,
  };
};
const series = { targetId: 'web-1', metric: 'cpu' };

/** A run of the ensemble that starts from the states in `kept`. */
const resume = (kept: BatchStates | undefined, issuedAt: number) => {
  const tracker = trackStates(kept, issuedAt);
  const forecaster = async (request: ForecastRequest, name: SeriesName) => {
    const state = tracker.stateOf(name);
    const [result] = await ensembleBackend.forecast([{ ...request, itemId: 'one', ...(state && { state }) }]);
    if (result === undefined || 'error' in result) throw result?.error;
    tracker.record(name, result);
    return result.forecast;
  };
  return { forecaster, counts: tracker.counts, toKeep: tracker.toStore };
};

/** Forecasts the series in a run at the given hour, starting from `kept`. */
const runAt = async (hours: number, kept?: BatchStates) => {
  const { forecaster, counts, toKeep } = resume(kept, NOW + hours * HOUR);
  const forecast = await forecaster(requestAt(hours), series);
  return { forecast, counts, kept: toKeep() };
};
const keptOf = (text: string): BatchStates => ({
  issuedAt: NOW,
  states: new Map([['web-1', new Map([['cpu', text]])]]),
});
const first = await runAt(0);
const stored = () => decodeBatchStates(encodeBatchStates(first.kept!));
const textOf = (kept: BatchStates) => kept.states.get('web-1')!.get('cpu')!;

describe('a run that resumes', () => {
  it('learns if no state is stored, and stores what it learned', () => {
    expect(first.counts).toEqual({ resumed: 0, learned: 1, unreadable: 0 });
    expect(first.kept?.issuedAt).toBe(NOW);
    expect(first.forecast).toEqual(forecastWithState(requestAt(0)).forecast);
  });

  it('starts an hour later from the stored state, and has nothing new to store', async () => {
    const next = await runAt(1, stored());
    expect(next.counts).toEqual({ resumed: 1, learned: 0, unreadable: 0 });
    expect(next.kept).toBeUndefined();
  });

  it('differs from a run from scratch by less than a tenth of the band on average', async () => {
    const resumed = (await runAt(5, stored())).forecast.quantiles;
    const scratch = (await runAt(5)).forecast.quantiles;
    const band = scratch[8]!.reduce((sum, upper, h) => sum + upper - scratch[0]![h]!, 0);
    for (const [level, row] of resumed.entries()) {
      const apart = row.reduce((sum, value, h) => sum + Math.abs(value - scratch[level]![h]!), 0);
      expect(apart).toBeLessThan(0.1 * band);
    }
  });

  it('re-learns if the state is a quarter of a day old', async () => {
    expect((await runAt(6, stored())).counts).toEqual({ resumed: 0, learned: 1, unreadable: 0 });
  });

  it.each([
    ['no JSON', 'no state'],
    ['of another shape', '{"engine":"ensemble-1.0.0"}'],
  ])('starts from scratch and counts it if the state is %s', async (_, text) => {
    const run = await runAt(1, keptOf(text));
    expect(run.counts).toEqual({ resumed: 0, learned: 1, unreadable: 1 });
    expect(run.forecast).toEqual((await runAt(1)).forecast);
  });

  it('re-learns if the state is of another engine or step', async () => {
    const state = decodeState(textOf(stored()));
    for (const other of [
      { ...state, engine: 'ensemble-0.1.0' },
      { ...state, stepSeconds: 60 },
    ]) {
      const run = await runAt(1, keptOf(encodeState(other)));
      expect(run.counts).toEqual({ resumed: 0, learned: 1, unreadable: 0 });
      expect(textOf(run.kept!)).not.toBe(encodeState(other));
    }
  });

  it('identifies a series by target and metric only', async () => {
    const { forecaster, counts } = resume(stored(), NOW + HOUR);
    await forecaster(requestAt(1), { targetId: 'web-1', metric: 'memory' });
    await forecaster(requestAt(1), { targetId: 'web-2', metric: 'cpu' });
    expect(counts).toEqual({ resumed: 0, learned: 2, unreadable: 0 });
  });

  it('repeated, or older than the stored state, neither uses nor replaces it', async () => {
    for (const hours of [0, -1]) {
      const again = await runAt(hours, stored());
      expect(again.counts.resumed).toBe(0);
      expect(again.kept).toBeUndefined();
      expect(again.forecast).toEqual((await runAt(hours)).forecast);
    }
  });

  it('keeps the states that it used, in addition to those that it learned', async () => {
    const { forecaster, toKeep } = resume(stored(), NOW + HOUR);
    await forecaster(requestAt(1), series);
    await forecaster(requestAt(1), { targetId: 'web-2', metric: 'cpu' });
    const kept = toKeep()!;
    expect(textOf(kept)).toBe(textOf(stored()));
    expect([...kept.states.keys()]).toEqual(['web-1', 'web-2']);
  });

  it('stores nothing for a short history', async () => {
    const { forecaster, toKeep, counts } = resume(undefined, NOW);
    const history = { start: 0, stepSeconds: STEP, values: Float64Array.of(1, 2, 3) };
    await forecaster({ history, horizon: 4 }, series);
    expect({ counts, kept: toKeep() }).toEqual({
      counts: { resumed: 0, learned: 1, unreadable: 0 },
      kept: undefined,
    });
  });
});

describe('states of a batch', () => {
  it('are restored unchanged, and stored compactly', () => {
    const bytes = encodeBatchStates(first.kept!);
    expect(decodeBatchStates(bytes)).toEqual(first.kept);
    expect(bytes.length).toBeLessThan(textOf(first.kept!).length);
  });

  it.each([
    ['empty', new Uint8Array()],
    ['of another format', Uint8Array.of(9, 1, 2)],
    ['cut short', encodeBatchStates(first.kept!).slice(0, 40)],
    ['of another shape', encodeBatchStates({ ...first.kept!, issuedAt: Number.NaN })],
  ])('that are %s are invalid input', (_, bytes) => {
    expect(() => decodeBatchStates(bytes)).toThrow(/states/);
  });
});
