import { describe, expect, it } from 'vitest';
import {
  DiagnosisInputs,
  diagnosisInputs,
  materialOf,
} from '../../../../core/incidents/explaining/diagnosis-inputs.ts';
import {
  MAX_SERIES_CHARACTERS,
  recordedSeries,
} from '../../../../core/incidents/explaining/recorded-series.ts';
import {
  type DiagnosisMaterial,
  reportCauses,
  rowsOf,
} from '../../../../core/incidents/explaining/report-causes.ts';
import { reportFromInputs } from '../../../../core/incidents/explaining/report-from-inputs.ts';
import { NO_SETTINGS } from '../../../../core/platform/settings/settings.ts';
import { canonicalJson, type Json, jsonHash } from '../../../../core/shared/canonical-json.ts';
import { faultySeeds, simulatedFault } from './simulated-fault.ts';

const seeds = faultySeeds(6);
const materialFrom = (seed: number, of: Partial<Parameters<typeof simulatedFault>[0]> = {}) =>
  simulatedFault({ seed, ...of })!.material;
const read = (inputs: Json) => DiagnosisInputs.parse(inputs);
const points = (inputs: DiagnosisInputs) =>
  inputs.targets.flatMap(({ series }) => series).reduce((sum, { values }) => sum + values.length, 0);

/** Counters, deltas, odd times and values, a tenant's own readings, changes and past incidents. */
const varied = (seed: number): DiagnosisMaterial => {
  const material = materialFrom(seed);
  const [first, ...rest] = material.data;
  const times = first!.histories.get('latency_ms')!.timestamps;
  const counted = { timestamps: times, values: times.map((_, n) => (n % 400) * 7) };
  const odd = {
    timestamps: times.map((at, n) => at + (n % 3)),
    values: times.map((_, n) => (n % 50 === 0 ? Number.NaN : n > times.length - 8 ? 90.1 : -0)),
  };
  const histories = new Map([...first!.histories, ['requests_total', counted], ['queue_depth', odd]]);
  const metrics = {
    ...{ ...first!.target.metrics, requests_total: { kind: 'counter' as const } },
    queue_depth: { kind: 'delta' as const },
  };
  const readings = [{ metric: 'cpu_percent', harm: 'fall' as const }];
  const { incident } = material.stored;
  const node = first!.target.targetId;
  const signature = { zebra: 0.3, [node]: 0.7, apple: 0.1 };
  return {
    ...material,
    data: [{ ...first!, target: { ...first!.target, metrics }, histories }, ...rest].map((each) => ({
      ...each,
      settings: { ...NO_SETTINGS, readings },
    })),
    changes: [{ targetId: node, at: incident.startedAt - 60, summary: 'v41' }],
    past: [{ incidentId: 'earlier', metric: 'latency', signature, cause: node, fixedBy: 'rolled back' }],
  };
};

describe('the recorded inputs of a diagnosis', () => {
  it('give the causes that all of the material gives', () => {
    for (const seed of seeds)
      for (const material of [
        varied(seed),
        materialFrom(seed, { metrics: ['cpu_percent'] }),
        materialFrom(seed, { metrics: ['latency_ms'], hasGraph: false }),
        { ...materialFrom(seed), data: [] },
      ]) {
        const inputs = diagnosisInputs(material);
        expect(canonicalJson(reportFromInputs(inputs))).toBe(canonicalJson(reportCauses(material)));
      }
  });

  it('give the same causes after they were stored as text, and have the same hash if recorded again', () => {
    for (const seed of seeds) {
      const inputs = diagnosisInputs(varied(seed));
      const stored = JSON.parse(canonicalJson(inputs));
      expect(canonicalJson(reportFromInputs(stored))).toBe(canonicalJson(reportFromInputs(inputs)));
      expect(jsonHash(diagnosisInputs(materialOf(read(inputs))))).toBe(
        jsonHash({ ...read(inputs), omitted: { usual: 0, farther: 0 } }),
      );
    }
  });

  it('do not depend on the order in which signals came', () => {
    const material = varied(seeds[0]!);
    const { incident } = material.stored;
    const members = Object.fromEntries(Object.entries(incident.members).reverse());
    const turned = { ...material, stored: { ...material.stored, incident: { ...incident, members } } };
    expect(diagnosisInputs(turned)).toEqual(diagnosisInputs(material));
  });

  it('hold the rows that are compared, the requests, and what left its usual range; they count the rest', () => {
    const material = varied(seeds[0]!);
    const inputs = read(diagnosisInputs(material));
    const { normal, window } = rowsOf(material);
    const end = window.from + window.rows * window.stepSeconds;
    const all = material.data.reduce((sum, { histories }) => sum + histories.size, 0);
    const kept = inputs.targets.flatMap(({ series }) => series);
    expect(inputs.targets.map(({ targetId }) => targetId)).toEqual(
      material.data.map(({ target }) => target.targetId),
    );
    expect(kept.length + inputs.omitted.usual).toBe(all);
    expect(inputs.omitted).toEqual({ usual: expect.any(Number), farther: 0 });
    expect(inputs.omitted.usual).toBeGreaterThan(0);
    for (const { metric } of [{ metric: 'latency_ms' }, { metric: 'requests_total' }])
      expect(kept.some((series) => series.metric === metric)).toBe(true);
    for (const { timestamps } of materialOf(inputs).data.flatMap(({ histories }) => [
      ...histories.values(),
    ])) {
      expect(timestamps.filter((at) => at < normal.from).length).toBeLessThanOrEqual(1);
      expect(timestamps.at(-1)).toBeLessThan(end);
    }
  });

  it('write evenly spaced times as a start and an interval', () => {
    const { targets } = read(diagnosisInputs(varied(seeds[0]!)));
    const times = (metric: string) => targets[0]!.series.find((each) => each.metric === metric)!.times;
    expect(times('latency_ms')).toMatchObject({ every: 300 });
    expect(Array.isArray(times('queue_depth'))).toBe(true);
  });

  it('change their hash with any value', () => {
    const inputs = read(diagnosisInputs(varied(seeds[0]!)));
    const edited = structuredClone(inputs);
    const { values } = edited.targets[0]!.series[0]!;
    values[values.length - 1] = (values.at(-1) ?? 0) + 1e-9;
    expect(jsonHash(edited)).not.toBe(jsonHash(inputs));
  });

  it('are refused if they are something else', () => {
    expect(() => reportFromInputs({ cpu: 96 })).toThrow();
  });
});

describe('inputs that would be too large', () => {
  const material = varied(seeds[0]!);

  it('leave out the series of the farthest targets first', () => {
    const whole = recordedSeries(material, rowsOf(material));
    const sizes = whole.targets.map(({ series }) =>
      series.reduce((sum, s) => sum + JSON.stringify(s).length, 0),
    );
    const room = sizes[0]! + sizes[1]!;
    const { targets, omitted } = recordedSeries(material, rowsOf(material), room);
    expect(targets.slice(0, 2)).toEqual(whole.targets.slice(0, 2));
    expect(targets.slice(2).flatMap(({ series }) => series)).toEqual([]);
    expect(omitted.farther).toBe(whole.targets.slice(2).flatMap(({ series }) => series).length);
    expect(omitted.usual).toBe(whole.omitted.usual);
  });

  it('never exceed their bound', () => {
    for (const room of [0, 5_000, 50_000, MAX_SERIES_CHARACTERS]) {
      const { targets } = recordedSeries(material, rowsOf(material), room);
      const used = targets
        .flatMap(({ series }) => series)
        .reduce((sum, s) => sum + JSON.stringify(s).length, 0);
      expect(used).toBeLessThanOrEqual(room);
    }
  });

  it('say in the report what was left out', () => {
    const inputs = read(diagnosisInputs(material));
    const cut = { ...inputs, omitted: { usual: 0, farther: 12 } } as unknown as Json;
    expect(points(inputs)).toBeGreaterThan(0);
    expect(reportFromInputs(cut).limits.join()).toContain('12 series of the farthest targets are left out');
  });
});
