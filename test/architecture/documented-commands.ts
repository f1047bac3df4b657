/** Finds the commands that the documents show, so that a test can require a run of each. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const PROGRAM = /^(?:npm|npx|node|aws|cdk|bash|forestall)\s+\S/;
/** Languages of the fenced blocks that hold commands. */
const COMMAND_BLOCKS: ReadonlySet<string> = new Set(['', 'sh']);
const INLINE = /`([^`\n]+)`/g;

export interface DocumentedCommand {
  readonly document: string;
  /** The command without the explanation beside it. */
  readonly command: string;
}

/** Text beside a command in a block, two spaces or more away from it. */
const withoutExplanation = (line: string): string => line.trim().split(/\s{2,}/)[0] ?? '';

const commandsIn = (text: string): string[] => {
  let language: string | undefined;
  return text.split('\n').flatMap((line) => {
    const fence = /^```(\w*)/.exec(line)?.[1];
    if (fence !== undefined) {
      language = language === undefined ? fence : undefined;
      return [];
    }
    if (language === undefined) return [...line.matchAll(INLINE)].map(([, code = '']) => code.trim());
    return COMMAND_BLOCKS.has(language) ? [withoutExplanation(line)] : [];
  });
};

/** Guides and references. Decision records describe the past and are not part of it. */
const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('docs/*.md', { cwd: root }),
];

/** Every command of the documents, each once per document. */
export const documentedCommands = (): readonly DocumentedCommand[] =>
  DOCUMENTS.flatMap((document) =>
    [...new Set(commandsIn(readFileSync(join(root, document), 'utf8')))]
      .filter((code) => PROGRAM.test(code))
      .map((command) => ({
        document,
        command,
      })),
  );

/** The scripts of package.json. */
export const npmScripts = (): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
