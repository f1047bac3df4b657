import { describe, expect, it } from 'vitest';
import { decidedChanges, type RecordedAction, readActions } from './decided-changes.ts';

const decision = (kind: string, remediation: string | null = 'r-1'): RecordedAction => ({
  decision: { kind, remediation, tenant: 'T#acme' },
});
const call = (operation: string, over: Record<string, string> = {}): RecordedAction => ({
  call: {
    ...{ role: 'ChangeScaleOutGroup', session: 'r-1', service: 'autoscaling', operation, method: 'POST' },
    ...{ path: '/', ...over },
  },
});
const judged = (...recorded: readonly RecordedAction[]) => decidedChanges(recorded);

describe('a change', () => {
  it('follows exactly one decision to act, also if it is repeated', () => {
    const change = call('SetDesiredCapacity');
    const sound = judged(decision('action-allowed'), decision('action-begun'), change, change);
    expect(sound).toEqual({ changes: 2, faults: [] });
  });

  it('that takes another one back follows a decision to undo, too', () => {
    const [change, undo] = [{}, { session: 'r-1-undo' }].map((over) => call('SetDesiredCapacity', over));
    const sound = judged(decision('action-begun'), change!, decision('undo-begun'), undo!);
    expect(sound).toEqual({ changes: 2, faults: [] });
    expect(judged(decision('action-begun'), change!, undo!).faults).toHaveLength(1);
    expect(judged(decision('action-begun'), decision('undo-begun'), change!).faults).toHaveLength(1);
  });

  it.each<[string, readonly RecordedAction[]]>([
    ['without a decision', [call('SetDesiredCapacity')]],
    ['before its decision', [call('SetDesiredCapacity'), decision('action-begun')]],
    ['that was allowed, but not begun', [decision('action-allowed'), call('SetDesiredCapacity')]],
    ['after the decision of another remediation', [decision('action-begun', 'r-2'), call('UpdateService')]],
    ['that was begun twice', [decision('action-begun'), decision('action-begun'), call('UpdateService')]],
    ['that was undone without having been begun', [decision('undo-begun'), call('UpdateService')]],
    ['through a path', [call('', { service: 'lambda', method: 'PUT', path: '/aliases/live' })]],
  ])('%s is found', (_, recorded) => {
    expect(judged(...recorded).faults).toHaveLength(1);
  });

  it('is none if it only reads', () => {
    const reads = [call('DescribeServices'), call('', { method: 'GET' }), call('ListTasks')];
    expect(judged(...reads)).toEqual({ changes: 0, faults: [] });
  });

  it('belongs to the remediation whose id gives the name of its session', () => {
    const long = `cause#${'x'.repeat(80)}`;
    const session = `cause-${'x'.repeat(58)}`;
    expect(judged(decision('action-begun', long), call('UpdateService', { session })).faults).toEqual([]);
  });
});

it('the record is read line by line, and strictly', () => {
  const lines = [decision('action-begun'), call('UpdateService')];
  expect(readActions(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)).toEqual(lines);
  expect(() => readActions('{"call":{}}')).toThrow();
});
