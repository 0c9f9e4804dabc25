// DriverKit's integer constants, as far as rules and `evaluate` need them. Data from constants.json, maintained by hand.
//
// First taken from Apple's published headers: IOReturn.h, IOMemoryDescriptor.iig, IODMACommand.iig, IODispatchQueue.iig,
// IOInterruptDispatchSource.iig, IOService.iig, IOUserClient.iig (xnu), PCIDriverKit (IOPCIFamily), SCSIControllerDriverKit
// (IOSCSIParallelFamily) and, for SCSI command codes and USB descriptors, from Apple's documentation set.
import data from "./constants.json" with { type: "json" };

const constants: ReadonlyMap<string, bigint> = new Map(
  Object.entries(data as Readonly<Record<string, string>>).map(([name, text]) => [name, BigInt(text)]),
);

const returnNames: ReadonlyMap<bigint, string> = new Map(
  [...constants].filter(([name]) => name.startsWith("kIOReturn")).map(([name, value]) => [value, name]),
);

/** The value of a DriverKit constant or enumerator; IOReturn codes as unsigned 32-bit numbers. */
export function driverKitConstant(name: string): bigint | undefined {
  return constants.get(name);
}

/** The value of an IOReturn name as an unsigned 32-bit number. */
export function ioReturnValue(name: string): bigint | undefined {
  return name.startsWith("kIOReturn") ? constants.get(name) : undefined;
}

/** The name of an IOReturn code given as a signed or unsigned 32-bit number. */
export function ioReturnName(value: bigint): string | undefined {
  return returnNames.get(BigInt.asUintN(32, value));
}
