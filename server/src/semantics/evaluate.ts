// Evaluates integer constant expressions written in C++. Bounded work, no exceptions; what it cannot tell is undefined.

/** What a name stands for: a number, another expression's text, or nothing known. */
export type NameLookup = (name: string) => bigint | string | undefined;

const MAX_LENGTH = 4000;
const MAX_DEPTH = 64;
/** Names may refer to names; the number of look-ups in one evaluation is bounded so that doubling definitions stay cheap. */
const MAX_LOOKUPS = 500;

const TOKEN =
  /\s*(?:(0[xX][0-9a-fA-F']+|0[bB][01']+|\d[\d']*)([uUlLzZ]*)(?![\w.])|('(?:\\.[^']*|[^'\\])+')|([A-Za-z_]\w*)|(::|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>?:(),]))/y;

interface Token {
  readonly kind: "number" | "name" | "operator";
  readonly text: string;
  readonly value: bigint;
}

/** Binary operators by binding strength, weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];

const CAST_NAMES = /^(?:static_cast|reinterpret_cast|const_cast)$/;
const TYPE_WORDS =
  /^(?:u?int(?:8|16|32|64|ptr)?_t|s?size_t|IOReturn|kern_return_t|UInt(?:8|16|32|64)|SInt(?:8|16|32|64)|unsigned|signed|int|long|short|char|bool|const|IOOptionBits|uintptr_t)$/;
const WIDTHS: Readonly<Record<string, number>> = {
  uint8_t: 8,
  UInt8: 8,
  uint16_t: 16,
  UInt16: 16,
  uint32_t: 32,
  UInt32: 32,
  IOOptionBits: 32,
};

/**
 * The value of an integer constant expression; undefined when a part is unknown, when it divides by zero, is malformed or too long.
 * Arithmetic is exact, not modulo a type's width, except in casts to an unsigned type of known width and in `~`, which is 64 bits wide.
 */
export function evaluateExpression(expression: string, lookup: NameLookup): bigint | undefined {
  const budget = { lookups: MAX_LOOKUPS };
  return evaluateText(expression, lookup, budget, new Set(), 0);
}

function evaluateText(
  text: string,
  lookup: NameLookup,
  budget: { lookups: number },
  active: Set<string>,
  depth: number,
): bigint | undefined {
  if (text.length > MAX_LENGTH || depth > MAX_DEPTH) return undefined;
  const tokens = tokenize(text);
  if (!tokens) return undefined;
  let at = 0;

  const isOperator = (operator: string): boolean => {
    const token = tokens[at];
    return token?.kind === "operator" && token.text === operator;
  };
  const accept = (operator: string): boolean => {
    if (!isOperator(operator)) return false;
    at++;
    return true;
  };

  const resolve = (name: string): bigint | undefined => {
    if (name === "true") return 1n;
    if (name === "false" || name === "nullptr" || name === "NULL") return 0n;
    if (active.has(name) || budget.lookups-- <= 0) return undefined;
    const meaning = lookup(name);
    if (meaning === undefined || typeof meaning === "bigint") return meaning;
    active.add(name);
    const value = evaluateText(meaning, lookup, budget, active, depth + 1);
    active.delete(name);
    return value;
  };

  /** Reads type words and `*`; gives the width in bits, 0 for a type without a known one, undefined when it is no type. */
  const typeName = (): number | undefined => {
    const start = at;
    let width = 0;
    let words = 0;
    for (let token = tokens[at]; token?.kind === "name" && TYPE_WORDS.test(token.text); token = tokens[at]) {
      width = WIDTHS[token.text] ?? width;
      words++;
      at++;
    }
    if (words > 0) return width;
    at = start;
    return undefined;
  };
  const cut = (value: bigint | undefined, width: number): bigint | undefined =>
    value === undefined || width === 0 ? value : BigInt.asUintN(width, value);

  const unary = (nesting: number): bigint | undefined => {
    if (nesting > MAX_DEPTH) return undefined;
    const token = tokens[at];
    if (!token) return undefined;
    if (token.kind === "number") {
      at++;
      return token.value;
    }
    if (token.kind === "name") {
      at++;
      if (CAST_NAMES.test(token.text)) {
        if (!accept("<")) return undefined;
        const width = typeName();
        if (width === undefined || !accept(">") || !accept("(")) return undefined;
        const value = conditional(nesting + 1);
        return accept(")") ? cut(value, width) : undefined;
      }
      let name = token.text;
      while (isOperator("::") && tokens[at + 1]?.kind === "name") {
        name = tokens[at + 1]?.text ?? "";
        at += 2;
      }
      if (isOperator("(")) {
        if (!TYPE_WORDS.test(name)) return undefined;
        at++;
        const value = conditional(nesting + 1);
        return accept(")") ? cut(value, WIDTHS[name] ?? 0) : undefined;
      }
      return resolve(name);
    }
    if (accept("(")) {
      const before = at;
      const width = typeName();
      if (width !== undefined && accept(")")) return cut(unary(nesting + 1), width);
      at = before;
      const value = conditional(nesting + 1);
      return accept(")") ? value : undefined;
    }
    if (accept("::")) return unary(nesting + 1);
    if (accept("+")) return unary(nesting + 1);
    if (accept("-")) {
      const value = unary(nesting + 1);
      return value === undefined ? undefined : -value;
    }
    if (accept("~")) {
      const value = unary(nesting + 1);
      return value === undefined ? undefined : BigInt.asIntN(64, ~value);
    }
    if (accept("!")) {
      const value = unary(nesting + 1);
      return value === undefined ? undefined : value === 0n ? 1n : 0n;
    }
    return undefined;
  };

  const binary = (level: number, nesting: number): bigint | undefined => {
    const operators = LEVELS[level];
    if (!operators) return unary(nesting);
    let left = binary(level + 1, nesting);
    for (let token = tokens[at]; token?.kind === "operator" && operators.includes(token.text); token = tokens[at]) {
      at++;
      const right = binary(level + 1, nesting);
      left = left === undefined || right === undefined ? undefined : apply(token.text, left, right);
    }
    return left;
  };

  const conditional = (nesting: number): bigint | undefined => {
    if (nesting > MAX_DEPTH) return undefined;
    const test = binary(0, nesting + 1);
    if (!accept("?")) return test;
    const yes = conditional(nesting + 1);
    if (!accept(":")) return undefined;
    const no = conditional(nesting + 1);
    return test === undefined ? undefined : test !== 0n ? yes : no;
  };

  const value = conditional(0);
  return at === tokens.length ? value : undefined;
}

function apply(operator: string, left: bigint, right: bigint): bigint | undefined {
  const truth = (holds: boolean): bigint => (holds ? 1n : 0n);
  switch (operator) {
    case "||":
      return truth(left !== 0n || right !== 0n);
    case "&&":
      return truth(left !== 0n && right !== 0n);
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    case "&":
      return left & right;
    case "==":
      return truth(left === right);
    case "!=":
      return truth(left !== right);
    case "<":
      return truth(left < right);
    case ">":
      return truth(left > right);
    case "<=":
      return truth(left <= right);
    case ">=":
      return truth(left >= right);
    case "<<":
      return right < 0n || right > 128n ? undefined : BigInt.asIntN(256, left << right);
    case ">>":
      return right < 0n || right > 128n ? undefined : left >> right;
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return BigInt.asIntN(512, left * right);
    case "/":
      return right === 0n ? undefined : left / right;
    case "%":
      return right === 0n ? undefined : left % right;
    default:
      return undefined;
  }
}

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(text);
    if (!match) return undefined;
    const [, digits, , character, name, operator] = match;
    if (digits !== undefined) {
      const value = integer(digits.replace(/'/g, ""));
      if (value === undefined) return undefined;
      tokens.push({ kind: "number", text: digits, value });
    } else if (character !== undefined) {
      const value = characterValue(character.slice(1, -1));
      if (value === undefined) return undefined;
      tokens.push({ kind: "number", text: character, value });
    } else if (name !== undefined) tokens.push({ kind: "name", text: name, value: 0n });
    else if (operator !== undefined) tokens.push({ kind: "operator", text: operator, value: 0n });
  }
  return tokens;
}

function integer(digits: string): bigint | undefined {
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  if (/^0\d+$/.test(digits)) return undefined;
  return /^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)$/.test(digits) ? BigInt(digits) : undefined;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, "0": 0, a: 7, b: 8, f: 12, v: 11 };

/** One character, or Apple's four-character codes ('abcd'), most significant first. */
function characterValue(text: string): bigint | undefined {
  let value = 0n;
  let count = 0;
  for (let i = 0; i < text.length; i++, count++) {
    let code = text.charCodeAt(i);
    if (text[i] === "\\") {
      const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(i + 1));
      const next = text[i + 1] ?? "";
      code = hex ? parseInt(hex[1] ?? "", 16) : (ESCAPES[next] ?? next.charCodeAt(0));
      i += hex ? hex[0].length : 1;
    }
    if (!(code <= 0xff)) return undefined;
    value = (value << 8n) | BigInt(code);
  }
  return count >= 1 && count <= 4 ? value : undefined;
}
