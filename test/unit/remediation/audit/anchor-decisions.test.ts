import { describe, expect, it } from 'vitest';
import { anchorDecisions } from '../../../../core/remediation/audit/anchor-decisions.ts';
import { BrokenChainError } from '../../../../core/remediation/errors.ts';
import { UnreadableItemError } from '../../../../core/shared/errors.ts';
import {
  memoryAnchors,
  memoryDecisionStore,
  memoryDecisionTenants,
  memoryRemediationStore,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { decision, NOW } from './decision-samples.ts';

const DAY = 86_400;

const world = () => {
  const memory = remediationMemory();
  const remediations = memoryRemediationStore(memory);
  const anchors = memoryAnchors();
  const { telemetry, counts, lines } = recordedTelemetry();
  const deps = {
    ...{ tenants: memoryDecisionTenants(memory), decisions: memoryDecisionStore(memory), anchors, telemetry },
  };
  return {
    ...{ memory, anchors, deps, counts, lines },
    decide: async (tenantId: string, times = 1) => {
      for (let n = 0; n < times; n++) {
        const { head } = await remediations.state(tenantId);
        await remediations.commit({ tenantId, head, decisions: [decision()] });
      }
    },
    /** Changes a decision where it is stored. */
    tamper: (tenantId: string, index: number) => {
      const own = memory.of(tenantId);
      own.decisions = own.decisions.map((each, at) =>
        at === index ? { ...each, outcome: 'allowed' } : each,
      );
    },
  };
};

describe('anchoring', () => {
  it('keeps the end of the chain of each tenant with decisions', async () => {
    const { deps, anchors, decide, memory } = world();
    await decide('acme', 3);
    await decide('globex', 1);
    memory.of('idle');
    expect(await anchorDecisions(deps, NOW)).toEqual({ tenants: 2 });
    expect(await anchors.list('acme')).toEqual([{ ...memory.of('acme').head, at: NOW }]);
    expect(await anchors.latest('globex')).toMatchObject({ sequence: 1, at: NOW });
    expect(await anchors.list('idle')).toEqual([]);
  });

  it('goes on day by day, also without new decisions, and repeats harmlessly', async () => {
    const { deps, anchors, decide } = world();
    await decide('acme', 2);
    for (const at of [NOW, NOW, NOW + DAY]) await anchorDecisions(deps, at);
    await decide('acme', 250);
    await anchorDecisions(deps, NOW + 2 * DAY);
    expect((await anchors.list('acme')).map(({ sequence, at }) => [sequence, (at - NOW) / DAY])).toEqual([
      [2, 0],
      [2, 1],
      [252, 2],
    ]);
  });

  it('refuses a chain that was changed since its last anchor, and still anchors the others', async () => {
    const { deps, anchors, decide, tamper, counts, lines } = world();
    await decide('acme', 2);
    await anchorDecisions(deps, NOW);
    await decide('acme', 2);
    await decide('globex');
    tamper('acme', 2);
    const anchoring = anchorDecisions(deps, NOW + DAY);
    await expect(anchoring).rejects.toThrow(BrokenChainError);
    await expect(anchoring).rejects.toThrow('the decisions of acme do not verify');
    expect(await anchors.list('acme')).toHaveLength(1);
    expect(await anchors.list('globex')).toHaveLength(1);
    expect(counts).toEqual({ DecisionChainBroken: 1 });
    expect(lines.find(({ level }) => level === 'error')?.fields).toMatchObject({
      ...{ tenantId: 'acme', faults: [{ sequence: 3, fault: 'edited' }] },
    });
  });

  it('refuses a chain that is shorter than its last anchor', async () => {
    const { deps, decide, memory } = world();
    await decide('acme', 3);
    await anchorDecisions(deps, NOW);
    const own = memory.of('acme');
    own.decisions = own.decisions.slice(0, 2);
    own.head = { sequence: 2, hash: own.decisions[1]!.hash };
    await expect(anchorDecisions(deps, NOW + DAY)).rejects.toThrow(BrokenChainError);
  });

  it('leaves decisions that are made meanwhile to the next run', async () => {
    const { deps, anchors, decide } = world();
    await decide('acme', 2);
    const head = async (tenantId: string) => {
      const read = await deps.decisions.head(tenantId);
      await decide('acme', 3);
      return read;
    };
    await anchorDecisions({ ...deps, decisions: { ...deps.decisions, head } }, NOW);
    expect(await anchors.latest('acme')).toMatchObject({ sequence: 2 });
    await anchorDecisions(deps, NOW + DAY);
    expect(await anchors.latest('acme')).toMatchObject({ sequence: 5 });
  });

  it('counts a chain whose end cannot be read as broken, and passes other failures on', async () => {
    const { deps, decide, counts } = world();
    await decide('acme');
    const failing = (error: Error) => ({
      ...deps,
      decisions: { ...deps.decisions, head: () => Promise.reject(error) },
    });
    const damaged = new UnreadableItemError('end', 'it is damaged');
    await expect(anchorDecisions(failing(damaged), NOW)).rejects.toThrow(BrokenChainError);
    expect(counts).toEqual({ DecisionChainBroken: 1 });
    await expect(anchorDecisions(failing(new Error('down')), NOW)).rejects.toThrow('down');
  });
});
