// Builds the control-flow graph of one function body. Blocks and lambdas inside it are values here; they have graphs of their own.
import type { Span } from "../base/span.ts";
import type { ProjectIndex } from "../semantics/model.ts";
import {
  assignedTo,
  binaryParts,
  declaredName,
  isDeclaratorLike,
  isExpression,
  unaryParts,
  unwrap,
} from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { childOf, field, spanOf, textOf, type SyntaxNode } from "../syntax/node.ts";
import type { Cfg } from "./cfg.ts";
import {
  assertedCondition,
  conditionalJump,
  expandMacro,
  isNoReturn,
  statementCall,
  type ParseStatements,
} from "./control-macros.ts";
import { Graph, TooLarge, type JumpTarget, type OpenBlock } from "./graph.ts";
import { preprocessorBranches } from "./preprocessor.ts";

/** What building needs from around the function. */
export interface CfgEnvironment {
  readonly index: ProjectIndex;
  readonly parse: ParseStatements;
}

const MAX_EXPANSION_DEPTH = 4;

/** The graph of a function's body; undefined when the function is larger than any person writes. */
export function buildCfg(body: SyntaxNode, environment: CfgEnvironment): Cfg | undefined {
  const builder = new Builder(body, environment);
  try {
    builder.build();
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
  return { blocks: builder.blocks, locals: builder.locals };
}

class Builder extends Graph {
  private readonly breaks: JumpTarget[] = [];
  private readonly continues: JumpTarget[] = [];
  private expansions = 0;

  constructor(
    private readonly body: SyntaxNode,
    private readonly environment: CfgEnvironment,
  ) {
    super(body);
  }

  build(): void {
    const end = { start: Math.max(this.body.start, this.body.end - 1), end: this.body.end };
    this.compound(this.body, end);
    this.add({ kind: "return", node: this.body, value: undefined, implicit: true, span: end });
  }

  private statements(nodes: readonly SyntaxNode[]): void {
    for (const node of nodes) this.statement(node);
  }

  private compound(node: SyntaxNode, end: Span = closing(node)): void {
    this.openScope(node);
    this.statements(node.children);
    this.closeScope(end);
  }

  private statement(node: SyntaxNode): void {
    switch (node.kind) {
      case K.compoundStatement:
        return this.compound(node);
      case K.expressionStatement:
        return this.expressionStatement(node);
      case K.declaration:
        return this.declaration(node);
      case K.ifStatement:
        return this.ifStatement(node);
      case K.whileStatement:
        return this.whileStatement(node);
      case K.doStatement:
        return this.doStatement(node);
      case K.forStatement:
        return this.forStatement(node);
      case K.forRangeLoop:
        return this.forRange(node);
      case K.switchStatement:
        return this.switchStatement(node);
      case K.returnStatement:
      case K.coReturnStatement:
        return this.returnStatement(node);
      case K.gotoStatement:
        return this.goto(textOf(node.children[0] ?? node), spanOf(node));
      case K.breakStatement:
        return this.jump(this.breaks.at(-1), spanOf(node));
      case K.continueStatement:
        return this.jump(this.continues.at(-1), spanOf(node));
      case K.throwStatement:
        if (node.children[0]) this.add({ kind: "evaluate", node: node.children[0] });
        this.current = this.newBlock();
        return;
      case K.labeledStatement:
        return this.labeled(node);
      case K.tryStatement:
        return this.tryStatement(node);
      case K.attributedStatement:
        return this.statements(node.children.filter((child) => child.kind !== K.attributeDeclaration));
      case K.preprocIf:
      case K.preprocIfdef:
        return this.preprocessor(node);
      case K.elseClause:
        return this.statements(node.children);
      default:
        // Anything else that holds an expression is evaluated for its effects; types and directives have none.
        if (isExpression(node)) this.add({ kind: "evaluate", node });
    }
  }

  private expressionStatement(node: SyntaxNode): void {
    const call = statementCall(node);
    if (call) {
      const expansion =
        this.expansions < MAX_EXPANSION_DEPTH
          ? expandMacro(call, this.environment.index, this.environment.parse)
          : undefined;
      if (expansion) {
        this.expansions++;
        this.compound(expansion, spanOf(node));
        this.expansions--;
        return;
      }
      const jump = conditionalJump(call);
      if (jump) {
        const [taken, next] = [this.newBlock(), this.newBlock()];
        if (jump.when) this.branch(jump.condition, taken, next);
        else this.branch(jump.condition, next, taken);
        this.current = taken;
        if (jump.action) this.add({ kind: "evaluate", node: jump.action });
        if (jump.label !== undefined) this.goto(jump.label, spanOf(node));
        else this.add({ kind: "return", node: call.node, value: jump.value, implicit: false, span: spanOf(node) });
        this.current = next;
        return;
      }
      const asserted = assertedCondition(call);
      if (isNoReturn(call)) {
        this.add({ kind: "evaluate", node: call.node });
        this.current = this.newBlock();
        return;
      }
      if (asserted) {
        const next = this.newBlock();
        this.branch(asserted, next, this.newBlock());
        this.current = next;
        return;
      }
    }
    for (const child of node.children) {
      const stored = assignedTo(child);
      const choice = stored && unwrap(stored.right);
      if (stored && choice?.kind === K.conditionalExpression) this.choice(stored.left, choice, false);
      else this.add({ kind: "evaluate", node: child });
    }
  }

  /** `left = c ? a : b` as the two paths that it is. */
  private choice(left: SyntaxNode, node: SyntaxNode, declared: boolean): void {
    const [condition, yes, no] = [field(node, "condition"), field(node, "consequence"), field(node, "alternative")];
    if (!condition || !yes || !no) return this.add({ kind: "evaluate", node });
    const [first, second, after] = [this.newBlock(), this.newBlock(), this.newBlock()];
    this.branch(condition, first, second);
    for (const [block, value] of [
      [first, yes],
      [second, no],
    ] as const) {
      this.current = block;
      this.add({ kind: "assign", left, value, declared });
      this.connect(after);
    }
    this.current = after;
  }

  private declaration(node: SyntaxNode): void {
    const [only] = node.children.filter((child) => child.kind === K.initDeclarator);
    const stored = only && assignedTo(only);
    const choice = stored && unwrap(stored.right);
    if (stored && choice?.kind === K.conditionalExpression && node.children.at(-1) === only) {
      this.choice(stored.left, choice, true);
    } else {
      this.add({ kind: "declare", node });
    }
    for (const child of node.children) {
      if (!isDeclaratorLike(child) || child === field(node, "type")) continue;
      if (child.kind === K.initDeclarator && field(child, "declarator")?.kind === K.structuredBindingDeclarator) {
        for (const name of field(child, "declarator")?.children ?? []) this.declare(textOf(name));
        continue;
      }
      const name = declaredName(child);
      if (name) this.declare(textOf(name));
    }
  }

  /** Evaluates a condition and goes to one of two blocks, short circuits taken apart. */
  private branch(condition: SyntaxNode, yes: OpenBlock, no: OpenBlock, back = false): void {
    const node = unwrap(condition);
    const unary = node.kind === K.unaryExpression ? unaryParts(node) : undefined;
    if (unary && (unary.operator === "!" || unary.operator === "not")) return this.branch(unary.operand, no, yes, back);
    const binary = node.kind === K.binaryExpression ? binaryParts(node) : undefined;
    if (binary && (binary.operator === "&&" || binary.operator === "and")) {
      const middle = this.newBlock();
      this.branch(binary.left, middle, no);
      this.current = middle;
      return this.branch(binary.right, yes, no, back);
    }
    if (binary && (binary.operator === "||" || binary.operator === "or")) {
      const middle = this.newBlock();
      this.branch(binary.left, yes, middle);
      this.current = middle;
      return this.branch(binary.right, yes, no, back);
    }
    const call = statementCall(node);
    if (
      call &&
      /^(__builtin_expect|likely|unlikely|os_likely|os_unlikely|__probable|__improbable)$/.test(call.name) &&
      call.args[0]
    ) {
      return this.branch(call.args[0], yes, no, back);
    }
    if (node.kind === K.commaExpression && node.children.length === 2) {
      this.add({ kind: "evaluate", node: node.children[0] as SyntaxNode });
      return this.branch(node.children[1] as SyntaxNode, yes, no, back);
    }
    const text = textOf(node);
    if (/^(true|1)$/.test(text)) return this.connect(yes, undefined, back);
    if (/^(false|0)$/.test(text)) return this.connect(no);
    let subject = node;
    if (node.kind === K.declaration) {
      this.declaration(node);
      const declarator = node.children.findLast((child) => child.kind === K.initDeclarator);
      const named = declarator ?? field(node, "declarator");
      subject = (named && declaredName(named)) ?? node;
    } else {
      this.add({ kind: "evaluate", node });
    }
    const from = this.current;
    this.connect(yes, { kind: "expression", node: subject, value: true }, back, from);
    this.connect(no, { kind: "expression", node: subject, value: false }, false, from);
  }

  /** The condition of `if`, `while` and `switch`, its init-statement executed. */
  private conditionOf(clause: SyntaxNode | undefined): SyntaxNode | undefined {
    if (clause?.kind !== K.conditionClause) return clause;
    const initializer = field(clause, "initializer");
    if (initializer) this.statements(initializer.kind === K.initStatement ? initializer.children : [initializer]);
    return field(clause, "value") ?? clause.children.at(-1);
  }

  private ifStatement(node: SyntaxNode): void {
    this.openScope(node);
    const condition = this.conditionOf(field(node, "condition"));
    const [yes, no, after] = [this.newBlock(), this.newBlock(), this.newBlock()];
    if (condition) this.branch(condition, yes, no);
    else {
      this.connect(yes);
      this.connect(no);
    }
    this.current = yes;
    const consequence = field(node, "consequence");
    if (consequence) this.statement(consequence);
    this.connect(after);
    this.current = no;
    const alternative = field(node, "alternative") ?? childOf(node, K.elseClause);
    if (alternative) this.statement(alternative);
    this.connect(after);
    this.current = after;
    this.closeScope(closing(node));
  }

  private loop(body: SyntaxNode | undefined, head: OpenBlock, step: OpenBlock, after: OpenBlock): void {
    this.breaks.push({ block: after, depth: this.depth, back: false });
    this.continues.push({ block: step, depth: this.depth, back: step === head });
    if (body) this.statement(body);
    this.breaks.pop();
    this.continues.pop();
    this.connect(step, undefined, step === head);
  }

  private whileStatement(node: SyntaxNode): void {
    const [head, body, after] = [this.newBlock(), this.newBlock(), this.newBlock()];
    this.connect(head);
    this.current = head;
    this.openScope(node);
    const condition = this.conditionOf(field(node, "condition"));
    if (condition) this.branch(condition, body, after);
    else this.connect(body);
    this.current = body;
    this.loop(field(node, "body"), head, head, after);
    this.current = after;
    this.closeScope(closing(node));
  }

  private doStatement(node: SyntaxNode): void {
    const [body, test, after] = [this.newBlock(), this.newBlock(), this.newBlock()];
    this.connect(body);
    this.current = body;
    this.loop(field(node, "body"), body, test, after);
    this.current = test;
    const condition = field(node, "condition");
    if (condition) this.branch(condition, body, after, true);
    else this.connect(after);
    this.current = after;
  }

  private forStatement(node: SyntaxNode): void {
    this.openScope(node);
    const initializer = field(node, "initializer");
    if (initializer) this.statement(initializer);
    const [head, body, step, after] = [this.newBlock(), this.newBlock(), this.newBlock(), this.newBlock()];
    this.connect(head);
    this.current = head;
    const condition = field(node, "condition");
    if (condition) this.branch(condition, body, after);
    else this.connect(body);
    this.current = body;
    this.loop(field(node, "body"), head, step, after);
    this.current = step;
    const update = field(node, "update");
    if (update) this.add({ kind: "evaluate", node: update });
    this.connect(head, undefined, true);
    this.current = after;
    this.closeScope(closing(node));
  }

  private forRange(node: SyntaxNode): void {
    this.openScope(node);
    const range = field(node, "right");
    if (range) this.add({ kind: "evaluate", node: range });
    const [head, body, after] = [this.newBlock(), this.newBlock(), this.newBlock()];
    this.connect(head);
    this.current = head;
    this.connect(body);
    this.connect(after);
    this.current = body;
    const declarator = field(node, "declarator");
    const name = declarator && declaredName(declarator);
    if (name) this.declare(textOf(name));
    this.loop(field(node, "body"), head, head, after);
    this.current = after;
    this.closeScope(closing(node));
  }

  private switchStatement(node: SyntaxNode): void {
    this.openScope(node);
    const subject = this.conditionOf(field(node, "condition"));
    const body = field(node, "body");
    if (subject) this.add({ kind: "evaluate", node: subject });
    const from = this.current;
    const after = this.newBlock();
    const cases = (body?.children ?? []).filter((child) => child.kind === K.caseStatement);
    const values = cases
      .map((each) => field(each, "value"))
      .filter((value): value is SyntaxNode => value !== undefined);
    let hasDefault = false;
    this.current = this.newBlock();
    this.breaks.push({ block: after, depth: this.depth, back: false });
    for (const each of body?.children ?? []) {
      if (each.kind !== K.caseStatement) {
        this.statement(each);
        continue;
      }
      const value = field(each, "value");
      const block = this.newBlock();
      this.connect(block);
      hasDefault ||= value === undefined;
      this.connect(block, subject && { kind: "case", subject, node: value, others: values }, false, from);
      this.current = block;
      this.statements(each.children.filter((child) => child !== value));
    }
    this.breaks.pop();
    this.connect(after);
    if (!hasDefault)
      this.connect(after, subject && { kind: "case", subject, node: undefined, others: values }, false, from);
    this.current = after;
    this.closeScope(closing(node));
  }

  private returnStatement(node: SyntaxNode): void {
    const value = node.children[0];
    this.add({ kind: "return", node, value, implicit: false, span: spanOf(node) });
    this.current = this.newBlock();
  }

  private labeled(node: SyntaxNode): void {
    const [label, ...rest] = node.children;
    if (!label) return;
    this.arrive(textOf(label));
    this.statements(rest);
  }

  private tryStatement(node: SyntaxNode): void {
    const [body, after] = [this.newBlock(), this.newBlock()];
    this.connect(body);
    const before = this.current;
    for (const part of node.children) {
      if (part.kind === K.catchClause) {
        const handler = this.newBlock();
        this.connect(handler, undefined, false, before);
        this.current = handler;
        const block = childOf(part, K.compoundStatement);
        if (block) this.compound(block);
      } else {
        this.current = body;
        this.statement(part);
      }
      this.connect(after);
    }
    this.current = after;
  }

  private preprocessor(node: SyntaxNode): void {
    const after = this.newBlock();
    for (const { condition, statements, node: branch } of preprocessorBranches(node)) {
      const [block, next] = [this.newBlock(), this.newBlock()];
      if (condition) {
        const because = { kind: "preprocessor", text: condition.text, span: spanOf(branch) } as const;
        this.connect(block, { ...because, value: condition.value });
        this.connect(next, { ...because, value: !condition.value });
      } else {
        this.connect(block);
      }
      this.current = block;
      this.statements(statements);
      this.connect(after);
      this.current = next;
    }
    this.connect(after);
    this.current = after;
  }
}

function closing(node: SyntaxNode): Span {
  const span = spanOf(node);
  return { start: Math.max(span.start, span.end - 1), end: span.end };
}
