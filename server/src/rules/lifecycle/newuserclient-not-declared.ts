// A personality with a user client, and a class that does not override NewUserClient in its .iig file.
import { compareStrings } from "../../base/compare.ts";
import { valueOf } from "../../plist/document.ts";
import type { ClassInfo } from "../../semantics/model.ts";
import { defineRule, targets, type FileEdit, type RuleFinding } from "../define.ts";
import { dextInfosOf } from "../plist/dext-info.ts";

interface Context {
  readonly cls: ClassInfo;
  readonly key: string;
}

export default defineRule({
  meta: {
    id: "newuserclient-not-declared",
    area: "lifecycle",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A personality has a user client, but its class does not override NewUserClient in the .iig file.",
    why: "The base class's NewUserClient returns kIOReturnError: IOServiceOpen fails with 0xE00002BC, whatever the entitlements say.",
    messages: { missing: "'{class}' does not override NewUserClient, so no app can open the user client “{key}”" },
  },
  trigger: targets(),
  check({ target, plist, index, syntax }) {
    const findings: RuleFinding<"missing">[] = [];
    const seen = new Set<string>();
    for (const info of dextInfosOf(target, plist)) {
      for (const { value: dict } of info.classDicts()) {
        const name = info.text(valueOf(dict, "IOUserClass"));
        const client = dict.entries.find(({ value }) => info.text(valueOf(value, "IOClass")) === "IOUserUserClient");
        const cls = name === undefined ? undefined : index.classes.get(name);
        const declaration = cls?.declaration;
        if (!client || !cls || !declaration?.path.endsWith(".iig") || seen.has(cls.name)) continue;
        if ((syntax(declaration.path)?.errors.length ?? 1) > 0) continue;
        // A framework's class, such as IOUserAudioDriver, brings its own.
        if (index.method(cls.name, "NewUserClient")?.className !== "IOService") continue;
        seen.add(cls.name);
        findings.push({
          message: "missing",
          data: { class: cls.name, key: client.key },
          path: declaration.path,
          span: declaration.nameSpan,
          steps: [
            { path: info.document.path, span: client.keySpan, kind: "use", text: "the personality has a user client" },
          ],
          context: { cls, key: client.key } satisfies Context,
        });
      }
    }
    return findings;
  },
  fixes(context, finding) {
    const { cls, key } = finding.context as Context;
    const iig = context.syntax(finding.path)?.text;
    const { declaration } = cls;
    if (iig === undefined || !declaration) return [];
    const brace = iig.lastIndexOf("}", declaration.span.end - 1);
    if (brace < declaration.span.start) return [];
    const declared = `\npublic:\n    virtual kern_return_t NewUserClient(uint32_t type, IOUserClient ** userClient) override;\n`;
    const edits: FileEdit[] = [
      { path: finding.path, edits: [{ span: { start: brace, end: brace }, newText: declared }] },
    ];
    const source = [...new Set(cls.functions.map(({ path }) => path))].sort(compareStrings)[0];
    const text = source === undefined ? undefined : context.syntax(source)?.text;
    if (source !== undefined && text !== undefined) {
      const end = text.trimEnd().length;
      edits.push({ path: source, edits: [{ span: { start: end, end }, newText: `\n\n${definition(cls.name, key)}` }] });
    }
    return [{ title: "Override NewUserClient", safe: false, edits }];
  },
});

function definition(className: string, key: string): string {
  return `kern_return_t IMPL(${className}, NewUserClient)
{
    IOService * service = nullptr;
    kern_return_t ret = Create(this, "${key}", &service);
    if (ret != kIOReturnSuccess) {
        return ret;
    }
    *userClient = OSDynamicCast(IOUserClient, service);
    if (*userClient == nullptr) {
        OSSafeReleaseNULL(service);
        return kIOReturnError;
    }
    return kIOReturnSuccess;
}`;
}
