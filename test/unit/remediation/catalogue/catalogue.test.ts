import { describe, expect, it } from 'vitest';
import { CATALOGUE, findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import { RESOURCE_KINDS } from '../../../../core/remediation/resource.ts';

const statements = CATALOGUE.flatMap(({ id, permissions: { read, change } }) => [
  ...read.map((statement) => ({ id, role: 'read', statement })),
  ...change.map((statement) => ({ id, role: 'change', statement })),
]);

describe('the catalogue', () => {
  it('has an action for every kind of resource, and each id once', () => {
    const ids = CATALOGUE.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(25);
    const kinds = new Set(CATALOGUE.map(({ resourceKind }) => resourceKind));
    expect(RESOURCE_KINDS.filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it.each([
    'restart-service',
    'clear-cache',
    'scale-out-service',
    'roll-back-deployment',
    'enable-circuit-breaker',
    'raise-timeout',
    'lower-rate-limit',
    'shift-traffic',
  ])('finds %s', (id) => {
    expect(findAction(id)?.id).toBe(id);
  });

  it('finds nothing else', () => {
    expect(findAction('delete-everything')).toBeUndefined();
    expect(findAction('constructor')).toBeUndefined();
  });
});

describe.each(CATALOGUE.map((action) => [action.id, action] as const))('%s', (id, action) => {
  it('has a title and a description for people', () => {
    expect(id).toMatch(/^[a-z][a-z0-9-]{2,60}$/);
    expect(action.title).toMatch(/^[A-Z].*[^.]$/);
    expect(action.description).toMatch(/^[A-Z].*\.$/);
  });

  it('has times, and a limit of runs at once', () => {
    const { act, settle } = action.minutes;
    expect(act).toBeGreaterThan(0);
    expect(settle).toBeGreaterThan(0);
    expect(action.maxConcurrent).toBeGreaterThan(0);
    expect(action.version).toBeGreaterThan(0);
  });

  it('needs a permission to change something', () => {
    expect(action.permissions.change.length).toBeGreaterThan(0);
  });

  it('accepts no unknown parameters', () => {
    const { error } = action.parameters.safeParse({ surprise: 1 });
    expect(error?.issues.some(({ code }) => code === 'unrecognized_keys')).toBe(true);
  });
});

describe('permissions', () => {
  it('name single operations', () => {
    const named = statements.flatMap(({ statement }) => statement.actions);
    expect(named.filter((name) => !/^[a-z][a-z0-9-]+:[A-Z][A-Za-z0-9]+$/.test(name))).toEqual([]);
  });

  it('are for patterns of the deployment’s own account, and for everything only to read', () => {
    const OWN = /^(?:arn:aws:[a-z0-9-]+:(?:\{region\}|):\{account\}:\S+|\{integrations\})$/;
    const others = statements.filter(
      ({ role, statement }) =>
        !statement.resources.every((one) => OWN.test(one) || (role === 'read' && one === '*')),
    );
    expect(others).toEqual([]);
  });

  it('that write tags write only those of Forestall', () => {
    const writers = statements.filter(({ statement }) =>
      statement.actions.some((name) => /:(?:Create|Add)?Tag|AddTags/.test(name)),
    );
    expect(writers.length).toBeGreaterThan(0);
    for (const { statement } of writers) {
      const keys = Object.entries(statement.conditions ?? {})
        .filter(([operator]) => operator.startsWith('ForAllValues:'))
        .flatMap(([, { 'aws:TagKeys': tags = [] }]) => tags);
      expect(keys).toEqual([expect.stringMatching(/^forestall:(?:last-|remediation:)/)]);
    }
  });

  it('in a cluster are for single resources and verbs', () => {
    const rules = CATALOGUE.flatMap(({ permissions }) => permissions.cluster ?? []);
    expect(rules.length).toBeGreaterThan(0);
    for (const { resource, verbs } of rules) expect([resource, ...verbs]).not.toContain('*');
    const inClusters = CATALOGUE.filter(({ resourceKind }) => resourceKind.startsWith('kubernetes-'));
    expect(inClusters.filter(({ permissions }) => !permissions.cluster?.length)).toEqual([]);
  });
});
