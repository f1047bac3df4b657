import { parseSync, Visitor } from 'oxc-parser';

export interface FunctionSize {
  readonly name: string;
  /** Lines from the first of its signature to its closing brace. */
  readonly lines: number;
  readonly isConstructor: boolean;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Every function of a source: declarations, arrows, methods, constructors and nested ones. */
export const functionSizes = (text: string): readonly FunctionSize[] => {
  const sizes: FunctionSize[] = [];
  const named = new Map<number, { readonly name: string; readonly isConstructor: boolean }>();
  const nameLater = ({ start }: Span, key: object, isConstructor = false): void => {
    named.set(start, { name: 'name' in key ? String(key.name) : '(computed)', isConstructor });
  };
  const measure = (node: Span & { readonly id?: object | null }): void => {
    const own = node.id && 'name' in node.id ? String(node.id.name) : '(anonymous)';
    const { name, isConstructor } = named.get(node.start) ?? { name: own, isConstructor: false };
    sizes.push({ name, isConstructor, lines: text.slice(node.start, node.end).split('\n').length });
  };
  new Visitor({
    VariableDeclarator: ({ id, init }) => init && nameLater(init, id),
    MethodDefinition: ({ key, value, kind }) => nameLater(value, key, kind === 'constructor'),
    Property: ({ key, value }) => nameLater(value, key),
    PropertyDefinition: ({ key, value }) => value && nameLater(value, key),
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(parseSync('source.ts', text).program);
  return sizes;
};
