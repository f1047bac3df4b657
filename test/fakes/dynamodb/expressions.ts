/** DynamoDB's condition and update expressions, as far as the stores use them. Everything else is rejected. */
export type Item = Record<string, unknown>;

export interface Bindings {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

/** A request that DynamoDB would reject as invalid. */
export class InvalidRequest extends Error {
  override readonly name = 'ValidationException';
}

/** Reserved words that an attribute of a store could be named; DynamoDB has hundreds. */
const RESERVED = new Set(
  'COMMENT COUNT DATA DATE HOUR KEY LEVEL NAME ORDER OWNER REGION ROLE SIZE SOURCE STATE STATUS TIME TIMESTAMP TTL TYPE USER VALUE VALUES'.split(
    ' ',
  ),
);

const TOKEN = /\s*(:\w+|#\w+|\w+|<>|<=|>=|[=<>(),+])/y;

const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new InvalidRequest(`cannot parse "${text}" from ${at}`);
    tokens.push(token);
  }
  return tokens;
};

/** Bytes and text compare by bytes, numbers by value; values of different types do not compare. */
export const compare = (a: unknown, b: unknown): number | undefined => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'boolean' && typeof b === 'boolean') return a === b ? 0 : undefined;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return undefined;
};

type Test = (item: Item) => boolean;
type Operand = (item: Item) => unknown;

const COMPARISONS: Readonly<Record<string, (order: number | undefined) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order !== undefined && order < 0,
  '<=': (order) => order !== undefined && order <= 0,
  '>': (order) => order !== undefined && order > 0,
  '>=': (order) => order !== undefined && order >= 0,
};

export class ExpressionParser {
  readonly #tokens: string[];
  readonly #bindings: Bindings;
  readonly #used: Set<string>;
  #at = 0;

  /** `used` collects the used placeholders: DynamoDB rejects requests with unused ones. */
  constructor(text: string, bindings: Bindings, used: Set<string>) {
    this.#tokens = tokensOf(text);
    this.#bindings = bindings;
    this.#used = used;
  }

  peek(): string | undefined {
    return this.#tokens[this.#at];
  }
  take(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new InvalidRequest('the expression ends too early');
    return token;
  }
  expect(token: string): void {
    const found = this.take();
    if (found !== token) throw new InvalidRequest(`expected ${token}, found ${found}`);
  }
  accept(token: string): boolean {
    if (this.peek() !== token) return false;
    this.#at++;
    return true;
  }
  end(): void {
    if (this.peek() !== undefined) throw new InvalidRequest(`unexpected ${this.peek()}`);
  }

  path(): string {
    const token = this.take();
    if (token.startsWith('#')) {
      this.#used.add(token);
      const name = this.#bindings.ExpressionAttributeNames?.[token];
      if (name === undefined) throw new InvalidRequest(`${token} has no name`);
      return name;
    }
    if (!/^[a-zA-Z]\w*$/.test(token)) throw new InvalidRequest(`${token} is not an attribute`);
    if (RESERVED.has(token.toUpperCase())) throw new InvalidRequest(`${token} is a reserved word`);
    return token;
  }
  value(): unknown {
    const token = this.take();
    this.#used.add(token);
    const values = this.#bindings.ExpressionAttributeValues ?? {};
    if (values[token] === undefined) throw new InvalidRequest(`${token} has no value`);
    return values[token];
  }
  operand(): Operand {
    if (this.peek()?.startsWith(':')) {
      const value = this.value();
      return () => value;
    }
    const path = this.path();
    return (item) => item[path];
  }

  condition(): Test {
    const alternatives = [this.#conjunction()];
    while (this.accept('OR')) alternatives.push(this.#conjunction());
    return (item) => alternatives.some((test) => test(item));
  }
  #conjunction(): Test {
    const all = [this.#primary()];
    while (this.accept('AND')) all.push(this.#primary());
    return (item) => all.every((test) => test(item));
  }
  #primary(): Test {
    if (this.accept('NOT')) {
      const test = this.#primary();
      return (item) => !test(item);
    }
    if (this.accept('(')) {
      const test = this.condition();
      this.expect(')');
      return test;
    }
    return this.#function() ?? this.#comparison();
  }
  #function(): Test | undefined {
    const name = this.peek();
    if (name === 'attribute_exists' || name === 'attribute_not_exists') {
      this.take();
      this.expect('(');
      const path = this.path();
      this.expect(')');
      return (item) => (item[path] !== undefined) === (name === 'attribute_exists');
    }
    if (name !== 'begins_with') return undefined;
    this.take();
    this.expect('(');
    const path = this.path();
    this.expect(',');
    const prefix = String(this.value());
    this.expect(')');
    return (item) => typeof item[path] === 'string' && item[path].startsWith(prefix);
  }
  #comparison(): Test {
    const left = this.operand();
    const operator = this.take();
    if (operator === 'BETWEEN') {
      const low = this.operand();
      this.expect('AND');
      const high = this.operand();
      return (item) =>
        COMPARISONS['>=']!(compare(left(item), low(item))) &&
        COMPARISONS['<=']!(compare(left(item), high(item)));
    }
    const holds = COMPARISONS[operator];
    if (holds === undefined) throw new InvalidRequest(`unknown operator ${operator}`);
    const right = this.operand();
    return (item) => holds(compare(left(item), right(item)));
  }
}

/** Parses a condition; without text, one that always holds. */
export const conditionOf = (text: string | undefined, bindings: Bindings, used: Set<string>): Test => {
  if (text === undefined) return () => true;
  const parser = new ExpressionParser(text, bindings, used);
  const test = parser.condition();
  parser.end();
  return test;
};
