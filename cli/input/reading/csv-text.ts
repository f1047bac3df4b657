const SHOWN_CHARACTERS = 40;

/** Formats bad input for a message: quoted and truncated, with control characters escaped. */
export const quoteFound = (text: string): string => {
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return JSON.stringify(shown).replace(/[\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
};

/** Encodes a CSV field: quoted if necessary. */
export const csvField = (text: string): string =>
  /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
