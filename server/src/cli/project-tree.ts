// The projects as a tree for a terminal. Everything fits into 100 columns; what is longer is wrapped or cut.
import { createColors } from "picocolors";
import { basename, dirname, isWithin, relative } from "../base/paths.ts";
import { plural } from "../base/plural.ts";
import type {
  AppReport,
  CreateReport,
  DextReport,
  EntitlementsReport,
  HostReport,
  InfoPlistReport,
  PersonalityReport,
  ProjectReport,
} from "../features/project-report.ts";
import { sanitize, widthOf, wrap } from "./text-width.ts";

export interface TreeOptions {
  readonly color: boolean;
  readonly columns: number;
  shownPath(path: string): string;
}

type Colors = ReturnType<typeof createColors>;

/** A line of the tree with what hangs below it. */
interface Node {
  readonly text: string;
  /** Shown dimmed behind the text, wrapped below it where there is no room. */
  readonly note?: string;
  readonly children?: readonly Node[];
  /** Columns that the texts of the siblings are padded to, so that the notes stand below one another. */
  readonly pad?: number;
}

const DRIVERKIT = "com.apple.developer.";
/** A column of notes does not begin further right than this. */
const MAX_PAD = 52;

/** The reports of all projects, one tree a dext. */
export function formatTree(
  reports: readonly (ProjectReport & { readonly root: string })[],
  options: TreeOptions,
): string {
  const printer = new TreePrinter(options);
  const blocks: string[] = [];
  for (const report of reports) {
    blocks.push(...report.dexts.map((dext) => printer.print(printer.dext(dext))));
    if (report.otherApps.length > 0) blocks.push(printer.print(printer.otherApps(report.otherApps)));
    if (report.notes.length > 0) blocks.push(printer.print(printer.undecided(report.notes)));
  }
  if (reports.every(({ dexts }) => dexts.length === 0)) blocks.unshift("No dext was found.\n");
  return blocks.join("\n");
}

class TreePrinter {
  private readonly colors: Colors;
  private readonly width: number;

  constructor(private readonly options: TreeOptions) {
    this.colors = createColors(options.color);
    this.width = Math.max(60, Math.min(options.columns, 100));
  }

  dext(dext: DextReport): Node {
    const { colors } = this;
    const facts: Node[] = [
      this.fact("bundle id", dext.bundleIds.join(", ") || "not known"),
      this.fact("defined in", this.path(dext.definedIn)),
    ];
    if (dext.deploymentTargets.length > 0) facts.push(this.fact("DriverKit", dext.deploymentTargets.join(", ")));
    return {
      text: `${colors.bold(sanitize(dext.name))}  ${colors.cyan("dext")}`,
      children: [
        ...facts,
        ...dext.infoPlists.map((each) => this.infoPlist(each)),
        ...dext.entitlements.map((each) => this.entitlements(each)),
        this.classes(dext),
        ...dext.hosts.map((host) => this.host(host)),
        ...dext.openers.map((app) => ({ ...this.app(app), text: `opened by ${this.app(app).text}` })),
        { text: colors.dim("concluded"), children: dext.notes.map((note) => ({ text: "", note })) },
      ],
    };
  }

  otherApps(apps: readonly AppReport[]): Node {
    return { text: this.colors.bold("Other apps"), children: apps.map((app) => this.app(app)) };
  }

  undecided(notes: readonly string[]): Node {
    return {
      text: this.colors.bold("Not decided"),
      children: notes.map((note) => ({ text: "", note: this.relativeNote(note) })),
    };
  }

  print(node: Node): string {
    const out: string[] = [];
    this.lines(node, "", "", out);
    return `${out.join("\n")}\n`;
  }

  private fact(name: string, value: string): Node {
    return { text: `${this.colors.dim(name.padEnd(12))}${sanitize(value)}` };
  }

  private infoPlist({ path, configurations, problem, personalities }: InfoPlistReport): Node {
    return {
      ...this.file(path, configurations, problem),
      children: personalities.map((each) => this.personality(each)),
    };
  }

  private personality({ name, provider, userClass, kernelClass, matches, creates }: PersonalityReport): Node {
    const { colors } = this;
    const arrow = colors.dim("→");
    const kernel = kernelClass === undefined ? "" : colors.dim(` (${sanitize(kernelClass)})`);
    const from = sanitize(provider ?? "no IOProviderClass");
    const children: Node[] = matches.map(({ key, value, meaning }) => ({
      text: `${key} ${sanitize(value)}`,
      note: meaning,
    }));
    children.push(...creates.map((each) => this.create(each)));
    return {
      text: `${colors.bold(sanitize(name))}  ${from} ${arrow} ${colors.green(sanitize(userClass ?? "no IOUserClass"))}${kernel}`,
      children: aligned(children),
    };
  }

  private create({ key, userClass, creates }: CreateReport): Node {
    return {
      text: `${sanitize(key)} ${this.colors.dim("→")} ${this.colors.green(sanitize(userClass))}`,
      children: creates.map((each) => this.create(each)),
    };
  }

  private entitlements({ path, configurations, problem, claims }: EntitlementsReport): Node {
    return {
      ...this.file(path, configurations, problem),
      children: aligned(
        claims.flatMap(({ key, values }): Node[] => {
          const name = sanitize(key.startsWith(DRIVERKIT) ? key.slice(DRIVERKIT.length) : key);
          const [only] = values;
          if (values.length === 0) return [{ text: name, note: "empty" }];
          if (values.length === 1 && only) {
            if (only.meaning === "") return [{ text: name, note: sanitize(only.value) }];
            return [{ text: name, children: [{ text: sanitize(only.value), note: only.meaning }] }];
          }
          const children = values.map(({ value, meaning }) => ({ text: sanitize(value), note: meaning }));
          return [{ text: name, children: aligned(children) }];
        }),
      ),
    };
  }

  /** The folder that all classes lie in stands once, behind their number. */
  private classes({ classes, sources }: DextReport): Node {
    const { colors } = this;
    const folder = commonFolder(classes.map(({ place }) => place.path));
    return {
      text: `${plural(classes.length, "class", "classes")} ${colors.dim(`in ${plural(sources.length, "source file")}`)}`,
      note: classes.length === 0 ? "" : this.path(folder),
      children: aligned(
        classes.map(({ name, base, place }) => ({
          text: `${colors.green(sanitize(name))}${base === undefined ? "" : colors.dim(` : ${sanitize(base)}`)}`,
          note: sanitize(fileOf(name, relative(folder, place.path))),
        })),
      ),
    };
  }

  private host(host: HostReport): Node {
    const app = this.app(host);
    const because = { text: this.colors.dim(`from        ${sanitize(host.because)}`) };
    return { ...app, text: `brought by ${app.text}`, children: [because, ...(app.children ?? [])] };
  }

  private app(app: AppReport): Node {
    const { colors } = this;
    const id = app.bundleIds.length > 0 ? colors.dim(`  ${sanitize(app.bundleIds.join(", "))}`) : "";
    return {
      text: `${colors.bold(sanitize(app.name))}  ${colors.cyan("app")}${id}`,
      children: app.entitlements.map((each) => this.entitlements(each)),
    };
  }

  private file(path: string, configurations: readonly string[], problem: string | undefined): Node {
    const parts = [configurations.join(", "), problem ?? ""].filter((part) => part !== "");
    return { text: this.path(path), note: parts.join(" · ") };
  }

  private path(path: string): string {
    return sanitize(this.options.shownPath(path));
  }

  /** Notes of the model name files by their full paths. */
  private relativeNote(note: string): string {
    return note.replace(/(?:[A-Za-z]:)?\/[^\s,;:]+/g, (path) => this.options.shownPath(path));
  }

  private lines(node: Node, lead: string, below: string, out: string[]): void {
    const { colors, width } = this;
    const room = width - widthOf(below);
    const gap = node.text === "" ? "" : " ".repeat(Math.max(0, (node.pad ?? 0) - widthOf(plain(node.text))) + 2);
    const note = sanitize(node.note ?? "");
    const used = widthOf(plain(node.text)) + gap.length;
    if (used + widthOf(note) <= room && note !== "") {
      out.push(colors.dim(lead) + node.text + gap + colors.dim(note));
    } else {
      if (node.text !== "")
        out.push(...this.cut(node.text, room).map((text, at) => colors.dim(at === 0 ? lead : below) + text));
      const indent = node.text === "" ? "" : "    ";
      const wrapped = note === "" ? [] : wrap(note, room - indent.length);
      out.push(...wrapped.map((text, at) => colors.dim((node.text === "" && at === 0 ? lead : below) + indent + text)));
    }
    const children = node.children ?? [];
    children.forEach((child, at) => {
      const last = at === children.length - 1;
      this.lines(child, `${below}${last ? "└─ " : "├─ "}`, `${below}${last ? "   " : "│  "}`, out);
    });
  }

  /** A text that is too wide loses its colours and is broken between words. */
  private cut(text: string, room: number): string[] {
    if (widthOf(plain(text)) <= room) return [text];
    return wrap(plain(text), room - 4).map((line, at) => (at === 0 ? line : `    ${line}`));
  }
}

/** A class's file; of one that is called like the class, only where it lies. */
function fileOf(className: string, path: string): string {
  if (!basename(path).startsWith(`${className}.`)) return path;
  return path.includes("/") ? dirname(path) : "";
}

/** The innermost folder that all paths lie in. */
function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? "");
  while (!paths.every((path) => isWithin(folder, path)) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function aligned(nodes: readonly Node[]): Node[] {
  const noted = nodes.filter(({ note, children }) => (note ?? "") !== "" && (children ?? []).length === 0);
  const widths = noted.map(({ text }) => widthOf(plain(text))).filter((width) => width <= MAX_PAD);
  const pad = Math.max(0, ...widths);
  return nodes.map((node) => ({ ...node, pad }));
}

/** The text without colours. */
function plain(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}
