import * as z from 'zod';
import { InvalidInputError } from '../../shared/errors.ts';
import type { DependencyEdge } from '../dependency-graph.ts';
import { toTargetId } from '../target-name.ts';

const Instant = z.union([z.number(), z.iso.datetime({ offset: true })]);

const TraceEdge = z.object({
  ReferenceId: z.number().int(),
  EndTime: Instant.optional(),
  SummaryStatistics: z.object({ TotalCount: z.number().nonnegative().optional() }).optional(),
});

const TraceService = z.object({
  ReferenceId: z.number().int(),
  Name: z.string().min(1),
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
        const message = `Services: found an edge of ${service.Name} to ReferenceId ${edge.ReferenceId}, expected a listed service`;
        throw new InvalidInputError(message, { field: 'Services' });
      }
      return {
        caller: names.get(service.ReferenceId)!,
        callee,
        source: 'trace',
        confidence: TRACE_CONFIDENCE,
        calls: edge.SummaryStatistics?.TotalCount ?? null,
        lastSeen: seconds(edge.EndTime) ?? seconds(EndTime) ?? seenAt,
      };
    }),
  );
  return edges.filter(({ caller, callee }) => caller !== callee);
};
