// Decides which C++ files are DriverKit code. Kext sources, app code and other C++ of the workspace stay out of the analysis.
import { basename, dirname, join } from "../base/paths.ts";
import { compareStrings } from "../base/compare.ts";
import type { FileSummary } from "./model.ts";

export interface Belonging {
  readonly belongs: boolean;
  /** One sentence part for a person: "includes DriverKit/IOService.h". */
  readonly reason: string;
}

/** `DriverKit/…` and the families' `PCIDriverKit/…`, `AudioDriverKit/…` and so on. */
const DRIVERKIT_HEADER = /^(?:[A-Za-z0-9]*DriverKit)\//;

/** Declares a kernel C++ class; no dext can have it. */
const KEXT_CLASS =
  /\bOSDe(?:fine|clare)(?:Default|Abstract|Final)?(?:MetaClass|Structors|AbstractStructors|FinalStructors)\w*\s*\(/;

/** Names that only code for DriverKit uses: IIG's way of defining methods and calling the base class. */
const IIG_NAMES = /\bIMPL\s*\(\s*\w+\s*,\s*\w+\s*\)|\bSUPERDISPATCH\b|\w::\w+_Impl\s*\(/;

/** Classes that exist in DriverKit and in no kernel, or that are used in DriverKit's way. */
const DRIVERKIT_CLASSES =
  /\b(?:IODispatchQueue|IOInterruptDispatchSource|IOTimerDispatchSource|IODataQueueDispatchSource|OSAction|IOServiceNotificationDispatchSource)\b|\b(?:IOBufferMemoryDescriptor|IODMACommand|IOMemoryDescriptor)\s*::\s*Create\w*\s*\(|->\s*(?:CreateMapping|ConfigureInterrupts|CopyClientMemoryForType|MemoryRead\d+|MemoryWrite\d+)\s*\(|\bCreateAction[A-Z]\w*\s*\(|\bOSSafeReleaseNULL\s*\(/;
const DRIVERKIT_HABITS = /\bkIOReturn\w+|\bkern_return_t\b|\bivars\s*->/;

/**
 * Whether a file is DriverKit code by what stands in it. `.iig` always is. C++ is when it includes a DriverKit header or a
 * header generated from one of the project's `.iig` (`generatedHeaders`: names like "Driver.h", without folders), when it
 * defines methods in IIG's way, or when it includes nothing at all and uses DriverKit's names: code pasted from elsewhere.
 * Kernel sources never are.
 */
export function belongs(summary: FileSummary, text: string, generatedHeaders: ReadonlySet<string>): Belonging {
  if (summary.language === "iig") return { belongs: true, reason: "is an .iig file" };
  const signs = signsOf(summary, text);
  if (signs.kernelClass) return { belongs: false, reason: "defines a kernel class" };
  const header = summary.includes.find((include) => DRIVERKIT_HEADER.test(include.name));
  if (header) return { belongs: true, reason: `includes ${header.name}` };
  const kernel = summary.includes.find((include) => isKernelHeader(include.name));
  if (kernel) return { belongs: false, reason: `includes the kernel's ${kernel.name}` };
  const generated = summary.includes.find((include) => isGenerated(include.name, summary.path, generatedHeaders));
  if (generated) return { belongs: true, reason: `includes ${generated.name}, which is made from an .iig file` };
  if (signs.iig) return { belongs: true, reason: "defines methods with IMPL or _Impl" };
  if (signs.pasted) return { belongs: true, reason: "includes nothing and uses DriverKit's classes" };
  return { belongs: false, reason: "includes no DriverKit header" };
}

/** What a file's text says of it. */
interface Signs {
  readonly kernelClass: boolean;
  readonly iig: boolean;
  readonly pasted: boolean;
}

/** A summary belongs to one text, so the text is searched once for each. */
const knownSigns = new WeakMap<FileSummary, Signs>();

function signsOf(summary: FileSummary, text: string): Signs {
  const known = knownSigns.get(summary);
  if (known) return known;
  const signs = {
    kernelClass: KEXT_CLASS.test(text),
    iig: IIG_NAMES.test(text),
    pasted: summary.includes.length === 0 && DRIVERKIT_CLASSES.test(text) && DRIVERKIT_HABITS.test(text),
  };
  knownSigns.set(summary, signs);
  return signs;
}

/** IOKit's headers that only kernel code can include; IOKit/IOKitLib.h and the like are an app's. */
function isKernelHeader(name: string): boolean {
  return (
    /^(?:libkern\/c\+\+\/|IOKit\/(?:IOService|IOUserClient|IOLib|IOWorkLoop|IOCommandGate|IOInterruptEventSource|IOFilterInterruptEventSource|IOTimerEventSource|IOMemoryDescriptor|IOBufferMemoryDescriptor|IODMACommand|IODeviceTreeSupport|IOPlatformExpert)\.h)/.test(
      name,
    ) || /^(?:sys\/(?:kernel|systm)|kern\/)/.test(name)
  );
}

/** `"Driver.h"`, `<Target/Driver.h>` or `<com.example.driver/Driver.h>`; deeper folders and IOKit's are the system's. */
function isGenerated(name: string, path: string, generatedHeaders: ReadonlySet<string>): boolean {
  const base = basename(name);
  if (name.split("/").length > 2 || name.startsWith("IOKit/")) return false;
  return generatedHeaders.has(base) && basename(path) !== base;
}

/** The names of the headers that the `.iig` compiler writes for the given files: "Driver.h" for "…/Driver.iig". */
export function generatedHeadersOf(paths: readonly string[]): Set<string> {
  return new Set(paths.filter((path) => path.endsWith(".iig")).map((path) => `${basename(path).slice(0, -4)}.h`));
}

/**
 * Whether each file is DriverKit code, seen together: a source that includes a header of the workspace which is DriverKit code
 * is so too, and so is every header that DriverKit code includes. Includes are found beside the including file, else by the
 * longest matching end of a path where that is unique. Keys are paths; the answer does not depend on the files' order.
 */
export function belongingFiles(
  summaries: readonly FileSummary[],
  textOf: (path: string) => string,
): ReadonlyMap<string, Belonging> {
  const ordered = [...summaries].sort((a, b) => compareStrings(a.path, b.path));
  const generated = generatedHeadersOf(ordered.map((summary) => summary.path));
  const result = new Map<string, Belonging>();
  const byName = new Map<string, string[]>();
  const kernel = new Set<string>();
  for (const summary of ordered) {
    const text = textOf(summary.path);
    result.set(summary.path, belongs(summary, text, generated));
    if (signsOf(summary, text).kernelClass || summary.includes.some((include) => isKernelHeader(include.name)))
      if (!result.get(summary.path)?.belongs) kernel.add(summary.path);
    add(byName, basename(summary.path), summary.path);
  }
  const resolve = (from: string, include: string): string | undefined => {
    const beside = join(dirname(from), include);
    if (result.has(beside)) return beside;
    const named = byName.get(basename(include)) ?? [];
    const matching = named.filter((path) => path.endsWith(`/${include}`));
    const candidates = matching.length > 0 ? matching : named;
    return candidates.length === 1 ? candidates[0] : undefined;
  };
  const includes = new Map<string, string[]>();
  const includers = new Map<string, string[]>();
  for (const summary of ordered)
    for (const include of summary.includes) {
      const target = resolve(summary.path, include.name);
      if (target === undefined) continue;
      add(includes, summary.path, target);
      add(includers, target, summary.path);
    }
  // First upwards: whoever includes DriverKit code and is not the kernel's. Then downwards: what DriverKit code includes.
  const spread = (edges: ReadonlyMap<string, readonly string[]>, reason: (name: string) => string): void => {
    const queue = [...result.keys()].filter((path) => result.get(path)?.belongs);
    for (let i = 0; i < queue.length; i++)
      for (const other of edges.get(queue[i] as string) ?? []) {
        if (kernel.has(other) || result.get(other)?.belongs) continue;
        result.set(other, { belongs: true, reason: reason(basename(queue[i] as string)) });
        queue.push(other);
      }
  };
  spread(includers, (name) => `includes ${name}, which is DriverKit code`);
  spread(includes, (name) => `is included by ${name}, which is DriverKit code`);
  return result;
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
