import * as z from 'zod';

/** Metrics whose harm can be traced along calls. */
export const HARM_METRICS = ['latency', 'availability'] as const;
export type HarmMetric = (typeof HARM_METRICS)[number];

/** The alarm to diagnose: a metric of a node, and when it began (epoch seconds). */
export const DiagnosisTarget = z.object({
  node: z.string().min(1),
  metric: z.enum(HARM_METRICS),
  agg: z.string().default('Average'),
  timestamp: z.number(),
});
export type DiagnosisTarget = z.infer<typeof DiagnosisTarget>;
