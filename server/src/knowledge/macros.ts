// Apple's function-like macros that driver sources call and no workspace defines. What they do, not how they are written.

/** What a known macro does with its arguments; indices count from 0. */
export type MacroMeaning =
  /** Releases the object and sets the variable to null: OSSafeReleaseNULL(x). Null is allowed. */
  | { readonly kind: "release-null"; readonly argument: number }
  /** Frees raw memory and sets the variable to null. */
  | { readonly kind: "free-null"; readonly argument: number }
  /** Gives the object back as another type, at +0; null when it is not of that type. */
  | { readonly kind: "cast"; readonly argument: number; readonly type: number; readonly fails: "null" | "crash" }
  /** Allocates raw memory of a type. */
  | { readonly kind: "allocate"; readonly type: number; readonly zeroed: boolean }
  /** Creates an object of a class at +1. */
  | { readonly kind: "create"; readonly type: number }
  /** Goes on when the condition holds; otherwise runs the actions and jumps to the label. */
  | {
      readonly kind: "require";
      readonly condition: number;
      readonly negated: boolean;
      readonly label: number;
      readonly action?: number;
    }
  /** Goes on when the condition holds; otherwise returns (the value of an argument, or nothing). */
  | { readonly kind: "require-return"; readonly condition: number; readonly negated: boolean; readonly value?: number }
  /** Runs the action and jumps to the label when the condition holds (AudioDriverKit's FailIf family). */
  | {
      readonly kind: "fail-if";
      readonly condition: number;
      readonly test: "true" | "nonzero" | "null";
      readonly action: number;
      readonly label: number;
    }
  /** Only checks; execution goes on either way. */
  | { readonly kind: "check" }
  /** Writes a log line or nothing at all; its arguments are only read. */
  | { readonly kind: "log" };

const require_ = (negated: boolean, label: number, action?: number): MacroMeaning => ({
  kind: "require",
  condition: 0,
  negated,
  label,
  ...(action === undefined ? {} : { action }),
});

const failIf = (test: "true" | "nonzero" | "null"): MacroMeaning => ({
  kind: "fail-if",
  condition: 0,
  test,
  action: 1,
  label: 2,
});

/**
 * The table. Sources: OSObject.iig and the DriverKit documentation set (release, cast, allocation), AssertMacros.h (require,
 * check, verify and their spellings with `__`), AudioDriverKit's documentation (FailIf), os/log.h.
 */
const macros: ReadonlyMap<string, MacroMeaning> = new Map<string, MacroMeaning>([
  ["OSSafeReleaseNULL", { kind: "release-null", argument: 0 }],
  ["OSSafeRelease", { kind: "release-null", argument: 0 }],
  ["OSObjectSafeReleaseNULL", { kind: "release-null", argument: 0 }],
  ["OS_SAFE_RELEASE", { kind: "release-null", argument: 0 }],
  ["IOSafeDeleteNULL", { kind: "free-null", argument: 0 }],
  ["IODelete", { kind: "free-null", argument: 0 }],
  ["IOLockFreeZero", { kind: "free-null", argument: 0 }],
  ["IORecursiveLockFreeZero", { kind: "free-null", argument: 0 }],
  ["IORWLockFreeZero", { kind: "free-null", argument: 0 }],
  ["OSDynamicCast", { kind: "cast", argument: 1, type: 0, fails: "null" }],
  ["OSRequiredCast", { kind: "cast", argument: 1, type: 0, fails: "crash" }],
  ["IONew", { kind: "allocate", type: 0, zeroed: false }],
  ["IONewZero", { kind: "allocate", type: 0, zeroed: true }],
  ["OSTypeAlloc", { kind: "create", type: 0 }],
  ["__Require", require_(false, 1)],
  ["__Require_Action", require_(false, 1, 2)],
  ["__Require_Quiet", require_(false, 1)],
  ["__Require_Action_Quiet", require_(false, 1, 2)],
  ["__Require_noErr", require_(true, 1)],
  ["__Require_noErr_Action", require_(true, 1, 2)],
  ["__Require_noErr_Quiet", require_(true, 1)],
  ["__Require_noErr_Action_Quiet", require_(true, 1, 2)],
  ["__Require_String", require_(false, 1)],
  ["__Require_noErr_String", require_(true, 1)],
  ["require", require_(false, 1)],
  ["require_action", require_(false, 1, 2)],
  ["require_quiet", require_(false, 1)],
  ["require_action_quiet", require_(false, 1, 2)],
  ["require_noerr", require_(true, 1)],
  ["require_noerr_action", require_(true, 1, 2)],
  ["require_noerr_quiet", require_(true, 1)],
  ["require_noerr_action_quiet", require_(true, 1, 2)],
  ["require_string", require_(false, 1)],
  ["require_noerr_string", require_(true, 1)],
  ["require_action_string", require_(false, 1, 2)],
  ["require_noerr_action_string", require_(true, 1, 2)],
  ["__Require_Return", { kind: "require-return", condition: 0, negated: false }],
  ["require_return", { kind: "require-return", condition: 0, negated: false }],
  ["require_return_value", { kind: "require-return", condition: 0, negated: false, value: 1 }],
  ["require_noerr_return", { kind: "require-return", condition: 0, negated: true }],
  ["require_noerr_return_value", { kind: "require-return", condition: 0, negated: true, value: 1 }],
  ["FailIf", failIf("true")],
  ["FailIfError", failIf("nonzero")],
  ["FailIfNULL", failIf("null")],
  ["check", { kind: "check" }],
  ["check_noerr", { kind: "check" }],
  ["verify", { kind: "check" }],
  ["verify_noerr", { kind: "check" }],
  ["__Check", { kind: "check" }],
  ["__Check_noErr", { kind: "check" }],
  ["__Verify", { kind: "check" }],
  ["__Verify_noErr", { kind: "check" }],
  ["os_log", { kind: "log" }],
  ["os_log_info", { kind: "log" }],
  ["os_log_debug", { kind: "log" }],
  ["os_log_error", { kind: "log" }],
  ["os_log_fault", { kind: "log" }],
  ["IOLog", { kind: "log" }],
  ["DebugMsg", { kind: "log" }],
]);

/** What one of Apple's macros does; undefined for any other name. A workspace's own `#define` of the same name goes first. */
export function macroMeaning(name: string): MacroMeaning | undefined {
  return macros.get(name);
}
