/**
 * The subcommands that a line of usage documents: `forestall incidents ack|mitigate ID [--note TEXT]` stands for
 * `incidents ack` and `incidents mitigate`, `forestall runs [list]` for `runs list`.
 */
export const subcommandsOf = (usage: string): string[] => {
  const words: string[][] = [];
  for (const word of usage.replace(/^(?:npx )?forestall /, '').split(/\s+/)) {
    const isOptional = /^\[[a-z|]+\]$/.test(word);
    const isSubcommand =
      words.length === 0 ? /^[a-z]+(?:-[a-z]+)*$/.test(word) : /^\[?[a-z|]+\]?$/.test(word);
    if (!isSubcommand) break;
    words.push(word.replaceAll(/[[\]]/g, '').split('|'));
    if (isOptional || words.length === 2) break;
  }
  const [[command = ''] = [], subcommands = ['']] = words;
  return subcommands.map((subcommand) => `${command} ${subcommand}`.trim());
};
