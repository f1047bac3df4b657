import * as z from 'zod';
import { ALERT_TYPES } from '../../../core/remediation/alerts/alert-types.ts';
import { CATALOGUE } from '../../../core/remediation/catalogue/catalogue.ts';
import { checkPolicy } from '../../../core/remediation/gate/policy/check-policy.ts';
import { RemediationPolicy } from '../../../core/remediation/policy.ts';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { readJsonFile } from '../../input/json-file.ts';
import type { Terminal } from '../../terminal/terminal.ts';

const EXPECTED = 'a policy, as `forestall policy show` prints it';

/** With the version under which it was shown, or the policy alone. */
const PolicyFile = z.union([
  z.strictObject({ version: z.number().int(), policy: z.looseObject({}) }),
  z.looseObject({ environments: z.unknown() }).transform((policy) => ({ version: undefined, policy })),
]);

/** @throws InvalidInputError that says what is wrong with the policy of the file */
export const readPolicy = async (file: string, terminal: Terminal) => {
  const given = PolicyFile.safeParse(await readJsonFile(file, terminal.stdin, EXPECTED));
  if (!given.success) throw new InvalidInputError(`${file}: expected ${EXPECTED}`);
  const policy = RemediationPolicy.safeParse(given.data.policy);
  if (!policy.success) throw new InvalidInputError(`${file}: ${describeIssues(policy.error)}`);
  const faults = checkPolicy(policy.data, CATALOGUE, ALERT_TYPES);
  if (faults.length > 0) throw new InvalidInputError(`${file}: ${faults.join('; ')}`);
  return { version: given.data.version, policy: policy.data };
};
