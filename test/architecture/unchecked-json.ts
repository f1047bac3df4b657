import { Visitor } from 'oxc-parser';
import type { SourceFile } from './source-tree.ts';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}
type Child = object | null | undefined;

const child = (node: Child, key: string): Node | undefined => {
  const found = node && Object.entries(node).find(([name]) => name === key)?.[1];
  return typeof found === 'object' && found !== null ? (found as Node) : undefined;
};

/** The call `JSON.parse(…)` that an expression is, perhaps in brackets. */
const isParse = (text: string, node: Child): boolean =>
  node !== null &&
  node !== undefined &&
  'type' in node &&
  (node.type === 'CallExpression'
    ? /^JSON\s*\.\s*parse\s*\(/.test(text.slice((node as Node).start))
    : ['ParenthesizedExpression', 'AwaitExpression', 'TSNonNullExpression'].includes(String(node.type)) &&
      isParse(text, child(node, 'expression') ?? child(node, 'argument')));

/** True for a type of which nothing can be read unchecked. */
const isUnknown = (text: string, annotation: Node | undefined): boolean =>
  annotation !== undefined && /^:?\s*unknown$/.test(text.slice(annotation.start, annotation.end).trim());

/** Places where text parsed as JSON gets a type that nothing checks. It must be `unknown`, or an argument of a schema. */
export const uncheckedJson = ({ path, text, parsed }: SourceFile): readonly string[] => {
  const found: string[] = [];
  const functions: { readonly span: Node; readonly returns: Node | undefined }[] = [];
  const flag = ({ start }: Node): void => {
    found.push(`${path}:${text.slice(0, start).split('\n').length}`);
  };
  const enter = (node: Node): void => {
    functions.push({ span: node, returns: child(node, 'returnType') });
  };
  const cast = (node: Node): void => {
    if (isParse(text, child(node, 'expression')) && !isUnknown(text, child(node, 'typeAnnotation')))
      flag(node);
  };
  new Visitor({
    TSAsExpression: cast,
    TSTypeAssertion: cast,
    TSSatisfiesExpression: cast,
    MemberExpression: (node) => void (isParse(text, node.object) && flag(node)),
    VariableDeclarator: (node) => {
      if (isParse(text, node.init) && !isUnknown(text, child(node.id, 'typeAnnotation'))) flag(node);
    },
    FunctionDeclaration: enter,
    FunctionExpression: enter,
    ArrowFunctionExpression: (node) => {
      enter(node);
      const isArgument = /[(,]\s*$/.test(text.slice(0, node.start));
      if (isParse(text, node.body) && !isArgument && !isUnknown(text, child(node, 'returnType'))) flag(node);
    },
    ReturnStatement: (node) => {
      const around = functions.filter(({ span }) => span.start <= node.start && node.end <= span.end).at(-1);
      if (isParse(text, node.argument) && !isUnknown(text, around?.returns)) flag(node);
    },
  }).visit(parsed.program);
  return found;
};
