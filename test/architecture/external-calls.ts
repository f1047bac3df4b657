/** Calls that leave the process, and whether a circuit breaker guards them. */
import { Visitor } from 'oxc-parser';
import type { SourceFile } from './source-tree.ts';

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The functions that guard, and where they come from: another function of that name guards nothing. */
const GUARDS: Readonly<Record<string, string>> = {
  callThrough: 'core/shared/resilience/breaker.ts',
  guarded: 'adapters/aws/service-breakers.ts',
};

/** Modules that open connections without one of the calls below. */
const CONNECTING =
  /^(?:node:)?(?:https?|http2|net|tls|dgram)$|^(?:undici|axios|got|ws|node-fetch|@kubernetes\/client-node)$/;

/** What the SDK exports beside clients, and what opens no connection. */
const INERT = /(?:Command|Exception)$/;

const nameOf = (text: string, node: Span): string => text.slice(node.start, node.end);

/** Local names by the names and modules that they import. */
const importsOf = ({ parsed, resolve }: SourceFile): ReadonlyMap<string, { name: string; from: string }> =>
  new Map(
    parsed.module.staticImports.flatMap(({ moduleRequest, entries }) =>
      entries.map(
        ({ importName, localName }) =>
          [localName.value, { name: importName.name ?? '*', from: resolve(moduleRequest.value) }] as const,
      ),
    ),
  );

/** False for the name of a property, except one of the global object. */
const isReference = (text: string, { start, end }: Span): boolean =>
  /globalThis\s*\.\s*$/.test(text.slice(0, start)) ||
  !(/\.\s*$/.test(text.slice(0, start)) || /^\s*:/.test(text.slice(end)));

/** External calls of a file that no breaker guards, as `path:line: call`. */
export const unguardedCalls = (file: SourceFile): readonly string[] => {
  const { path, text, parsed } = file;
  const imported = importsOf(file);
  const guards: Span[] = [];
  const calls: (Span & { readonly name: string })[] = [];
  new Visitor({
    CallExpression: (node) => {
      const origin = imported.get(nameOf(text, node.callee));
      if (origin !== undefined && GUARDS[origin.name] === origin.from) guards.push(node);
    },
    Identifier: (node) => {
      if (node.name === 'fetch' && isReference(text, node)) calls.push({ ...node, name: 'fetch' });
    },
    NewExpression: (node) => {
      const [local = '', member] = nameOf(text, node.callee).split('.');
      const origin = imported.get(local);
      const name = member ?? origin?.name ?? '';
      if (origin?.from.startsWith('@aws-sdk/client-') && !INERT.test(name)) calls.push({ ...node, name });
    },
  }).visit(parsed.program);
  const at = (start: number): string => `${path}:${text.slice(0, start).split('\n').length}`;
  const isGuarded = (call: Span): boolean =>
    guards.some(({ start, end }) => start < call.start && call.end <= end);
  return calls.filter((call) => !isGuarded(call)).map(({ start, name }) => `${at(start)}: ${name}`);
};

/** Modules that a file imports in order to open connections itself. */
export const connectingImports = ({ path, imports }: SourceFile): readonly string[] =>
  imports.filter((name) => CONNECTING.test(name)).map((name) => `${path}: ${name}`);
