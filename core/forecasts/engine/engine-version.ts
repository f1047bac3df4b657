/** Name and version stored with every forecast and every state. */
export const ENGINE_VERSION = 'ensemble-1.1.0';
