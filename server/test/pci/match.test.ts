// Match strings: read and compared as the kernel does it.
import assert from "node:assert/strict";
import { coverage, type Cube } from "../../src/knowledge/device-sets.ts";
import { cubesOf, matchesRegister, parsePciMatch, PCI_MATCH_KEYS } from "../../src/knowledge/pci.ts";

const FULL = 0xffffffffn;

function read(text: string, defaultMask = FULL): string {
  return parsePciMatch(text, defaultMask)
    .items.map((item) => `${item.value.toString(16)}&${item.mask.toString(16)}${item.hasMask ? "" : " default"}`)
    .join(" | ");
}

describe("knowledge/pci: match strings", () => {
  const cases: readonly (readonly [text: string, items: string, rest?: string])[] = [
    ["0x12348086", "12348086&ffffffff default"],
    ["12348086", "12348086&ffffffff default"],
    ["0X10DE", "10de&ffffffff default"],
    ["0x00001234&0x0000ffff", "1234&ffff"],
    ["0x1&0xF 0x2&0xF", "1&f | 2&f"],
    ["0x11111111 0x22222222", "11111111&ffffffff default | 22222222&ffffffff default"],
    ["  \n\t0x1\n0x2\t", "1&ffffffff default | 2&ffffffff default", "\t"],
    ["0x1   &0xF", "1&f"],
    ["0x1 & \n 0xF", "1&f"],
    // A tab before the ampersand: no mask is seen there, and the ampersand ends the string.
    ["0x1\t&0xF", "1&ffffffff default", "\t&0xF"],
    // The carriage return is no white space to the kernel's strtoul.
    ["0x1\r\n0x2", "1&ffffffff default", "\r\n0x2"],
    ["0x1,0x2", "1&ffffffff default", ",0x2"],
    ["0x1|0x2", "1&ffffffff default", "|0x2"],
    ["*", "", "*"],
    ["", ""],
    ["0x", "", "0x"],
    ["0xZZ", "", "0xZZ"],
    // Decimal numbers are read as hexadecimal ones.
    ["4318", "4318&ffffffff default"],
    // Apple's documentation has this example: the mask is read as 0 and every device fits.
    ["0x78009004&0x0xff00ffff", "78009004&0", "xff00ffff"],
    // An ampersand without a number is a mask of zero.
    ["0x1&", "1&0"],
    ["0x1&*", "1&0", "*"],
    ["0xFFFFFFFF&0x00000000", "ffffffff&0"],
    ["0x1&0xFFFFFFFFF", "1&fffffffff"],
    ["0x123456789", "123456789&ffffffff default"],
    ["0x00000000000000001&0xFF", "1&ff"],
    ["0x11111111111111111", "ffffffffffffffff&ffffffff default"],
    ["-1", "ffffffffffffffff&ffffffff default"],
    ["+0x5", "5&ffffffff default"],
    ["deadbeefcafe", "deadbeefcafe&ffffffff default"],
    ["0x8086g", "8086&ffffffff default", "g"],
  ];
  for (const [text, items, rest = ""] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.equal(read(text), items);
      assert.equal(text.slice(parsePciMatch(text, FULL).end), rest);
    });
  }

  it("gives the places of value and mask", () => {
    const text = " 0x1 & 0xF  0x22";
    const [first, second] = parsePciMatch(text, FULL).items;
    assert.equal(text.slice(first?.valueStart, first?.valueEnd), "0x1");
    assert.equal(text.slice(first?.maskStart, first?.maskEnd), "0xF");
    assert.equal(text.slice(second?.valueStart, second?.maskEnd), "0x22");
  });

  const evaluated: readonly (readonly [text: string, register: bigint, fits: boolean])[] = [
    ["0x43851002", 0x43851002n, true],
    ["0x43851002", 0x43861002n, false],
    ["0x00001002&0x0000ffff", 0x43861002n, true],
    ["0x00001002", 0x43861002n, false],
    ["0x00001002", 0x00001002n, true],
    ["0x78009004&0x0xff00ffff", 0x12345678n, true],
    ["0xFFFFFFFF&0x00161916", 0x00161916n, true],
    ["0x143851002", 0x43851002n, true],
    ["0x143851002&0xFFFFFFFFF", 0x43851002n, false],
    ["-1", 0xffffffffn, true],
  ];
  for (const [text, register, fits] of evaluated) {
    it(`${text} ${fits ? "fits" : "does not fit"} ${register.toString(16)}`, () => {
      const [item] = parsePciMatch(text, FULL).items;
      assert.ok(item);
      assert.equal(matchesRegister(item, register), fits);
    });
  }
});

function cubes(table: Readonly<Record<string, string>>): readonly Cube[] {
  const items = new Map(
    PCI_MATCH_KEYS.flatMap(({ key, defaultMask }) => {
      const text = table[key];
      return text === undefined ? [] : [[key, parsePciMatch(text, defaultMask).items] as const];
    }),
  );
  const result = cubesOf(items);
  assert.ok(result);
  return result;
}

describe("knowledge/pci: sets of devices", () => {
  const P = (value: string): Cube => {
    const [cube] = cubes({ IOPCIPrimaryMatch: value });
    assert.ok(cube);
    return cube;
  };
  const cases: readonly (readonly [wanted: string, allowed: readonly string[], result: string])[] = [
    ["0x00261011", ["0x00001011&0x0000FFFF"], "covered"],
    ["0x43851002", ["0x000010de&0x0000FFFF"], "disjoint"],
    ["0x00001002&0x0000FFFF", ["0x43851002"], "partly"],
    ["0x00001002&0x0000FFFF", ["0xFFFFFFFF&0x00000000"], "covered"],
    ["0x302011A5&0xFFFEFFFF", ["0x302011A5", "0x302111A5"], "covered"],
    ["0x302011A5&0xFFFCFFFF", ["0x302011A5", "0x302111A5"], "partly"],
    ["0x1&0x1", ["0x1&0x3", "0x3&0x3"], "covered"],
    ["0x1&0x1", ["0x1&0x3", "0x7&0x7"], "partly"],
    ["0x0&0x0", ["0x0&0x1", "0x1&0x1"], "covered"],
    ["0x1", [], "disjoint"],
  ];
  for (const [wanted, allowed, result] of cases) {
    it(`${wanted} against ${allowed.join(", ") || "nothing"}: ${result}`, () => {
      assert.equal(coverage(P(wanted), allowed.map(P)), result);
    });
  }

  it("needs every key of a table and one alternative of each", () => {
    const table = { IOPCIPrimaryMatch: "0x1 0x2", IOPCIClassMatch: "0x03000000 0x04000000" };
    assert.equal(cubes(table).length, 4);
    assert.deepEqual(cubes({ IOPCIMatch: "0x1", IOPCIPrimaryMatch: "0x2", IOPCISecondaryMatch: "0x3" }), []);
    assert.equal(cubes({ IOPCIMatch: "0x1" }).length, 2);
    assert.deepEqual(cubes({}), [{ value: 0n, mask: 0n }]);
    assert.deepEqual(cubes({ IOPCIPrimaryMatch: "*" }), []);
    assert.deepEqual(cubes({ IOPCIPrimaryMatch: "0x123456789&0xFFFFFFFFF" }), []);
  });

  it("ignores the revision in a class, by its default mask", () => {
    const [cube] = cubes({ IOPCIClassMatch: "0x03000011" });
    assert.equal(cube?.mask, 0xffffff00n << 64n);
  });

  it("agrees with trying every device of a small world", () => {
    // Eight bits stand for the register; every pair of values and masks out of a few is compared with brute force.
    const numbers = [0n, 1n, 2n, 5n, 6n, 7n];
    for (const value of numbers) {
      for (const mask of numbers) {
        const wanted = { value: value & mask, mask: mask | 0xf8n };
        for (const a of numbers) {
          for (const b of numbers) {
            const allowed = [
              { value: a & 6n, mask: 6n },
              { value: b & 3n, mask: 3n },
            ];
            const fits = (cube: Cube, device: bigint): boolean => (device & cube.mask) === cube.value;
            const devices = Array.from({ length: 256 }, (_, n) => BigInt(n)).filter((device) => fits(wanted, device));
            const good = devices.filter((device) => allowed.some((cube) => fits(cube, device)));
            const expected = good.length === devices.length ? "covered" : good.length === 0 ? "disjoint" : "partly";
            assert.equal(coverage(wanted, allowed), expected);
          }
        }
      }
    }
  });
});
