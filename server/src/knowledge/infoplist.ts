// Info.plist keys of a driver extension: top level, personality, and the dictionaries for Create(). Data with its source; reads no files.
//
// Sources by their short names: see entitlements.ts; "IOKitUser" = apple-oss-distributions/IOKitUser IOKitUser-100222.0.4 OSKext.c,
// "IOUSBFamily" = IOUSBFamily-560.4.2, the last open USB family.
import type { Confidence } from "./entitlements.ts";

/** What the value of a key may be. */
export type ValueType =
  | "string"
  | "integer"
  | "boolean"
  | "dict"
  | "array"
  | "strings"
  | "integers"
  | "dicts"
  | "data"
  | "any"
  /** An integer, or the string "*". */
  | "integer-or-any"
  /** One string, or an array of them. */
  | "string-or-strings"
  /** A dictionary, or an array of them. */
  | "dict-or-dicts";

/** "build": put in by Xcode. "never": a dext must not have it. "useless": it does nothing in a dext. */
export type Requirement = "required" | "recommended" | "optional" | "build" | "never" | "useless";

/** Where a key stands. "create": in a dictionary that IOService::Create is given the name of. */
export type KeyPlace = "top" | "personality" | "create";

export interface InfoKeyFact {
  readonly key: string;
  readonly place: KeyPlace;
  readonly type: ValueType;
  readonly requirement: Requirement;
  /** Narrows which device a personality matches. */
  readonly matches: boolean;
  readonly meaning: string;
  readonly confidence: Confidence;
  readonly source: string;
  /** Values to propose, or the only ones where `closed`. */
  readonly values: readonly string[];
  readonly closed: boolean;
  readonly link: string | undefined;
}

interface Extra {
  readonly values?: readonly string[];
  readonly closed?: boolean;
  readonly matches?: boolean;
  readonly documented?: boolean;
}

function fact(
  place: KeyPlace,
  key: string,
  type: ValueType,
  requirement: Requirement,
  confidence: Confidence,
  source: string,
  meaning: string,
  { values = [], closed = false, matches = false, documented = false }: Extra = {},
): InfoKeyFact {
  const base = "https://developer.apple.com/documentation/bundleresources/information-property-list/";
  const link = documented ? base + key.toLowerCase() : undefined;
  return { key, place, type, requirement, matches, meaning, confidence, source, values, closed, link };
}

type Rest = [
  type: ValueType,
  requirement: Requirement,
  confidence: Confidence,
  source: string,
  meaning: string,
  extra?: Extra,
];
const top = (key: string, ...rest: Rest): InfoKeyFact => fact("top", key, ...rest);
const own = (key: string, ...rest: Rest): InfoKeyFact => fact("personality", key, ...rest);

const DOC: Extra = { documented: true };
const MATCH: Extra = { matches: true };

/** Keys of the Info.plist itself. */
export const TOP_LEVEL_KEYS: readonly InfoKeyFact[] = [
  top(
    "CFBundlePackageType",
    "string",
    "required",
    "verified-source",
    "xnu OSKext.cpp",
    "DEXT: the kernel takes a bundle for a driver extension by this value alone.",
    { values: ["DEXT", "$(PRODUCT_BUNDLE_PACKAGE_TYPE)"], documented: true },
  ),
  top(
    "CFBundleIdentifier",
    "string",
    "required",
    "verified-source",
    "xnu OSKext.cpp; swift-build",
    "The dext's id, at most 63 characters. The bundle's folder, the personalities and the apps that open the driver all refer to it.",
    { values: ["$(PRODUCT_BUNDLE_IDENTIFIER)"], documented: true },
  ),
  top(
    "CFBundleVersion",
    "string",
    "required",
    "verified-source",
    "xnu OSKext.cpp; libkern OSKextVersion.c",
    "A kext version such as 1.2.3 or 1.0b2. An installed dext is replaced only by one of another version.",
    { values: ["$(CURRENT_PROJECT_VERSION)"], documented: true },
  ),
  top(
    "CFBundleShortVersionString",
    "string",
    "recommended",
    "apple-doc",
    "documentation",
    "The version that people see; the kernel does not read it.",
    { values: ["$(MARKETING_VERSION)"], documented: true },
  ),
  top(
    "CFBundleExecutable",
    "string",
    "build",
    "verified-source",
    "swift-build",
    "The file in the bundle that is the driver's program.",
    { values: ["$(EXECUTABLE_NAME)"], documented: true },
  ),
  top("CFBundleName", "string", "optional", "observed", "documentation", "A short name for lists.", {
    values: ["$(PRODUCT_NAME)"],
    documented: true,
  }),
  top("CFBundleDisplayName", "string", "optional", "observed", "documentation", "The name that people see.", DOC),
  top(
    "CFBundleInfoDictionaryVersion",
    "string",
    "optional",
    "observed",
    "documentation",
    "The version of the Info.plist's form: 6.0.",
    { values: ["6.0"], documented: true },
  ),
  top(
    "CFBundleDevelopmentRegion",
    "string",
    "optional",
    "observed",
    "documentation",
    "The language that the bundle was written in.",
    { values: ["$(DEVELOPMENT_LANGUAGE)"], documented: true },
  ),
  top("CFBundleSupportedPlatforms", "strings", "build", "observed", "swift-build", "DriverKit; put in by the build.", {
    values: ["DriverKit"],
  }),
  top(
    "CFBundleSignature",
    "string",
    "useless",
    "observed",
    "documentation",
    "A creator code of old; nothing reads it.",
  ),
  top(
    "OSBundleUsageDescription",
    "string",
    "required",
    "apple-doc",
    "documentation",
    "Why the driver is there, in the words that people see when they are asked to allow it.",
    DOC,
  ),
  top(
    "OSMinimumDriverKitVersion",
    "string",
    "build",
    "verified-source",
    "swift-build",
    "The least DriverKit version; the build writes DRIVERKIT_DEPLOYMENT_TARGET and refuses a lower value.",
  ),
  top(
    "IOKitPersonalities",
    "dict",
    "required",
    "verified-source",
    "IOKitUser; documentation",
    "What the driver is for: a dictionary of personalities under names of your choice. Without one the driver never matches.",
    DOC,
  ),
  top(
    "NSSystemExtensionUsageDescription",
    "string",
    "useless",
    "apple-doc",
    "documentation",
    "For other system extensions; a dext has OSBundleUsageDescription.",
    DOC,
  ),
  top("NSHumanReadableCopyright", "string", "optional", "observed", "documentation", "The copyright notice.", DOC),
  top(
    "OSBundleRequired",
    "string",
    "useless",
    "verified-source",
    "IOKitUser",
    "Says when the system needs a kernel extension. The open validation refuses it in third-party dexts, though some of Apple's samples have it.",
    { values: ["DriverKit"] },
  ),
  top(
    "OSBundleLibraries",
    "dict",
    "useless",
    "observed",
    "projects",
    "Kernel extensions link to libraries; a dext does not.",
    DOC,
  ),
  top(
    "OSBundleCompatibleVersion",
    "string",
    "useless",
    "verified-source",
    "xnu OSKext.cpp",
    "For kernel libraries; must be a version not above CFBundleVersion.",
  ),
  ...(
    [
      "OSKernelResource",
      "AppleSecurityExtension",
      "AppleKernelExternalComponent",
      "OSBundleSharedExecutableIdentifier",
      "OSBundleIsInterface",
    ] as const
  ).map((key) => top(key, "any", "never", "verified-source", "IOKitUser", "For kernel extensions; illegal in a dext.")),
  top(
    "LSMinimumSystemVersion",
    "string",
    "useless",
    "observed",
    "documentation",
    "For apps; a dext has OSMinimumDriverKitVersion.",
    DOC,
  ),
  top("OSSystemExtensionCategory", "string", "optional", "uncertain", "projects", "Seen once, documented nowhere."),
  top(
    "OSBundleDextUniqueIdentifier",
    "data",
    "never",
    "verified-source",
    "xnu OSKext.cpp",
    "Put in when the system stages the dext; no source file has it.",
  ),
];

const NUMBER_OR_ANY = "A number, decimal in the file, or the string * for any.";
const usb = (key: string, meaning: string, type: ValueType = "integer-or-any"): InfoKeyFact =>
  own(key, type, "optional", "observed", "IOUSBFamily; projects", meaning, MATCH);
const hid = (key: string, type: ValueType, meaning: string): InfoKeyFact =>
  own(key, type, "optional", "verified-source", "IOHIDFamily IOHIDFamilyPrivate.cpp", meaning, MATCH);
const generic = (key: string, type: ValueType, meaning: string): InfoKeyFact =>
  own(key, type, "optional", "verified-source", "xnu IOService::matchInternal", meaning, MATCH);
const pci = (key: string, meaning: string): InfoKeyFact =>
  own(key, "string", "optional", "verified-source", "IOPCIFamily IOPCIBridge.cpp", meaning, MATCH);

/** Keys of a personality. */
export const PERSONALITY_KEYS: readonly InfoKeyFact[] = [
  own(
    "CFBundleIdentifier",
    "string",
    "recommended",
    "verified-source",
    "xnu OSKext.cpp, IOUserServer::launchUserServer",
    "The dext's own id; put in where it is missing. With another id the kernel looks for another dext and starts nothing.",
    { values: ["$(PRODUCT_BUNDLE_IDENTIFIER)"] },
  ),
  own(
    "CFBundleIdentifierKernel",
    "string",
    "optional",
    "verified-source",
    "xnu OSKext.cpp, IOCatalogue::isModuleLoaded",
    "The kernel extension that holds IOClass, loaded before matching. Classes that are in every kernel do not need it.",
    { values: ["com.apple.kpi.iokit"] },
  ),
  own(
    "IOClass",
    "string",
    "required",
    "verified-source",
    "xnu IOService::probeCandidates; documentation",
    "The class that the kernel creates to stand for the driver, such as IOUserService. Never a class of yours.",
  ),
  own(
    "IOUserClass",
    "string",
    "required",
    "verified-source",
    "xnu IOUserServer.cpp; documentation",
    "Your class, declared in an .iig file, of which the dext's process creates an object. At most 95 characters.",
    DOC,
  ),
  own(
    "IOProviderClass",
    "string",
    "required",
    "verified-source",
    "xnu IOCatalogue.cpp, IOService::startCandidate",
    "The class of what the driver attaches to. A personality without it is dropped in silence.",
    { values: ["IOUserResources", "IOPCIDevice", "IOUSBHostDevice", "IOUSBHostInterface", "IOHIDInterface"] },
  ),
  own(
    "IOUserServerName",
    "string",
    "required",
    "verified-source",
    "xnu IOService::probeCandidates; documentation",
    "The name of the driver's process, usually the bundle id. Without it the kernel does not take the personality for a dext's.",
    { values: ["$(PRODUCT_BUNDLE_IDENTIFIER)"], documented: true },
  ),
  own(
    "IOUserServerOneProcess",
    "boolean",
    "optional",
    "verified-source",
    "xnu IOService::startCandidate, IOUserServer::launchUserServer",
    "One process for all services of this server name. The kernel only asks whether the key is there.",
  ),
  own(
    "IOMatchCategory",
    "string",
    "optional",
    "verified-source",
    "xnu IOService::probeCandidates",
    "In each category one driver wins a provider. Drivers for IOUserResources need one of their own.",
    { values: ["$(PRODUCT_BUNDLE_IDENTIFIER)"] },
  ),
  own(
    "IOResourceMatch",
    "string-or-strings",
    "optional",
    "verified-source",
    "xnu IOService::matchInternal",
    "Waits until the system resource of this name is there.",
    { values: ["IOKit", "IOBSD"] },
  ),
  own(
    "IOProbeScore",
    "integer",
    "optional",
    "verified-source",
    "IOKitUser; IOUSBFamily",
    "Added to the score by which drivers compete for a provider.",
  ),
  own("IOMatchDefer", "boolean", "optional", "observed", "IOHIDFamily", "Puts off the matching of this personality."),
  own("IOKitDebug", "integer", "optional", "verified-source", "IOKitUser", "Debugging flags."),
  generic(
    "IOPropertyMatch",
    "dict-or-dicts",
    "Registry properties that the provider must have; an array means one of them.",
  ),
  generic(
    "IOPropertyExistsMatch",
    "string-or-strings",
    "Registry properties that the provider must have, whatever their value.",
  ),
  generic("IONameMatch", "string-or-strings", "Names of the provider."),
  generic("IOParentMatch", "dict", "A matching dictionary that a parent of the provider must fit."),
  generic("IOPathMatch", "string", "The provider's path in the registry."),
  generic("IOLocationMatch", "string", "The provider's location in the registry."),
  own(
    "UserClientProperties",
    "dict",
    "optional",
    "verified-source",
    "xnu IOService::Create; projects",
    "The usual name of the dictionary that IOService::Create makes a user client from. Any name will do, as long as the code says the same.",
  ),
  own(
    "IOUserAudioDriverUserClientProperties",
    "dict",
    "optional",
    "observed",
    "projects (Apple's SimpleAudio sample)",
    "The user client through which the audio server talks to an AudioDriverKit driver.",
  ),
  own(
    "IOUserMIDIDriverUserClientProperties",
    "dict",
    "optional",
    "observed",
    "projects (Apple's MIDI sample)",
    "The user client through which the MIDI server talks to a MIDIDriverKit driver.",
  ),
  own(
    "IOUserVideoDriverUserClientProperties",
    "dict",
    "optional",
    "uncertain",
    "documentation",
    "By analogy with audio, the user client of a VideoDriverKit driver.",
  ),
  pci(
    "IOPCIMatch",
    "Vendor and device, or subsystem: value&mask in hexadecimal, alternatives apart by blanks. 0xDDDDVVVV is device DDDD of vendor VVVV.",
  ),
  pci("IOPCIPrimaryMatch", "Vendor and device: 0xDDDDVVVV is device DDDD of vendor VVVV; a mask may follow &."),
  pci("IOPCISecondaryMatch", "Subsystem vendor and subsystem: 0xSSSSVVVV; a mask may follow &."),
  pci(
    "IOPCIClassMatch",
    "Class code: 0xCCSSPPRR is class CC, subclass SS, programming interface PP; a mask may follow &.",
  ),
  own(
    "IOPCITunnelCompatible",
    "boolean",
    "optional",
    "verified-source",
    "IOPCIFamily IOPCIBridge.cpp",
    "Whether the driver is for devices behind Thunderbolt too. Those are refused where it is false.",
  ),
  own(
    "IOPCIPauseCompatible",
    "boolean",
    "optional",
    "observed",
    "IOPCIFamily",
    "The driver copes with the bus being paused and laid out anew.",
  ),
  usb("idVendor", `The device's vendor. ${NUMBER_OR_ANY}`),
  usb("idProduct", `The vendor's product. ${NUMBER_OR_ANY}`),
  usb("idProductArray", "Several products of the vendor.", "integers"),
  usb("idProductMask", "Which bits of idProduct count."),
  usb("bcdDevice", `The device's release. ${NUMBER_OR_ANY}`),
  usb("bConfigurationValue", `The configuration that the interface is in. ${NUMBER_OR_ANY}`),
  usb("bInterfaceNumber", `The interface's number. ${NUMBER_OR_ANY}`),
  usb("bDeviceClass", `The device's class. ${NUMBER_OR_ANY}`),
  usb("bDeviceSubClass", `The device's subclass. ${NUMBER_OR_ANY}`),
  usb("bDeviceProtocol", `The device's protocol. ${NUMBER_OR_ANY}`),
  usb("bInterfaceClass", `The interface's class. ${NUMBER_OR_ANY}`),
  usb("bInterfaceSubClass", `The interface's subclass. ${NUMBER_OR_ANY}`),
  usb("bInterfaceProtocol", `The interface's protocol. ${NUMBER_OR_ANY}`),
  hid("VendorID", "integer", "The HID device's vendor."),
  hid("ProductID", "integer-or-any", "The vendor's product, or the string * for any."),
  hid("ProductIDMask", "integer", "Which bits of ProductID count."),
  hid("ProductIDArray", "integers", "Several products of the vendor."),
  hid("VersionNumber", "integer", "The HID device's version."),
  hid("LocationID", "integer", "Where the HID device is plugged in."),
  hid("PrimaryUsagePage", "integer", "The usage page of the device's first collection."),
  hid("PrimaryUsage", "integer", "The usage of the device's first collection."),
  hid("DeviceUsagePage", "integer", "A usage page that the device has."),
  hid("DeviceUsage", "integer", "A usage that the device has."),
  hid("DeviceUsagePairs", "dicts", "Pairs of usage page and usage; one of them must fit."),
  hid("ModelNumber", "any", "The HID device's model."),
  hid(
    "Transport",
    "string",
    "How the HID device is connected: USB, Bluetooth, Bluetooth Low Energy, SPI, I2C, Virtual.",
  ),
  hid("Manufacturer", "string", "The HID device's maker."),
  hid("SerialNumber", "string", "The HID device's serial number."),
  hid("PhysicalDeviceUniqueID", "string", "Identifies one HID device."),
  own(
    "IOProviderMergeProperties",
    "dict",
    "optional",
    "observed",
    "xnu IOService.cpp; documentation",
    "Properties that the provider gets when the personality matches.",
  ),
  own("IOTTYBaseName", "string", "optional", "apple-doc", "documentation", "How the serial port's device files begin."),
  own("IOTTYSuffix", "string", "optional", "apple-doc", "documentation", "How the serial port's device files end."),
  own("HiddenPort", "boolean", "optional", "apple-doc", "documentation", "Keeps the serial port out of lists."),
  own(
    "Peripheral Device Type",
    "integer",
    "optional",
    "apple-doc",
    "documentation",
    "The SCSI device type that IOUserSCSIPeripheralDeviceTypeNN is for: 0, 5 or 7.",
    { values: ["0", "5", "7"], matches: true },
  ),
  own(
    "Physical Interconnect",
    "string",
    "optional",
    "apple-doc",
    "documentation",
    "The bus that the storage hangs on.",
    {
      values: [
        "PCI",
        "PCI-Express",
        "USB",
        "SCSI Parallel Interface",
        "Fibre Channel Interface",
        "SATA",
        "SAS",
        "ATAPI",
      ],
    },
  ),
  own(
    "Physical Interconnect Location",
    "string",
    "optional",
    "apple-doc",
    "documentation",
    "Whether the storage is inside the machine; behind Thunderbolt it is External.",
    { values: ["Internal", "External", "Internal/External", "File"] },
  ),
];

/** Keys of a dictionary that IOService::Create makes a service or a user client from. */
export const CREATE_KEYS: readonly InfoKeyFact[] = [
  fact(
    "create",
    "IOClass",
    "string",
    "required",
    "verified-source",
    "xnu IOService::Create",
    "The kernel's class: IOUserUserClient for a user client, a family's class for a service.",
    { values: ["IOUserUserClient", "IOUserService", "AppleUserHIDDevice"] },
  ),
  fact(
    "create",
    "IOUserClass",
    "string",
    "required",
    "verified-source",
    "xnu IOUserServer.cpp",
    "Your class; for a user client one that derives from IOUserClient.",
  ),
  fact(
    "create",
    "IOServiceDEXTEntitlements",
    "any",
    "optional",
    "verified-source",
    "xnu IOUserServer::checkEntitlements",
    "Entitlements that an app needs to open this user client.",
  ),
];

const byPlace = new Map(
  [...TOP_LEVEL_KEYS, ...PERSONALITY_KEYS, ...CREATE_KEYS].map((each) => [`${each.place} ${each.key}`, each]),
);

/** What is known of a key in its place; undefined for a key that is not in the table. */
export function infoKeyFact(place: KeyPlace, key: string): InfoKeyFact | undefined {
  return byPlace.get(`${place} ${key}`);
}

/** A family of drivers: which classes, kernel extension and entitlements go together. */
export interface DriverFamily {
  readonly name: string;
  /** IOClass of its personalities. */
  readonly ioClass: string;
  /** The DriverKit classes that the driver's class derives from, nearest to IOService last. */
  readonly bases: readonly string[];
  readonly providers: readonly string[];
  /** CFBundleIdentifierKernel; undefined where the class is in every kernel and the key may be left out. */
  readonly kernelId: string | undefined;
  /** The names of its entitlements behind `com.apple.developer.driverkit.`, without transports. */
  readonly entitlements: readonly string[];
  readonly confidence: Confidence;
  readonly source: string;
}

/** The families, the specific ones first. The kernel id of Ethernet differs between sources and is left out. */
export const DRIVER_FAMILIES: readonly DriverFamily[] = [
  {
    name: "user client",
    ioClass: "IOUserUserClient",
    bases: ["IOUserClient"],
    providers: [],
    kernelId: undefined,
    entitlements: [],
    confidence: "verified-source",
    source: "xnu IOUserServer::serviceNewUserClient",
  },
  {
    name: "HID event service",
    ioClass: "AppleUserHIDEventService",
    bases: ["IOUserHIDEventService", "IOHIDEventService"],
    providers: ["IOHIDInterface"],
    kernelId: undefined,
    entitlements: ["family.hid.eventservice"],
    confidence: "verified-source",
    source: "IOHIDFamily; projects",
  },
  {
    name: "HID device",
    ioClass: "AppleUserHIDDevice",
    bases: ["IOUserHIDDevice", "IOHIDDevice"],
    providers: ["IOUSBHostInterface", "IOUSBHostDevice", "IOUserResources"],
    kernelId: undefined,
    entitlements: ["family.hid.device"],
    confidence: "verified-source",
    source: "IOHIDFamily; projects",
  },
  {
    name: "SCSI controller",
    ioClass: "IOUserSCSIParallelInterfaceController",
    bases: ["IOUserSCSIParallelInterfaceController"],
    providers: ["IOPCIDevice", "IOUserResources", "IOUserService"],
    kernelId: "com.apple.iokit.IOSCSIParallelFamily",
    entitlements: ["family.scsicontroller"],
    confidence: "observed",
    source: "projects; documentation",
  },
  ...(["00", "05", "07"] as const).map((type) => ({
    name: `SCSI peripheral of type ${type}`,
    ioClass: `IOUserSCSIPeripheralDeviceType${type}`,
    bases: [`IOUserSCSIPeripheralDeviceType${type}`],
    providers: ["IOSCSIPeripheralDeviceNub"],
    kernelId: `com.apple.iokit.IOSCSI${type === "05" ? "Multimedia" : "Block"}CommandsDevice`,
    entitlements: ["family.scsicontroller"],
    confidence: "apple-doc" as const,
    source: "documentation",
  })),
  {
    name: "block storage",
    ioClass: "IOUserBlockStorageDevice",
    bases: ["IOUserBlockStorageDevice"],
    providers: ["IOPCIDevice", "IOUSBHostInterface", "IOUserResources"],
    kernelId: "com.apple.iokit.IOStorageFamily",
    entitlements: ["family.block-storage-device"],
    confidence: "verified-source",
    source: "IOStorageFamily",
  },
  {
    name: "Ethernet",
    ioClass: "IOUserNetworkEthernet",
    bases: ["IOUserNetworkEthernet"],
    providers: ["IOUSBHostInterface", "IOUSBHostDevice", "IOPCIDevice", "IOUserResources"],
    kernelId: undefined,
    entitlements: ["family.networking"],
    confidence: "observed",
    source: "projects; registry dumps",
  },
  {
    name: "serial",
    ioClass: "IOUserSerial",
    bases: ["IOUserSerial"],
    providers: ["IOUSBHostInterface", "IOPCIDevice", "IOUserResources"],
    kernelId: "com.apple.driver.driverkit.serial",
    entitlements: ["family.serial"],
    confidence: "observed",
    source: "registry dumps; documentation",
  },
  {
    name: "audio",
    ioClass: "IOUserService",
    bases: ["IOUserAudioDriver"],
    providers: ["IOUserResources", "IOUSBHostDevice", "IOUSBHostInterface", "IOPCIDevice", "IOUserService"],
    kernelId: undefined,
    entitlements: ["family.audio", "allow-any-userclient-access"],
    confidence: "observed",
    source: "projects (Apple's SimpleAudio sample)",
  },
  {
    name: "MIDI",
    ioClass: "IOUserService",
    bases: ["IOUserMIDIDriver"],
    providers: ["IOUserResources", "IOUSBHostDevice", "IOUSBHostInterface"],
    kernelId: undefined,
    entitlements: ["family.midi", "allow-any-userclient-access"],
    confidence: "observed",
    source: "projects (Apple's MIDI sample)",
  },
  {
    name: "plain service",
    ioClass: "IOUserService",
    bases: ["IOService"],
    providers: ["IOUserResources", "IOPCIDevice", "IOUSBHostDevice", "IOUSBHostInterface", "IOUserService"],
    kernelId: undefined,
    entitlements: [],
    confidence: "verified-source",
    source: "xnu; projects",
  },
];

/** Keys of kernel extensions that a dext may have, and that do nothing for it. */
export const KEXT_KEYS_WITHOUT_EFFECT: readonly string[] = ["OSBundleRequired", "OSBundleLibraries"];

/** Classes of providers that dexts match. */
export const PROVIDER_CLASSES: readonly string[] = [
  ...new Set([
    "IOService",
    "IOHIDDevice",
    "IOSCSIPeripheralDeviceNub",
    ...DRIVER_FAMILIES.flatMap(({ providers }) => providers),
  ]),
];

/** Classes that the kernel makes for dexts. */
export const KERNEL_CLASSES: readonly string[] = [...new Set(DRIVER_FAMILIES.map(({ ioClass }) => ioClass))];

/** Bundles of the kernel that hold such classes. Source: the Info.plists of the open families; projects; registry dumps. */
export const KERNEL_BUNDLES: readonly string[] = [
  ...new Set([
    "com.apple.kpi.iokit",
    "com.apple.iokit.IOHIDFamily",
    "com.apple.iokit.IONetworkingFamily",
    "com.apple.iokit.IOPCIFamily",
    "com.apple.iokit.IOSerialFamily",
    "com.apple.iokit.IOStorageFamily",
    "com.apple.iokit.IOUSBHostFamily",
    ...DRIVER_FAMILIES.flatMap(({ kernelId }) => kernelId ?? []),
  ]),
];

/** Classes of the USB family of OS X 10.10 and before, with those of today. Source: IOUSBFamily-560.4.2; documentation. */
export const LEGACY_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["IOUSBDevice", "IOUSBHostDevice"],
  ["IOUSBInterface", "IOUSBHostInterface"],
]);

/** Keys of personalities, and of the dictionaries in them, whose text the kernel compares as a whole. Source: xnu, as at each key. */
export const COMPARED_KEYS: ReadonlySet<string> = new Set([
  "CFBundleIdentifier",
  "CFBundleIdentifierKernel",
  "IOClass",
  "IOMatchCategory",
  "IOProviderClass",
  "IOResourceMatch",
  "IOUserClass",
  "IOUserServerName",
]);

/** The family of a class, told from the class and its bases, nearest first; undefined when none is known. */
export function familyOfBases(ancestors: readonly string[]): DriverFamily | undefined {
  return DRIVER_FAMILIES.find(({ bases }) => bases.some((base) => ancestors.includes(base)));
}

/** The first family whose personalities have this IOClass; undefined for a class that is not in the table. */
export function familyOfIOClass(ioClass: string): DriverFamily | undefined {
  return DRIVER_FAMILIES.find((family) => family.ioClass === ioClass);
}

/**
 * What the kernel holds against a CFBundleVersion, in words that follow "it"; undefined for one that it takes.
 * Source: xnu libkern/OSKextVersion.c, OSKextParseVersionString. Reading stops at the first blank.
 */
export function versionProblem(text: string): string | undefined {
  const read = /^[^\s]*/.exec(text)?.[0] ?? "";
  if (!/^\d/.test(read)) return "must begin with a digit";
  const [, numbers = "", stage, level] = /^([\d.]*)(?:(fc|[dabf])(\d*))?$/.exec(read) ?? [];
  if (numbers === "") return "may hold only numbers, dots and one stage such as b2";
  const components = numbers.split(".");
  if (components.length > 3) return "has more than three numbers";
  if (components.some((component) => component.length > 4)) return "has a number of more than four digits";
  if (stage === undefined) return undefined;
  if (level === undefined || level === "") return `needs a number behind “${stage}”`;
  if (level.length > 3 || Number(level) > 255) return `has a number above 255 behind “${stage}”`;
  return stage.startsWith("f") && Number(level) === 0 ? `needs a number above 0 behind “${stage}”` : undefined;
}
