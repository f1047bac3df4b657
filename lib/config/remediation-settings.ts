import * as z from 'zod';

/** Kubernetes clusters, with the secret (`{"token": "…"}`) of a service account in each. */
const Cluster = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,63}$/),
  url: z.url({ protocol: /^https$/ }),
  /** PEM; by default a public authority. */
  certificateAuthority: z.string().optional(),
  secretArn: z.string().regex(/^arn:aws[\w-]*:secretsmanager:/),
});

/** What remediation may do at most in a stage, and the pace and the clusters of its actions. */
export const RemediationSettings = z.strictObject({
  maxStage: z.enum(['observe', 'suggest', 'approve', 'automatic']),
  /** Ids of docs/actions.md whose roles are deployed, or all of them; other actions cannot run. */
  actions: z.union([z.literal('all'), z.array(z.string())]),
  maxUnitsPerRun: z.number().int().min(1),
  maxActionsPerHour: z.number().int().min(1),
  /** Seconds that a minute of an action's times lasts: fewer than 60 only in the emulator. */
  secondsPerMinute: z.number().int().min(1).max(60),
  clusters: z.array(Cluster).default([]),
});
