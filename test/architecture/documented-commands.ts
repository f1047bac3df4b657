/** Finds the commands that the documents show, so that a test can require a run of each. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** A command in a sentence: a program with arguments, or a script by its path. */
const PROGRAM =
  /^(?:(?:npm|npx|node|aws|cdk|bash|sh|forestall|python3?|pip3?|curl|wget|git|docker|make|tar)\s+\S|\.{1,2}\/\S)/;
/** Fenced blocks of which every line is a command. In a block without a language, only known programs are commands. */
const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'shell', 'zsh', 'console']);
const INLINE = /`([^`\n]+)`/g;
const PROMPT = /^\$\s+/;
const ASSIGNMENTS = /^(?:[A-Z_][A-Z0-9_]*=(?:"[^"]*"|'[^']*'|\S*)\s+)+/;

export interface DocumentedCommand {
  readonly document: string;
  /** The command without the explanation beside it. */
  readonly command: string;
}

/** Without a prompt, a comment, assignments before the command, and the explanation two spaces or more beside it. */
const bare = (line: string): string =>
  (
    line
      .trim()
      .replace(PROMPT, '')
      .replace(/^#.*/, '')
      .split(/\s{2,}/)[0] ?? ''
  ).replace(ASSIGNMENTS, '');

/** True if any command of a pipeline or list starts a known program. */
const runsProgram = (code: string): boolean =>
  code.split(/\s(?:\||&&|\|\|)\s|;\s/).some((part) => PROGRAM.test(bare(part)));

const inBlock = (language: string, lines: readonly string[]): string[] => {
  const prompted = lines.filter((line) => PROMPT.test(line.trim()));
  const commands = (prompted.length > 0 ? prompted : lines).map(bare).filter((line) => line !== '');
  return SHELLS.has(language) ? commands : language === '' ? commands.filter(runsProgram) : [];
};

/** Commands in the first column of a table with the heading "Command" need not repeat the name of the program. */
const inTable = (row: string): string[] => {
  const [cell = ''] = row.split(/(?<!\\)\|/).slice(1);
  return [...cell.replaceAll('\\|', '|').matchAll(INLINE)].map(([, code = '']) => `forestall ${bare(code)}`);
};

const inText = (lines: readonly string[]): string[] => {
  let isOfCommands = false;
  return lines.flatMap((line) => {
    isOfCommands = line.startsWith('|') && (isOfCommands || /^\|\s*Command\s*\|/.test(line));
    const inline = [...line.matchAll(INLINE)].map(([, code = '']) => bare(code)).filter(runsProgram);
    return isOfCommands && inline.length === 0 ? inTable(line) : inline;
  });
};

/** Every command that a document shows, in blocks, sentences and tables. */
export const commandsIn = (text: string): string[] =>
  text
    .replaceAll(/\\\n\s*/g, '')
    .split(/^\s*```/m)
    .flatMap((part, i) => {
      const [first = '', ...lines] = part.split('\n');
      return i % 2 === 0 ? inText([first, ...lines]) : inBlock(first.trim(), lines);
    });

/** Guides, references and decision records. */
const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('docs/**/*.md', { cwd: root }),
];

/** Every command of the documents, each once per document. */
export const documentedCommands = (): readonly DocumentedCommand[] =>
  DOCUMENTS.flatMap((document) =>
    [...new Set(commandsIn(readFileSync(join(root, document), 'utf8')))].map((command) => ({
      document,
      command,
    })),
  );

/** The scripts of package.json. */
export const npmScripts = (): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
