/**
 * Validates a parsed JSON body piece by piece and stops at the most errors that an answer lists. Validated as a whole,
 * each of hundreds of thousands of wrong values would become an issue of its own.
 */
import type * as z from 'zod';
import { type FieldError, IngestRejection } from '../decoding/ingest-rejection.ts';
import { MAX_REPORTED_ERRORS } from '../decoding/limits.ts';
import {
  EXPECTED_INSTANT,
  EXPECTED_VALUE,
  isInstant,
  isValue,
  type JsonIngestBody,
  JsonIngestShell,
  JsonPoint,
  JsonSeries,
} from './json-body.ts';

/** Names of fields are the sender's: a longer one is cut in answers. */
const MAX_NAME_LENGTH = 100;

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const name = String(step).slice(0, MAX_NAME_LENGTH);
    return text === '' ? name : `${text}.${name}`;
  }, '') || '(body)';

class Errors {
  readonly #found: FieldError[] = [];

  get isFull(): boolean {
    return this.#found.length >= MAX_REPORTED_ERRORS;
  }

  add(path: readonly PropertyKey[], code: string, message: string): void {
    if (!this.isFull) this.#found.push({ field: pathOf(path), code, message });
  }

  /** The validated value; undefined after adding its issues. */
  read<Schema extends z.ZodType>(
    schema: Schema,
    value: unknown,
    place: readonly PropertyKey[],
  ): z.infer<Schema> | undefined {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { path, code, message } of parsed.error.issues)
      this.add([...place, ...path], code.replaceAll('_', '-'), message);
    return undefined;
  }

  throwIfAny(): void {
    const [first] = this.#found;
    if (first === undefined) return;
    throw new IngestRejection('invalid-content', `${first.field}: ${first.message}`, { errors: this.#found });
  }
}

const checkList = (
  list: unknown,
  isValid: (element: unknown) => boolean,
  expected: string,
  place: readonly PropertyKey[],
  errors: Errors,
): void => {
  if (!Array.isArray(list)) return;
  for (let at = 0; at < list.length && !errors.isFull; at++)
    if (!isValid(list[at])) errors.add([...place, at], 'custom', expected);
};

const readSeries = (raw: unknown, index: number, errors: Errors): JsonSeries | undefined => {
  const place = ['series', index];
  if (typeof raw === 'object' && raw !== null) {
    checkList(Reflect.get(raw, 'timestamps'), isInstant, EXPECTED_INSTANT, [...place, 'timestamps'], errors);
    checkList(Reflect.get(raw, 'values'), isValue, EXPECTED_VALUE, [...place, 'values'], errors);
  }
  return errors.isFull ? undefined : errors.read(JsonSeries, raw, place);
};

const readAll = <Item>(
  raw: readonly unknown[] | undefined,
  read: (each: unknown, index: number) => Item | undefined,
  errors: Errors,
): Item[] | undefined => {
  if (raw === undefined) return undefined;
  const items: Item[] = [];
  for (let index = 0; index < raw.length && !errors.isFull; index++) {
    const item = read(raw[index], index);
    if (item !== undefined) items.push(item);
  }
  return items;
};

/** @throws IngestRejection naming the first wrong fields */
export const validateJson = (body: unknown): JsonIngestBody => {
  const errors = new Errors();
  const shell = errors.read(JsonIngestShell, body, []);
  const points = readAll(
    shell?.points,
    (raw, index) => errors.read(JsonPoint, raw, ['points', index]),
    errors,
  );
  const series = readAll(shell?.series, (raw, index) => readSeries(raw, index, errors), errors);
  errors.throwIfAny();
  return { ...shell, points, series };
};
