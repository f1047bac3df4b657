import { InvalidInputError } from '../../../shared/errors.ts';
import { DiagnosisTarget } from '../diagnosis-target.ts';

const readJson = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `${file} line 1: found text that is not JSON (${String(cause)}), expected {"node","metric","timestamp"}`;
    throw new InvalidInputError(message, { field: file, cause });
  }
};

const lineOf = (text: string, key: PropertyKey | undefined): number => {
  const at = key === undefined ? -1 : text.indexOf(`"${String(key)}"`);
  return at === -1 ? 1 : text.slice(0, at).split('\n').length;
};

const EXPECTED: Readonly<Record<string, string>> = {
  node: 'the name of a node',
  metric: '"latency" or "availability"',
  agg: 'a statistic such as "Average"',
  timestamp: 'epoch seconds as a number',
};

const kindOf = (json: unknown): string => {
  if (json === null) return 'null';
  return Array.isArray(json) ? 'an array' : `a ${typeof json}`;
};

const fieldOf = (json: unknown, key: PropertyKey): unknown =>
  typeof json === 'object' && json !== null ? Reflect.get(json, key) : undefined;

/** Reads the alarm to diagnose. @throws InvalidInputError with file, line, finding and expectation */
export const parseTargetJson = (text: string, file = 'target.json'): DiagnosisTarget => {
  const json = readJson(text, file);
  const parsed = DiagnosisTarget.safeParse(json);
  if (parsed.success) return parsed.data;
  const key = parsed.error.issues[0]?.path[0];
  const found = key === undefined ? kindOf(json) : String(JSON.stringify(fieldOf(json, key)));
  const expected = EXPECTED[String(key)] ?? 'an object with node, metric and timestamp';
  const where = key === undefined ? '' : `${String(key)} = `;
  throw new InvalidInputError(
    `${file} line ${lineOf(text, key)}: found ${where}${found}, expected ${expected}`,
    {
      field: `${file}:${String(key ?? '')}`,
    },
  );
};
