/** Causes of incidents in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { type CausesReport, CONFIDENCE_BANDS, confidenceBand } from '../causes-report.ts';

const Cause = z.object({
  target: z.string(),
  score: z.number(),
  confidence: z.number().min(0).max(1).describe('Probability that this is the cause'),
  band: z.enum(CONFIDENCE_BANDS).describe('`high`: at least nine in ten causes of this band were right'),
  evidence: z.array(z.string()),
  recommendation: z.string().optional().describe('What to check or try first; Forestall does not act on it'),
});

export const Causes = named(
  'Causes',
  z.object({
    incident: z.string(),
    status: z.enum(['pending', 'found']).describe('`pending`: not diagnosed yet'),
    diagnosedAt: ResponseInstant.optional(),
    method: z
      .enum(['excess-blame', 'relative-blame', 'correlation', 'first-to-deviate', 'topology'])
      .optional(),
    followed: z
      .object({ target: z.string(), metric: z.enum(['latency', 'availability']).optional() })
      .optional()
      .describe('The target, and the metric, whose harm was traced to its cause'),
    window: z.object({ from: ResponseInstant, to: ResponseInstant, stepSeconds: z.number() }).optional(),
    graphVersion: z.string().optional(),
    items: z.array(Cause).describe('Most likely first'),
    harm: z
      .array(z.object({ target: z.string(), share: z.number() }))
      .describe('Fraction of the traced harm that each target carried, for drawing the topology'),
    limits: z.array(z.string()).describe('What could not be analysed, and what weakens the diagnosis'),
    similar: z.array(
      z.object({
        incident: z.string(),
        similarity: z.number(),
        cause: z.string(),
        fixedBy: z.string().optional(),
        confirmed: z.boolean().describe('People confirmed the cause; otherwise it was the most likely one'),
      }),
    ),
  }),
);

/** `report` is undefined before the first diagnosis. */
export const presentCauses = (
  incidentId: string,
  report: CausesReport | undefined,
): z.infer<typeof Causes> => {
  if (report === undefined)
    return { incident: incidentId, status: 'pending', items: [], harm: [], limits: [], similar: [] };
  const { method, target, metric, window, graphVersion, limits } = report;
  return {
    incident: incidentId,
    status: 'found',
    diagnosedAt: isoOfSeconds(report.diagnosedAt),
    method,
    followed: { target, ...(metric === undefined ? {} : { metric }) },
    window: { from: isoOfSeconds(window.from), to: isoOfSeconds(window.to), stepSeconds: window.stepSeconds },
    ...(graphVersion === undefined ? {} : { graphVersion }),
    items: report.causes.map(({ node, score, confidence, evidence, recommendation }) => ({
      ...{ target: node, score, confidence, band: confidenceBand(confidence) },
      evidence: [...evidence],
      ...(recommendation === undefined ? {} : { recommendation }),
    })),
    harm: Object.entries(report.signature).map(([of, share]) => ({ target: of, share })),
    limits: [...limits],
    similar: report.similar.map(
      ({ incident: { incidentId: id, cause, fixedBy, isConfirmed }, similarity }) => ({
        ...{ incident: id, similarity, cause, confirmed: isConfirmed === true },
        ...(fixedBy === undefined ? {} : { fixedBy }),
      }),
    ),
  };
};
