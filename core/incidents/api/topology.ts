/** The topology in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { TargetId } from '../../shared/identifiers.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { type DependencyGraph, EDGE_SOURCES } from '../dependency-graph.ts';
import { TraceSummary } from '../topology/trace-edges.ts';

const MAX_EDGES = 2000;

export const TopologyBody = named(
  'DeclaredTopology',
  z.strictObject({
    edges: z
      .array(
        z
          .strictObject({
            caller: TargetId,
            callee: TargetId,
            absent: z.boolean().optional().describe('True: there is no such call, even if traces show one'),
          })
          .refine(({ caller, callee }) => caller !== callee, {
            error: 'expected two targets: calls of a target to itself are no dependency',
            path: ['callee'],
          }),
      )
      .max(MAX_EDGES),
  }),
);

export const TracesBody = named('TraceSummary', TraceSummary);

export const Topology = named(
  'Topology',
  z.object({
    version: z.string().describe('Identifies the structure: equal structures have equal versions'),
    updatedAt: ResponseInstant.optional(),
    nodes: z.array(z.string()),
    edges: z.array(
      z.object({
        caller: z.string(),
        callee: z.string(),
        source: z.enum(EDGE_SOURCES),
        confidence: z.number(),
        calls: z.number().nullable(),
        lastSeen: ResponseInstant,
      }),
    ),
  }),
);

/** `updatedAt` in epoch seconds; 0 if nothing was ever stored. */
export const presentTopology = (graph: DependencyGraph, updatedAt: number): z.infer<typeof Topology> => ({
  version: graph.version,
  ...(updatedAt === 0 ? {} : { updatedAt: isoOfSeconds(updatedAt) }),
  nodes: [...graph.nodes],
  edges: graph.edges.map((edge) => ({ ...edge, lastSeen: isoOfSeconds(edge.lastSeen) })),
});
