// Code as people paste it into a forum: no includes, no function around it, "left out" lines between.
import assert from "node:assert/strict";
import { lint } from "../support.ts";

const snippet = (elision: string, loop: string): string => `uint32_t countVectors(uint32_t wanted)
{
if (device->ConfigureInterrupts(kIOInterruptTypePCIMessagedX, 1, wanted) != kIOReturnSuccess) return 0;
uint64_t type = 0;
uint32_t found = 0;
for (uint32_t i = 0; IOInterruptDispatchSource::GetInterruptType(device, i, &type) == kIOReturnSuccess; ++i)
if (type & kIOInterruptTypePCIMessagedX) ++found;
return found;
}
${elision}
// queues
for (int n = 0; n < vectorCount; ++n) {
ret = IODispatchQueue::Create(VECTOR_QUEUE, 0, 0, &ivars->queues[n]);
}
${elision}
${loop}
`;

const forLoop = `for (int n = 0; n < vectorCount; ++n) {
ret = IOInterruptDispatchSource::Create(ivars->pci, n, ivars->queues[n], &ivars->lines[n]);
ret = ivars->lines[n]->SetHandler(ivars->actions[n]);
}`;
const whileLoop = `uint32_t line = 0;
while (line < vectorCount) {
if (IOInterruptDispatchSource::Create(ivars->pci, line, ivars->queues[line], &ivars->lines[line]) != kIOReturnSuccess) break;
ivars->lines[line]->SetHandler(ivars->actions[line]);
line += 1;
}`;

describe("pasted code", () => {
  for (const elision of [".....", "...", "…", "  ....  ", ""])
    for (const [name, loop, at] of [
      ["for", forLoop, 17],
      ["while", whileLoop, 18],
    ] as const)
      it(`is read with ${JSON.stringify(elision)} between the parts and a ${name} loop`, async () => {
        const expected = ["13:queue-same-name", `${at}:interrupt-index-assumed`, `${at + 1}:source-not-enabled`];
        assert.deepEqual(await lint(snippet(elision, loop)), expected);
      });

  it("keeps a parameter list that ends in dots on a line of their own", async () => {
    const code =
      "#include <DriverKit/DriverKit.h>\nvoid Log(\n  const char *format,\n  ...\n);\nint f() { return 1; }\n";
    assert.deepEqual(await lint(code), []);
  });
});
