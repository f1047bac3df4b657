/** Looks for parts of credentials in logs, as they are and in the encodings in which they travel. */

/** Parts of this many characters are looked for: so many of a credential in a log are no coincidence. */
const WINDOW = 20;
/** Placeholders and repeated characters are no secrets. */
const MIN_DISTINCT = 8;
/** Bytes that base64 encodes together. */
const GROUP = 3;

/** Versions of secrets have ids of this form, which logs may name. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The id that begins a key is no secret. */
const API_KEY = /^fsk_.*_([\w-]{43})$/;

/** One alphabet for base64 and base64url. */
const urlSafe = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_');

/** Stretches that may hold a part of a credential. */
const wordsIn = (text: string): readonly string[] =>
  [...text.matchAll(/[\w+/=.~-]{20,}/g)].map(([word]) => urlSafe(word));

/** The beginning, the middle and the end: a log that cuts a text keeps one of them. */
const windowsOf = (word: string): readonly string[] =>
  [0, Math.floor((word.length - WINDOW) / 2), word.length - WINDOW]
    .map((at) => word.slice(at, at + WINDOW))
    .filter((part) => new Set(part).size >= MIN_DISTINCT);

/** Base64 of a text wherever it begins within what is encoded, without the characters that depend on its neighbours. */
const base64Of = (text: string): readonly string[] =>
  Array.from({ length: GROUP }, (_, before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64');
    return encoded.slice(before === 0 ? 0 : before + 1).replace(/.?=+$/, '');
  });

/** Secrets within the content of a stored secret, which is JSON or a text. */
const secretsIn = (text: string): readonly string[] => {
  if (!text.startsWith('{')) return [API_KEY.exec(text)?.[1] ?? text];
  try {
    const values = Object.values<unknown>(JSON.parse(text));
    return values.filter((value) => typeof value === 'string').filter((value) => !UUID.test(value));
  } catch {
    return [text];
  }
};

const decoded = (text: string): string =>
  text.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** Parts of credentials by which they are found. */
export interface Parts {
  /** Of stretches that a search by words finds. */
  readonly words: ReadonlySet<string>;
  /** With other characters, as texts and as JSON shows them. */
  readonly texts: readonly string[];
}

/** Secrets that Secrets Manager makes may hold any printable character. */
const isWord = (secret: string): boolean => /^[\w+/=.~-]*$/.test(secret);

export const partsOf = (credentials: Iterable<string>): Parts => {
  const secrets = [...new Set([...credentials].flatMap(secretsIn))].filter(({ length }) => length >= WINDOW);
  const words = secrets.flatMap((secret) =>
    [secret, ...base64Of(secret)].flatMap(wordsIn).flatMap(windowsOf),
  );
  const texts = secrets
    .filter((secret) => !isWord(secret))
    .flatMap(windowsOf)
    .flatMap((part) => [part, JSON.stringify(part).slice(1, -1)]);
  return { words: new Set(words), texts: [...new Set(texts)] };
};

const wordsLeaked = (text: string, words: ReadonlySet<string>): readonly string[] =>
  wordsIn(text).flatMap((word) =>
    Array.from({ length: word.length - WINDOW + 1 }, (_, at) => word.slice(at, at + WINDOW)).filter((part) =>
      words.has(part),
    ),
  );

/** Parts of credentials that a text holds. */
export const leakedIn = (text: string, { words, texts }: Parts): readonly string[] => {
  const found = [text, decoded(text)].flatMap((variant) => [
    ...wordsLeaked(variant, words),
    ...texts.filter((part) => variant.includes(part)),
  ]);
  return [...new Set(found)];
};
