// The editor's `driverkit.*` settings as the server understands them. What is wrong in them is left out, never fatal.
import { defaultConfiguration, isRuleLevel, type Configuration, type RuleLevel } from "../engine/config.ts";

export interface Settings {
  /** Laid over `dextlint.json`. */
  readonly configuration: Configuration;
  /** Whose findings are shown: all files of a dext, or open ones only. */
  readonly scope: "dext" | "open";
  /** When findings are computed for clients that are pushed to; clients that pull decide themselves. */
  readonly run: "onType" | "onSave";
  /** The folder of a DriverKit SDK; empty for none. */
  readonly sdk: string;
}

export const defaultSettings: Settings = { configuration: defaultConfiguration, scope: "dext", run: "onType", sdk: "" };

/** Reads the section `driverkit`, whatever the client sent. `folder` is what the patterns of `ignore` are relative to. */
export function readSettings(section: unknown, folder: string): Settings {
  const values = asRecord(section);
  const rules: Record<string, RuleLevel> = {};
  for (const [id, level] of Object.entries(asRecord(values["rules"]))) if (isRuleLevel(level)) rules[id] = level;
  const ignore = values["ignore"];
  const patterns = Array.isArray(ignore)
    ? ignore.filter((each): each is string => typeof each === "string" && each !== "")
    : [];
  return {
    configuration: { rules, ignore: patterns.length > 0 ? [{ folder, patterns }] : [] },
    scope: values["scope"] === "open" ? "open" : "dext",
    run: values["run"] === "onSave" ? "onSave" : "onType",
    sdk: typeof values["sdk"] === "string" ? values["sdk"].replaceAll("\\", "/") : "",
  };
}

/** The value as a record; an empty one for anything that is no object. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
