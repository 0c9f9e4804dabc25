// What the tests of the editing features share: texts with marks in them, and a context to ask with.
import { finish } from "../../src/engine/analysis.ts";
import { applyEdits } from "../../src/base/edit.ts";
import type { FeatureContext, Place } from "../../src/features/context.ts";
import { completePlist, type Completion } from "../../src/features/plist/complete.ts";
import { plainText } from "../../src/features/plist/snippets.ts";
import { hostOf } from "../support.ts";

/** The text around the mark `|`, and where the mark stood. */
export function marked(text: string): { readonly text: string; readonly offset: number } {
  const offset = text.indexOf("‸");
  if (offset < 0) throw new Error("no ‸ in the text");
  return { text: text.slice(0, offset) + text.slice(offset + 1), offset };
}

/** A context for the file whose text holds the mark ‸, among the others. */
export async function contextAt(
  files: Readonly<Record<string, string>>,
): Promise<FeatureContext & { readonly offset: number; readonly text: string }> {
  const [path] = Object.entries(files).find(([, text]) => text.includes("‸")) ?? [];
  if (path === undefined) throw new Error("no file has a mark");
  const { text, offset } = marked(files[path] ?? "");
  const analysis = (await hostOf({ ...files, [path]: text })).snapshot();
  return { path, analysis, index: finish(analysis.index()), offset, text };
}

/** The completions at the mark, in the order in which an editor shows them. */
export async function complete(files: Readonly<Record<string, string>>): Promise<Completion[]> {
  const context = await contextAt(files);
  return completePlist(context, context.offset).sort((a, b) => a.rank - b.rank || (a.label < b.label ? -1 : 1));
}

/** The text of the marked file once a completion is taken, as an editor without snippets would do it. */
export async function accept(files: Readonly<Record<string, string>>, label: string): Promise<string> {
  const context = await contextAt(files);
  const item = completePlist(context, context.offset).find((each) => each.label === label);
  if (!item) throw new Error(`no completion “${label}”`);
  return applyEdits(context.text, [{ span: item.span, newText: plainText(item.snippet) }]);
}

/** "file: text" of places. */
export function shown(places: readonly Place[], textOf: (path: string) => string | undefined): string[] {
  return places.map(({ path, nameSpan }) => {
    const text = textOf(path) ?? "";
    const line = text.slice(0, nameSpan.start).split("\n").length;
    return `${path.slice(path.lastIndexOf("/") + 1)}:${line} ${text.slice(nameSpan.start, nameSpan.end)}`;
  });
}

export const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
`;

/** A dext with a driver, a user client, an app beside it. */
export const IIG = `#include <DriverKit/IOService.iig>
#include <DriverKit/IOUserClient.iig>

class AcmeDriver : public IOService
{
public:
    virtual kern_return_t Start(IOService *provider) override;
    virtual kern_return_t NewUserClient(uint32_t type, IOUserClient **client) override;
    virtual void Fired(OSAction *action TARGET, uint64_t time) TYPE(IOTimerDispatchSource::TimerOccurred);
};
`;
export const CLIENT_IIG = `#include <DriverKit/IOUserClient.iig>

class AcmeClient : public IOUserClient
{
public:
    virtual kern_return_t Stop(IOService *provider) override;
};
`;
export const CPP = `#include <DriverKit/DriverKit.h>
#include "AcmeDriver.h"
#include "AcmeClient.h"

kern_return_t IMPL(AcmeDriver, Start)
{
    IOTimerDispatchSource *timer = nullptr;
    OSAction *action = nullptr;
    IODispatchQueue *queue = nullptr;
    kern_return_t ret = CopyDispatchQueue("Default", &queue);
    if (ret == kIOReturnSuccess) {
        ret = IOTimerDispatchSource::Create(queue, &timer);
        ret = CreateActionFired(sizeof(void *), &action);
    }
    OSString *name = OSString::withCString("x");
    int mine = helper();
    OSSafeReleaseNULL(name);
    return ret;
}

kern_return_t AcmeDriver::NewUserClient_Impl(uint32_t type, IOUserClient **client)
{
    IOService *service = nullptr;
    kern_return_t ret = Create(this, "UserClientProperties", &service);
    *client = OSDynamicCast(AcmeClient, service);
    return ret;
}

kern_return_t IMPL(AcmeClient, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}
`;
export const INFO = `${HEAD}<dict>
	<key>CFBundleIdentifier</key>
	<string>com.acme.app.driver</string>
	<key>CFBundlePackageType</key>
	<string>DEXT</string>
	<key>IOKitPersonalities</key>
	<dict>
		<key>Acme</key>
		<dict>
			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOUserClass</key>
			<string>AcmeDriver</string>
			<key>IOUserServerName</key>
			<string>com.acme.app.driver</string>
			<key>IOProviderClass</key>
			<string>IOPCIDevice</string>
			<key>IOPCIPrimaryMatch</key>
			<string>0x00001b21&amp;0x0000ffff 0x06121b21</string>
			<key>UserClientProperties</key>
			<dict>
				<key>IOClass</key>
				<string>IOUserUserClient</string>
				<key>IOUserClass</key>
				<string>AcmeClient</string>
			</dict>
		</dict>
	</dict>
</dict>
</plist>
`;
export const ENTITLEMENTS = `${HEAD}<dict>
	<key>com.apple.developer.driverkit</key>
	<true/>
</dict>
</plist>
`;
export const APP_INFO = `${HEAD}<dict>
	<key>CFBundleIdentifier</key>
	<string>com.acme.app</string>
	<key>CFBundlePackageType</key>
	<string>APPL</string>
</dict>
</plist>
`;
export const APP_ENTITLEMENTS = `${HEAD}<dict>
	<key>com.apple.developer.system-extension.install</key>
	<true/>
	<key>com.apple.developer.driverkit.userclient-access</key>
	<array>
		<string>com.acme.app.driver</string>
	</array>
</dict>
</plist>
`;

/** The project's files, some replaced. */
export function project(changed: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    "/p/Driver/Info.plist": INFO,
    "/p/Driver/Driver.entitlements": ENTITLEMENTS,
    "/p/Driver/AcmeDriver.iig": IIG,
    "/p/Driver/AcmeClient.iig": CLIENT_IIG,
    "/p/Driver/AcmeDriver.cpp": CPP,
    "/p/App/Info.plist": APP_INFO,
    "/p/App/App.entitlements": APP_ENTITLEMENTS,
    ...changed,
  };
}

/** A text with the mark put behind the n-th occurrence of a piece of it. */
export function markBehind(text: string, piece: string, nth = 1): string {
  let at = -1;
  for (let i = 0; i < nth; i++) at = text.indexOf(piece, at + 1);
  if (at < 0) throw new Error(`no “${piece}”`);
  return `${text.slice(0, at + piece.length)}‸${text.slice(at + piece.length)}`;
}
