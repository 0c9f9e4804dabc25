// The types of install.mjs, for the tests, which are TypeScript.
export class Unavailable extends Error {}
export function installEditor(options?: { readonly chromium?: boolean }): void;
