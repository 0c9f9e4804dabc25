// The mutable side of the façade: takes changes, keeps what is derived from them as long as it holds. No I/O, never throws.
import { compareStrings } from "../base/compare.ts";
import { hash } from "../base/hash.ts";
import { discoverProject } from "../project/discover.ts";
import type { ProjectModel } from "../project/model.ts";
import { belongingFiles } from "../semantics/belongs.ts";
import { indexProject } from "../semantics/index-project.ts";
import type { FileSummary, ProjectIndex } from "../semantics/model.ts";
import type { Rule } from "../rules/define.ts";
import { rules as allRules } from "../rules/registry.generated.ts";
import type { Parsers } from "../syntax/parsers.ts";
import type { AnalysisApi, AnalysisHostApi, FileChange, Work } from "./analysis.ts";
import { defaultConfiguration, type Configuration } from "./config.ts";
import { FunctionCache } from "./function-cache.ts";
import { Snapshot } from "./snapshot.ts";
import { Store } from "./store.ts";

/** What is known of the project as a whole at one revision; rebuilt when a file it depends on changed. */
export interface ProjectState {
  readonly model: ProjectModel;
  readonly index: ProjectIndex;
  /** Changes with every declaration that another file can see; the environment of a function's analysis. */
  readonly indexHash: string;
  /** Why each C++ or `.iig` file is checked or not. */
  readonly membership: ReadonlyMap<string, { readonly belongs: boolean; readonly reason: string }>;
}

/** One workspace. Everything derived is computed lazily, so `apply` is cheap however often it is called. */
export class AnalysisHost implements AnalysisHostApi {
  private readonly store: Store;
  private readonly functions = new FunctionCache();
  private configurationFor: (path: string) => Configuration = () => defaultConfiguration;
  private current = 0;
  private model: ProjectModel | undefined;
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
      const known = this.store.files.has(change.path);
      const kind = this.store.apply(change);
      if (kind === undefined) continue;
      this.current++;
      this.state = undefined;
      // The set of files and the contents of everything but C++ decide which targets there are.
      const setChanged = known !== this.store.files.has(change.path);
      if (setChanged || (kind !== "cpp" && kind !== "iig")) this.model = undefined;
    }
  }

  configure(configurationFor: (path: string) => Configuration): void {
    this.configurationFor = configurationFor;
    this.current++;
  }

  snapshot(): AnalysisApi {
    const revision = this.current;
    return new Snapshot({
      store: this.store,
      parsers: this.parsers,
      rules: this.rules,
      functions: this.functions,
      configurationFor: this.configurationFor,
      project: () => this.project(),
      state: () => this.computeState(),
      isCurrent: () => this.current === revision,
    });
  }

  dispose(): void {
    this.store.dispose();
    this.functions.clear();
    this.model = undefined;
    this.state = undefined;
  }

  get statistics(): { functionsAnalysed: number; functionsGivenUp: number; filesParsed: number } {
    const { analysed, givenUp } = this.functions;
    return { functionsAnalysed: analysed, functionsGivenUp: givenUp, filesParsed: this.store.filesParsed };
  }

  private project(): ProjectModel {
    return (this.model ??= discoverProject(
      {
        paths: [...this.store.files.keys()].sort(compareStrings),
        text: (path: string) => this.store.files.get(path)?.text,
        plist: (path: string) => this.store.plist(path),
      },
      this.parsers,
    ));
  }

  private *computeState(): Work<ProjectState> {
    if (this.state) return this.state;
    const revision = this.current;
    const summaries: FileSummary[] = [];
    const paths = [...this.store.files.keys()].sort(compareStrings);
    for (const path of paths) {
      const kind = this.store.files.get(path)?.kind;
      if (kind !== "cpp" && kind !== "iig") continue;
      const fresh = this.store.files.get(path)?.summary === undefined;
      const summary = this.store.summary(path);
      if (summary) summaries.push(summary);
      if (fresh) yield;
    }
    const texts = (path: string): string => this.store.files.get(path)?.text ?? "";
    const membership = belongingFiles(summaries, texts);
    const members = summaries.filter((summary) => membership.get(summary.path)?.belongs);
    const index = indexProject(members);
    const indexHash = hash(members.map((summary) => `${summary.path}\u0000${summary.declarationHash}`).join("\u0001"));
    const state: ProjectState = { model: this.project(), index, indexHash, membership };
    // The files may have changed while this was paused; then the next caller computes it anew.
    if (revision === this.current) this.state = state;
    return state;
  }
}
