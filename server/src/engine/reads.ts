// What a rule was told while it ran: the questions that it put to its context, with the answers. Its result holds as long as they do.
import type { BaseContext } from "../rules/define.ts";

/** A question that can be asked again of a later context, and the answer that was given. */
interface Read {
  readonly ask: (context: BaseContext) => unknown;
  readonly answer: unknown;
}

/** By question; "project" and "index" are the two that have no path. */
export type Reads = Map<string, Read>;

// Made out here: a question is kept for long, and must not keep the context alive that it was first put to.
const project = (from: BaseContext) => from.project;
const index = (from: BaseContext) => from.index;
const plistAt = (path: string) => (from: BaseContext) => from.plist(path);
const syntaxAt = (path: string) => (from: BaseContext) => from.syntax(path);
const summaryAt = (path: string) => (from: BaseContext) => from.summary(path);

/**
 * A context that answers as `context` does, with `more` added, and notes in `reads` what it is asked. An answer is compared by
 * identity later, so whoever gives one must give the same object as long as it says the same.
 */
export function recording<T extends object>(context: BaseContext, reads: Reads, more: T): BaseContext & T {
  const read = <A>(question: string, ask: (from: BaseContext) => A): A => {
    const answer = ask(context);
    if (!reads.has(question)) reads.set(question, { ask, answer });
    return answer;
  };
  const recorder: BaseContext = {
    get project() {
      return read("project", project);
    },
    get index() {
      return read("index", index);
    },
    plist: (path) => read(`plist ${path}`, plistAt(path)),
    syntax: (path) => read(`syntax ${path}`, syntaxAt(path)),
    summary: (path) => read(`summary ${path}`, summaryAt(path)),
    targetsOf: (path) => {
      // Worked out from the project model and nothing else.
      read("project", project);
      return context.targetsOf(path);
    },
    // Depends on its arguments alone.
    statements: context.statements,
  };
  return Object.assign(recorder, more);
}

/** True when every question would be answered as it was. */
export function stillHold(reads: Reads, context: BaseContext): boolean {
  for (const { ask, answer } of reads.values()) if (ask(context) !== answer) return false;
  return true;
}
