// The SCSI rules on the ways in which real host adapters fill their constraints: tables, lambdas, helpers, macros, other files.
import assert from "node:assert/strict";
import { rules } from "../../src/rules/registry.generated.ts";
import { checkAll, hostOf } from "../support.ts";

const KEYS = [
  "kIOMaximumSegmentCountReadKey",
  "kIOMaximumSegmentCountWriteKey",
  "kIOMaximumSegmentByteCountReadKey",
  "kIOMaximumSegmentByteCountWriteKey",
  "kIOMinimumSegmentAlignmentByteCountKey",
  "kIOMaximumSegmentAddressableBitCountKey",
  "kIOMinimumHBADataAlignmentMaskKey",
];
const HEAD = "#include <DriverKit/DriverKit.h>\n";
const own = rules.filter(({ meta }) => meta.id.startsWith("scsi-"));

async function found(files: Readonly<Record<string, string>>): Promise<string[]> {
  const host = await hostOf(files, own);
  const reports = checkAll(host);
  host.dispose();
  assert.deepEqual(
    reports.flatMap(({ errors }) => errors),
    [],
  );
  return reports.flatMap(({ findings }) => findings.map(({ rule, message }) => `${rule}: ${message}`));
}
const body = (inside: string): string =>
  `${HEAD}kern_return_t IMPL(Hba, UserInitializeController)\n{\n${inside}\n    return UserReportHBAConstraints(constraints);\n}\n`;

describe("scsi/constraints", () => {
  it("is silent for a lambda that sets each key", async () => {
    const sets = KEYS.map((key) => `    setNumber(${key}, 4);`).join("\n");
    const lambda =
      "    auto setNumber = [&](const char * key, uint64_t value) { constraints->setObject(key, one); };\n";
    assert.deepEqual(await found({ "/p/Hba.cpp": body(lambda + sets) }), []);
  });

  it("is silent for a table, also in a header and behind macros", async () => {
    const table = `static const Entry entries[] = {\n${KEYS.map((key) => `    { ${key}, 1 },`).join("\n")}\n};\n`;
    assert.deepEqual(await found({ "/p/Hba.cpp": body(""), "/p/Table.h": HEAD + table }), []);
    const macros = KEYS.map((key, at) => `#define MY_KEY_${at} ${key}\n`).join("");
    assert.deepEqual(await found({ "/p/Hba.cpp": macros + body("") }), []);
  });

  it("counts no key in a comment", async () => {
    const sets = KEYS.slice(0, 6).map((key) => `    Set(constraints, ${key}, 4);`);
    const result = await found({ "/p/Hba.cpp": body(`${sets.join("\n")}\n    // ${KEYS[6]}`) });
    assert.deepEqual(result, [
      "scsi-constraints-missing-key: the constraints lack kIOMinimumHBADataAlignmentMaskKey; without it the system panics",
    ]);
  });

  it("reports a missing key once, however often the constraints are handed over", async () => {
    const code = body(`    Set(constraints, ${KEYS[0]}, 4);\n    UserReportHBAConstraints(constraints);`);
    const result = await found({ "/p/Hba.cpp": code });
    assert.equal(result.length, 1);
    assert.match(result[0] ?? "", /lack kIOMaximumSegmentCountWriteKey and 5 more/);
  });

  it("is silent when no key is named at all, and when nothing is reported", async () => {
    assert.deepEqual(await found({ "/p/Hba.cpp": body("") }), []);
    assert.deepEqual(await found({ "/p/Hba.cpp": `${HEAD}void F() { Set(d, ${KEYS[0]}, 4); }\n` }), []);
  });

  it("tells the constraints from properties that are published in the same function", async () => {
    const all = KEYS.map((key) => `    constraints->setObject(${key}, one);`).join("\n");
    const published = `${all}\n    properties->setObject(kIOMaximumByteCountWriteKey, one);\n    SetProperties(properties);`;
    assert.deepEqual(await found({ "/p/Hba.cpp": body(published) }), []);
    const mixed = published.replace("properties->setObject", "constraints->setObject");
    assert.equal((await found({ "/p/Hba.cpp": body(mixed) })).length, 1);
  });
});
