/** The stores of remediations in memory. They have the guarantees of the ports, as the real stores do. */
import type * as z from 'zod';
import { append, headAfter } from '../../core/remediation/audit/decision-chain.ts';
import { type Anchor, type ChainHead, type Decision, EMPTY_CHAIN } from '../../core/remediation/decision.ts';
import { EMPTY_LEDGER, Ledger } from '../../core/remediation/ledger.ts';
import { KillSwitch, type RemediationCeiling, RemediationPolicy } from '../../core/remediation/policy.ts';
import type {
  AnchorHistory,
  AnchorStore,
  DecisionInputs,
  DecisionStore,
  DecisionTenants,
  RemediationStore,
  RemediationWrite,
  StandingAlert,
  StandingAlerts,
} from '../../core/remediation/ports.ts';
import { Remediation } from '../../core/remediation/remediation.ts';
import { afterChange, type StoredAlert } from '../../core/remediation/standing-alert.ts';
import { NO_RECORD, TrackRecord } from '../../core/remediation/track-record.ts';
import { canonicalJson, Json, jsonHash } from '../../core/shared/canonical-json.ts';
import type { Versioned } from '../../core/shared/versioned.ts';
import { pageOf } from './shared.ts';

interface TenantMemory {
  remediations: Map<string, Versioned<Remediation>>;
  ledgers: Map<string, Versioned<Ledger>>;
  policy: Versioned<RemediationPolicy | undefined>;
  killSwitch: Versioned<KillSwitch | undefined>;
  track: Versioned<TrackRecord>;
  decisions: readonly Decision[];
  head: ChainHead;
}

/** What the stores of one test share. */
export interface RemediationMemory {
  of(tenantId: string): TenantMemory;
  tenants(): readonly string[];
}

const nothing = (): TenantMemory => ({
  ...{ remediations: new Map(), ledgers: new Map(), decisions: [], head: EMPTY_CHAIN },
  policy: { item: undefined, revision: 0 },
  killSwitch: { item: undefined, revision: 0 },
  track: { item: NO_RECORD, revision: 0 },
});

export const remediationMemory = (): RemediationMemory => {
  const tenants = new Map<string, TenantMemory>();
  return {
    of: (tenantId) => {
      const memory = tenants.get(tenantId) ?? nothing();
      tenants.set(tenantId, memory);
      return memory;
    },
    tenants: () => [...tenants.keys()].toSorted(),
  };
};

const NO_LEDGER: Versioned<Ledger> = { item: EMPTY_LEDGER, revision: 0 };

/** True if every item of the write, and the chain, are as the writer read them. */
const isCurrent = (memory: TenantMemory, write: RemediationWrite): boolean => {
  const { remediation, ledger, head } = write;
  const singles = [
    ...(['track', 'policy', 'killSwitch'] as const).map((name) => [write[name], memory[name]] as const),
    [remediation, remediation && memory.remediations.get(remediation.item.remediationId)] as const,
    [ledger, ledger && memory.ledgers.get(ledger.environment)] as const,
  ];
  return (
    head.sequence === memory.head.sequence &&
    head.hash === memory.head.hash &&
    singles.every(([given, stored]) => given === undefined || given.revision === (stored?.revision ?? 0))
  );
};

/** As the item will be read back: valid, and without fields that are undefined. */
const next = <Item>(schema: z.ZodType<Item>, { item, revision }: Versioned<Item>): Versioned<Item> => ({
  item: schema.parse(JSON.parse(JSON.stringify(item))),
  revision: revision + 1,
});

const apply = (memory: TenantMemory, write: RemediationWrite, decisions: readonly Decision[]): void => {
  const { remediation, ledger, track, policy, killSwitch } = write;
  if (remediation) memory.remediations.set(remediation.item.remediationId, next(Remediation, remediation));
  if (ledger) memory.ledgers.set(ledger.environment, next(Ledger, ledger));
  if (track) memory.track = next(TrackRecord, track);
  if (policy) memory.policy = next(RemediationPolicy, policy);
  if (killSwitch) memory.killSwitch = next(KillSwitch, killSwitch);
  memory.decisions = [...memory.decisions, ...decisions];
  memory.head = headAfter(write.head, decisions);
};

const byStart = (a: Remediation, b: Remediation): number =>
  b.startedAt - a.startedAt || (a.remediationId < b.remediationId ? 1 : -1);

export const memoryRemediationStore = (
  memory: RemediationMemory = remediationMemory(),
): RemediationStore => ({
  state: async (tenantId) => {
    const { policy, killSwitch, track, head } = memory.of(tenantId);
    return structuredClone({ policy, killSwitch, track, head });
  },
  get: async (tenantId, remediationId) =>
    structuredClone(memory.of(tenantId).remediations.get(remediationId)),
  ledger: async (tenantId, environment) =>
    structuredClone(memory.of(tenantId).ledgers.get(environment) ?? NO_LEDGER),
  commit: async (write) => {
    const own = memory.of(write.tenantId);
    const decisions = append(write.tenantId, write.head, write.decisions);
    if (!isCurrent(own, write)) return undefined;
    apply(own, write, decisions);
    return structuredClone(decisions);
  },
  list: async (tenantId, page) => {
    const own = [...memory.of(tenantId).remediations.values()].map(({ item }) => item);
    return structuredClone(pageOf(`remediations:${tenantId}`, own.toSorted(byStart), page));
  },
});

export const memoryDecisionStore = (memory: RemediationMemory): DecisionStore => ({
  list: async (tenantId, { after = 0, ...page }) => {
    const wanted = memory.of(tenantId).decisions.filter(({ sequence }) => sequence > after);
    return structuredClone(pageOf(`decisions:${tenantId}`, wanted, page));
  },
  ofRemediation: async (tenantId, remediationId) =>
    structuredClone(memory.of(tenantId).decisions.filter((each) => each.remediationId === remediationId)),
  head: async (tenantId) => structuredClone(memory.of(tenantId).head),
});

export const memoryDecisionInputs = (): DecisionInputs => {
  const stored = new Map<string, string>();
  return {
    put: async (tenantId, inputs) => {
      const hash = jsonHash(inputs);
      stored.set(`${tenantId} ${hash}`, canonicalJson(inputs));
      return hash;
    },
    get: async (tenantId, hash) => {
      const text = stored.get(`${tenantId} ${hash}`);
      return text === undefined ? undefined : Json.parse(JSON.parse(text));
    },
  };
};

export const memoryDecisionTenants = (memory: RemediationMemory): DecisionTenants => ({
  listTenants: async () => memory.tenants().filter((tenantId) => memory.of(tenantId).head.sequence > 0),
});

export const memoryAnchors = (): AnchorStore & AnchorHistory => {
  const anchors = new Map<string, Anchor>();
  const list = (tenantId: string) =>
    [...anchors]
      .filter(([key]) => key.startsWith(`${tenantId} `))
      .map(([, anchor]) => anchor)
      .toSorted((a, b) => a.at - b.at);
  return {
    put: async (tenantId, anchor) => {
      const key = `${tenantId} ${anchor.at}`;
      if (!anchors.has(key)) anchors.set(key, { ...anchor });
    },
    latest: async (tenantId) => list(tenantId).at(-1),
    list: async (tenantId) => list(tenantId),
  };
};

export const memoryStandingAlerts = (): StandingAlerts => {
  const alerts = new Map<string, StoredAlert>();
  const keyOf = (tenantId: string, source: string, name: string) => JSON.stringify([tenantId, source, name]);
  const shown = ({ sentAt: _, ...alert }: StoredAlert): StandingAlert => alert;
  return {
    record: async (tenantId, change) => {
      const key = keyOf(tenantId, change.source, change.name);
      const alert = afterChange(alerts.get(key), change);
      alerts.set(key, alert);
      return shown(alert);
    },
    get: async (tenantId, source, name) => {
      const alert = alerts.get(keyOf(tenantId, source, name));
      return alert && shown(alert);
    },
  };
};

/** Everything that the API reads of remediations; by default nothing may be done. */
export const memoryRemediationSources = (memory: RemediationMemory = remediationMemory()) => ({
  remediations: memoryRemediationStore(memory),
  decisions: memoryDecisionStore(memory),
  decisionInputs: memoryDecisionInputs(),
  ceiling: {
    maxStage: 'observe',
    actions: [],
    maxUnitsPerRun: 1,
    maxActionsPerHour: 1,
  } as RemediationCeiling,
});
