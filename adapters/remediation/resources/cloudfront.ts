import {
  CloudFrontClient,
  CreateInvalidationCommand,
  GetInvalidationCommand,
  ListInvalidationsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudfront';
import * as z from 'zod';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, type Place, step } from './executor.ts';
import { partsOf } from './names.ts';
import { ownerOf, tagsOf } from './ownership.ts';
import { parametersOf } from './parameters.ts';

/** CloudFront is called in this region, wherever the deployment is. */
const clientOf = sessionClient((settings) =>
  guarded(new CloudFrontClient({ ...settings, region: 'us-east-1' })),
);

/** Newest invalidations among which that of a remediation is looked for. */
const MAX_INVALIDATIONS = 10;

const invalidationsOf = async (DistributionId: string, session: ActionSession) => {
  const list = new ListInvalidationsCommand({ DistributionId, MaxItems: MAX_INVALIDATIONS });
  const { InvalidationList } = await clientOf(session).send(list);
  return Promise.all(
    (InvalidationList?.Items ?? []).map(async ({ Id, Status }) => {
      const found = await clientOf(session).send(new GetInvalidationCommand({ DistributionId, Id }));
      const reference = found.Invalidation?.InvalidationBatch?.CallerReference;
      return { reference, isBusy: Status === 'InProgress' };
    }),
  );
};

const Last = z.object({ last: z.string().nullable() });
const Paths = z.object({ paths: z.array(z.string()) });

/** The reference of the caller makes a repeated request do nothing. */
export const invalidation = ({ account }: Place): Executor => ({
  read: async ({ resource, remediationId }, session) => {
    const [id] = partsOf(resource);
    const Resource = `arn:aws:cloudfront::${account}:distribution/${id}`;
    const { Tags } = await clientOf(session).send(new ListTagsForResourceCommand({ Resource }));
    const all = await invalidationsOf(id, session);
    const own = all.find(({ reference }) => reference === remediationId);
    const state = {
      last: own === undefined ? null : remediationId,
      isBusy: own?.isBusy ?? all.some(({ isBusy }) => isBusy),
    };
    return { owner: ownerOf(tagsOf(Tags?.Items)), state };
  },
  steps: (call) => {
    const { resource, remediationId } = call;
    const [DistributionId] = partsOf(resource);
    const { paths: Items } = parametersOf(call, Paths);
    const batch = { CallerReference: remediationId, Paths: { Quantity: Items.length, Items } };
    const input = { DistributionId, InvalidationBatch: batch };
    return [
      step('cloudfront', 'CreateInvalidation', input, (session, sent) =>
        clientOf(session).send(new CreateInvalidationCommand(sent)),
      ),
    ];
  },
  isBegun: ({ remediationId }, _, present) => Last.parse(present).last === remediationId,
});
