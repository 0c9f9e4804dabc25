// The immutable side of the façade: answers questions about one revision of the workspace.
import { compareStrings } from "../base/compare.ts";
import { hash } from "../base/hash.ts";
import { contains, overlaps, type Span } from "../base/span.ts";
import { mermaidOf } from "../flow/mermaid.ts";
import { ownershipOf, stillHolds } from "../flow/ownership.ts";
import type { ProjectModel, Target } from "../project/model.ts";
import { targetsOf } from "../project/discover.ts";
import type { BaseContext, Fix, Rule } from "../rules/define.ts";
import type { PlistDocument } from "../plist/document.ts";
import type { FileSummary, FunctionInfo, ProjectIndex } from "../semantics/model.ts";
import { activeChildren } from "../semantics/preprocessor.ts";
import type { SyntaxFile, SyntaxNode } from "../syntax/node.ts";
import type { Parsers } from "../syntax/parsers.ts";
import { finish, type AnalysisApi, type Membership, type Work } from "./analysis.ts";
import type { Configuration, RuleLevel } from "./config.ts";
import type { FileReport, Finding } from "./finding.ts";
import { isSelfContained, moveResults, type FunctionCache } from "./function-cache.ts";
import type { ProjectState } from "./host.ts";
import { recording, stillHold, type Reads } from "./reads.ts";
import type { RuleCache, RuleRun, RuleRuns } from "./rule-cache.ts";
import { addResult, runRule, toFindings, type RuleResult } from "./run-rules.ts";
import type { Store } from "./store.ts";
import { applySuppressions } from "./suppressions.ts";

/** What a snapshot gets from its host. */
export interface SnapshotSource {
  readonly store: Store;
  readonly parsers: Parsers;
  readonly rules: readonly Rule[];
  readonly functions: FunctionCache;
  readonly ruleResults: RuleCache;
  readonly configurationFor: (path: string) => Configuration;
  project(): ProjectModel;
  state(): Work<ProjectState>;
  isCurrent(): boolean;
}

/** What file, syntax and function rules are called for. */
type FileSubject = { readonly file: SyntaxFile; readonly fileSummary: FileSummary };

export class Snapshot implements AnalysisApi {
  private readonly reports = new Map<string, FileReport>();
  /** Results of class and target rules, which may point into any file; collected once per snapshot. */
  private shared: RuleResult | undefined;

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
    const found: RuleResult = { results: [], errors: [] };
    const syntax = store.syntax(path);
    const summary = store.summary(path);
    const document = store.plist(path);
    const configuration = this.source.configurationFor(path);
    const runs = this.openRuns(path, state);
    if (syntax && summary && state.membership.get(path)?.belongs) {
      yield* this.checkCode(state, runs, syntax, summary, found);
    }
    if (document) {
      for (const rule of this.rulesOn("document", path)) {
        if (rule.trigger.on !== "document" || !rule.trigger.documents.some((kind) => kind === file.kind)) continue;
        const result = runs.result(rule.meta.id, { document }, (context, into) =>
          runRule<"document">(rule, context, path, into),
        );
        addResult(found, result);
      }
      yield;
    }
    runs.commit();
    const shared = yield* this.checkShared(state);
    addResult(found, {
      results: shared.results.filter((result) => result.path === path),
      errors: shared.errors.filter((error) => error.path === path),
    });
    const findings = toFindings(found.results, {
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
    return { path, findings: kept, errors: found.errors, unparsedCharacters };
  }

  private *checkCode(
    state: ProjectState,
    runs: RuleRuns,
    file: SyntaxFile,
    fileSummary: FileSummary,
    found: RuleResult,
  ): Work<void> {
    const subject = { file, fileSummary };
    for (const rule of this.rulesOn("file", file.path)) {
      const result = runs.result(rule.meta.id, subject, (context, into) =>
        runRule<"file">(rule, context, file.path, into),
      );
      addResult(found, result);
      yield;
    }
    yield* this.checkNodes(runs, subject, found);
    yield* this.checkFunctions(state, subject, found);
  }

  /**
   * Syntax rules: one walk over what a DriverKit build may compile of the file, each node offered to the rules that asked for its kind and
   * have no result yet.
   */
  private *checkNodes(runs: RuleRuns, subject: FileSubject, found: RuleResult): Work<void> {
    const { file, fileSummary } = subject;
    const byKind = new Map<string, { readonly rule: Rule; readonly run: RuleRun }[]>();
    const begun: RuleRun[] = [];
    for (const rule of this.rulesOn("syntax", file.path)) {
      if (rule.trigger.on !== "syntax") continue;
      const known = runs.known(rule.meta.id, subject);
      if (known) {
        addResult(found, known);
        continue;
      }
      const run = runs.begin(rule.meta.id, subject);
      begun.push(run);
      for (const kind of rule.trigger.kinds) byKind.set(kind, [...(byKind.get(kind) ?? []), { rule, run }]);
    }
    if (begun.length === 0) return;
    const functionOf = new Map(fileSummary.functions.map((fn) => [fn.node, fn]));
    const broken = new Set(
      fileSummary.functions.filter((fn) => fn.outer === undefined && isBroken(fn, file)).map((fn) => fn.node),
    );
    let visited = 0;
    const stack = [file.root];
    for (let node = stack.pop(); node; node = stack.pop()) {
      const children = activeChildren(node);
      for (let i = children.length - 1; i >= 0; i--) stack.push(children[i] as SyntaxNode);
      if (++visited % 20_000 === 0) yield;
      const asking = byKind.get(node.kind);
      if (!asking) continue;
      let fn: FunctionInfo | undefined;
      let readable = true;
      for (let up: SyntaxNode | undefined = node; up; up = up.parent) {
        fn ??= functionOf.get(up);
        if (broken.has(up)) readable = false;
      }
      if (!readable) continue;
      for (const { rule, run } of asking)
        runRule<"syntax">(rule, run.context({ ...subject, node, fn }), file.path, run);
    }
    for (const run of begun) {
      run.end();
      addResult(found, run);
    }
  }

  private *checkFunctions(state: ProjectState, subject: FileSubject, found: RuleResult): Work<void> {
    const { file, fileSummary } = subject;
    const { path, text } = file;
    const rules = this.rulesOn("function", path);
    if (rules.length === 0) return;
    const environment = hash([state.indexHash, ...rules.map((rule) => rule.meta.id)].join("\u0000"));
    const cache = this.source.functions.open(path);
    const context = this.context(state);
    const flow = { index: state.index, parse: context.statements };
    for (const fn of fileSummary.functions) {
      if (fn.outer || isBroken(fn, file)) continue;
      const key = `${environment}\u0000${fn.className ?? ""}\u0000${text.slice(fn.node.start, fn.node.end)}`;
      const cached = cache.get(key);
      if (cached && stillHolds(cached.consulted, flow) && stillHold(cached.reads, context)) {
        addResult(found, { ...cached, results: moveResults(cached.results, path, fn.node.start) });
        continue;
      }
      const own: RuleResult = { results: [], errors: [] };
      const reads: Reads = new Map();
      const asked = recording(context, reads, { ...subject, fn });
      for (const rule of rules) runRule<"function">(rule, asked, path, own);
      // The key stands for the declarations, and what was consulted for the bodies of other functions.
      reads.delete("index");
      const { givenUp, consulted } = ownershipOf(fn, flow);
      if (givenUp) this.source.functions.givenUp++;
      const told = new Map(consulted);
      for (const inner of fileSummary.functions) {
        if (!inner.outer || !contains(fn.node, inner.node)) continue;
        for (const [question, answer] of ownershipOf(inner, flow).consulted) told.set(question, answer);
      }
      if (isSelfContained(own.results, path, fn.node)) {
        const results = moveResults(own.results, path, -fn.node.start);
        cache.set(key, { results, errors: own.errors, consulted: told, reads });
      }
      addResult(found, own);
      yield;
    }
    cache.commit();
  }

  private *checkShared(state: ProjectState): Work<RuleResult> {
    if (this.shared) return this.shared;
    const found: RuleResult = { results: [], errors: [] };
    const runs = this.openRuns("", state);
    const classRules = this.source.rules.filter((rule) => rule.trigger.on === "class" || rule.across);
    for (const [name, cls] of [...state.index.classes].sort(([a], [b]) => compareStrings(a, b))) {
      const anchor = cls.functions[0]?.path ?? cls.declaration?.path;
      if (anchor === undefined || cls.functions.length === 0 || !state.index.isOSObject(name)) continue;
      for (const rule of classRules) {
        const result = runs.result(`${rule.meta.id} ${name}`, { cls }, (context, into) => {
          if (rule.trigger.on === "class") runRule<"class">(rule, context, anchor, into);
          if (rule.across) runRule<"class">(rule, context, anchor, into, rule.across);
        });
        addResult(found, result);
      }
      yield;
    }
    const targetRules = this.source.rules.filter((rule) => rule.trigger.on === "target");
    for (const target of state.model.targets) {
      if (target.kind !== "dext") continue;
      for (const rule of targetRules) {
        const result = runs.result(`${rule.meta.id} ${target.definedIn} ${target.name}`, { target }, (context, into) =>
          runRule<"target">(rule, context, target.definedIn, into),
        );
        addResult(found, result);
      }
      yield;
    }
    runs.commit();
    return (this.shared = found);
  }

  private openRuns(owner: string, state: ProjectState): RuleRuns {
    return this.source.ruleResults.open(owner, this.context(state), () => this.isCurrent);
  }

  private rulesOn(on: Rule["trigger"]["on"], path: string): Rule[] {
    const configuration = this.source.configurationFor(path);
    return this.source.rules.filter((rule) => rule.trigger.on === on && levelOf(rule, configuration) !== "off");
  }

  private context(state: ProjectState): BaseContext {
    const { store, parsers } = this.source;
    return {
      project: state.model,
      index: state.index,
      plist: (path) => store.plist(path),
      syntax: (path) => store.syntax(path),
      summary: (path) => store.summary(path),
      targetsOf: (path) => targetsOf(state.model, path),
      statements: (text, origin) => parsers.statements(text, origin),
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
