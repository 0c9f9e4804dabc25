// Which family a driver belongs to by the class that it derives from. Data with its source.
//
// Sources: Apple's pages of the entitlements com.apple.developer.driverkit.family.*, each of which names its framework, and the pages of
// the frameworks (AudioDriverKit, MIDIDriverKit, SerialDriverKit, USBSerialDriverKit, HIDDriverKit, NetworkingDriverKit, SCSIControllerDriverKit,
// SCSIPeripheralsDriverKit, BlockStorageDeviceDriverKit), which name the classes to derive from.

const family = (name: string): string => `com.apple.developer.driverkit.family.${name}`;

/** Base classes of a framework with the entitlement of their family. */
export const FAMILY_BASES: ReadonlyMap<string, string> = new Map([
  ["IOUserAudioDriver", family("audio")],
  ["IOUserMIDIDriver", family("midi")],
  ["IOUserSerial", family("serial")],
  ["IOUserUSBSerial", family("serial")],
  ["IOUserHIDDevice", family("hid.device")],
  ["IOUserUSBHostHIDDevice", family("hid.device")],
  ["IOUserHIDEventService", family("hid.eventservice")],
  ["IOUserHIDEventDriver", family("hid.eventservice")],
  ["IOUserNetworkEthernet", family("networking")],
  ["IOUserSCSIParallelInterfaceController", family("scsicontroller")],
  ["IOUserSCSIPeripheralDeviceType00", family("scsicontroller")],
  ["IOUserSCSIPeripheralDeviceType05", family("scsicontroller")],
  ["IOUserSCSIPeripheralDeviceType07", family("scsicontroller")],
  ["IOUserBlockStorageDevice", family("block-storage-device")],
]);
