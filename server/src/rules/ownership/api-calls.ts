// What a call does with references, asked of a rule's context: the flow analysis' facts, put into a rule's words. No rule by itself.
import { factsFor } from "../../flow/facts.ts";
import {
  argumentEffect,
  outOwnership,
  returnOwnership,
  type Counted,
  type Effect,
} from "../../flow/ownership-facts.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import type { CallParts } from "../../syntax/cpp.ts";
import type { BaseContext } from "../define.ts";

const facts = (context: BaseContext) => factsFor({ index: context.index, parse: context.statements });

/** "+1" or "+0" for an object that the call returns; undefined for anything else, an OSSharedPtr included, and where it is not known. */
export function returnedBy(call: CallParts, fn: FunctionInfo, context: BaseContext): Counted | undefined {
  return returnOwnership(call, fn, facts(context));
}

/** "+1" or "+0" for an object that the call stores through an argument when it succeeds. */
export function storedBy(
  call: CallParts,
  position: number,
  fn: FunctionInfo,
  context: BaseContext,
): Counted | undefined {
  return outOwnership(call, position, fn, facts(context));
}

/** What the call does with the caller's reference to an argument. */
export function effectOfPassing(call: CallParts, position: number, fn: FunctionInfo, context: BaseContext): Effect {
  return argumentEffect(call, position, fn, facts(context));
}

/** "IOBufferMemoryDescriptor::Create" or "CreateActionFired": a call as a person names it. */
export function callName(call: CallParts): string {
  return call.scope !== undefined && !call.receiver ? `${call.scope}::${call.name}` : call.name;
}
