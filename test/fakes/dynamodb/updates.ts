import { type Bindings, ExpressionParser, InvalidRequest, type Item } from './expressions.ts';

type Change = (before: Item, after: Item) => void;

const setValue = (parser: ExpressionParser): ((before: Item) => unknown) => {
  if (!parser.accept('if_not_exists')) return parser.operand();
  parser.expect('(');
  const path = parser.path();
  parser.expect(',');
  const otherwise = parser.operand();
  parser.expect(')');
  return (before) => before[path] ?? otherwise(before);
};

/** Adds to a number, or elements to a set. */
const sumOf = (before: unknown, added: unknown): unknown =>
  added instanceof Set
    ? new Set([...(before instanceof Set ? before : []), ...added])
    : Number(before ?? 0) + Number(added);

const CLAUSES: Readonly<Record<string, (parser: ExpressionParser) => Change>> = {
  SET: (parser) => {
    const path = parser.path();
    parser.expect('=');
    const value = setValue(parser);
    return (before, after) => {
      after[path] = value(before);
    };
  },
  ADD: (parser) => {
    const path = parser.path();
    const added = parser.value();
    return (before, after) => {
      after[path] = sumOf(before[path], added);
    };
  },
  REMOVE: (parser) => {
    const path = parser.path();
    return (_, after) => {
      delete after[path];
    };
  },
};

/** Parses an update expression into a function from the stored item to the changed one. */
export const updateOf = (text: string, bindings: Bindings, used: Set<string>): ((before: Item) => Item) => {
  const parser = new ExpressionParser(text, bindings, used);
  const changes: Change[] = [];
  while (parser.peek() !== undefined) {
    const clause = CLAUSES[parser.take()];
    if (clause === undefined) throw new InvalidRequest(`cannot parse "${text}"`);
    do changes.push(clause(parser));
    while (parser.accept(','));
  }
  return (before) => {
    const after = { ...before };
    for (const change of changes) change(before, after);
    return after;
  };
};
