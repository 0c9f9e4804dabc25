// Writes headers that let Clang read DriverKit code without an SDK: classes, methods and macros as server/src/knowledge has them.
// Not Apple's headers: only what the ownership suite needs to compile, and what Clang's checker looks at.
import fs from "node:fs";
import path from "node:path";

const FRAMEWORKS = ["DriverKit", "USBDriverKit", "PCIDriverKit"];

/**
 * Writes the headers below `folder`. With `annotate` every +1 out-parameter carries os_returns_retained, which Apple's do not.
 * `iig` are a project's own interface files (name to text); each becomes the header that IIG would generate, as far as needed.
 */
export function writeStubs(folder, { api, constants, annotate, iig }) {
  for (const framework of FRAMEWORKS) fs.mkdirSync(path.join(folder, framework), { recursive: true });
  const all = classesOf(api);
  const body = [
    PRELUDE,
    typesOf(all),
    constantsOf(constants),
    forward(all),
    base(annotate),
    ...all.map((each) => classOf(each, annotate)),
  ];
  fs.writeFileSync(path.join(folder, "DriverKit/DriverKit.h"), `${body.join("\n")}\n${EPILOGUE}\n#endif\n`);
  for (const framework of FRAMEWORKS.slice(1)) {
    fs.writeFileSync(path.join(folder, framework, `${framework}.h`), "#include <DriverKit/DriverKit.h>\n");
  }
  for (const [name, text] of iig) {
    fs.writeFileSync(path.join(folder, name.replace(/\.iig$/, ".h")), headerOf(text, annotate));
  }
}

const GIVEN = new Set(["OSMetaClassBase", "OSObject", "OSMetaClass"]);

/** Bases before those that derive from them. */
function classesOf(api) {
  const wanted = Object.entries(api.classes).filter(
    ([name, each]) => FRAMEWORKS.includes(each.framework) && !GIVEN.has(name),
  );
  const left = new Map(wanted);
  const ordered = [];
  const take = (name) => {
    const each = left.get(name);
    if (!each) return;
    left.delete(name);
    if (each.base) take(each.base);
    ordered.push({ name, ...each });
  };
  for (const [name] of wanted) take(name);
  return ordered;
}

function forward(all) {
  return all.map(({ name }) => `class ${name}; typedef ${name} *${name}Ptr;`).join("\n");
}

/** Names of types that no class and no header of C has: structures where only pointers occur, numbers otherwise. */
function typesOf(all) {
  const known = new Set([
    ...all.map(({ name }) => name),
    ...GIVEN,
    ...[...PRELUDE.matchAll(/\b[A-Za-z_]\w*\b/g)].map(([word]) => word),
  ]);
  const uses = new Map();
  for (const { methods } of all) {
    for (const type of methods.flatMap((method) => [
      method.returns,
      ...(method.params ?? []).map((each) => each.type),
    ])) {
      for (const [word] of type.matchAll(/\b[A-Za-z_]\w*\b/g)) {
        if (
          known.has(word) ||
          /^(const|struct|unsigned|signed|char|int|long|short|float|double|void|bool|u?int\d+_t)$/.test(word)
        )
          continue;
        if (word.endsWith("Ptr") && known.has(word.slice(0, -3))) continue;
        const pointer = new RegExp(`\\b${word}\\s*(?:const\\s*)?\\*`).test(type) && !/(_t|Options|Setting)$/.test(word);
        uses.set(word, (uses.get(word) ?? true) && pointer);
      }
    }
  }
  return [...uses]
    .sort()
    .map(([word, pointer]) =>
      pointer
        ? `struct ${word};`
        : /(Block|Handler|Action)$/.test(word)
          ? `typedef void (^${word})(void);`
          : `typedef uint64_t ${word};`,
    )
    .join("\n");
}

function constantsOf(constants) {
  return Object.entries(constants)
    .filter(
      ([name, value]) =>
        /^k(IO|OS)\w+$/.test(name) && /^-?(0x)?[0-9a-fA-F]+$/.test(String(value)) && !/^kOSBoolean/.test(name),
    )
    .map(
      ([name, value]) =>
        `#define ${name} (${Number(value) > 0x7fffffff && Number(value) <= 0xffffffff ? `(int)${value}` : value})`,
    )
    .join("\n");
}

function classOf({ name, base, methods }, annotate) {
  const lines = methods
    .filter((method) => !/^operator/.test(method.name))
    .map((method) => `    ${declaration(method, annotate)}`);
  return `class ${name} : public ${base ?? "OSObject"} {\npublic:\n    typedef ${base ?? "OSObject"} super;\n${[...new Set(lines)].join("\n")}\n};`;
}

function declaration(method, annotate) {
  const parameters = (method.params ?? []).map((each) => parameter(each, annotate));
  return `${method.static ? "static " : "virtual "}${method.returns} ${method.name}(${parameters.join(", ")});`;
}

function parameter({ type, name, out }, annotate) {
  if (type === "...") return type;
  const mark = annotate && out === "+1" ? "OS_RETURNS_RETAINED " : "";
  const array = /^(.*)\[(\d+)\]$/.exec(type);
  return array ? `${array[1]} ${name}[${array[2]}]` : `${mark}${type} ${name}`;
}

function base() {
  return `
class OSMetaClass;
class OSMetaClassBase {
public:
    static const OSMetaClass *const metaClass;
    virtual void retain();
    virtual void release();
    virtual bool isEqualTo(const OSMetaClassBase *other) const;
    virtual const OSMetaClass *getMetaClass() const;
    bool IsRemote();
    static OSMetaClassBase *safeMetaCast(const OSMetaClassBase *object, const OSMetaClass *meta);
    static OSMetaClassBase *requiredMetaCast(const OSMetaClassBase *object, const OSMetaClass *meta);
    virtual ~OSMetaClassBase();
};
class OSObject : public OSMetaClassBase {
public:
    virtual bool init();
    virtual void free();
    virtual kern_return_t SetDispatchQueue(const char *name, IODispatchQueue *queue);
};
class OSMetaClass : public OSMetaClassBase {
public:
    OSObject *alloc() const;
};`;
}

/** What IIG makes of an interface file, for the methods that the suite uses. */
function headerOf(text, annotate) {
  const mark = annotate ? "OS_RETURNS_RETAINED " : "";
  const defines = [];
  const header = text
    .replace(/#include <[^>]*\.iig>/g, "#include <DriverKit/DriverKit.h>")
    .replace(/class (\w+) : public (\w+)\s*\{([\s\S]*?)\n\};/g, (_, name, base, members) => {
      const out = [`typedef ${base} super;`, `struct ${name}_IVars *ivars;`];
      for (const member of members.replace(/^\s*public:/, "").split(";")) {
        const method = /^\s*([\s\S]*?[\s*])(\w+)\(([^()]*)\)([\s\S]*)$/.exec(member);
        if (!method) continue;
        const [, returns, called, parameters, marks] = method;
        out.push(`${returns}${called}(${parameters}) ${marks.includes("override") ? "override" : ""};`);
        if (marks.includes("TYPE"))
          out.push(`kern_return_t CreateAction${called}(size_t referenceSize, ${mark}OSAction **action);`);
        if (marks.includes("LOCALONLY")) continue;
        out.push(`${returns.replace("virtual", "").trim()} ${called}_Impl(${parameters});`);
        defines.push(`#define ${name}_${called}_Args ${parameters.replace(/\s+/g, " ")}`);
      }
      return `class ${name} : public ${base} {\npublic:\n    ${out.join("\n    ")}\n};`;
    });
  return header.replace(/#endif\s*$/, `${defines.join("\n")}\n#endif\n`);
}

const PRELUDE = `#ifndef DriverKit_stub_h
#define DriverKit_stub_h
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#define OS_RETURNS_RETAINED __attribute__((os_returns_retained))
#define OS_RETURNS_NOT_RETAINED __attribute__((os_returns_not_retained))
#define OS_RETURNS_RETAINED_ON_ZERO __attribute__((os_returns_retained_on_zero))
#define OS_RETURNS_RETAINED_ON_NONZERO __attribute__((os_returns_retained_on_non_zero))
#define OS_CONSUMED __attribute__((os_consumed))
#define OS_CONSUMES_THIS __attribute__((os_consumes_this))
#define DRIVERKIT_RETURNS_RETAINED OS_RETURNS_RETAINED
#define DRIVERKIT_RETURNS_NOT_RETAINED OS_RETURNS_NOT_RETAINED
#define DRIVERKIT_CONSUMED OS_CONSUMED
#define OSTypeID(type) (type::metaClass)
#define OSDynamicCast(type, object) ((type *)OSMetaClassBase::safeMetaCast((object), OSTypeID(type)))
#define OSRequiredCast(type, object) ((type *)OSMetaClassBase::requiredMetaCast((object), OSTypeID(type)))
#define OSTypeAlloc(type) ((type *)((type::metaClass)->alloc()))
#define OSSafeReleaseNULL(object) do { if (object) { (object)->release(); (object) = nullptr; } } while (0)
#define IONewZero(type, count) ((type *)__builtin_calloc((count), sizeof(type)))
#define IOSafeDeleteNULL(object, type, count) do { if (object) { __builtin_free(object); (object) = nullptr; } } while (0)
#define IMPL(cls, method) cls::method##_Impl(cls##_##method##_Args)
#define SUPERDISPATCH ((void *)0)
#define __Require(condition, label) do { if (__builtin_expect(!(condition), 0)) goto label; } while (0)
#define __Require_Action(condition, label, action) do { if (__builtin_expect(!(condition), 0)) { action; goto label; } } while (0)
#define require_noerr(status, label) do { if (__builtin_expect(0 != (status), 0)) goto label; } while (0)
typedef int kern_return_t;
typedef kern_return_t IOReturn;
typedef uint32_t IOOptionBits;
typedef uint32_t mach_port_t;
typedef char IODispatchQueueName[256];
typedef char IOServiceName[128];
typedef char IOPropertyName[128];
typedef char IORegistryPlaneName[128];
struct IOAddressSegment { uint64_t address; uint64_t length; };
struct IOUSBDeviceDescriptor { uint16_t idVendor; };
struct IOUSBConfigurationDescriptor { uint8_t bNumInterfaces; };
class OSObject; class OSMetaClassBase; class OSData; class OSAction; class OSBoolean;
typedef OSObject *OSObjectPtr;
struct IOUserClientMethodArguments { OSData *structureOutput; };
typedef void (^IODispatchBlock)(void);
typedef void (*IODispatchFunction)(void *context);
typedef void (*IODispatchLogFunction)(const char *message);
typedef bool (^OSCollectionIterateObjectsBlock)(OSObject *object);
typedef bool (^OSDictionaryIterateObjectsBlock)(OSObject *key, OSObject *value);
extern OSBoolean *const kOSBooleanTrue;
extern OSBoolean *const kOSBooleanFalse;
void IOUSBHostFreeDescriptor(const void *descriptor);`;

const EPILOGUE = `
struct OSNoRetainTag {};
struct OSRetainTag {};
extern const OSNoRetainTag OSNoRetain;
extern const OSRetainTag OSRetain;
template <typename T> class OSSharedPtr {
public:
    OSSharedPtr() : pointer(nullptr) {}
    OSSharedPtr(T *object, OSNoRetainTag) : pointer(object) {}
    OSSharedPtr(T *object, OSRetainTag) : pointer(object) { if (pointer) pointer->retain(); }
    OSSharedPtr(const OSSharedPtr &other) : pointer(other.pointer) { if (pointer) pointer->retain(); }
    OSSharedPtr(OSSharedPtr &&other) : pointer(other.pointer) { other.pointer = nullptr; }
    OSSharedPtr &operator=(OSSharedPtr &&other) { reset(); pointer = other.pointer; other.pointer = nullptr; return *this; }
    ~OSSharedPtr() { if (pointer) pointer->release(); }
    void reset() { if (pointer) { pointer->release(); pointer = nullptr; } }
    void reset(T *object, OSNoRetainTag) { reset(); pointer = object; }
    void reset(T *object, OSRetainTag) { reset(); pointer = object; if (pointer) pointer->retain(); }
    T *detach() { T *object = pointer; pointer = nullptr; return object; }
    T **attach() { reset(); return &pointer; }
    T *get() const { return pointer; }
    T *operator->() const { return pointer; }
    explicit operator bool() const { return pointer != nullptr; }
private:
    T *pointer;
};`;
