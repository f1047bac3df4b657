import { describe, expect, it } from 'vitest';
import { chooseAlarm } from '../../../../core/incidents/explaining/choose-alarm.ts';
import type { Incident, IncidentMember } from '../../../../core/incidents/incident.ts';

const STEP = 300;
const START = 30_000;
const ROWS = 24;
const FROM = START - 12 * STEP;

interface Shape {
  readonly latency?: readonly [before: number, after: number];
  readonly availability?: readonly [before: number, after: number];
  /** Rows before the start in which it already deviated. */
  readonly early?: number;
}
const column = (shape: Shape['latency'], rows: number, from: number, early = 0) =>
  shape === undefined
    ? null
    : Float64Array.from({ length: rows }, (_, i) => {
        const isOff = from + i * STEP >= START - early * STEP;
        return isOff ? shape[1] : shape[0] * (1 + 0.002 * Math.sin(i));
      });
const windowOf = (shapes: Readonly<Record<string, Shape>>, from: number, rows: number) => ({
  timestamps: Float64Array.from({ length: rows }, (_, i) => from + i * STEP),
  stepSeconds: STEP,
  nodes: new Map(
    Object.entries(shapes).map(([node, { latency, availability, early }]) => [
      node,
      {
        latency: column(latency, rows, from, early),
        availability: column(availability, rows, from, early),
        requests: null,
      },
    ]),
  ),
});
const rowsOf = (shapes: Readonly<Record<string, Shape>>) => ({
  window: windowOf(shapes, FROM, ROWS),
  normal: windowOf(shapes, FROM - 288 * STEP, 288),
});
type Signal = readonly [targetId: string, subject: string, kind?: IncidentMember['kind']];
const incidentOf = (...signals: readonly Signal[]) =>
  ({
    startedAt: START,
    members: Object.fromEntries(
      signals.map(([targetId, subject, kind = 'anomaly']) => {
        const key = JSON.stringify(['acme', targetId, kind, subject]);
        return [key, { key, targetId, kind, firstAt: START }];
      }),
    ),
  }) as unknown as Incident;
const graph = {
  nodes: ['web', 'db'],
  edges: [['web', 'db']],
} as const;
const SLOW = { latency: [0.1, 0.4] } as const;
const CALM = { latency: [0.1, 0.1] } as const;
const FAILING = { availability: [100, 80] } as const;

describe('the harm that a diagnosis follows', () => {
  it('is that of the target that reaches most of the incident, if reported or clear', () => {
    const rows = rowsOf({ web: SLOW, db: SLOW });
    const incident = incidentOf(['db', 'latency_ms'], ['web', 'cpu_percent']);
    expect(chooseAlarm(incident, graph, rows)).toEqual({ node: 'web', metric: 'latency', onset: START });
    const calmTop = rowsOf({ web: CALM, db: SLOW });
    expect(chooseAlarm(incident, graph, calmTop)).toMatchObject({ node: 'db' });
  });

  it('is absent if no signal is about requests, or if its metric did not rise', () => {
    expect(chooseAlarm(incidentOf(['db', 'disk_percent']), graph, rowsOf({ db: SLOW }))).toBeUndefined();
    expect(chooseAlarm(incidentOf(['db', 'latency_ms']), graph, rowsOf({ db: CALM }))).toBeUndefined();
    expect(chooseAlarm(incidentOf(['db', 'latency_ms']), graph, rowsOf({}))).toBeUndefined();
    const ahead = incidentOf(['db', 'latency_ms', 'predicted-breach']);
    expect(chooseAlarm(ahead, graph, rowsOf({ db: SLOW }))).toBeUndefined();
  });

  it('is also the metric of an alarm, regardless of its rise, because its threshold was set on purpose', () => {
    const rows = rowsOf({ db: CALM });
    expect(chooseAlarm(incidentOf(['db', 'checkout', 'alarm']), graph, rows)).toMatchObject({ node: 'db' });
    expect(chooseAlarm(incidentOf(['db', 'CPUUtilization', 'alarm']), graph, rows)).toBeUndefined();
  });

  it('includes a reported metric without normal data to compare it with', () => {
    const { window } = rowsOf({ db: CALM });
    const rows = { window, normal: windowOf({}, 0, 0) };
    expect(chooseAlarm(incidentOf(['db', 'latency_ms']), graph, rows)).toMatchObject({ onset: START });
  });

  it('prefers latency to failures if both are reported, because latency adds up', () => {
    const rows = rowsOf({ db: { ...SLOW, ...FAILING } });
    const both = incidentOf(['db', 'latency_ms'], ['db', 'error_percent']);
    expect(chooseAlarm(both, graph, rows)).toMatchObject({ metric: 'latency' });
    expect(chooseAlarm(incidentOf(['db', 'error_percent']), graph, rows)).toMatchObject({
      metric: 'availability',
    });
    const small = rowsOf({ db: { latency: [0.1, 0.1], ...FAILING } });
    expect(chooseAlarm(both, graph, small)).toMatchObject({ metric: 'availability' });
  });

  it('began with the first of the unusual rows that lead up to the signal', () => {
    const rows = rowsOf({ db: { ...SLOW, early: 3 } });
    const found = chooseAlarm(incidentOf(['db', 'latency_ms']), graph, rows)!;
    expect(found.onset).toBe(START - 3 * STEP);
  });
});
