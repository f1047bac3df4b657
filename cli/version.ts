import manifest from '../package.json' with { type: 'json' };

/** Version of the project. */
export const VERSION: string = manifest.version;
