import { Visitor } from 'oxc-parser';
import type { SourceFile } from './source-tree.ts';

interface Node {
  readonly type: string;
  readonly start: number;
}

/** Globals through which a program learns the time, chance or its surroundings, or changes them. */
const IMPURE_GLOBALS: ReadonlySet<string> = new Set([
  ...[
    'Date',
    'Math',
    'process',
    'performance',
    'crypto',
    'globalThis',
    'global',
    'console',
    'require',
    'eval',
  ],
  ...['fetch', 'WebSocket', 'EventSource', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
  ...['Temporal', 'navigator', 'Function'],
]);

/** Members of `Date` and `Math` that depend on nothing but their arguments. */
const isPureMember = (object: string, member: string): boolean =>
  object === 'Date' ? ['UTC', 'parse'].includes(member) : object === 'Math' && member !== 'random';

/** Methods that read the time zone or language of the machine. */
const LOCAL = /^(?:get(?:FullYear|Month|Date|Day|Hours|Minutes|Timezone\w*)|toLocale\w+|localeCompare)$/;

/** Functions of node:crypto that depend on nothing but their arguments. */
const PURE_CRYPTO: ReadonlySet<string> = new Set([
  'createCipheriv',
  'createDecipheriv',
  'createHash',
  'createHmac',
  'createPublicKey',
  'hash',
  'hkdfSync',
  'timingSafeEqual',
  'verify',
]);

const nameOf = (node: Node): string => ('name' in node ? String(node.name) : '');

/** Everything that a source uses besides its arguments: the clock, chance, environment, network, time zone. */
export const impurities = ({ path, parsed: { program, module } }: SourceFile): readonly string[] => {
  const found: string[] = [];
  const allowed = new Set<number>();
  const isName = ({ key, computed }: { readonly key: Node; readonly computed: boolean }): void => {
    if (!computed) allowed.add(key.start);
  };
  new Visitor({
    NewExpression: ({ callee, arguments: given }) => {
      if (nameOf(callee) === 'Date' && given.length > 0) allowed.add(callee.start);
    },
    MemberExpression: ({ object, property, computed }) => {
      if (computed) return;
      allowed.add(property.start);
      if (isPureMember(nameOf(object), nameOf(property))) allowed.add(object.start);
      if (LOCAL.test(nameOf(property))) found.push(nameOf(property));
    },
    MetaProperty: () => found.push('import.meta'),
    Property: (property) => property.shorthand || isName(property),
    PropertyDefinition: isName,
    MethodDefinition: isName,
    TSPropertySignature: isName,
    TSMethodSignature: isName,
    TSTypeReference: ({ typeName }) => allowed.add(typeName.start),
    Identifier: ({ name, start }) => {
      if (IMPURE_GLOBALS.has(name) && !allowed.has(start)) found.push(name);
    },
  }).visit(program);
  const crypto = module.staticImports
    .filter(({ moduleRequest }) => moduleRequest.value === 'node:crypto')
    .flatMap(({ entries }) => entries.map(({ importName }) => importName.name ?? '*'))
    .filter((name) => !PURE_CRYPTO.has(name));
  return [...new Set([...found, ...crypto])].map((name) => `${path}: ${name}`);
};
