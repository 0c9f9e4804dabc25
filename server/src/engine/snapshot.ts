// The immutable side of the façade: answers questions about one revision of the workspace.
import { compareStrings } from "../base/compare.ts";
import { hash } from "../base/hash.ts";
import { contains, overlaps, type Span } from "../base/span.ts";
import { mermaidOf } from "../flow/mermaid.ts";
import { ownershipOf, stillHolds } from "../flow/ownership.ts";
import type { ProjectModel, Target } from "../project/model.ts";
import { targetsOf } from "../project/discover.ts";
import type { BaseContext, FileContext, Fix, Rule } from "../rules/define.ts";
import type { PlistDocument } from "../plist/document.ts";
import type { FileSummary, FunctionInfo, ProjectIndex } from "../semantics/model.ts";
import { walk, type SyntaxFile, type SyntaxNode } from "../syntax/node.ts";
import type { Parsers } from "../syntax/parsers.ts";
import { finish, type AnalysisApi, type Membership, type Work } from "./analysis.ts";
import type { Configuration, RuleLevel } from "./config.ts";
import type { AnalysisError, FileReport, Finding } from "./finding.ts";
import { isSelfContained, moveResults, type FunctionCache } from "./function-cache.ts";
import type { ProjectState } from "./host.ts";
import { runRule, toFindings, type RawResult } from "./run-rules.ts";
import type { Store } from "./store.ts";
import { applySuppressions } from "./suppressions.ts";

/** What a snapshot gets from its host. */
export interface SnapshotSource {
  readonly store: Store;
  readonly parsers: Parsers;
  readonly rules: readonly Rule[];
  readonly functions: FunctionCache;
  readonly configurationFor: (path: string) => Configuration;
  project(): ProjectModel;
  state(): Work<ProjectState>;
  isCurrent(): boolean;
}

export class Snapshot implements AnalysisApi {
  private readonly reports = new Map<string, FileReport>();
  /** Results of class and target rules, which may point into any file; computed once per snapshot. */
  private shared: { readonly results: readonly RawResult[]; readonly errors: readonly AnalysisError[] } | undefined;

  constructor(private readonly source: SnapshotSource) {}

  get isCurrent(): boolean {
    return this.source.isCurrent();
  }

  get paths(): readonly string[] {
    return [...this.source.store.files.keys()].sort(compareStrings);
  }

  get project(): ProjectModel {
    return this.source.project();
  }

  targetsOf(path: string): readonly Target[] {
    return targetsOf(this.project, path);
  }

  text(path: string): string | undefined {
    return this.source.store.files.get(path)?.text;
  }

  *check(path: string): Work<FileReport> {
    const known = this.reports.get(path);
    if (known) return known;
    const report = yield* this.checkNow(path);
    if (this.isCurrent) this.reports.set(path, report);
    return report;
  }

  syntax(path: string): SyntaxFile | undefined {
    return this.source.store.syntax(path);
  }

  summary(path: string): FileSummary | undefined {
    return this.source.store.summary(path);
  }

  plist(path: string): PlistDocument | undefined {
    return this.source.store.plist(path);
  }

  *index(): Work<ProjectIndex> {
    return (yield* this.source.state()).index;
  }

  controlFlow(path: string, functionName: string): readonly string[] {
    const context = this.context(finish(this.source.state()));
    const named = (this.summary(path)?.functions ?? []).filter((fn) => fn.name === functionName);
    return named.flatMap((fn) => mermaidOf(fn, { index: context.index, parse: context.statements }) ?? []);
  }

  findingsAt(path: string, span: Span): readonly Finding[] {
    const at = span.start === span.end ? { start: span.start, end: span.end + 1 } : span;
    return finish(this.check(path)).findings.filter(
      (finding) => overlaps(finding.span, at) || contains(at, finding.span) || finding.span.end === span.start,
    );
  }

  fixesOf(finding: Finding): readonly Fix[] {
    const rule = this.source.rules.find((candidate) => candidate.meta.id === finding.rule);
    if (!rule?.fixes) return [];
    try {
      const fixes = rule.fixes(this.context(finish(this.source.state())), { ...finding.raw, path: finding.path });
      return [...fixes].sort((a, b) => Number(b.safe) - Number(a.safe));
    } catch {
      // A fix that cannot be made is no fix; the finding itself stays true.
      return [];
    }
  }

  membership(path: string): Membership {
    const targets = this.targetsOf(path);
    const names = targets.map((target) => target.name);
    const file = this.source.store.files.get(path);
    if (!file) return { checked: false, reason: "not part of the workspace", targets: [] };
    const place = targets.map((target) => `the ${target.kind} “${target.name}”`).join(" and ");
    if (file.kind === "cpp" || file.kind === "iig") {
      const membership = finish(this.source.state()).membership.get(path);
      const reason = place ? `${membership?.reason ?? ""}; belongs to ${place}` : (membership?.reason ?? "");
      return { checked: membership?.belongs ?? false, reason, targets: names };
    }
    if (place) return { checked: true, reason: `belongs to ${place}`, targets: names };
    if (file.kind === "project")
      return { checked: false, reason: "project file: read for its targets", targets: names };
    return { checked: false, reason: "no dext or app target was found for this file", targets: [] };
  }

  private *checkNow(path: string): Work<FileReport> {
    const { store } = this.source;
    const file = store.files.get(path);
    const empty: FileReport = { path, findings: [], errors: [], unparsedCharacters: 0 };
    if (!file) return empty;
    const state = yield* this.source.state();
    const results: RawResult[] = [];
    const errors: AnalysisError[] = [];
    const syntax = store.syntax(path);
    const summary = store.summary(path);
    const configuration = this.source.configurationFor(path);
    if (syntax && summary && state.membership.get(path)?.belongs) {
      yield* this.checkCode(state, syntax, summary, results, errors);
    }
    const document = store.plist(path);
    if (document) {
      for (const rule of this.rulesOn("document", path)) {
        if (rule.trigger.on !== "document" || !rule.trigger.documents.some((kind) => kind === file.kind)) continue;
        runRule<"document">(rule, { ...this.context(state), document }, path, results, errors);
      }
      yield;
    }
    const shared = yield* this.checkShared(state);
    results.push(...shared.results.filter((result) => result.path === path));
    errors.push(...shared.errors.filter((error) => error.path === path));
    const findings = toFindings(results, {
      text: file.text,
      levelOf: (rule) => levelOf(rule, configuration),
      scopeAt: (offset) => scopeAt(summary, offset),
    });
    const comments = syntax?.comments ?? document?.comments ?? [];
    const kept = applySuppressions({
      complete: (syntax?.errors.length ?? 0) === 0,
      path,
      text: file.text,
      comments,
      findings,
      rules: this.source.rules,
      configuration,
    });
    const unparsedCharacters = (syntax?.errors ?? []).reduce((sum, span) => sum + span.end - span.start, 0);
    return { path, findings: kept, errors, unparsedCharacters };
  }

  private *checkCode(
    state: ProjectState,
    syntax: SyntaxFile,
    summary: FileSummary,
    results: RawResult[],
    errors: AnalysisError[],
  ): Work<void> {
    const { path } = syntax;
    const context: FileContext = { ...this.context(state), file: syntax, fileSummary: summary };
    for (const rule of this.rulesOn("file", path)) {
      runRule<"file">(rule, context, path, results, errors);
      yield;
    }
    yield* this.checkNodes(context, results, errors);
    yield* this.checkFunctions(state, context, results, errors);
  }

  /** Syntax rules: one walk over the file, each node offered to the rules that asked for its kind. */
  private *checkNodes(context: FileContext, results: RawResult[], errors: AnalysisError[]): Work<void> {
    const byKind = new Map<string, Rule[]>();
    for (const rule of this.rulesOn("syntax", context.file.path)) {
      if (rule.trigger.on !== "syntax") continue;
      for (const kind of rule.trigger.kinds) byKind.set(kind, [...(byKind.get(kind) ?? []), rule]);
    }
    if (byKind.size === 0) return;
    const functionOf = new Map(context.fileSummary.functions.map((fn) => [fn.node, fn]));
    const broken = new Set(
      context.fileSummary.functions
        .filter((fn) => fn.outer === undefined && isBroken(fn, context.file))
        .map((fn) => fn.node),
    );
    let visited = 0;
    for (const node of walk(context.file.root)) {
      if (++visited % 20_000 === 0) yield;
      const rules = byKind.get(node.kind);
      if (!rules) continue;
      let fn: FunctionInfo | undefined;
      let readable = true;
      for (let up: SyntaxNode | undefined = node; up; up = up.parent) {
        fn ??= functionOf.get(up);
        if (broken.has(up)) readable = false;
      }
      if (!readable) continue;
      for (const rule of rules) runRule<"syntax">(rule, { ...context, node, fn }, context.file.path, results, errors);
    }
  }

  private *checkFunctions(
    state: ProjectState,
    context: FileContext,
    results: RawResult[],
    errors: AnalysisError[],
  ): Work<void> {
    const { path, text } = context.file;
    const rules = this.rulesOn("function", path);
    if (rules.length === 0) return;
    const environment = hash([state.indexHash, ...rules.map((rule) => rule.meta.id)].join("\u0000"));
    const cache = this.source.functions.open(path);
    for (const fn of context.fileSummary.functions) {
      if (fn.outer || isBroken(fn, context.file)) continue;
      const key = `${environment}\u0000${fn.className ?? ""}\u0000${text.slice(fn.node.start, fn.node.end)}`;
      const flow = { index: state.index, parse: context.statements };
      const cached = cache.get(key);
      if (cached && stillHolds(cached.consulted, flow)) {
        results.push(...moveResults(cached.results, path, fn.node.start));
        errors.push(...cached.errors);
        continue;
      }
      const own: RawResult[] = [];
      const ownErrors: AnalysisError[] = [];
      for (const rule of rules) runRule<"function">(rule, { ...context, fn }, path, own, ownErrors);
      const { givenUp, consulted } = ownershipOf(fn, flow);
      if (givenUp) this.source.functions.givenUp++;
      const told = new Map(consulted);
      for (const inner of context.fileSummary.functions) {
        if (!inner.outer || !contains(fn.node, inner.node)) continue;
        for (const [question, answer] of ownershipOf(inner, flow).consulted) told.set(question, answer);
      }
      if (isSelfContained(own, path, fn.node)) {
        cache.set(key, { results: moveResults(own, path, -fn.node.start), errors: ownErrors, consulted: told });
      }
      results.push(...own);
      errors.push(...ownErrors);
      yield;
    }
    cache.commit();
  }

  private *checkShared(state: ProjectState): Work<NonNullable<Snapshot["shared"]>> {
    if (this.shared) return this.shared;
    const results: RawResult[] = [];
    const errors: AnalysisError[] = [];
    const base = this.context(state);
    const classRules = this.source.rules.filter((rule) => rule.trigger.on === "class");
    for (const [name, cls] of [...state.index.classes].sort(([a], [b]) => compareStrings(a, b))) {
      const anchor = cls.functions[0]?.path ?? cls.declaration?.path;
      if (anchor === undefined || cls.functions.length === 0 || !state.index.isOSObject(name)) continue;
      for (const rule of classRules) runRule<"class">(rule, { ...base, cls }, anchor, results, errors);
      for (const rule of this.source.rules) {
        if (rule.across) runRule<"class">(rule, { ...base, cls }, anchor, results, errors, rule.across);
      }
      yield;
    }
    const targetRules = this.source.rules.filter((rule) => rule.trigger.on === "target");
    for (const target of state.model.targets) {
      if (target.kind !== "dext") continue;
      for (const rule of targetRules) runRule<"target">(rule, { ...base, target }, target.definedIn, results, errors);
      yield;
    }
    return (this.shared = { results, errors });
  }

  private rulesOn(on: Rule["trigger"]["on"], path: string): Rule[] {
    const configuration = this.source.configurationFor(path);
    return this.source.rules.filter((rule) => rule.trigger.on === on && levelOf(rule, configuration) !== "off");
  }

  private context(state: ProjectState): BaseContext {
    const { store } = this.source;
    return {
      project: state.model,
      index: state.index,
      plist: (path) => store.plist(path),
      syntax: (path) => store.syntax(path),
      summary: (path) => store.summary(path),
      targetsOf: (path) => targetsOf(state.model, path),
      statements: (text, origin) => this.source.parsers.statements(text, origin),
    };
  }
}

function levelOf(rule: Rule, configuration: Configuration): RuleLevel {
  return configuration.rules[rule.meta.id] ?? rule.meta.severity;
}

/** A function that holds an unreadable region is given up: what cannot be read cannot be judged. */
function isBroken(fn: FunctionInfo, file: SyntaxFile): boolean {
  return file.errors.some((error) => contains(fn.node, error));
}

function scopeAt(summary: FileSummary | undefined, offset: number): string {
  const fn = summary?.functions.find((each) => !each.outer && each.node.start <= offset && offset < each.node.end);
  return fn ? `${fn.className ?? ""}::${fn.name}` : "";
}
