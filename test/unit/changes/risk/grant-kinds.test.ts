import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortGrants, sortRules } from '../../../../core/changes/risk/engine/grant-kinds.ts';
import type { PlannedGrant, PlannedRule } from '../../../../core/changes/risk/engine/planned-resource.ts';

const grant = (over: Partial<PlannedGrant> = {}): PlannedGrant => ({
  ...{ stack: 'Data', given: true, effect: 'allow', actions: ['s3:GetObject'] },
  ...{ resources: ['arn:aws:s3:::lake/*'], principals: [], isConditional: false },
  ...over,
});
const isWidened = (over: Partial<PlannedGrant>) => sortGrants([grant(over)]).widened.length === 1;

describe('a wide grant', () => {
  it.each<[Partial<PlannedGrant>, boolean]>([
    [{ actions: ['*'] }, true],
    [{ actions: ['s3:*'] }, true],
    [{ actions: ['s3:GetObject', 'dynamodb:*'] }, true],
    [{ actions: ['s3:Get*'] }, false],
    [{ actions: ['execute-api:*'] }, true],
    [{ actions: ['arn:aws:s3:*'] }, false],
    [{ actions: ['s3:*Object'] }, false],
    [{ actions: ['arn:aws:iam::aws:policy/AdministratorAccess'] }, true],
    [{ actions: ['{"Fn::Sub":"AmazonS3FullAccess"}'] }, true],
    [{ actions: ['MyFullAccessToNothing'] }, false],
    [{ principals: ['*'] }, true],
    [{ principals: ['AWS:*'] }, true],
    [{ principals: ['AWS:*'], isConditional: true }, false],
    [{ principals: ['AWS:111122223333'] }, false],
    [{ actions: ['*'], principals: ['*'], isConditional: true }, true],
    [{ effect: 'deny', actions: ['*'] }, false],
  ])('%j: %s', (over, wide) => expect(isWidened(over)).toBe(wide));

  it.each([
    'ec2:DescribeInstances',
    'logs:PutLogEvents',
    'xray:PutTraceSegments',
    'cloudwatch:PutMetricData',
    'sts:GetCallerIdentity',
    'ecr:GetAuthorizationToken',
    'ec2:CreateNetworkInterface',
    'tag:GetResources',
    'ssmmessages:CreateDataChannel',
  ])('may allow %s on every resource, which reads or cannot be narrowed', (action) => {
    expect(isWidened({ actions: [action], resources: ['*'] })).toBe(false);
  });

  it.each(['s3:GetObject', 'ec2:RunInstances', 'iam:PassRole', 'cloudwatch:DeleteAlarms', 'myxray:Any'])(
    'must not allow %s on every resource, even beside what may',
    (action) => {
      expect(isWidened({ actions: [action], resources: ['*'] })).toBe(true);
      expect(isWidened({ actions: ['logs:PutLogEvents', action], resources: ['*'] })).toBe(true);
      expect(isWidened({ actions: [action], resources: ['arn:aws:s3:::lake'] })).toBe(false);
    },
  );
});

describe('a grant that replaces another', () => {
  const taken = grant({ given: false });
  const removedBeside = (given: Partial<PlannedGrant>, gone: Partial<PlannedGrant> = {}) =>
    sortGrants([{ ...taken, ...gone }, grant(given)]).removed.length === 1;

  it.each<[string, Partial<PlannedGrant>, boolean]>([
    ['the same', {}, false],
    ['more actions', { actions: ['s3:GetObject', 's3:PutObject'] }, false],
    ['a pattern of its action', { actions: ['s3:Get*'] }, false],
    ['another action', { actions: ['s3:PutObject'] }, true],
    ['a longer name of its action', { actions: ['s3:GetObjectAcl'] }, true],
    ['a pattern of another action', { actions: ['s3:Put*'] }, true],
    ['a pattern of its resource', { resources: ['arn:aws:s3:::*'] }, false],
    ['another resource', { resources: ['arn:aws:s3:::lake/a'] }, true],
    ['a condition', { isConditional: true }, true],
    ['another principal', { principals: ['AWS:1'] }, false],
    ['a denial', { effect: 'deny' }, true],
  ])('counts it as removed or not: %s', (_, given, removed) => {
    const { removed: gone } = sortGrants([taken, grant(given)]);
    expect(gone.some((each) => each === taken)).toBe(removed);
  });

  it('keeps a condition, or drops it', () => {
    expect(removedBeside({ isConditional: true }, { isConditional: true })).toBe(false);
    expect(removedBeside({ isConditional: false }, { isConditional: true })).toBe(false);
  });

  it('names each principal that the other named', () => {
    expect(removedBeside({ principals: ['AWS:1'] }, { principals: ['AWS:1', 'AWS:2'] })).toBe(true);
    expect(removedBeside({ principals: ['AWS:*'] }, { principals: ['AWS:1', 'AWS:2'] })).toBe(false);
  });

  it('is not new, even if it is wide', () => {
    const wide = { actions: ['*'] };
    expect(sortGrants([grant({ ...wide, given: false }), grant(wide)])).toEqual({ widened: [], removed: [] });
    expect(sortGrants([taken, grant(wide)]).widened).toHaveLength(1);
  });
});

describe('denials', () => {
  const deny = grant({ effect: 'deny', actions: ['*'] });

  it('remove access when they are added, and widen it when they are removed', () => {
    expect(sortGrants([deny])).toEqual({ widened: [], removed: [deny] });
    const gone = { ...deny, given: false };
    expect(sortGrants([gone])).toEqual({ widened: [gone], removed: [] });
    expect(sortGrants([gone, deny])).toEqual({ widened: [], removed: [] });
  });
});

describe('grants in general', () => {
  const arbitrary = fc.record({
    stack: fc.constant('Data'),
    given: fc.boolean(),
    effect: fc.constantFrom('allow' as const, 'deny' as const),
    actions: fc.subarray(['s3:GetObject', 's3:*', '*', 'logs:PutLogEvents'], { minLength: 1 }),
    resources: fc.subarray(['*', 'arn:aws:s3:::lake/*'], { minLength: 1 }),
    principals: fc.subarray(['*', 'AWS:1']),
    isConditional: fc.boolean(),
  });

  it('that only moved change nothing', () => {
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 6 }), (grants) => {
        const moved = grants.flatMap((each) => [
          { ...each, given: true },
          { ...each, given: false },
        ]);
        expect(sortGrants(moved)).toEqual({ widened: [], removed: [] });
      }),
    );
  });

  it('are turned around with the change', () => {
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 6 }), (grants) => {
        const undone = grants.map((each) => ({ ...each, given: !each.given }));
        const denied = (all: readonly PlannedGrant[]) => all.filter(({ effect }) => effect === 'deny').length;
        expect(denied(sortGrants(undone).removed)).toBe(denied(sortGrants(grants).widened));
        expect(denied(sortGrants(undone).widened)).toBe(denied(sortGrants(grants).removed));
      }),
    );
  });
});

describe('network rules', () => {
  const rule = (over: Partial<PlannedRule> = {}): PlannedRule => ({
    ...{ stack: 'Edge', added: true, flow: 'in', ports: 'TCP 443', peer: '10.0.0.0/8' },
    ...over,
  });
  const sorted = (...rules: readonly PlannedRule[]) => {
    const { opened, closed } = sortRules(rules);
    return [opened.length, closed.length];
  };

  it.each(['0.0.0.0/0', '::/0', 'Everyone (IPv4)', 'Everyone (IPv6)'])('open to %s', (peer) => {
    expect(sorted(rule({ peer }))).toEqual([1, 0]);
    expect(sorted(rule({ peer, flow: 'out' }))).toEqual([0, 0]);
  });

  it.each(['10.0.0.0/8', 'sg-0.0.0.0/0', '0.0.0.0/01', 'Everyone (IPv5)'])('do not open to %s', (peer) => {
    expect(sorted(rule({ peer }))).toEqual([0, 0]);
  });

  it('close what no other rule still allows', () => {
    const gone = rule({ added: false });
    expect(sorted(gone)).toEqual([0, 1]);
    expect(sorted(gone, rule())).toEqual([0, 0]);
    expect(sorted(gone, rule({ ports: 'TCP 80' }))).toEqual([0, 1]);
    expect(sorted(gone, rule({ flow: 'out' }))).toEqual([0, 1]);
    expect(sorted(gone, rule({ peer: '192.168.0.0/16' }))).toEqual([0, 1]);
    expect(sorted(gone, rule({ peer: '0.0.0.0/0' }))).toEqual([1, 0]);
  });

  it('that were open before are not opened', () => {
    const open = rule({ peer: '0.0.0.0/0' });
    expect(sorted(open, { ...open, added: false })).toEqual([0, 0]);
    expect(sorted(open, { ...open, peer: '::/0', added: false })).toEqual([0, 0]);
    expect(sorted(open, { ...open, ports: 'TCP 80', added: false })).toEqual([1, 1]);
  });
});
