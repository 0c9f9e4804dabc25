// Hover on calls of DriverKit's API: the ownership contract, and silence on all else.
import assert from "node:assert/strict";
import { hoverApi } from "../../src/features/hover-api.ts";
import { contextAt, CPP, IIG, markBehind, project } from "./support.ts";

async function hover(path: string, text: string): Promise<string> {
  const context = await contextAt(project({ [path]: text }));
  return hoverApi(context, context.offset)?.markdown ?? "nothing";
}

const inCode = (piece: string, nth = 1): Promise<string> =>
  hover("/p/Driver/AcmeDriver.cpp", markBehind(CPP, piece, nth));

describe("hover on DriverKit calls", () => {
  it("says what an out-parameter gives out", async () => {
    const text = await inCode("Source::Cre");
    assert.match(text, /static kern_return_t IOTimerDispatchSource::Create\(IODispatchQueue \*queue/);
    assert.match(text, /`source` gives out an object at \*\*\+1\*\* on success: the caller releases it/);
    assert.match(await inCode("CopyDisp"), /`queue` gives out an object at \*\*\+1\*\*/);
  });

  it("says what a call returns", async () => {
    assert.match(await inCode("withCStr"), /returns an object at \*\*\+1\*\*/);
  });

  it("knows what the .iig compiler writes and what Apple's macros do", async () => {
    assert.match(await inCode("CreateActionFi"), /an OSAction for `Fired` at \*\*\+1\*\*/);
    assert.match(await inCode("OSSafeRel"), /releases the object and sets the variable to null/);
    assert.match(await inCode("OSDynamicC"), /as another type at \*\*\+0\*\*/);
  });

  it("is silent on the project's own functions, variables, and code that is no driver's", async () => {
    assert.equal(await inCode("help"), "nothing");
    assert.equal(await inCode("*tim"), "nothing");
    assert.equal(await hover("/p/Driver/other.cpp", 'void f() { OSString::withCStr‸ing("x"); }'), "nothing");
  });

  it("says which dictionary Create() is given the name of", async () => {
    const text = await inCode('"UserCl');
    assert.match(
      text,
      /^\*\*UserClientProperties\*\* in “Acme” \(Info\.plist\): IOClass `\w+`, IOUserClass `AcmeClient`/,
    );
  });

  it("says in .iig files where a class of DriverKit comes from", async () => {
    const text = await hover("/p/Driver/AcmeDriver.iig", markBehind(IIG, "public IOServ"));
    assert.equal(text, "`IOService` of DriverKit, derives from `OSObject` → `OSMetaClassBase`");
    assert.equal(await hover("/p/Driver/AcmeDriver.iig", markBehind(IIG, "class AcmeDr")), "nothing");
  });
});
