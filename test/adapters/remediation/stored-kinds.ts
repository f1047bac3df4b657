import { s3AnchorStore } from '../../../adapters/remediation/anchor-store.ts';
import { s3DecisionInputs } from '../../../adapters/remediation/decision-inputs.ts';
import { dynamoDecisionStore } from '../../../adapters/remediation/decision-store.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { dynamoStandingAlerts } from '../../../adapters/remediation/standing-alerts.ts';
import { append, headAfter } from '../../../core/remediation/audit/decision-chain.ts';
import { EMPTY_CHAIN } from '../../../core/remediation/decision.ts';
import { jsonHash } from '../../../core/shared/canonical-json.ts';
import { decision } from '../../unit/remediation/audit/decision-samples.ts';
import {
  sampleLedger,
  samplePolicy,
  sampleRemediation,
  sampleSwitch,
  sampleTrack,
} from '../../unit/remediation/stored-samples.ts';
import type { MemoryStorage } from '../aws/memory-storage.ts';
import { NOW, type StoredKind } from '../aws/stored-kind.ts';

const decisions = [decision({ by: { kind: 'person', name: 'ada' } })];
const appended = append('acme', EMPTY_CHAIN, decisions);

const write = ({ table }: MemoryStorage) =>
  dynamoRemediationStore(table).commit({
    ...{ tenantId: 'acme', head: EMPTY_CHAIN, decisions },
    remediation: { item: sampleRemediation(), revision: 0 },
    ledger: { item: sampleLedger, revision: 3, environment: 'shop' },
    track: { item: sampleTrack, revision: 0 },
    policy: { item: samplePolicy, revision: 1 },
    killSwitch: { item: sampleSwitch, revision: 0 },
  });
const store = ({ table }: MemoryStorage) => dynamoRemediationStore(table);
const decisionStore = ({ table }: MemoryStorage) => dynamoDecisionStore(table);
const state = (storage: MemoryStorage) => store(storage).state('acme');
const anchor = { sequence: 3, hash: 'a'.repeat(64), at: NOW };

export const REMEDIATION_KINDS: readonly StoredKind[] = [
  {
    kind: 'remediation',
    version: 1,
    key: / REMEDIATION#r-1$/,
    write,
    read: (storage) => store(storage).get('acme', 'r-1'),
    content: { item: sampleRemediation(), revision: 1 },
  },
  {
    kind: 'entry of a remediation',
    version: 1,
    key: / STARTED#/,
    write,
    read: async (storage) => (await store(storage).list('acme', { limit: 1 })).items[0],
    content: sampleRemediation(),
  },
  {
    kind: 'ledger',
    version: 1,
    key: / LEDGER#shop$/,
    write,
    read: (storage) => store(storage).ledger('acme', 'shop'),
    content: { item: sampleLedger, revision: 4 },
  },
  {
    kind: 'track record',
    version: 1,
    key: / TRACK$/,
    write,
    read: async (storage) => (await state(storage)).track,
    content: { item: sampleTrack, revision: 1 },
  },
  {
    kind: 'remediation policy',
    version: 1,
    key: / POLICY$/,
    write,
    read: async (storage) => (await state(storage)).policy,
    content: { item: samplePolicy, revision: 2 },
  },
  {
    kind: 'kill switch',
    version: 1,
    key: / KILLSWITCH$/,
    write,
    read: async (storage) => (await state(storage)).killSwitch,
    content: { item: sampleSwitch, revision: 1 },
  },
  {
    kind: 'alert',
    version: 1,
    key: / ALERT#webhook#disk full$/,
    write: ({ table }) =>
      dynamoStandingAlerts(table).record('acme', {
        ...{ source: 'webhook', name: 'disk full', state: 'begun', sentAt: NOW, receivedAt: NOW },
      }),
    read: ({ table }) => dynamoStandingAlerts(table).get('acme', 'webhook', 'disk full'),
    content: { source: 'webhook', name: 'disk full', receivedAt: NOW, endedAt: null },
  },
  {
    kind: 'decision',
    version: 1,
    key: / DECISION#/,
    write,
    read: async (storage) => (await decisionStore(storage).list('acme', { limit: 1 })).items[0],
    content: appended[0],
  },
  {
    kind: 'entry of a decision',
    version: 1,
    key: / DECISIONOF#r-1#/,
    write,
    read: (storage) => decisionStore(storage).ofRemediation('acme', 'r-1'),
    content: appended,
  },
  {
    kind: 'end of a chain of decisions',
    version: 1,
    key: / HEAD$/,
    write,
    read: (storage) => decisionStore(storage).head('acme'),
    content: headAfter(EMPTY_CHAIN, appended),
  },
  {
    kind: 'inputs of a decision',
    version: 1,
    key: /^inputs\//,
    write: ({ bucket }) => s3DecisionInputs(bucket).put('acme', { cpu: 96 }),
    read: ({ bucket }) => s3DecisionInputs(bucket).get('acme', jsonHash({ cpu: 96 })),
    content: { cpu: 96 },
  },
  {
    kind: 'anchor of a chain of decisions',
    version: 1,
    key: /^anchors\//,
    write: ({ bucket }) => s3AnchorStore(bucket).put('acme', anchor),
    read: ({ bucket }) => s3AnchorStore(bucket).latest('acme'),
    content: anchor,
  },
];
