// Rules run again only where something that they read has changed.
import assert from "node:assert/strict";
import type { AnalysisHost } from "../../src/engine/host.ts";
import type { Rule } from "../../src/rules/define.ts";
import { rules as allRules } from "../../src/rules/registry.generated.ts";
import { checkAll, hostOf } from "../support.ts";
import { fortyFiles } from "./forty-files.ts";

const INFO = "/ws/AcmeRAID/Info.plist";
const ENTITLEMENTS = "/ws/AcmeRAID/AcmeRAID.entitlements";
const CODE = "/ws/AcmeRAID/LED1.cpp";

/** By rule and what it was called for ("plist-key-type /ws/…/Info.plist"): the questions that it asked in its last run. */
type Diary = Map<string, Set<string>>;

/** All rules but those on functions, which have a cache of their own, with a diary kept of their runs. */
function watched(diary: Diary): Rule[] {
  const watch = (rule: Rule, check: (context: never) => ReturnType<Rule["check"]>) => {
    return (context: object): ReturnType<Rule["check"]> => {
      const { subject, rests } = subjectOf(context);
      const key = `${rule.meta.id} ${subject}`;
      // A syntax rule is called for each node of a file.
      const asked = (rule.trigger.on === "syntax" ? diary.get(key) : undefined) ?? new Set<string>();
      diary.set(key, asked);
      asked.add(rests);
      const get = (from: object, name: string): unknown => {
        const value: unknown = Reflect.get(from, name);
        if (name === "project" || name === "index") asked.add(name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          asked.add(name === "targetsOf" ? "project" : String(args[0]));
          return Reflect.apply(value, undefined, args);
        };
      };
      return check(new Proxy(context, { get }) as never);
    };
  };
  return allRules
    .filter((rule) => rule.trigger.on !== "function")
    .map((rule) => ({
      ...rule,
      check: watch(rule, rule.check.bind(rule)),
      ...(rule.across ? { across: watch(rule, rule.across.bind(rule)) } : {}),
    }));
}

/** What a rule was called for, and the question whose answer that is. */
function subjectOf(context: object): { readonly subject: string; readonly rests: string } {
  const { document, file, cls, target } = context as Record<string, { readonly path: string; readonly name: string }>;
  const path = document?.path ?? file?.path;
  if (path !== undefined) return { subject: path, rests: path };
  return cls ? { subject: cls.name, rests: "index" } : { subject: target?.name ?? "", rests: "project" };
}

interface Change {
  /** What the rules asked before the edit, and what those asked that ran behind it. */
  readonly before: Diary;
  readonly after: Diary;
  /** Runs behind the edit and, for comparison, before it. */
  readonly runs: number;
  readonly allRuns: number;
  readonly newFindings: readonly string[];
}

/** Checks all files, makes one edit, and checks all again. */
async function change(path: string, from: string, to: string): Promise<Change> {
  const files = fortyFiles();
  assert.equal(Object.keys(files).length, 40);
  assert.ok(files[path]?.includes(from));
  const diary: Diary = new Map();
  const host = await hostOf(files, watched(diary));
  const old = said(host);
  const before = new Map(diary);
  const allRuns = host.statistics.ruleRuns;
  diary.clear();
  host.apply([{ path, text: (files[path] as string).replace(from, to) }]);
  const newFindings = [...said(host)].filter((rule) => !old.has(rule));
  const runs = host.statistics.ruleRuns - allRuns;
  host.dispose();
  return { before, after: diary, runs, allRuns, newFindings };
}

/** The runs of which none of the questions was asked before. */
function without({ before, after }: Change, ...questions: readonly string[]): string[] {
  return [...after.keys()].filter((run) => !questions.some((question) => before.get(run)?.has(question)));
}

function said(host: AnalysisHost): Set<string> {
  return new Set(checkAll(host).flatMap((report) => report.findings.map((finding) => finding.rule)));
}

describe("what runs again in a dext of forty files", () => {
  it("is, for a value in a plist, what read that plist", async () => {
    const changed = await change(INFO, "<string>AcmeRAID</string>", "<string>AcmeRAIDs</string>");
    assert.deepEqual(without(changed, INFO), []);
    assert.ok(changed.newFindings.includes("plist-userclass-unknown"));
    assert.ok(changed.runs < changed.allRuns / 10, `${changed.runs} of ${changed.allRuns}`);
  });

  it("is, for a claim in an entitlements file, what read that file", async () => {
    const changed = await change(ENTITLEMENTS, "1b21", "1b22");
    assert.deepEqual(without(changed, ENTITLEMENTS), []);
    assert.ok(changed.runs > 0 && changed.runs < changed.allRuns / 10, `${changed.runs} of ${changed.allRuns}`);
  });

  it("is nothing for a project file that says the same in other words", async () => {
    const changed = await change(
      "/ws/project.yml",
      "AcmeRAIDApp.entitlements\n",
      "AcmeRAIDApp.entitlements # its app\n",
    );
    assert.equal(changed.runs, 0);
  });

  it("is what points at a setting of a project file, where that setting has moved", async () => {
    const project = `targets:
  Led:
    type: driver-extension
    platform: macOS
    sources: [Driver]
    settings: { INFOPLIST_FILE: Driver/Info.plist, DRIVERKIT_DEPLOYMENT_TARGET: 19.0 }
`;
    const files = {
      "/ws/project.yml": project,
      "/ws/Driver/Info.plist": "<plist><dict><key>CFBundlePackageType</key><string>DEXT</string></dict></plist>",
      "/ws/Driver/Led.cpp":
        "#include <DriverKit/IODMACommand.h>\nvoid Prepare(IODMACommand **command)\n{\n    IODMACommand::Create(nullptr, 0, nullptr, command);\n}\n",
    };
    const host = await hostOf(files);
    const pointedAt = (text: string): string[] =>
      checkAll(host)
        .flatMap(({ findings }) => findings)
        .filter(({ rule }) => rule === "plist-min-driverkit")
        .flatMap(({ steps }) => steps.map(({ path, span }) => `${path} ${text.slice(span.start, span.end)}`));
    assert.deepEqual(pointedAt(project), ["/ws/project.yml 19.0"]);
    const moved = `# Above all.\n${project}`;
    host.apply([{ path: "/ws/project.yml", text: moved }]);
    assert.deepEqual(pointedAt(moved), ["/ws/project.yml 19.0"]);
    host.dispose();
  });

  it("is, for a target that loses a source, all that looks at the target's code", async () => {
    const files = fortyFiles();
    const all = (host: AnalysisHost): string[] =>
      checkAll(host).flatMap(({ findings }) => findings.map(({ path, rule, message }) => `${path} ${rule} ${message}`));
    const host = await hostOf(files);
    const before = all(host);
    const sources = "sources: [AcmeRAID/AcmeRAID.iig, AcmeRAID/AcmeRAIDVars.h, AcmeRAID/AcmeRAID.cpp]";
    const project = { "/ws/project.yml": (files["/ws/project.yml"] as string).replace("sources: [AcmeRAID]", sources) };
    host.apply([{ path: "/ws/project.yml", text: project["/ws/project.yml"] }]);
    const after = all(host);
    const fresh = await hostOf({ ...files, ...project });
    assert.deepEqual(after, all(fresh));
    assert.notDeepEqual(after, before);
    fresh.dispose();
    host.dispose();
  });

  it("is, for code, what read that file or all declarations", async () => {
    const changed = await change(CODE, "uint32_t times", "uint32_t number");
    assert.deepEqual(without(changed, CODE, "index"), []);
    assert.ok(changed.after.size > 0);
    for (const rule of ["plist-key-type", "plist-malformed", "plist-duplicate-key"])
      assert.ok(![...changed.after.keys()].some((run) => run.startsWith(`${rule} `)), rule);
  });
});
