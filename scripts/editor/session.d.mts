// The types of session.mjs, for the tests, which are TypeScript.
export interface Squiggle {
  readonly severity: string;
  /** 1-based; `end` is exclusive. A range of several lines gives one entry a line. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export interface ProblemRow {
  /** Inside the workspace. A row whose file's row is not on the screen has "". */
  readonly file: string;
  readonly text: string;
  readonly source: string;
  readonly code: string;
  readonly line: number;
  readonly column: number;
  /** What a screen reader says; begins with the severity. */
  readonly label: string;
}

export interface SessionOptions {
  /** Copied before it is opened. */
  readonly folder: string;
  readonly vsix: string;
  /** A .code-workspace in the folder that is opened in its place. */
  readonly workspaceFile?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly size?: { readonly width: number; readonly height: number };
}

/** A real editor in a real browser. Lines and columns are 1-based. Every method waits for what it needs, and rejects after 30 s. */
export interface Session {
  /** The path of the copy that is open. */
  readonly workspace: string;
  close(): Promise<void>;
  until<T>(what: string, read: () => Promise<T>, accept?: (value: T) => boolean, timeout?: number): Promise<T>;
  press(...keys: string[]): Promise<void>;
  pause(milliseconds: number): Promise<void>;
  command(title: string): Promise<void>;
  pick(label: string, prefix?: string): Promise<void>;
  picks(title: string): Promise<string[]>;
  openFile(file: string): Promise<void>;
  goTo(line: number, column?: number): Promise<void>;
  type(text: string): Promise<void>;
  save(): Promise<void>;
  squiggles(): Promise<Squiggle[]>;
  lines(): Promise<Record<number, string>>;
  colours(line: number): Promise<Record<string, string>>;
  openPath(): Promise<string>;
  problems(): Promise<ProblemRow[]>;
  allProblems(): Promise<ProblemRow[]>;
  hover(line: number, column: number, accept?: (text: string) => boolean): Promise<string>;
  lightBulb(line: number, column: number): Promise<string[]>;
  takeAction(title: string): Promise<void>;
  path(): Promise<string[]>;
  isPathShown(): Promise<boolean>;
  completions(chosen: string): Promise<string[]>;
  toggleView(name: string): Promise<void>;
  rows(view: string): Promise<string[]>;
  takeRow(view: string, text: string, action: "toggle" | "click"): Promise<void>;
  takeRowAction(view: string, text: string, title: string): Promise<void>;
  takeLens(text: string): Promise<void>;
  clipboard(): Promise<string>;
  widenSideBar(width: number): Promise<void>;
  followRuleLink(rule: string): Promise<void>;
  preview(accept?: (text: string) => boolean): Promise<string>;
  status(): Promise<string>;
  screenshot(file: string): Promise<void>;
}

export function openSession(options: SessionOptions): Promise<Session>;
