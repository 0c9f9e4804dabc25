// How a rule is written. A rule is pure: it reads the context it is given and returns findings as data.
import type { Edit } from "../base/edit.ts";
import type { Span } from "../base/span.ts";
import type { Step } from "../base/step.ts";
import type { PlistDocument } from "../plist/document.ts";
import type { ProjectModel, Target } from "../project/model.ts";
import type { ClassInfo, FileSummary, FunctionInfo, ProjectIndex } from "../semantics/model.ts";
import type { SyntaxFile, SyntaxNode } from "../syntax/node.ts";

export const AREAS = [
  "ownership",
  "lifecycle",
  "iig",
  "queues",
  "pci",
  "dma",
  "usb",
  "user-client",
  "scsi",
  "plist",
  "entitlements",
  "bundle",
  "general",
] as const;
export type Area = (typeof AREAS)[number];
export type Severity = "error" | "warning" | "info" | "hint";

export interface RuleMeta<Message extends string = string> {
  /** Names the bad pattern; the file and the page are named after it. */
  readonly id: string;
  readonly area: Area;
  readonly severity: Severity;
  /** How sure a finding is: "high" = true by the sources cited on the page; "medium" = likely. */
  readonly precision: "high" | "medium";
  /** The version of this tool that first had the rule. */
  readonly since: string;
  readonly fix: "none" | "safe" | "unsafe";
  /** One sentence for tables and settings. */
  readonly summary: string;
  /** One sentence for hover and the terminal: what goes wrong on the machine if it stays. */
  readonly why: string;
  /** Message templates; `{name}` is replaced from the finding's data. One line each, below some 90 characters filled in. */
  readonly messages: Readonly<Record<Message, string>>;
}

export type { Step };

/** What a rule returns. */
export interface RuleFinding<Message extends string = string> {
  readonly message: Message;
  readonly data?: Readonly<Record<string, string>>;
  /** The file it stands in; where absent, the file that the rule was called for. */
  readonly path?: string;
  readonly span: Span;
  /** Overrides the rule's severity for this finding (a rule may be surer in one case than in another). */
  readonly severity?: Severity;
  /** The steps that lead here, the finding itself not included. At most twelve are shown. */
  readonly steps?: readonly Step[];
  /** "unnecessary" fades the code in the editor. */
  readonly tags?: readonly ("unnecessary" | "deprecated")[];
  /** Anything the rule's own `fixes` needs; kept out of every output. */
  readonly context?: unknown;
}

/** One way to mend a finding. `safe` keeps the meaning of correct code and may be applied unasked (fix all, `--fix`). */
export interface Fix {
  readonly title: string;
  readonly safe: boolean;
  readonly edits: readonly FileEdit[];
}

export interface FileEdit {
  readonly path: string;
  readonly edits: readonly Edit[];
}

/** What every context offers. */
export interface BaseContext {
  readonly project: ProjectModel;
  readonly index: ProjectIndex;
  /** The plist or entitlements document of a path; undefined when it is not there or not loaded. */
  plist(path: string): PlistDocument | undefined;
  /** The syntax of a C++ or .iig file of the project. */
  syntax(path: string): SyntaxFile | undefined;
  /** The declarations of a C++ or .iig file of the project. */
  summary(path: string): FileSummary | undefined;
  /** The targets that a file belongs to. */
  targetsOf(path: string): readonly Target[];
  /** Parses the expansion of a macro; see `Parsers.statements`. */
  statements(text: string, origin: SyntaxNode): SyntaxNode | undefined;
}

export interface FileContext extends BaseContext {
  readonly file: SyntaxFile;
  readonly fileSummary: FileSummary;
}
export interface SyntaxContext extends FileContext {
  readonly node: SyntaxNode;
  /** The innermost function, block or lambda around the node, if any. */
  readonly fn: FunctionInfo | undefined;
}
export interface FunctionContext extends FileContext {
  readonly fn: FunctionInfo;
}
export interface ClassContext extends BaseContext {
  readonly cls: ClassInfo;
}
export interface DocumentContext extends BaseContext {
  readonly document: PlistDocument;
}
export interface TargetContext extends BaseContext {
  readonly target: Target;
}

/** When the engine calls a rule, and with what. */
export type Trigger =
  | { readonly on: "syntax"; readonly kinds: readonly string[] }
  | { readonly on: "file" }
  | { readonly on: "function" }
  | { readonly on: "class" }
  | { readonly on: "document"; readonly documents: readonly ("info-plist" | "entitlements")[] }
  | { readonly on: "target" };

export interface ContextOf {
  readonly syntax: SyntaxContext;
  readonly file: FileContext;
  readonly function: FunctionContext;
  readonly class: ClassContext;
  readonly document: DocumentContext;
  readonly target: TargetContext;
}

/** Called for each node of the kinds (constants of `syntax/kinds.ts`) in the C++ and `.iig` files that belong to the analysis. */
export const syntax = (...kinds: string[]) => ({ on: "syntax", kinds }) as const;
/** Called once for each C++ and `.iig` file that belongs to the analysis, also when it could not be read everywhere. */
export const file = () => ({ on: "file" }) as const;
/** Called for each function definition (blocks and lambdas belong to their function) that could be read without error. */
export const functions = () => ({ on: "function" }) as const;
/** Called for each class of the project that derives from OSObject and has at least one function definition. */
export const classes = () => ({ on: "class" }) as const;
/** Called for each document of the kinds. */
export const documents = (...kinds: ("info-plist" | "entitlements")[]) =>
  ({ on: "document", documents: kinds }) as const;
/** Called for each dext target. */
export const targets = () => ({ on: "target" }) as const;

/** A rule as the engine sees it, its trigger's type forgotten. */
export interface Rule {
  readonly meta: RuleMeta;
  readonly trigger: Trigger;
  check(context: never): readonly RuleFinding[];
  across?(context: ClassContext): readonly RuleFinding[];
  fixes?(context: BaseContext, finding: RuleFinding & { readonly path: string }): readonly Fix[];
}

/**
 * Declares a rule. `check` must not throw and must not keep state; when it is unsure it returns nothing.
 * `fixes` is called only for findings of this rule, when somebody asks for them.
 */
export function defineRule<const T extends Trigger, const M extends string>(rule: {
  readonly meta: RuleMeta<M>;
  readonly trigger: T;
  check(context: ContextOf[T["on"]]): readonly RuleFinding<NoInfer<M>>[];
  /** A second look at whole classes, for a pattern that may also spread over methods; called as for `classes()`. */
  across?(context: ClassContext): readonly RuleFinding<NoInfer<M>>[];
  fixes?(context: BaseContext, finding: RuleFinding<NoInfer<M>> & { readonly path: string }): readonly Fix[];
}): Rule {
  return rule as unknown as Rule;
}
