/** Everything that a diagnosis depends on, as JSON: recorded, so that its causes can be computed again. */
import * as z from 'zod';
import { NO_SETTINGS, ReadingRule } from '../../platform/settings/settings.ts';
import { canonicalJson, Json } from '../../shared/canonical-json.ts';
import { StoredMember, StoredPastIncident } from '../stored-schemas.ts';
import { recordedSeries, Series, type SeriesOfTarget } from './recorded-series.ts';
import { type DiagnosisMaterial, rowsOf } from './report-causes.ts';

export const DiagnosisInputs = z.strictObject({
  incident: z.strictObject({
    incidentId: z.string(),
    startedAt: z.number(),
    members: z.array(StoredMember),
  }),
  incidentVersion: z.number(),
  /** Epoch seconds. */
  now: z.number(),
  /** Length of the rows that are compared. */
  stepSeconds: z.number().positive(),
  graph: z.strictObject({
    version: z.string(),
    nodes: z.array(z.string()),
    /** Caller and callee. */
    edges: z.array(z.tuple([z.string(), z.string()])),
  }),
  /** How the tenant's settings read metrics. */
  readings: z.array(ReadingRule),
  changes: z.array(z.strictObject({ targetId: z.string(), at: z.number(), summary: z.string() })),
  past: z.array(StoredPastIncident),
  /** Targets in reach, nearest first. */
  targets: z.array(z.strictObject({ targetId: z.string(), series: z.array(Series) })),
  /** Series that were read but are not recorded. */
  omitted: z.strictObject({
    /** They stayed in their usual range, so that no cause depends on them. */
    usual: z.number().int().nonnegative(),
    /** There was no space for them, those of the farthest targets; causes are ranked without them. */
    farther: z.number().int().nonnegative(),
  }),
});
export type DiagnosisInputs = z.infer<typeof DiagnosisInputs>;

/**
 * The inputs of a diagnosis of `material`, bounded in size. A diagnosis computes from these and nothing else: that of
 * sums depends on the order of fields, which is that of canonical JSON here.
 */
export const diagnosisInputs = (material: DiagnosisMaterial): Json => {
  const { stored, graph, data, changes, past, now } = material;
  const { incidentId, startedAt, members } = stored.incident;
  const { targets, omitted } = recordedSeries(material, rowsOf(material));
  const inputs: z.input<typeof DiagnosisInputs> = {
    incident: { incidentId, startedAt, members: Object.values(members).toSorted(byKey) },
    ...{ incidentVersion: stored.version, now, stepSeconds: rowsOf(material).window.stepSeconds },
    graph: {
      ...{ version: graph.version, nodes: [...graph.nodes] },
      edges: graph.edges.map(({ caller, callee }) => [caller, callee]),
    },
    readings: data[0]?.settings?.readings ?? [],
    changes: changes.map(({ targetId, at, summary }) => ({ targetId, at, summary })),
    ...{ past: [...past], targets, omitted },
  };
  return Json.parse(JSON.parse(canonicalJson(inputs)));
};

/** The material as it was recorded. */
export const materialOf = (inputs: DiagnosisInputs): DiagnosisMaterial => {
  const { incident, graph, changes, past, now } = inputs;
  const settings = { ...NO_SETTINGS, readings: inputs.readings };
  return {
    stored: {
      incident: {
        ...incident,
        members: Object.fromEntries(incident.members.map((member) => [member.key, member])),
      },
      version: inputs.incidentVersion,
    },
    graph: { ...graph, edges: graph.edges.map(([caller, callee]) => ({ caller, callee })) },
    data: inputs.targets.map((target) => ({ ...historyOf(target), settings })),
    ...{ changes, past, now },
  };
};

const byKey = (a: { readonly key: string }, b: { readonly key: string }): number => (a.key < b.key ? -1 : 1);

const timesOf = ({ times, values }: Series): readonly number[] =>
  Array.isArray(times) ? times : values.map((_, n) => times.from + n * times.every);

const historyOf = ({ targetId, series }: SeriesOfTarget) => ({
  target: {
    targetId,
    metrics: Object.fromEntries(
      series.map(({ metric, kind, unit }) => [metric, { kind, ...(unit === undefined ? {} : { unit }) }]),
    ),
  },
  histories: new Map(
    series.map((each) => [
      each.metric,
      { timestamps: timesOf(each), values: each.values.map((value) => value ?? Number.NaN) },
    ]),
  ),
});
