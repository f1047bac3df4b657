import { type Class, parseSync, Visitor } from 'oxc-parser';

export interface FunctionSize {
  readonly name: string;
  /** Lines from the first of its signature to its closing brace. */
  readonly lines: number;
  /** A constructor of a class that extends another: a construct or stack, in `lib`. */
  readonly isConstructor: boolean;
}

/** Statements that do something when a file loads. */
const EXECUTES = /^(?:Expression|If|For|ForOf|ForIn|While|DoWhile|Switch|Try|Block|Labeled)Statement$/;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Every function of a source, nested ones too, its static blocks, and all of its code outside functions. */
export const functionSizes = (text: string): readonly FunctionSize[] => {
  const sizes: FunctionSize[] = [];
  const named = new Map<number, { readonly name: string; readonly isConstructor: boolean }>();
  const nameLater = ({ start }: Span, key: object, isConstructor = false): void => {
    named.set(start, { name: 'name' in key ? String(key.name) : '(computed)', isConstructor });
  };
  const linesOf = ({ start, end }: Span): number => text.slice(start, end).split('\n').length;
  const measure = (node: Span & { readonly id?: object | null }): void => {
    const own = node.id && 'name' in node.id ? String(node.id.name) : '(anonymous)';
    const { name, isConstructor } = named.get(node.start) ?? { name: own, isConstructor: false };
    sizes.push({ name, isConstructor, lines: linesOf(node) });
  };
  const { program } = parseSync('source.ts', text);
  const constructors = new Set<number>();
  const extending = ({ superClass, body }: Class): void => {
    for (const member of body.body)
      if (superClass !== null && member.type === 'MethodDefinition' && member.kind === 'constructor')
        constructors.add(member.value.start);
  };
  new Visitor({
    ClassDeclaration: extending,
    ClassExpression: extending,
    StaticBlock: (node) => sizes.push({ name: 'static', isConstructor: false, lines: linesOf(node) }),
    VariableDeclarator: ({ id, init }) => init && nameLater(init, id),
    MethodDefinition: ({ key, value }) => nameLater(value, key, constructors.has(value.start)),
    Property: ({ key, value }) => nameLater(value, key),
    PropertyDefinition: ({ key, value }) => value && nameLater(value, key),
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(program);
  const top = program.body.filter(({ type }) => EXECUTES.test(type)).map(linesOf);
  sizes.push({ name: 'top level', isConstructor: false, lines: top.reduce((sum, lines) => sum + lines, 0) });
  return sizes;
};
