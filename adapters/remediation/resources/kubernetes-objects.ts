/** The parts of Kubernetes' objects that executors read: https://kubernetes.io/docs/reference/kubernetes-api */
import * as z from 'zod';
import type { Owner } from '../../../core/remediation/ports.ts';
import { Json } from '../../../core/shared/canonical-json.ts';

const Strings = z.record(z.string(), z.string()).default({});

const Metadata = z.object({
  name: z.string(),
  uid: z.string().default(''),
  generation: z.number().default(0),
  labels: Strings,
  annotations: Strings,
  deletionTimestamp: z.string().optional(),
  ownerReferences: z.array(z.object({ uid: z.string(), controller: z.boolean().default(false) })).default([]),
});
export type Metadata = z.infer<typeof Metadata>;

const Template = z.object({
  metadata: z.object({ labels: Strings, annotations: Strings }).default({ labels: {}, annotations: {} }),
  spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })) }),
});
export type Template = z.infer<typeof Template>;

export const Deployment = z.object({
  metadata: Metadata,
  spec: z.object({ replicas: z.number().default(1), template: Template }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      readyReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
    })
    .default({
      observedGeneration: 0,
      replicas: 0,
      updatedReplicas: 0,
      readyReplicas: 0,
      availableReplicas: 0,
    }),
});
export type Deployment = z.infer<typeof Deployment>;

export const ReplicaSets = z.object({
  items: z.array(
    z.object({
      metadata: Metadata,
      spec: z.object({ template: Template }),
    }),
  ),
});

/** The template as it is, also what the schema above does not know. */
export const RawReplicaSets = z.object({
  items: z.array(z.object({ metadata: Metadata, spec: z.object({ template: z.record(z.string(), Json) }) })),
});

export const Pod = z.object({ metadata: Metadata });

/** A colon is not allowed in names of labels, so theirs have a slash. */
const TENANT = 'forestall/tenant';
const ENVIRONMENT = 'forestall/environment';

/** As the labels say it, or the annotations, whose values have no limits of length and characters. */
export const ownerOfObject = ({ labels, annotations }: Metadata): Partial<Owner> => {
  const tenantId = labels[TENANT] ?? annotations[TENANT];
  const environment = labels[ENVIRONMENT] ?? annotations[ENVIRONMENT];
  return {
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(environment === undefined ? {} : { environment }),
  };
};

/** As `kubectl rollout status` judges it. */
export const isRollingOut = ({ metadata, spec, status }: Deployment): boolean =>
  status.observedGeneration < metadata.generation ||
  status.updatedReplicas < spec.replicas ||
  status.replicas > status.updatedReplicas ||
  status.availableReplicas < status.updatedReplicas;
