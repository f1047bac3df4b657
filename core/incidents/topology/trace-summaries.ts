import * as z from 'zod';
import { InvalidInputError } from '../../shared/errors.ts';
import type { DependencyEdge } from './dependency-edge.ts';

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
 * The part of an X-Ray service graph that is read (GetServiceGraph and GetTraceGraph, AWS X-Ray API reference):
 * services by reference id, and their edges to the services they call. Other fields are ignored. Times are epoch
 * seconds or ISO 8601.
 */
export const TraceSummary = z.object({ EndTime: Instant.optional(), Services: z.array(TraceService) });
export type TraceSummary = z.infer<typeof TraceSummary>;

const TRACE_CONFIDENCE = 1;

const seconds = (instant: z.infer<typeof Instant> | undefined): number | undefined =>
  typeof instant === 'string' ? Date.parse(instant) / 1000 : instant;

/** A service's name with its X-Ray type: one name may stand for an invocation and for the function's own code. */
const nodeName = ({ Name, Type }: z.infer<typeof TraceService>): string =>
  Type === undefined || Type === '' ? Name : `${Name}_${Type}`;

const nameByReference = (services: TraceSummary['Services']): Map<number, string> => {
  const names = new Map<number, string>();
  for (const service of services) {
    if (names.has(service.ReferenceId)) {
      const message = `Services: found ReferenceId ${service.ReferenceId} twice, expected unique ids`;
      throw new InvalidInputError(message, { field: 'Services' });
    }
    names.set(service.ReferenceId, nodeName(service));
  }
  return names;
};

/**
 * Reads dependencies out of a trace summary; `seenAt` dates edges that carry no time. Throws InvalidInputError when the
 * input has another shape or an edge leads to a service that is not listed.
 */
export const edgesFromTraces = (input: unknown, seenAt: number): DependencyEdge[] => {
  const parsed = TraceSummary.safeParse(input);
  if (!parsed.success) throw new InvalidInputError(`trace summary: ${z.prettifyError(parsed.error)}`);
  const names = nameByReference(parsed.data.Services);
  return parsed.data.Services.flatMap((service) =>
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
        lastSeen: seconds(edge.EndTime) ?? seconds(parsed.data.EndTime) ?? seenAt,
      };
    }),
  );
};
