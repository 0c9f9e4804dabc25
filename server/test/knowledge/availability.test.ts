// The table of first versions: it names what the API table knows, in versions that can be compared.
import assert from "node:assert/strict";
import { driverKitClass, driverKitFunction } from "../../src/knowledge/api.ts";
import data from "../../src/knowledge/availability.json" with { type: "json" };
import {
  classIntroducedIn,
  compareVersions,
  DATED_NAMES,
  methodIntroducedIn,
} from "../../src/knowledge/availability.ts";

const rows = [data.releases, data.documentation].flatMap((source) =>
  Object.entries(source).flatMap(([version, names]) => (names as string[]).map((name) => [name, version] as const)),
);

describe("knowledge/availability", () => {
  it("names classes, methods and functions of the API table, each once", () => {
    assert.ok(rows.length > 100);
    assert.equal(new Set(rows.map(([name]) => name)).size, rows.length);
    for (const [name] of rows) {
      const [className = "", method] = name.split("::");
      const known = driverKitClass(className);
      if (method === undefined) assert.ok(known ?? driverKitFunction(name), name);
      else
        assert.ok(
          known?.methods.some((each) => each.name === method),
          name,
        );
    }
  });

  it("has versions later than the first, and a method no earlier than its class", () => {
    for (const [name, version] of rows) {
      assert.match(version, /^\d\d\.\d$/, name);
      assert.ok(compareVersions(version, "19.0") > 0, name);
      const first = classIntroducedIn(name.split("::")[0] ?? "");
      if (first !== undefined) assert.ok(compareVersions(version, first) >= 0, name);
    }
  });

  it("answers by name", () => {
    assert.equal(classIntroducedIn("IOUserAudioDevice"), "21.0");
    assert.equal(classIntroducedIn("IOService"), undefined);
    assert.equal(methodIntroducedIn("IOMemoryDescriptor", "CreateSubMemoryDescriptor"), "20.0");
    assert.equal(methodIntroducedIn("IOService", "Start"), undefined);
    assert.ok(DATED_NAMES.includes("CreateSubMemoryDescriptor"));
    assert.ok(DATED_NAMES.includes("IOEventLink"));
  });

  it("compares versions by their numbers", () => {
    for (const [a, b, sign] of [
      ["19.0", "19", 0],
      ["20.10", "20.9", 1],
      ["9.0", "20", -1],
      ["21.0.1", "21.0", 1],
    ] as const) {
      assert.equal(Math.sign(compareVersions(a, b)), sign, `${a} ${b}`);
    }
  });
});
