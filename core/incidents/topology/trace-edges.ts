import * as z from 'zod';
import { InvalidInputError } from '../../shared/errors.ts';
import { INSTANT_RANGE, isInstant } from '../../shared/instant.ts';
import { cutText, MAX_SHOWN_NAME, PlainLine } from '../../shared/text.ts';
import type { DependencyEdge } from '../dependency-graph.ts';
import { toTargetId } from '../target-name.ts';

const OUT_OF_RANGE = `expected ${INSTANT_RANGE}`;
/** X-Ray's times are seconds; milliseconds would be thousands of years away, and their edges would never age. */
const Instant = z.union([
  z.number().refine(isInstant, OUT_OF_RANGE),
  z.iso.datetime({ offset: true }).refine((text) => isInstant(Date.parse(text) / 1000), OUT_OF_RANGE),
]);

const TraceEdge = z.object({
  ReferenceId: z.number().int(),
  EndTime: Instant.optional(),
  SummaryStatistics: z.object({ TotalCount: z.number().nonnegative().optional() }).optional(),
});

/** X-Ray cuts names of segments to this length. */
const MAX_NAME = 200;

const TraceService = z.object({
  ReferenceId: z.number().int(),
  Name: PlainLine.min(1).max(MAX_NAME),
  Type: z.string().optional(),
  EndTime: Instant.optional(),
  Edges: z.array(TraceEdge).default([]),
});

/**
 * The fields that Forestall reads from an X-Ray service graph (GetServiceGraph and GetTraceGraph in the AWS X-Ray API
 * reference): services by reference id and their edges to the services they call. Times are epoch seconds or ISO 8601.
 */
export const TraceSummary = z.object({ EndTime: Instant.optional(), Services: z.array(TraceService) });
export type TraceSummary = z.infer<typeof TraceSummary>;

const TRACE_CONFIDENCE = 1;

const seconds = (instant: z.infer<typeof Instant> | undefined): number | undefined =>
  typeof instant === 'string' ? Date.parse(instant) / 1000 : instant;

const namesByReference = (services: TraceSummary['Services']): Map<number, string> => {
  const names = new Map<number, string>();
  for (const { ReferenceId, Name } of services) {
    if (names.has(ReferenceId)) {
      const message = `Services: found ReferenceId ${ReferenceId} twice, expected unique ids`;
      throw new InvalidInputError(message, { field: 'Services' });
    }
    names.set(ReferenceId, toTargetId(Name));
  }
  return names;
};

/**
 * The calls between targets in a trace summary. X-Ray lists one service under several types (a function and its
 * invocations); they are one target here, named as its metrics are. `seenAt` (epoch seconds) dates edges without a time.
 * @throws InvalidInputError if a reference id is repeated, or an edge leads to a service that is not listed
 */
export const edgesFromTraces = ({ EndTime, Services }: TraceSummary, seenAt: number): DependencyEdge[] => {
  const names = namesByReference(Services);
  const edges = Services.flatMap((service) =>
    service.Edges.map((edge): DependencyEdge => {
      const callee = names.get(edge.ReferenceId);
      if (callee === undefined) {
        const message = `Services: found an edge of ${cutText(service.Name, MAX_SHOWN_NAME)} to ReferenceId ${edge.ReferenceId}, expected a listed service`;
        throw new InvalidInputError(message, { field: 'Services' });
      }
      return {
        caller: names.get(service.ReferenceId)!,
        callee,
        source: 'trace',
        confidence: TRACE_CONFIDENCE,
        calls: edge.SummaryStatistics?.TotalCount ?? null,
        // An edge dated later than its arrival would outlive those seen after it.
        lastSeen: Math.min(seconds(edge.EndTime) ?? seconds(EndTime) ?? seenAt, seenAt),
      };
    }),
  );
  return edges.filter(({ caller, callee }) => caller !== callee);
};
