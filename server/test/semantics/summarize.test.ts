// What a file's summary holds, on well-formed, half-typed and hostile texts.
import assert from "node:assert/strict";
import type { FunctionInfo } from "../../src/semantics/model.ts";
import { summaryOf } from "./support.ts";

const shown = (fn: FunctionInfo): string =>
  `${fn.form} ${fn.className ?? ""}::${fn.name}(${fn.parameters.map((p) => `${p.type.text} ${p.name}`.trim()).join(", ")})${fn.returns ? ` ${fn.returns.text}` : ""}${fn.outer ? ` in ${fn.outer.name}` : ""}`;

async function functionsOf(text: string, path?: string): Promise<string[]> {
  return (await summaryOf(text, path)).functions.map(shown);
}

describe("summarize: functions", () => {
  it("reads every way to define a method", async () => {
    assert.deepEqual(
      await functionsOf(`
kern_return_t IMPL(Sampler, Start) { return 0; }
kern_return_t Sampler::Stop_Impl(IOService *provider) { return 0; }
kern_return_t Sampler::Poll_Impl(Sampler_Poll_Args) { return 0; }
bool Sampler::init(void) { return true; }
Sampler::~Sampler() {}
static inline IOMemoryMap *map(const char *name, int *const &r, ...) { return nullptr; }
auto later() -> bool { return true; }
template <typename T> T twice(T value, int n = 3) { return value; }
extern "C" { void plain(void) {} }
namespace a { namespace { int inner() { return 1; } } }
`),
      [
        "impl Sampler::Start() kern_return_t",
        "impl Sampler::Stop(IOService * provider) kern_return_t",
        "impl Sampler::Poll() kern_return_t",
        "plain Sampler::init() bool",
        "plain Sampler::~Sampler()",
        "plain ::map(const char * name, int * & r) IOMemoryMap *",
        "plain ::later() bool",
        "plain ::twice(T value, int n) T",
        "plain ::plain() void",
        "plain ::inner() int",
      ],
    );
  });

  it("reads blocks and lambdas with the function they stand in", async () => {
    assert.deepEqual(
      await functionsOf(`
kern_return_t Sampler::Run() {
  auto test = [this](int x) -> bool { return x; };
  auto open = [&] { return 1; };
  queue->DispatchAsync(^{ other->RunAction(^kern_return_t(int a) { return a; }); });
  return 0;
}
static auto table = [](int n) { return n; };
`),
      [
        "plain Sampler::Run() kern_return_t",
        "lambda Sampler::(int x) bool in Run",
        "lambda Sampler::() in Run",
        "block Sampler::() in Run",
        "block Sampler::(int a) kern_return_t in ",
        "lambda ::(int n)",
      ],
    );
  });

  it("does not take a local class's method for the outer function's", async () => {
    const { functions } = await summaryOf("kern_return_t f() { struct L { bool g() { return true; } }; return 0; }");
    assert.deepEqual(functions.map(shown), ["plain ::f() kern_return_t", "plain L::g() bool"]);
  });

  it("reads methods defined in a class", async () => {
    const { functions, classes } = await summaryOf(
      "struct S { int f() const { return 1; } template <class T> void g(T t) {} };",
    );
    assert.deepEqual(functions.map(shown), ["plain S::f() int", "plain S::g(T t) void"]);
    assert.deepEqual(
      classes[0]?.methods.map((method) => method.name),
      ["f", "g"],
    );
  });

  it("resolves a class macro of the same file and keeps one that is not defined", async () => {
    assert.deepEqual(
      await functionsOf("#define MAIN Sampler\nvoid IMPL(MAIN, A) { run(^{ b(); }); }\nvoid IMPL(OTHER_NAME, B) {}"),
      ["impl Sampler::A() void", "block Sampler::() in A", "impl OTHER_NAME::B() void"],
    );
  });

  it("places names where they stand", async () => {
    const text = "\nvoid IMPL(Sampler, Start) {}\nint Sampler::twice(int n) { return n; }";
    const names = (await summaryOf(text)).functions.map((fn) => text.slice(fn.nameSpan.start, fn.nameSpan.end));
    assert.deepEqual(names, ["Start", "twice"]);
  });
});

describe("summarize: conditional code", () => {
  it("leaves out what no dext compiles and reads all alternatives of the rest", async () => {
    const text = `
#if 0
int dead() { return 0; }
#else
int a() { return 0; }
#endif
#ifdef KERNEL
int kext() { return 0; }
#endif
#ifndef __KERNEL__
int b() { return 0; }
#else
int kext2() { return 0; }
#endif
#if !defined(KERNEL) && defined(FEATURE)
int c() { return 0; }
#elif FEATURE > 2
int d() { return 0; }
#else
int e() { return 0; }
#endif
#if TARGET_OS_DRIVERKIT
int f() { return 0; }
#else
int app() { return 0; }
#endif`;
    assert.deepEqual(
      (await summaryOf(text)).functions.map((fn) => fn.name),
      ["a", "b", "c", "d", "e", "f"],
    );
  });
});

describe("summarize: declarations", () => {
  const iig = `
class KERNEL Sampler : public IOService
{
public:
  virtual kern_return_t Start(IOService *provider) override LOCAL;
  virtual void Done(OSAction *action TARGET, uint64_t count, uint64_t time)
      TYPE(IOInterruptDispatchSource::InterruptOccurred) QUEUENAME(Work);
  static kern_return_t Make(OSArray<OSNumber *> *list, Sampler **out);
  virtual kern_return_t Hook(const IORPC &rpc) = 0;
private:
  IODispatchQueue *queue;
};
class EXTENDS(Sampler) SamplerPrivate { virtual void Hidden() LOCALONLY; };`;

  it("reads an .iig class with its marks", async () => {
    const { classes } = await summaryOf(iig, "/p/Sampler.iig");
    const [sampler, extension] = classes;
    assert.equal(sampler?.base, "IOService");
    assert.deepEqual(sampler.attributes, ["KERNEL"]);
    assert.deepEqual(extension?.attributes, ["EXTENDS(Sampler)"]);
    const [start, done, make, hook] = sampler.methods;
    assert.deepEqual([start?.override, start?.attributes], [true, ["LOCAL"]]);
    assert.deepEqual(
      [done?.attributes, done?.actionType, done?.queueName],
      [["TYPE", "QUEUENAME"], "IOInterruptDispatchSource::InterruptOccurred", "Work"],
    );
    assert.deepEqual(done?.parameters[0]?.attributes, ["TARGET"]);
    assert.deepEqual([make?.static, make?.parameters[1]?.type.pointers], [true, 2]);
    assert.equal(make?.parameters[0]?.type.argument?.name, "OSNumber");
    assert.equal(hook?.pure, true);
    assert.deepEqual(
      sampler.fields.map((each) => each.name),
      ["queue"],
    );
  });

  it("reads members, nested types without a name and pointers to functions", async () => {
    const { classes, constants } = await summaryOf(`
struct Sampler_IVars {
  IODispatchQueue *queues[5];
  OSSharedPtr<OSAction> action;
  struct { IOPCIDevice *dev; } io;
  union { int a; int b; };
  void (*callback)(int);
  enum { kFirst = 2, kSecond, kThird };
  static const int kMax = 5;
};
typedef struct { int x; } Point;`);
    const fields = new Map(
      classes.map((each) => [
        each.name,
        each.fields.map((f) => `${f.type.name}${"*".repeat(f.type.pointers)} ${f.name}`),
      ]),
    );
    assert.deepEqual(fields.get("Sampler_IVars"), [
      "IODispatchQueue* queues",
      "OSSharedPtr action",
      "Sampler_IVars::io io",
      "int a",
      "int b",
      "* callback",
      "int kMax",
    ]);
    assert.deepEqual(fields.get("Sampler_IVars::io"), ["IOPCIDevice* dev"]);
    assert.deepEqual(fields.get("Point"), ["int x"]);
    assert.equal(constants.get("kThird"), "(2) + 2");
    assert.equal(constants.get("kMax"), "5");
  });

  it("reads macros", async () => {
    const { macros } = await summaryOf(
      '#define ONE 1 // first\n#define REL(x) do { \\\n  if (x) x->release(); } while (0)\n#define LOG(f, a...) os_log(D, "//" f, ##a)\n#define V(...) f(__VA_ARGS__)\n',
    );
    assert.deepEqual(
      macros.map((macro) => [macro.name, macro.parameters, macro.variadic, macro.body]),
      [
        ["ONE", undefined, false, "1"],
        ["REL", ["x"], false, "do { \n  if (x) x->release(); } while (0)"],
        ["LOG", ["f", "a"], true, 'os_log(D, "//" f, ##a)'],
        ["V", ["__VA_ARGS__"], true, "f(__VA_ARGS__)"],
      ],
    );
  });
});

describe("summarize: code outside any function", () => {
  it("makes a function of each run of statements, and ends runs at elision lines", async () => {
    const text =
      "ret = Create(1);\nif (ret) return;\n.....\nfor (int i = 0; i < 3; i++) { use(i); }\nvoid f();\nx->y();\n";
    const { functions } = await summaryOf(text);
    assert.deepEqual(
      functions.map((fn) => [fn.form, text.slice(fn.node.start, fn.node.end).split("\n")[0]]),
      [
        ["top-level", "ret = Create(1);"],
        ["top-level", "for (int i = 0; i < 3; i++) { use(i); }"],
        ["top-level", "x->y();"],
      ],
    );
  });

  it("takes neither declarations nor calls of macros for statements", async () => {
    const text = "static int a = 1;\nOSDefine(Foo);\nIOService *s = nullptr;\nint f();\n;\n";
    assert.deepEqual((await summaryOf(text)).functions, []);
  });

  it("does not take the rest of a function with a stray brace for a snippet", async () => {
    const { functions } = await summaryOf("void f() { a(); } }\n b->c();\n return;\n}\nvoid g() {}");
    assert.ok(functions.every((fn) => fn.form !== "top-level"));
  });
});

describe("summarize: the declaration hash", () => {
  const code = "#define N 1\nstruct S { int a; };\nint f(int x) { return x; }\nvoid g() {}\n";
  const same: Record<string, string> = {
    "a body changes": code.replace("return x", "return x + 1"),
    "a function moves down": code.replace("int f", "\n\n// moved\nint f"),
    "functions change places": "#define N 1\nstruct S { int a; };\nvoid g() {}\nint f(int x) { return x; }\n",
    "a block is added": code.replace("void g() {}", "void g() { run(^{ h(); }); }"),
  };
  const other: Record<string, string> = {
    "a parameter's type changes": code.replace("int x", "long x"),
    "a member is added": code.replace("int a;", "int a; int b;"),
    "a macro changes": code.replace("N 1", "N 2"),
    "a function is added": `${code}void h() {}`,
    "a constant is added": `${code}const int k = 1;`,
    "an include is added": `#include "x.h"\n${code}`,
  };
  for (const [what, text] of Object.entries(same))
    it(`stays when ${what}`, async () =>
      assert.equal((await summaryOf(text)).declarationHash, (await summaryOf(code)).declarationHash));
  for (const [what, text] of Object.entries(other))
    it(`moves when ${what}`, async () =>
      assert.notEqual((await summaryOf(text)).declarationHash, (await summaryOf(code)).declarationHash));
});

describe("summarize: bad input", () => {
  const texts: Record<string, string> = {
    empty: "",
    "only a brace": "}",
    "half a class": "class Foo : public",
    "half an include": '#include "',
    "unbalanced conditionals": "#if A\nvoid f() {\n#else\nvoid g() {\n",
    "binary junk": "\u0000\u0001\uffff{{{{((((<<<<",
    "deep nesting": `${"namespace a {".repeat(2000)}int x;${"}".repeat(2000)}`,
    "deep blocks": `void f() ${"{ ^".repeat(1000)}{}${"; }".repeat(1000)}`,
    "deep structs": `${"struct S {".repeat(1800)}${"};".repeat(1800)}`,
    "IMPL with nothing": "void IMPL() {} void IMPL(A) {} void IMPL(A, B, C) {}",
  };
  for (const [what, text] of Object.entries(texts))
    it(`survives ${what}`, async () => {
      const summary = await summaryOf(text);
      assert.equal(typeof summary.declarationHash, "string");
    });

  it("is linear in the number of functions", async () => {
    const one = "kern_return_t IMPL(Sampler, M) { queue->DispatchAsync(^{ a(); }); return 0; }\n";
    const summary = await summaryOf(one.repeat(5000));
    assert.equal(summary.functions.length, 10_000);
  }).timeout(20_000);
});
