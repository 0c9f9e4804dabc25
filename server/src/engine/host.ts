// The mutable side of the façade: takes changes, keeps what is derived from them as long as it holds. No I/O, never throws.
import { compareStrings } from "../base/compare.ts";
import { sameData } from "../base/equal.ts";
import { hash } from "../base/hash.ts";
import { discoverProject } from "../project/discover.ts";
import type { ProjectModel } from "../project/model.ts";
import { belongingFiles } from "../semantics/belongs.ts";
import { indexProject } from "../semantics/index-project.ts";
import type { FileSummary, ProjectIndex } from "../semantics/model.ts";
import { summarize } from "../semantics/summarize.ts";
import type { Rule } from "../rules/define.ts";
import { rules as allRules } from "../rules/registry.generated.ts";
import type { Parsers } from "../syntax/parsers.ts";
import type { AnalysisApi, AnalysisHostApi, FileChange, Statistics, Work } from "./analysis.ts";
import { defaultConfiguration, type Configuration } from "./config.ts";
import { FunctionCache } from "./function-cache.ts";
import { RuleCache } from "./rule-cache.ts";
import { Snapshot } from "./snapshot.ts";
import { Store, type StoredFile } from "./store.ts";

/** What is known of the project as a whole at one revision; rebuilt when a file it depends on changed. */
export interface ProjectState extends CodeState {
  readonly model: ProjectModel;
  /** The same object as long as the model and the code are the same: what is kept by index may rest on either. */
  readonly index: ProjectIndex;
}

/** What the C++ and `.iig` files say together. */
interface CodeState {
  readonly members: readonly FileSummary[];
  /** Changes with every declaration that another file can see; the environment of a function's analysis. */
  readonly indexHash: string;
  /** Why each C++ or `.iig` file is checked or not. */
  readonly membership: ReadonlyMap<string, { readonly belongs: boolean; readonly reason: string }>;
}

/** One workspace. Everything derived is computed lazily, so `apply` is cheap however often it is called. */
export class AnalysisHost implements AnalysisHostApi {
  private readonly store: Store;
  private readonly functions = new FunctionCache();
  private readonly ruleResults = new RuleCache();
  private configurationFor: (path: string) => Configuration = () => defaultConfiguration;
  private sdk: { readonly summaries: readonly FileSummary[]; readonly hash: string } = { summaries: [], hash: "" };
  private current = 0;
  /** Each of the three is made anew only when `apply` says that it may differ, and keeps its identity where it does not. */
  private model: { readonly value: ProjectModel; stale: boolean } | undefined;
  private code: CodeState | undefined;
  private state: ProjectState | undefined;

  private constructor(
    private readonly parsers: Parsers,
    readonly rules: readonly Rule[],
  ) {
    this.store = new Store(parsers);
  }

  /** A host without files. `rules` is for tests; everything else takes all of them. */
  static create(parsers: Parsers, rules: readonly Rule[] = allRules): AnalysisHost {
    return new AnalysisHost(parsers, rules);
  }

  apply(changes: readonly FileChange[]): void {
    for (const change of changes) {
      const before = this.store.files.get(change.path)?.kind;
      if (!this.store.apply(change)) continue;
      this.current++;
      const after = this.store.files.get(change.path)?.kind;
      if (after === undefined) {
        this.functions.forget(change.path);
        this.ruleResults.forget(change.path);
      }
      if (isCode(before) || isCode(after)) this.code = undefined;
      // The set of files and the contents of everything but C++ decide which targets there are.
      if (this.model && (before !== after || !isCode(after))) this.model.stale = true;
    }
  }

  configure(configurationFor: (path: string) => Configuration): void {
    this.configurationFor = configurationFor;
    this.current++;
  }

  useSdk(files: readonly { readonly path: string; readonly text: string }[]): void {
    const summaries = files.map(({ path, text }) => summarize(this.parsers.parse("driverkit", path, text).file, "iig"));
    const declared = hash(summaries.map((summary) => `${summary.path}\u0000${summary.declarationHash}`).join("\u0001"));
    this.sdk = { summaries, hash: files.length > 0 ? declared : "" };
    this.code = undefined;
    this.current++;
  }

  snapshot(): AnalysisApi {
    const revision = this.current;
    return new Snapshot({
      store: this.store,
      parsers: this.parsers,
      rules: this.rules,
      functions: this.functions,
      ruleResults: this.ruleResults,
      configurationFor: this.configurationFor,
      project: () => this.project(),
      state: () => this.computeState(),
      isCurrent: () => this.current === revision,
    });
  }

  dispose(): void {
    this.store.dispose();
    this.functions.clear();
    this.ruleResults.clear();
    this.model = undefined;
    this.code = undefined;
    this.state = undefined;
  }

  get statistics(): Statistics {
    const { analysed, givenUp } = this.functions;
    return {
      functionsAnalysed: analysed,
      functionsGivenUp: givenUp,
      filesParsed: this.store.filesParsed,
      ruleRuns: this.ruleResults.runs,
    };
  }

  private project(): ProjectModel {
    if (this.model && !this.model.stale) return this.model.value;
    const fresh = discoverProject(
      {
        paths: [...this.store.files.keys()].sort(compareStrings),
        text: (path: string) => this.store.files.get(path)?.text,
        plist: (path: string) => this.store.plist(path),
      },
      this.parsers,
    );
    const value = this.model && sameData(this.model.value, fresh) ? this.model.value : fresh;
    this.model = { value, stale: false };
    return value;
  }

  private *computeState(): Work<ProjectState> {
    const revision = this.current;
    const code = yield* this.computeCode();
    const model = this.project();
    if (this.state?.members === code.members && this.state.model === model) return this.state;
    const state: ProjectState = { ...code, model, index: indexProject(code.members, this.sdk.summaries) };
    // The files may have changed while this was paused; then the next caller computes it anew.
    if (revision === this.current) this.state = state;
    return state;
  }

  private *computeCode(): Work<CodeState> {
    if (this.code) return this.code;
    const revision = this.current;
    const summaries: FileSummary[] = [];
    const paths = [...this.store.files.keys()].sort(compareStrings);
    for (const path of paths) {
      if (!isCode(this.store.files.get(path)?.kind)) continue;
      const fresh = this.store.files.get(path)?.summary === undefined;
      const summary = this.store.summary(path);
      if (summary) summaries.push(summary);
      if (fresh) yield;
    }
    const texts = (path: string): string => this.store.files.get(path)?.text ?? "";
    const membership = belongingFiles(summaries, texts);
    const members = summaries.filter((summary) => membership.get(summary.path)?.belongs);
    const declared = members.map((summary) => `${summary.path}\u0000${summary.declarationHash}`);
    const indexHash = hash([this.sdk.hash, ...declared].join("\u0001"));
    const code: CodeState = { members, indexHash, membership };
    if (revision === this.current) this.code = code;
    return code;
  }
}

function isCode(kind: StoredFile["kind"] | undefined): boolean {
  return kind === "cpp" || kind === "iig";
}
