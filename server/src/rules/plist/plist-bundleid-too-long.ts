// A dext whose bundle id is longer than the kernel takes.
import { entryOf, stringOf, valueOf, type PlistValue } from "../../plist/document.ts";
import { expandVariables, isTemplate } from "../../project/build-settings.ts";
import type { TargetConfiguration } from "../../project/model.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { dextInfosOf, inConfigurations, type DextInfo } from "./dext-info.ts";

/**
 * KMOD_MAX_NAME, 64, with the end of the string (xnu, osfmk/mach/kmod.h). A dext is registered by OSKext::initWithCodelessInfo, which calls
 * OSKext::setInfoDictionaryAndPath, where longer ids are refused.
 */
const MAX_LENGTH = 63;

export default defineRule({
  meta: {
    id: "plist-bundleid-too-long",
    area: "plist",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "The bundle id of a dext has more than 63 characters.",
    why: "The kernel keeps ids of drivers in 64 bytes and refuses a bundle whose id is longer, so the dext is never registered.",
    messages: {
      long: "this bundle id has {length} characters{where}; the kernel refuses one of more than 63",
      server: "this server name has {length} characters; the driver's process gives the kernel only 63 of them",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    return dextInfosOf(target, plist).flatMap((info): RuleFinding<"long" | "server">[] => {
      const entry = entryOf(info.root, "CFBundleIdentifier");
      if (!entry?.value) return longServerNames(info);
      const lengths = info.configurations.map((each) => new TextEncoder().encode(info.idIn(each) ?? "").length);
      const long = info.configurations.filter(
        (each, index) => (lengths[index] ?? 0) > MAX_LENGTH && !dependsOnTeam(each, entry.value),
      );
      if (long.length === 0) return longServerNames(info);
      const data = { length: String(Math.max(...lengths)), where: inConfigurations(long, info.configurations) };
      return [{ message: "long", data, path: info.document.path, span: entry.value.contentSpan }];
    });
  },
});

/** IOUserServer::Create takes the name as char[64], with the end of the string (xnu, iokit/DriverKit/IOUserServer.iig). */
function longServerNames(info: DextInfo): RuleFinding<"server">[] {
  return info.dextPersonalities().flatMap(({ value: personality }): RuleFinding<"server">[] => {
    const value = valueOf(personality, "IOUserServerName");
    const name = info.text(value);
    const length = new TextEncoder().encode(name ?? "").length;
    if (!value || length <= MAX_LENGTH || info.configurations.some((each) => dependsOnTeam(each, value))) return [];
    return [{ message: "server", data: { length: String(length) }, path: info.document.path, span: value.contentSpan }];
  });
}

/** True for an id that has the developer team's in it: what the project file says of the team is for whoever saved it. */
function dependsOnTeam({ variables }: TargetConfiguration, value: PlistValue | undefined): boolean {
  const others = new Map([...variables].filter(([name]) => name !== "DEVELOPMENT_TEAM"));
  return isTemplate(expandVariables(stringOf(value) ?? "", others));
}
