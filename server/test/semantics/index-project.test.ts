// What the project index answers, whatever the order of files.
import assert from "node:assert/strict";
import { indexOf } from "./support.ts";

const files = {
  "/p/Sampler.iig": `
class Sampler : public IOService {
public:
  virtual kern_return_t Start(IOService *provider) override;
  void Interrupt(OSAction *action, uint64_t count, uint64_t time) TYPE(IOInterruptDispatchSource::InterruptOccurred);
};
class EXTENDS(Sampler) SamplerPrivate { virtual void Hidden(uint32_t depth) LOCALONLY; };`,
  "/p/Ivars.h":
    "struct Sampler_IVars { IODispatchQueue *queue; };\n#define MAIN_CLASS Sampler\n#define DEPTH (kBase + 2)\nenum { kBase = 4, kNext };",
  "/p/Sampler.cpp":
    "kern_return_t IMPL(MAIN_CLASS, Start) { return 0; }\nvoid Sampler::Hidden_Impl(Sampler_Hidden_Args) {}\nvoid IMPL(Sampler, Interrupt) {}\nint helper(int n) { return n; }",
};

describe("indexProject", () => {
  it("puts a class together from all files", async () => {
    const index = await indexOf(files);
    const sampler = index.classes.get("Sampler");
    assert.deepEqual(
      sampler?.functions.map((fn) => fn.name),
      ["Start", "Hidden", "Interrupt"],
    );
    assert.equal(sampler?.declaration?.path, "/p/Sampler.iig");
    assert.equal(sampler?.ivars?.name, "Sampler_IVars");
    assert.equal(index.fieldOf("Sampler", "queue")?.type.name, "IODispatchQueue");
    assert.deepEqual(
      index.ancestors("Sampler"),
      ["Sampler", "IOService", "OSObject", "OSMetaClassBase"].slice(0, index.ancestors("Sampler").length),
    );
    assert.equal(index.isOSObject("Sampler"), true);
    assert.equal(index.isOSObject("Sampler_IVars"), false);
  });

  it("gives IMPL its parameters from the .iig, extensions included", async () => {
    const index = await indexOf(files);
    const names = index.classes.get("Sampler")?.functions.map((fn) => index.parametersOf(fn).map((p) => p.name));
    assert.deepEqual(names, [["provider"], ["depth"], ["action", "count", "time"]]);
  });

  it("knows the generated CreateAction methods and DriverKit's own", async () => {
    const index = await indexOf(files);
    const create = index.method("Sampler", "CreateActionInterrupt");
    assert.deepEqual(
      create?.parameters.map((p) => `${p.type.name}${"*".repeat(p.type.pointers)}`),
      ["size_t", "OSAction**"],
    );
    assert.equal(index.method("Sampler", "CreateActionInterrupt"), create);
    assert.equal(index.method("Sampler", "CopyDispatchQueue")?.parameters[1]?.type.pointers, 2);
    assert.equal(index.method("Sampler", "NoSuchMethod"), undefined);
    assert.equal(index.method("NoSuchClass", "Start"), undefined);
  });

  it("evaluates constants of other files", async () => {
    const index = await indexOf(files);
    assert.equal(index.evaluate("DEPTH * kNext"), 30n);
    assert.equal(index.evaluate("kIOInterruptTypePCIMessagedX >> 4"), 0x2000n);
    assert.equal(index.evaluate("kIOReturnError"), 0xe00002bcn);
    assert.equal(index.evaluate("unknown + 1"), undefined);
  });

  it("does not choose between definitions that differ", async () => {
    const index = await indexOf({
      "/a.h": "#ifdef X\n#define N 1\n#define C A\n#else\n#define N 2\n#define C B\n#endif\n#define SAME 3",
      "/b.h": "#define SAME 3",
    });
    assert.equal(index.evaluate("N"), undefined);
    assert.equal(index.evaluate("SAME"), 3n);
    assert.equal(index.resolveName("C"), "C");
  });

  it("ends on names and bases that go in circles", async () => {
    const index = await indexOf({
      "/a.h":
        "#define A B\n#define B A\nclass P : public Q { int x; };\nclass Q : public P { int y; };\nconst int k = k + 1;",
    });
    assert.ok(["A", "B"].includes(index.resolveName("A")));
    assert.deepEqual(index.ancestors("P"), ["P", "Q"]);
    assert.equal(index.method("P", "nothing"), undefined);
    assert.equal(index.evaluate("A + k"), undefined);
  });

  it("does not depend on the order of files", async () => {
    const index = await indexOf(files);
    const reversed = await indexOf(Object.fromEntries(Object.entries(files).reverse()));
    const shown = (each: typeof index): unknown =>
      [...each.classes].map(([name, cls]) => [name, cls.declaration?.path, cls.functions.map((fn) => fn.name)]);
    assert.deepEqual(shown(reversed), shown(index));
    assert.deepEqual(
      reversed.files.map((file) => file.path),
      index.files.map((file) => file.path),
    );
  });
});
