// Integer constant expressions: values, unknowns, and bounds.
import assert from "node:assert/strict";
import { evaluateExpression } from "../../src/semantics/evaluate.ts";

const none = (): undefined => undefined;
const cases: readonly [string, bigint | undefined][] = [
  ["42", 42n],
  ["0x1F", 31n],
  ["0X1'0000uLL", 65536n],
  ["0b1010", 10n],
  ["017", 15n],
  ["08", undefined],
  ["1'000'000", 1000000n],
  ["'a'", 97n],
  ["'\\n'", 10n],
  ["'\\x41'", 65n],
  ["'Apl1'", 0x41706c31n],
  ["1 + 2 * 3", 7n],
  ["(1 + 2) * 3", 9n],
  ["7 / 2", 3n],
  ["7 % 4", 3n],
  ["1 / 0", undefined],
  ["1 << 4 | 1", 17n],
  ["~0 & 0xFF", 255n],
  ["!5", 0n],
  ["-3 < 2", 1n],
  ["2 == 2 ? 10 : 20", 10n],
  ["1 ? 2 : 3 ? 4 : 5", 2n],
  ["(uint32_t)-1", 0xffffffffn],
  ["uint8_t(0x1ff)", 0xffn],
  ["static_cast<uint16_t>(0x12345)", 0x2345n],
  ["true && !false", 1n],
  ["sizeof(int)", undefined],
  ["f(1)", undefined],
  ["1.5", undefined],
  ["1 +", undefined],
  [")", undefined],
  ["", undefined],
  ["1 << 1000", undefined],
  ["a.b", undefined],
];

describe("evaluateExpression", () => {
  for (const [text, value] of cases)
    it(`${JSON.stringify(text)} is ${value ?? "unknown"}`, () => assert.equal(evaluateExpression(text, none), value));

  it("reads names, qualified ones by their last part", () => {
    const names: Record<string, bigint | string> = { A: 2n, B: "A * 3", C: "B + Missing" };
    const lookup = (name: string): bigint | string | undefined => names[name];
    assert.equal(evaluateExpression("Sampler::B + A", lookup), 8n);
    assert.equal(evaluateExpression("C", lookup), undefined);
  });

  it("ends on circles, on deep nesting and on definitions that double", () => {
    assert.equal(
      evaluateExpression("A", (name) => (name === "A" ? "B" : "A")),
      undefined,
    );
    assert.equal(evaluateExpression(`${"(".repeat(1900)}1${")".repeat(1900)}`, none), undefined);
    assert.equal(evaluateExpression("1+".repeat(5000) + "1", none), undefined);
    const doubling = (name: string): string => {
      const next = `N${Number(name.slice(1)) + 1}`;
      return `${next} + ${next}`;
    };
    assert.equal(evaluateExpression("N0", doubling), undefined);
  });
});
