import { describe, expect, it } from 'vitest';
import { AuditLine, auditRecordOf } from '../../../../core/remediation/audit/audit-line.ts';
import { exportLines } from '../../../../core/remediation/audit/read-record.ts';
import { verifyChain } from '../../../../core/remediation/audit/verify-chain.ts';
import {
  memoryAnchors,
  memoryDecisionInputs,
  memoryDecisionStore,
  memoryRemediationStore,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { NOW } from '../stored-samples.ts';
import { decision } from './decision-samples.ts';

const AT = new Date(NOW * 1000);

const worldOf = async (hasInputs = true) => {
  const memory = remediationMemory();
  const store = memoryRemediationStore(memory);
  const stores = {
    decisions: memoryDecisionStore(memory),
    anchors: memoryAnchors(),
    inputs: memoryDecisionInputs(),
  };
  const inputsHash = hasInputs ? await stores.inputs.put('acme', { cpu: 96 }) : 'f'.repeat(64);
  for (const each of [{}, { inputsHash }, { inputsHash }]) {
    const { head } = await store.state('acme');
    await store.commit({ tenantId: 'acme', head, decisions: [decision(each)] });
  }
  const { head } = await store.state('acme');
  await stores.anchors.put('acme', { ...head, at: NOW } as never);
  return { stores, inputsHash, store };
};

const linesOf = async (world: Awaited<ReturnType<typeof worldOf>>) => {
  const lines: AuditLine[] = [];
  for await (const line of exportLines(world.stores, 'acme', AT))
    lines.push(AuditLine.parse(JSON.parse(JSON.stringify(line))));
  return lines;
};

describe('an export of the decisions', () => {
  it('holds the chain, its anchors, and all inputs once; it can be read back and verified', async () => {
    const world = await worldOf();
    const lines = await linesOf(world);
    const record = auditRecordOf(lines);
    expect(record).toMatchObject({ tenantId: 'acme', exportedAt: NOW, head: { sequence: 3 } });
    expect(record!.decisions.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(record!.anchors).toHaveLength(1);
    expect([...record!.inputs]).toEqual([[world.inputsHash, { cpu: 96 }]]);
    expect(lines.filter((line) => 'inputs' in line)).toHaveLength(1);
    expect(verifyChain({ ...record!, keptSince: 0 })).toMatchObject({
      decisions: 3,
      anchoredUntil: 3,
      faults: [],
    });
  });

  it('holds the inputs of diagnoses that the inputs of a choice name', async () => {
    const world = await worldOf();
    const inputsHash = await world.stores.inputs.put('acme', { targets: [] });
    const choice = { diagnosis: { inputsHash, report: {} } };
    const named = await world.stores.inputs.put('acme', choice);
    const { head } = await world.store.state('acme');
    await world.store.commit({ tenantId: 'acme', head, decisions: [decision({ inputsHash: named })] });
    const record = auditRecordOf(await linesOf(world));
    expect([...record!.inputs.keys()]).toEqual([world.inputsHash, named, inputsHash]);
    expect(record!.inputs.get(inputsHash)).toEqual({ targets: [] });
  });

  it('leaves out inputs that are gone', async () => {
    const record = auditRecordOf(await linesOf(await worldOf(false)));
    expect([record!.decisions.length, record!.inputs.size]).toEqual([3, 0]);
  });

  it('ends with the decision that was the last when it began', async () => {
    const world = await worldOf();
    const { list } = world.stores.decisions;
    world.stores.decisions.list = async (tenantId, page) => {
      const { head } = await world.store.state('acme');
      if (head.sequence === 3) await world.store.commit({ tenantId: 'acme', head, decisions: [decision()] });
      return list(tenantId, page);
    };
    expect(auditRecordOf(await linesOf(world))!.decisions).toHaveLength(3);
  });

  it('needs decisions, and is of one tenant', async () => {
    const { stores } = await worldOf();
    await expect(exportLines(stores, 'globex', AT).next()).rejects.toThrow('tenant globex has no decisions');
  });

  it('is not read without its first line, or with two', async () => {
    const [title, ...rest] = await linesOf(await worldOf());
    expect(auditRecordOf(rest)).toBeUndefined();
    expect(auditRecordOf([title!, ...rest, title!])).toBeUndefined();
  });
});
