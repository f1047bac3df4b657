import { beforeAll, describe, expect, it } from 'vitest';
import { DiagnosisInputs } from '../../../../core/incidents/explaining/diagnosis-inputs.ts';
import { replay } from '../../../../core/remediation/audit/replay.ts';
import type { ChoiceInputs } from '../../../../core/remediation/choosing/choice-inputs.ts';
import { diagnosisHash } from '../../../../core/remediation/diagnosis-hash.ts';
import { asJson } from '../../../../core/remediation/runs/judge-run.ts';
import { type Json, jsonHash } from '../../../../core/shared/canonical-json.ts';
import { decided, diagnosedChoice } from './diagnosed-choice.ts';

let sample: Awaited<ReturnType<typeof diagnosedChoice>>;
beforeAll(async () => {
  sample = await diagnosedChoice();
});

/** The choice, with another diagnosis named by it. */
const naming = (ofDiagnosis: Json, choice: ChoiceInputs = sample.choice) =>
  decided({ ...choice, diagnosis: { ...choice.diagnosis!, inputsHash: jsonHash(ofDiagnosis) } });

const edited = (edit: (inputs: DiagnosisInputs) => void): Json => {
  const inputs = structuredClone(DiagnosisInputs.parse(sample.ofDiagnosis));
  edit(inputs);
  return asJson(inputs);
};

describe('a replayed choice about an incident', () => {
  it('computes diagnosis, recommendation and gate again', () => {
    const { decision, inputs, ofDiagnosis, choice } = sample;
    expect(choice.problem).toMatchObject({ alertType: expect.any(String) });
    expect(decision.outcome).toMatchObject({ outcome: 'ask', verdict: { mode: 'ask' } });
    expect(diagnosisHash(inputs)).toBe(jsonHash(ofDiagnosis));
    expect(replay(decision, inputs, ofDiagnosis)).toEqual({ result: 'same', diagnosis: 'same' });
  });

  it('finds any edit of the inputs of its diagnosis by their hash', () => {
    const { decision, inputs } = sample;
    const edits = [
      edited(({ targets }) => targets.reverse()),
      edited(({ changes }) => changes.push({ targetId: 'web-1', at: 1, summary: 'v2' })),
      edited((given) => given.graph.edges.pop()),
      edited((given) => given.incident.members.pop()),
      edited(({ targets }) => {
        targets[0]!.series[0]!.values[7] = 0;
      }),
    ];
    for (const edit of edits)
      expect(replay(decision, inputs, edit)).toMatchObject({
        ...{ result: 'unusable', reason: expect.stringContaining('diagnosis do not have the hash') },
      });
  });

  it('differs if the choice used other causes than the inputs of its diagnosis give', () => {
    const quiet = edited(({ targets }) => {
      for (const { series } of targets) for (const each of series) each.values.fill(40);
    });
    const { decision, inputs } = naming(quiet);
    const found = replay(decision, inputs, quiet);
    expect(found).toMatchObject({ result: 'different' });
    const paths = 'differences' in found ? found.differences.map(({ path }) => path) : [];
    expect(paths.some((path) => path.startsWith('$.diagnosis.causes'))).toBe(true);
    expect(paths.some((path) => path.startsWith('$.problem.'))).toBe(true);
  });

  it('differs if its problem is not the one that the causes state', () => {
    const { choice, ofDiagnosis } = sample;
    if ('absent' in choice.problem) throw new TypeError('there is a problem');
    const surer = { ...choice, problem: { ...choice.problem, confidence: 0.999 } };
    const { decision, inputs } = decided(surer);
    expect(replay(decision, inputs, ofDiagnosis)).toMatchObject({
      result: 'different',
      differences: [{ path: '$.problem.confidence', recorded: 0.999 }],
    });
    const none = decided({ ...choice, problem: { absent: 'No cause is known.' } });
    expect(replay(none.decision, none.inputs, ofDiagnosis)).toMatchObject({ result: 'different' });
  });

  it('agrees that no target is a cause', () => {
    const empty = edited((given) => {
      Object.assign(given, { targets: [], incident: { ...given.incident, members: [] } });
    });
    const report = { ...sample.choice.diagnosis!, report: {} };
    const choice = { ...sample.choice, problem: { absent: 'No cause is known.' }, diagnosis: report };
    const { decision, inputs } = naming(empty, choice);
    const found = replay(decision, inputs, empty);
    const paths = 'differences' in found ? found.differences.map(({ path }) => path) : [];
    expect(paths.filter((path) => path.startsWith('$.problem'))).toEqual([]);
  });

  it('is unusable if the inputs of its diagnosis are missing, or are something else', () => {
    const { decision, inputs } = sample;
    expect(replay(decision, inputs)).toMatchObject({
      reason: expect.stringContaining('diagnosis are missing'),
    });
    const other = naming({ cpu: 96 });
    expect(replay(other.decision, other.inputs, { cpu: 96 })).toMatchObject({
      ...{ result: 'unusable', reason: expect.stringContaining('cannot compute its diagnosis') },
    });
  });

  it('says that they were not recorded: by an older release, or because recording failed', () => {
    const { diagnosis, ...older } = sample.choice;
    for (const choice of [older, { ...older, diagnosis: { ...diagnosis!, inputsHash: null } }]) {
      const { decision, inputs } = decided(choice);
      expect(replay(decision, inputs)).toEqual({ result: 'same', diagnosis: 'not-recorded' });
      expect(diagnosisHash(inputs)).toBeUndefined();
    }
  });

  it('rests on no diagnosis if the incident was over, or if it has another cause', () => {
    const { diagnosis: _, ...bare } = sample.choice;
    const over = decided({ ...bare, problem: { absent: 'The incident is resolved.' } });
    expect(replay(over.decision, over.inputs)).toEqual({ result: 'same' });
    const cause = { kind: 'predicted-breach' as const, targetId: 'web-1', metric: 'cpu', since: 1 };
    const breach = decided({ ...bare, cause });
    expect(replay(breach.decision, breach.inputs)).toEqual({ result: 'same' });
  });
});
