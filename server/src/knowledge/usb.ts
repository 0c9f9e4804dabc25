// How USB devices and interfaces are matched: the keys, the sets of keys that fit anything at all, and the entitlement.
//
// Sources: Apple's documentation of IOUSBHostDevice and IOUSBHostInterface, createMatchingDictionaryWithVendorID:…, whose table lists the
// sets of keys; the same table in Apple's Technical Q&A QA1076 and, as code, in the last open USB family (IOUSBFamily-560.4.2,
// IOUSBDevice.cpp and IOUSBInterface.cpp, matchPropertyTable). Today's IOUSBHostFamily is closed.

/** The classes of USB nubs that a dext can be started for. */
export const USB_DEVICE_CLASS = "IOUSBHostDevice";
export const USB_INTERFACE_CLASS = "IOUSBHostInterface";
/** The entitlement that USB nubs demand of a dext (IOServiceDEXTEntitlements in registry dumps). */
export const USB_ENTITLEMENT = "com.apple.developer.driverkit.transport.usb";
/** A string that stands for any value of a key. */
export const USB_ANY = "*";

export type UsbProvider = typeof USB_DEVICE_CLASS | typeof USB_INTERFACE_CLASS;

/** Matching keys with the bits of the descriptor field they are compared with. */
export const USB_MATCH_KEYS: ReadonlyMap<string, number> = new Map([
  ["idVendor", 16],
  ["idProduct", 16],
  ["bcdDevice", 16],
  ["bDeviceClass", 8],
  ["bDeviceSubClass", 8],
  ["bDeviceProtocol", 8],
  ["bConfigurationValue", 8],
  ["bInterfaceNumber", 8],
  ["bInterfaceClass", 8],
  ["bInterfaceSubClass", 8],
  ["bInterfaceProtocol", 8],
]);

/** Keys that stand for several products; `idProductArray` takes the place of `idProduct`. */
export const USB_PRODUCT_ARRAY = "idProductArray";
export const USB_PRODUCT_MASK = "idProductMask";

/** The class code that says: vendor-specific. */
const VENDOR_CLASS = 0xffn;

interface Combination {
  readonly needs: readonly string[];
  /** Keys that put the set into no other row when they are there too. */
  readonly without: readonly string[];
  /** Which devices it is for; where the personality names the class, it has to agree. */
  readonly forClass: "vendor" | "standard" | "any";
}

const combination = (
  needs: readonly string[],
  without: readonly string[] = [],
  forClass: Combination["forClass"] = "any",
): Combination => ({ needs, without, forClass });

// From the most specific to the broadest, as Apple's tables have them.
const DEVICE_COMBINATIONS: readonly Combination[] = [
  combination(["idVendor", "idProduct"]),
  combination(["idVendor", "bDeviceSubClass", "bDeviceProtocol"], ["idProduct", "bcdDevice"], "vendor"),
  combination(["idVendor", "bDeviceSubClass"], ["bDeviceProtocol", "idProduct", "bcdDevice"], "vendor"),
  combination(
    ["bDeviceClass", "bDeviceSubClass", "bDeviceProtocol"],
    ["idVendor", "idProduct", "bcdDevice"],
    "standard",
  ),
  combination(
    ["bDeviceClass", "bDeviceSubClass"],
    ["bDeviceProtocol", "idVendor", "idProduct", "bcdDevice"],
    "standard",
  ),
];

const PLACE = ["bConfigurationValue", "bInterfaceNumber"];
const INTERFACE_COMBINATIONS: readonly Combination[] = [
  combination(["idVendor", "idProduct", ...PLACE]),
  combination(["idVendor", "bInterfaceSubClass", "bInterfaceProtocol"], ["idProduct", "bcdDevice", ...PLACE], "vendor"),
  combination(["idVendor", "bInterfaceSubClass"], ["bInterfaceProtocol", "idProduct", "bcdDevice", ...PLACE], "vendor"),
  combination(
    ["bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol"],
    ["idVendor", "idProduct", "bcdDevice", ...PLACE],
    "standard",
  ),
  combination(
    ["bInterfaceClass", "bInterfaceSubClass"],
    ["bInterfaceProtocol", "idVendor", "idProduct", "bcdDevice", ...PLACE],
    "standard",
  ),
];

/** A value of a matching key: a number, any number, or something that is not known or that nothing fits. */
export type UsbValue = bigint | "any" | undefined;

/**
 * Whether a set of keys is one that a USB nub takes. `keys`: what the personality holds, `idProductArray` included. Keys of the other
 * kind of nub (`bInterfaceNumber` for a device) are not looked at, as the family does not look at them either.
 */
export function isUsbCombination(provider: UsbProvider, keys: ReadonlyMap<string, UsbValue>): boolean {
  const has = (key: string): boolean => keys.has(key) || (key === "idProduct" && keys.has(USB_PRODUCT_ARRAY));
  const isDevice = provider === USB_DEVICE_CLASS;
  const classCode = keys.get(isDevice ? "bDeviceClass" : "bInterfaceClass");
  return (isDevice ? DEVICE_COMBINATIONS : INTERFACE_COMBINATIONS).some(({ needs, without, forClass }) => {
    if (!needs.every(has) || without.some(has)) return false;
    if (forClass === "any" || typeof classCode !== "bigint") return true;
    return (classCode === VENDOR_CLASS) === (forClass === "vendor");
  });
}
