import { describe, expect, it } from 'vitest';
import { BusyTargets } from '../../../../core/metrics/ingestion/busy-targets.ts';

const T = 1_795_255_200;
const of = (points: number, targetId = 'a') => new Map([[targetId, points]]);

describe('busy targets', () => {
  it('have 500 points in an hour', () => {
    const busy = new BusyTargets();
    expect(busy.due('acme', of(499), T)).toEqual([]);
    expect(busy.due('globex', of(1), T)).toEqual([]);
    expect(busy.due('acme', of(1), T)).toEqual(['a']);
  });

  it('are due again two minutes later, in the next hour, too', () => {
    const busy = new BusyTargets();
    expect(busy.due('acme', of(500), T + 3540)).toEqual(['a']);
    expect(busy.due('acme', of(500), T + 3600)).toEqual([]);
    expect(busy.due('acme', of(500), T + 3660)).toEqual(['a']);
  });

  it('are counted anew in each hour', () => {
    const busy = new BusyTargets();
    busy.due('acme', of(499), T);
    expect(busy.due('acme', of(499), T + 3600)).toEqual([]);
  });

  it('take a bounded amount of memory', () => {
    const busy = new BusyTargets();
    busy.due('acme', of(499), T);
    for (let i = 0; i < 50_000; i += 1000)
      busy.due('acme', new Map(Array.from({ length: 1000 }, (_, at) => [`t${i + at}`, 1])), T);
    expect(busy.due('acme', of(1), T), 'forgotten').toEqual([]);
  });
});
