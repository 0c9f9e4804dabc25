// Entitlements that matter to DriverKit: what each means, who carries it, and what its value may be. Data with its source; reads no files.
//
// Sources by their short names: "xnu" = apple-oss-distributions/xnu xnu-11417.121.6, "IOHIDFamily" = IOHIDFamily-2222.0.24,
// "IOPCIFamily" = IOPCIFamily-726.0.5, "IOStorageFamily" = IOStorageFamily-337.100.1, "swift-build" = swiftlang/swift-build 41aee62,
// "documentation" = Apple's page for the key, "TN3125" = Apple's technote of that number, "projects" = public drivers and profiles.

/** How well a fact is known. "uncertain" facts explain; no rule reports an error because of one. */
export type Confidence = "verified-source" | "apple-doc" | "observed" | "uncertain";

/** What the value must be. "names": an array of strings, or one string. "private": not for third parties. */
export type EntitlementShape = "boolean" | "string" | "names" | "strings" | "dictionaries" | "private";

/** Whose signature carries the key. */
export type Carrier = "dext" | "app" | "profile" | "kernel" | "apple";

export interface EntitlementFact {
  readonly key: string;
  readonly shape: EntitlementShape;
  readonly carriers: readonly Carrier[];
  /** Where it exists, for people. */
  readonly platforms: string;
  /** One or two sentences for hover. */
  readonly meaning: string;
  readonly confidence: Confidence;
  readonly source: string;
  /** Apple's page about the key; undefined where there is none. */
  readonly link: string | undefined;
}

export const DRIVERKIT_ENTITLEMENT = "com.apple.developer.driverkit";
export const USERCLIENT_ACCESS = "com.apple.developer.driverkit.userclient-access";
export const ALLOW_ANY_USERCLIENT = "com.apple.developer.driverkit.allow-any-userclient-access";
export const COMMUNICATES_WITH_DRIVERS = "com.apple.developer.driverkit.communicates-with-drivers";
export const SYSTEM_EXTENSION_INSTALL = "com.apple.developer.system-extension.install";

const DEXT: readonly Carrier[] = ["dext"];
const APP: readonly Carrier[] = ["app"];

function fact(
  key: string,
  shape: EntitlementShape,
  carriers: readonly Carrier[],
  platforms: string,
  confidence: Confidence,
  source: string,
  meaning: string,
): EntitlementFact {
  const documented = source.includes("documentation");
  const link = documented ? `https://developer.apple.com/documentation/bundleresources/entitlements/${key}` : undefined;
  return { key, shape, carriers, platforms, meaning, confidence, source, link };
}

/** Every entitlement that is known here, DriverKit's own first. */
export const ENTITLEMENTS: readonly EntitlementFact[] = [
  fact(
    DRIVERKIT_ENTITLEMENT,
    "boolean",
    DEXT,
    "macOS 10.15, iPadOS 16",
    "verified-source",
    "xnu IOUserServer::withTask; documentation",
    "Makes the process a driver: without it the kernel refuses to register the launched process. Xcode adds it to driver targets at build time.",
  ),
  fact(
    "com.apple.developer.driverkit.transport.pci",
    "dictionaries",
    DEXT,
    "macOS 10.15.4, iPadOS 16",
    "verified-source",
    "IOPCIFamily IOPCIDevice::matchPropertyTable; documentation",
    "Lists the PCI functions that the driver may attach to. The kernel compares each dictionary with the device itself.",
  ),
  fact(
    "com.apple.developer.driverkit.transport.pci.bridge",
    "boolean",
    DEXT,
    "macOS",
    "verified-source",
    "IOPCIFamily IOPCIBridge.cpp, kIOPCITransportBridgeDextEntitlement",
    "Demanded beside transport.pci for a function that is a PCI bridge. Ordinary devices do not need it, and Apple does not document it.",
  ),
  fact(
    "com.apple.developer.driverkit.transport.pci.offloadEngineDisable",
    "private",
    ["apple"],
    "Apple",
    "uncertain",
    "IOPCIFamily IOPCIPrivate.h",
    "A private key of the PCI family; no use by third parties is known.",
  ),
  fact(
    "com.apple.developer.driverkit.transport.usb",
    "dictionaries",
    DEXT,
    "macOS 10.15, iPadOS 16",
    "apple-doc",
    "documentation; projects",
    "Lists the USB devices that the driver may attach to. For distribution Apple grants vendors, one dictionary with idVendor each.",
  ),
  fact(
    "com.apple.developer.driverkit.transport.hid",
    "boolean",
    DEXT,
    "macOS 10.15, iPadOS 16",
    "verified-source",
    "IOHIDFamily IOHIDInterface.cpp; documentation",
    "Lets the driver attach to an IOHIDInterface.",
  ),
  fact(
    "com.apple.developer.driverkit.family.audio",
    "boolean",
    DEXT,
    "macOS 12, iPadOS 16",
    "apple-doc",
    "documentation",
    "Marks a driver that publishes audio devices through AudioDriverKit.",
  ),
  fact(
    "com.apple.developer.driverkit.family.block-storage-device",
    "boolean",
    DEXT,
    "macOS 12",
    "verified-source",
    "IOStorageFamily IOUserBlockStorageDevice::init; documentation",
    "Lets the driver publish a block storage device. The kernel class IOUserBlockStorageDevice demands it.",
  ),
  fact(
    "com.apple.developer.driverkit.family.hid.device",
    "boolean",
    DEXT,
    "macOS 10.15",
    "verified-source",
    "IOHIDFamily AppleUserHIDDevice::init; documentation",
    "Lets the driver publish a HID device. The kernel class AppleUserHIDDevice demands it.",
  ),
  fact(
    "com.apple.developer.driverkit.family.hid.eventservice",
    "boolean",
    DEXT,
    "macOS 10.15",
    "verified-source",
    "IOHIDFamily AppleUserHIDEventService::init; documentation",
    "Lets the driver publish a HID event service. The kernel class AppleUserHIDEventService demands it.",
  ),
  fact(
    "com.apple.developer.driverkit.family.hid.virtual.device",
    "boolean",
    ["dext", "app"],
    "macOS",
    "observed",
    "projects (profiles of Karabiner-DriverKit-VirtualHIDDevice)",
    "Granted by Apple to some drivers of purely virtual HID devices. It is not documented, and no check for it is known.",
  ),
  fact(
    "com.apple.developer.driverkit.family.midi",
    "boolean",
    DEXT,
    "macOS 15, iPadOS 18",
    "apple-doc",
    "documentation",
    "Marks a driver that publishes MIDI devices through MIDIDriverKit.",
  ),
  fact(
    "com.apple.developer.driverkit.family.networking",
    "boolean",
    DEXT,
    "macOS 10.15",
    "apple-doc",
    "documentation",
    "Lets the driver publish a network interface.",
  ),
  fact(
    "com.apple.developer.driverkit.family.scsicontroller",
    "boolean",
    DEXT,
    "macOS 11.3",
    "apple-doc",
    "documentation",
    "Lets the driver be a SCSI host bus adapter, or drive a SCSI peripheral.",
  ),
  fact(
    "com.apple.developer.driverkit.family.serial",
    "boolean",
    DEXT,
    "macOS 10.15",
    "observed",
    "documentation; registry dumps of IOUserSerial",
    "Lets the driver publish a serial port. The registry shows that IOUserSerial demands it.",
  ),
  fact(
    "com.apple.developer.driverkit.builtin",
    "private",
    ["apple"],
    "Apple",
    "verified-source",
    "xnu IOKitKeys.h; IOHIDFamily; IOPCIFamily",
    "Demanded beside the transport for hardware that is built into the machine. Third parties cannot get it.",
  ),
  fact(
    ALLOW_ANY_USERCLIENT,
    "boolean",
    DEXT,
    "macOS 10.15",
    "verified-source",
    "xnu IOUserServer::serviceNewUserClient; documentation",
    "Lets every process open the driver's user clients, without userclient-access. The kernel only asks whether the key is there: false opens the driver too.",
  ),
  fact(
    USERCLIENT_ACCESS,
    "names",
    ["app", "dext"],
    "macOS 10.15",
    "verified-source",
    "xnu IOUserServer::serviceNewUserClient; documentation",
    "The bundle ids of the drivers whose user clients this process may open, written exactly as in the driver: no team prefix, no wildcard. iPadOS does not look at it.",
  ),
  fact(
    COMMUNICATES_WITH_DRIVERS,
    "boolean",
    APP,
    "iPadOS 16",
    "verified-source",
    "xnu IOUserServer::serviceNewUserClient; documentation",
    "Lets an app on iPadOS open user clients of drivers. macOS does not look at it; there the key is userclient-access.",
  ),
  fact(
    "com.apple.developer.driverkit.allow-third-party-userclients",
    "boolean",
    DEXT,
    "iPadOS 16",
    "verified-source",
    "xnu IOUserServer::serviceNewUserClient; documentation",
    "Lets apps of other teams open the driver's user clients on iPadOS. It does nothing on macOS.",
  ),
  fact(
    "com.apple.developer.driverkit.administrator",
    "boolean",
    ["kernel"],
    "macOS",
    "verified-source",
    "xnu IOUserServer::serviceNewUserClient",
    "Added by the kernel to what a driver sees of a client with administrator rights. No file should claim it.",
  ),
  fact(
    "com.apple.private.driverkit.driver-access",
    "private",
    ["apple"],
    "Apple",
    "verified-source",
    "xnu IOKitKeys.h",
    "Private to Apple: names drivers that the process may open.",
  ),
  fact(
    "com.apple.private.driverkit.test-driver",
    "private",
    ["apple"],
    "Apple",
    "verified-source",
    "xnu IOKitKeys.h",
    "Private to Apple: marks a test driver.",
  ),
  fact(
    SYSTEM_EXTENSION_INSTALL,
    "boolean",
    APP,
    "macOS 10.15",
    "apple-doc",
    "documentation",
    "Lets the app ask the system to activate its extensions. Without it the request ends with OSSystemExtensionErrorMissingEntitlement.",
  ),
  fact(
    "com.apple.developer.system-extension.redistributable",
    "boolean",
    DEXT,
    "macOS 10.15",
    "apple-doc",
    "documentation",
    "Lets an app of another team embed and activate this extension.",
  ),
  fact(
    "com.apple.developer.hid.virtual.device",
    "boolean",
    ["app", "dext"],
    "macOS 10.15",
    "verified-source",
    "IOHIDFamily IOHIDResourceUserClient; documentation",
    "Lets a process create virtual HID devices without a driver.",
  ),
  fact(
    "com.apple.developer.endpoint-security.client",
    "boolean",
    APP,
    "macOS 10.15",
    "apple-doc",
    "documentation",
    "For Endpoint Security clients; a driver has no use for it.",
  ),
  fact(
    "com.apple.developer.usb.host-controller-interface",
    "boolean",
    APP,
    "macOS 12",
    "apple-doc",
    "documentation",
    "Lets an app be a virtual USB host controller; not for drivers.",
  ),
  fact(
    "com.apple.developer.usb.billboard",
    "boolean",
    APP,
    "macOS",
    "uncertain",
    "USBDriverKit headers",
    "Access to USB billboard devices.",
  ),
  fact(
    "com.apple.vm.device-access",
    "boolean",
    APP,
    "macOS 10.10",
    "apple-doc",
    "documentation",
    "Lets an app take a USB device away from its driver with IOUSBHost; a driver has no use for it.",
  ),
  fact(
    "com.apple.security.device.usb",
    "boolean",
    APP,
    "macOS 10.7",
    "apple-doc",
    "documentation",
    "Lets a sandboxed app use USB devices directly.",
  ),
  fact(
    "com.apple.security.app-sandbox",
    "boolean",
    ["app", "dext"],
    "macOS",
    "observed",
    "documentation; projects",
    "The App Sandbox. Drivers are confined by the system whether they have it or not.",
  ),
  fact(
    "com.apple.security.get-task-allow",
    "boolean",
    ["app", "dext"],
    "macOS",
    "apple-doc",
    "TN3125",
    "Lets debuggers attach. Xcode adds it to development builds; what is distributed must not have it.",
  ),
  fact(
    "get-task-allow",
    "boolean",
    ["app", "dext"],
    "iPadOS",
    "apple-doc",
    "TN3125",
    "The debugging entitlement as it is called on iPadOS.",
  ),
  fact(
    "com.apple.security.iokit-user-client-class",
    "strings",
    ["apple"],
    "macOS, iPadOS",
    "uncertain",
    "projects",
    "Kernel user client classes that a sandboxed process may open. Not needed for drivers made with DriverKit.",
  ),
  fact(
    "com.apple.application-identifier",
    "string",
    ["dext", "app"],
    "macOS",
    "apple-doc",
    "TN3125",
    "Team and bundle id. It must be the one of the provisioning profile.",
  ),
  fact(
    "com.apple.developer.team-identifier",
    "string",
    ["dext", "app"],
    "macOS, iPadOS",
    "apple-doc",
    "TN3125",
    "The team that signs. It must be the one of the provisioning profile.",
  ),
  fact(
    "keychain-access-groups",
    "strings",
    ["profile", "app"],
    "macOS, iPadOS",
    "observed",
    "projects (profiles)",
    "Keychain groups; in every profile, with a wildcard that only profiles may have.",
  ),
];

const byKey = new Map(ENTITLEMENTS.map((each) => [each.key, each]));

/** What is known of an entitlement; undefined for a key that is not in the table. */
export function entitlementFact(key: string): EntitlementFact | undefined {
  return byKey.get(key);
}

/** Names that projects claim and that Apple has never had, with the one that was probably meant. Source: public projects. */
export const INVENTED_ENTITLEMENTS: ReadonlyMap<string, string | undefined> = new Map([
  ["com.apple.developer.driverkit.family.usb", "com.apple.developer.driverkit.transport.usb"],
  ["com.apple.developer.driverkit.family.usb.device", "com.apple.developer.driverkit.transport.usb"],
  ["com.apple.developer.driverkit.family.usb.pipe", undefined],
  ["com.apple.developer.driverkit.allow-any-usb-device", "com.apple.developer.driverkit.transport.usb"],
  ["com.apple.developer.driverkit.transport.scsi", "com.apple.developer.driverkit.family.scsicontroller"],
  ["com.apple.developer.driverkit.family.scsi-parallel", "com.apple.developer.driverkit.family.scsicontroller"],
]);

/** An entitlement that the kernel demands of a dext because of a class in its personality. */
export interface EntitlementNeed {
  /** Which key of the personality names the class. */
  readonly because: "IOClass" | "IOProviderClass";
  readonly className: string;
  readonly entitlement: string;
  readonly confidence: Confidence;
  readonly source: string;
}

function need(
  because: EntitlementNeed["because"],
  className: string,
  name: string,
  confidence: Confidence,
  source: string,
): EntitlementNeed {
  return { because, className, entitlement: `com.apple.developer.driverkit.${name}`, confidence, source };
}

/** What personalities need, transport.pci apart, which has rules of its own. */
export const ENTITLEMENT_NEEDS: readonly EntitlementNeed[] = [
  need("IOProviderClass", "IOHIDInterface", "transport.hid", "verified-source", "IOHIDFamily IOHIDInterface.cpp"),
  need("IOProviderClass", "IOUSBHostDevice", "transport.usb", "observed", "registry dumps of IOUSBHostDevice"),
  need("IOProviderClass", "IOUSBHostInterface", "transport.usb", "observed", "registry dumps of IOUSBHostInterface"),
  need("IOClass", "AppleUserHIDDevice", "family.hid.device", "verified-source", "IOHIDFamily AppleUserHIDDevice.cpp"),
  need(
    "IOClass",
    "AppleUserHIDEventService",
    "family.hid.eventservice",
    "verified-source",
    "IOHIDFamily AppleUserHIDEventService.cpp",
  ),
  need(
    "IOClass",
    "IOUserBlockStorageDevice",
    "family.block-storage-device",
    "verified-source",
    "IOStorageFamily IOUserBlockStorageDevice_kext.cpp",
  ),
  need("IOClass", "IOUserSerial", "family.serial", "observed", "registry dumps of IOUserSerial"),
  need("IOClass", "IOUserNetworkEthernet", "family.networking", "apple-doc", "documentation"),
  need("IOClass", "IOUserSCSIParallelInterfaceController", "family.scsicontroller", "apple-doc", "documentation"),
  need("IOClass", "IOUserSCSIPeripheralDeviceType00", "family.scsicontroller", "apple-doc", "documentation"),
  need("IOClass", "IOUserSCSIPeripheralDeviceType05", "family.scsicontroller", "apple-doc", "documentation"),
  need("IOClass", "IOUserSCSIPeripheralDeviceType07", "family.scsicontroller", "apple-doc", "documentation"),
];
