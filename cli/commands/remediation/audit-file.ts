import type { Readable } from 'node:stream';
import { AuditLine, type AuditRecord, auditRecordOf } from '../../../core/remediation/audit/audit-line.ts';
import { type ChainVerification, verifyChain } from '../../../core/remediation/audit/verify-chain.ts';
import { RETENTION_SECONDS } from '../../../core/remediation/retention.ts';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { parseJson } from '../../../core/shared/parse-json.ts';
import { readWholeText } from '../../input/decode-text.ts';
import { openInput } from '../../input/open-input.ts';

const MAX_CHARACTERS = 500_000_000;
const EXPECTED = 'an export of `forestall audit export`';

const lineOf = (name: string, text: string, number: number): AuditLine => {
  const where = `${name}:${number}`;
  try {
    const parsed = AuditLine.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw new InvalidInputError(`${where}: ${describeIssues(parsed.error)}, expected ${EXPECTED}`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InvalidInputError(`${where}: found invalid JSON (${error.message}), expected ${EXPECTED}`);
  }
};

/** Reads an exported chain (`-`: standard input). @throws InvalidInputError that names the file and the line */
export const readAuditFile = async (path: string, stdin: Readable): Promise<AuditRecord> => {
  const input = openInput(path, stdin);
  const text = await readWholeText(input, MAX_CHARACTERS, EXPECTED);
  const lines = text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [lineOf(input.name, line, index + 1)]));
  const record = auditRecordOf(lines);
  if (record !== undefined) return record;
  throw new InvalidInputError(
    `${input.name}: found not exactly one line with a tenant, expected ${EXPECTED}`,
  );
};

/** The chain of an export, as it had to be when it was exported. */
export const verifyAudit = (record: AuditRecord): ChainVerification =>
  verifyChain({ ...record, keptSince: record.exportedAt - RETENTION_SECONDS });
