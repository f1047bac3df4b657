/** Plans that no tool wrote: read or rejected in time that grows with their length, not its square. */
import { describe, expect, it } from 'vitest';
import { MAX_PLAN_CHARACTERS } from '../../../../core/changes/api/assessment.ts';
import { readCdkDiff } from '../../../../core/changes/risk/formats/cdk-diff.ts';
import { readChangeSet } from '../../../../core/changes/risk/formats/change-set.ts';
import { isAboutTransport } from '../../../../core/changes/risk/formats/policy-changes.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { leastCpuMs } from '../../../fixtures/cpu-time.ts';

const filled = (open: string, unit: string, close = ''): string =>
  open + unit.repeat(Math.floor((MAX_PLAN_CHARACTERS - open.length - close.length) / unit.length)) + close;

const HEAD = 'Stack a\nResources\n';
const TABLE = 'Stack a\nIAM Statement Changes\n│   │ Resource │ Effect │ Action │ Principal │ Condition │\n';
const RESOURCE = `${HEAD}[~] AWS::SQS::Queue Jobs J\n`;

/** Reads or rejects; returns the CPU time in milliseconds. */
const timeOf = (read: () => unknown): number =>
  leastCpuMs(() => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
    }
  });

/** Quadratic time took 13 s and more for a quarter of this size. */
const MAX_MS = 1_500;

describe('a hostile cdk diff', () => {
  it.each([
    ['headings that almost end', filled('Stack a', ' (')],
    ['headings of spaces', filled('Stack ', ' ', 'x')],
    ['many headings', filled('', 'Stack a\n')],
    ['a type of separators', filled(`${HEAD}[~] `, ':')],
    ['a type of separators and a space', filled(`${HEAD}[~] `, '::', ' a')],
    ['moves that never end', filled(`${HEAD}[~] AWS::SQS::Queue a`, ' (OR move ')],
    ['moves that almost end', filled(`${HEAD}[~] AWS::SQS::Queue a`, ' (OR move  via refactoring')],
    ['impacts', filled(`${HEAD}[~] AWS::SQS::Queue a`, ' replace', 'x')],
    ['many resources', filled(HEAD, '[~] AWS::SQS::Queue Jobs J\n')],
    ['a setting of spaces', filled(`${RESOURCE} ├─ [~] A\n`, ' ', '\u2028x')],
    ['a setting of branches', filled(`${RESOURCE} ├─ [~] A\n │`, '│ ', '\u2028[')],
    ['a long setting name', filled(`${RESOURCE} ├─ [~] `, 'a', ' (may')],
    ['references that never end', filled(`${TABLE}│ + │ `, '${', ' │ Allow │ a │ b │ │')],
    ['references that almost end', filled(`${TABLE}│ + │ $\{`, 'a.', ' │ Allow │ a │ b │ │')],
    ['a condition of words', filled(`${TABLE}│ + │ a │ Deny │ a │ b │ `, 'a', ' │')],
    ['a condition of colons', filled(`${TABLE}│ + │ a │ Deny │ a │ b │ `, 'a:', ' │')],
    ['many cells', filled(TABLE, '│ ')],
    ['many rows of one cell', filled(`${TABLE}│ + │ a │ Allow │\n`, '│ │ a │\n')],
    ['escape sequences that never end', filled('', '\u001b[')],
    ['escape sequences of digits', filled('\u001b[', '0')],
    ['numbers', filled(`${RESOURCE} ├─ [~] A\n │  ├─ [-] `, '1')],
    ['empty lines', filled(HEAD, '\r\n')],
  ])('of %s', (_, text) => {
    expect(timeOf(() => readCdkDiff(text))).toBeLessThan(MAX_MS);
  });
});

describe('a hostile change set', () => {
  const resource = (more: object) => ({
    ResourceChange: { Action: 'Modify', LogicalResourceId: 'A', ResourceType: 'AWS::IAM::Policy', ...more },
  });

  it('of many pages does not take time for each pair of pages', () => {
    const pages = Array.from({ length: 12_000 }, (_, i) => ({ StackName: `s${i}`, Changes: [] }));
    expect(timeOf(() => readChangeSet(pages))).toBeLessThan(MAX_MS);
  });

  it('nested too deeply is treated as truncated, as CloudFormation truncates', () => {
    const AfterContext = `${'{"Statement":'.repeat(60_000)}1${'}'.repeat(60_000)}`;
    expect(readChangeSet({ StackName: 's', Changes: [resource({ AfterContext })] }).grants).toEqual([]);
  });

  it('does not use property names that every object has', () => {
    const Details = [{ Target: { Name: 'A', RequiresRecreation: 'constructor' } }];
    const hostile = resource({
      Action: 'constructor',
      Replacement: 'toString',
      PolicyAction: '__proto__',
      Details,
    });
    expect(readChangeSet({ StackName: 's', Changes: [hostile] }).resources).toMatchObject([
      { action: 'unknown', replacement: 'never', disposal: 'unstated', settings: [{ replacement: 'never' }] },
    ]);
  });

  it('is rejected with a short reason, for any names', () => {
    const long = 'x'.repeat(300_000);
    for (const page of [
      { StackName: long, Status: 'FAILED', StatusReason: long, Changes: [] },
      { StackName: long, NextToken: 'more', Changes: [] },
      { [long]: 1 },
      { StackName: 's', Changes: Array.from({ length: 50_000 }, () => 1) },
    ]) {
      const read = () => readChangeSet(page);
      expect(read).toThrow(InvalidInputError);
      expect(() => read()).toThrow(/^.{0,9000}$/s);
    }
  });
});

describe('a condition', () => {
  it.each([
    ['{"Bool":{"aws:SecureTransport":"false"}}', true],
    ['"Bool": {\n  "aws:SecureTransport": "false"\n}', true],
    ['{"Bool":{"aws:SecureTransport":"false"},"ArnLike":{"aws:SourceArn":"a"}}', false],
    ['{"StringEquals":{"s3:x-amz-acl":"private"}}', false],
    ['{}', false],
  ])('%s is about transport only: %s', (condition, expected) => {
    expect(isAboutTransport(condition)).toBe(expected);
  });
});
