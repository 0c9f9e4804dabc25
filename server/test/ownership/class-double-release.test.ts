// A member that Stop releases and free() releases again; the rule double-release reports what this finds.
import assert from "node:assert/strict";
import { LineIndex } from "../../src/base/line-index.ts";
import { classes, defineRule } from "../../src/rules/define.ts";
import { doubleReleasesOf } from "../../src/rules/ownership/class-double-release.ts";
import { checkAll, hostOf } from "../support.ts";

const rule = defineRule({
  meta: {
    id: "double-release",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "The test's own.",
    why: "The test's own.",
    messages: { member: "{member}" },
  },
  trigger: classes(),
  check: (context) => doubleReleasesOf(context),
});

const IIG = `#include <DriverKit/IOService.iig>
class Sampler : public IOService
{
public:
    virtual bool init() override;
    virtual void free() override;
    virtual kern_return_t Start(IOService *provider) override;
    virtual kern_return_t Stop(IOService *provider) override;
    void DropAll() LOCALONLY;
};
`;

/** "line:member" of what is found in a driver with these bodies of Stop and free. */
async function found(stop: string, free: string, more = ""): Promise<string[]> {
  const code = `#include <DriverKit/DriverKit.h>
struct Sampler_IVars { IODispatchQueue *queue; IODispatchQueue *queues[2]; bool open; };
bool Sampler::init() { ivars = IONewZero(Sampler_IVars, 1); return ivars != nullptr; }
kern_return_t IMPL(Sampler, Start) { IODispatchQueue::Create("a", 0, 0, &ivars->queues[0]); return IODispatchQueue::Create("q", 0, 0, &ivars->queue); }
kern_return_t IMPL(Sampler, Stop) {
${stop}
  return Stop(provider, SUPERDISPATCH); }
void Sampler::free() {
${free}
  IOSafeDeleteNULL(ivars, Sampler_IVars, 1); super::free(); }
${more}
`;
  const host = await hostOf({ "/p/Sampler.iig": IIG, "/p/Driver.cpp": code }, [rule]);
  const lines = new LineIndex(code);
  const reports = checkAll(host);
  host.dispose();
  return reports.flatMap((report) => {
    assert.deepEqual(report.errors, []);
    return report.findings.map((each) => `${lines.positionAt(each.span.start).line + 1}:${each.message}`);
  });
}

describe("double release across a class", () => {
  it("finds a member released in Stop and in free", async () => {
    assert.deepEqual(await found("ivars->queue->release();", "if (ivars->queue) ivars->queue->release();"), [
      "9:ivars->queue",
    ]);
    assert.deepEqual(await found("if (ivars->queue) ivars->queue->release();", "OSSafeReleaseNULL(ivars->queue);"), [
      "9:ivars->queue",
    ]);
    assert.deepEqual(await found("ivars->queues[0]->release();", "OSSafeReleaseNULL(ivars->queues[0]);"), [
      "9:ivars->queues",
    ]);
  });

  it("finds a helper that both call", async () => {
    const helper = "void Sampler::DropAll() { ivars->queue->release(); }";
    assert.deepEqual(await found("DropAll();", "DropAll();", helper), ["11:ivars->queue"]);
  });

  it("is silent where Stop sets the member to null", async () => {
    assert.deepEqual(await found("OSSafeReleaseNULL(ivars->queue);", "OSSafeReleaseNULL(ivars->queue);"), []);
    assert.deepEqual(
      await found("ivars->queue->release(); ivars->queue = nullptr;", "OSSafeReleaseNULL(ivars->queue);"),
      [],
    );
  });

  it("is silent where two references are held, or a flag decides", async () => {
    assert.deepEqual(
      await found(
        "ivars->queue->release();",
        "ivars->queue->release();",
        "void Keep(Sampler_IVars *all) { all->queue->retain(); }",
      ),
      [],
    );
    assert.deepEqual(await found("if (ivars->open) ivars->queue->release();", "ivars->queue->release();"), []);
    assert.deepEqual(await found("ivars->queues[0]->release();", "OSSafeReleaseNULL(ivars->queues[1]);"), []);
  });
});
