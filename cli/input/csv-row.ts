const QUOTED_FIELD = /\s*"((?:[^"]|"")*)"\s*(,|$)|([^,]*)(,|$)/y;

/** Fields of one CSV line (RFC 4180 quoting, no line breaks inside fields), trimmed. */
export const splitCsvRow = (line: string): string[] => {
  if (!line.includes('"')) return line.split(',').map((field) => field.trim());
  const fields: string[] = [];
  QUOTED_FIELD.lastIndex = 0;
  for (let match = QUOTED_FIELD.exec(line); match !== null; match = QUOTED_FIELD.exec(line)) {
    const quoted = match[1]?.replaceAll('""', '"');
    fields.push(quoted ?? match[3]!.trim());
    if ((match[2] ?? match[4]) === '') break;
  }
  return fields;
};

const SHOWN_CHARACTERS = 40;

/** Formats bad input for a message: quoted and truncated, with control characters escaped. */
export const quoteFound = (text: string): string => {
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return JSON.stringify(shown).replace(/[\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
};

/** Encodes a CSV field: quoted if necessary. */
export const csvField = (text: string): string =>
  /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
