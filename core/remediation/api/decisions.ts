/** Decisions in the API: as they are chained, so that clients can verify them. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { paging } from '../../platform/api/paging.ts';
import { ChainHead, Decision } from '../decision.ts';
import { AnyJson } from './json.ts';
import { RemediationId } from './remediations.ts';

const Sequence = z.coerce.number().int().min(0).max(1e12);

export const DecisionPath = z.object({ sequence: Sequence.min(1) });

export const DecisionQuery = z.strictObject({
  diagnosis: z
    .enum(['true'])
    .optional()
    .describe('Also the inputs of the diagnosis that the decision rests on: up to several megabytes'),
});

export const DecisionsQuery = z.strictObject({
  ...paging,
  after: Sequence.optional().describe('Only decisions after this sequence number, in the order of the chain'),
  remediation: RemediationId.optional().describe('Only decisions about this remediation'),
});

const DecisionRecord = named(
  'Decision',
  z.object({
    ...Decision.shape,
    at: Decision.shape.at.describe('Epoch seconds: part of what is hashed'),
    hash: Decision.shape.hash.describe('SHA-256 of the canonical JSON (RFC 8785) of all other fields'),
  }),
);

export const DecisionPage = named(
  'DecisionPage',
  z.object({
    items: z.array(DecisionRecord),
    nextCursor: z.string().optional().describe('Pass as `cursor` to get the next page; absent on the last'),
    head: ChainHead.describe('The end of the chain: the last decision, which may be on a later page'),
  }),
);

export const DecisionView = named(
  'DecisionView',
  z.object({
    decision: DecisionRecord,
    inputs: AnyJson.optional().describe('The recorded inputs from which the outcome can be computed again'),
    diagnosisInputs: AnyJson.optional().describe(
      'The recorded inputs of the diagnosis that `inputs` names, from which its causes can be computed again',
    ),
  }),
);
