import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clearTemporaryFiles,
  restartProcess,
  runAutomation,
} from '../../../../core/remediation/catalogue/ssm.ts';

const takes = (value: string): boolean[] => [
  ...[restartProcess, clearTemporaryFiles].map(
    ({ parameters }) =>
      parameters.safeParse({ instances: ['i-0123456789abcdef0'], values: { unit: [value] } }).success,
  ),
  runAutomation.parameters.safeParse({ values: { unit: [value] } }).success,
];

describe('a value for a document of Systems Manager', () => {
  it.each(['nginx', 'nginx.service', '/var/tmp', 'http://localhost:80/a', 'a@b', '--max-age=7', ''])(
    'can be %j',
    (value) => {
      expect(takes(value)).toEqual([true, true, true]);
    },
  );

  it('has no character that ends or opens something in a shell', () => {
    const special = fc.constantFrom(...';&|`$(){}<>\'"\\\n\r\t*?[]~!#^\0');
    fc.assert(
      fc.property(fc.string(), special, fc.string(), (before, character, after) => {
        expect(takes(`${before}${character}${after}`.slice(0, 1000))).not.toContain(true);
      }),
    );
  });

  it('names no role', () => {
    for (const arn of ['arn:aws:iam::123456789012:role/Admin', 'arn:aws-cn:iam::1:role/x'])
      expect(takes(arn)).toEqual([false, false, false]);
  });
});
