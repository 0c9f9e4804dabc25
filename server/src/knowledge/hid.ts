// The keys by which HID matching tells devices (IOHIDFamily's IOHIDDevice::matchPropertyTable).

/** In the order in which a person reads them. */
export const HID_MATCH_KEYS: readonly string[] = [
  "VendorID",
  "ProductID",
  "ProductIDArray",
  "VersionNumber",
  "PrimaryUsagePage",
  "PrimaryUsage",
  "DeviceUsagePage",
  "DeviceUsage",
  "DeviceUsagePairs",
  "Transport",
];
