// What a SCSI host adapter in DriverKit reports to the family: constraint keys, limits that other layers read, how the bus is called.
//
// Sources: IOSCSIParallelFamily-352, IOUserSCSIParallelInterfaceController.iig (UserReportHBAConstraints) and
// IOSCSIParallelInterfaceController.cpp (AllocateSCSIParallelTasks, CopyProtocolCharacteristicsProperties),
// IOSCSIParallelInterfaceDevice.cpp (IsProtocolServiceSupported); IOStorageFamily, IOStorageProtocolCharacteristics.h.

/** The kernel class that stands for a SCSI host adapter dext. */
export const SCSI_CONTROLLER_CLASS = "IOUserSCSIParallelInterfaceController";

/** A key: the constant that headers define, and the property's name. */
export interface ScsiKey {
  readonly constant: string;
  readonly property: string;
}

/** Without any of these in the dictionary of UserReportHBAConstraints the system panics, says the header. */
export const REQUIRED_CONSTRAINTS: readonly ScsiKey[] = [
  { constant: "kIOMaximumSegmentCountReadKey", property: "IOMaximumSegmentCountRead" },
  { constant: "kIOMaximumSegmentCountWriteKey", property: "IOMaximumSegmentCountWrite" },
  { constant: "kIOMaximumSegmentByteCountReadKey", property: "IOMaximumSegmentByteCountRead" },
  { constant: "kIOMaximumSegmentByteCountWriteKey", property: "IOMaximumSegmentByteCountWrite" },
  { constant: "kIOMinimumSegmentAlignmentByteCountKey", property: "IOMinimumSegmentAlignmentByteCount" },
  { constant: "kIOMaximumSegmentAddressableBitCountKey", property: "IOMaximumSegmentAddressableBitCount" },
  { constant: "kIOMinimumHBADataAlignmentMaskKey", property: "HBA Data Alignment" },
];

/** The limits of a whole transfer: read from the properties of the controller's service, never from the constraints. */
export const TRANSFER_LIMITS: readonly ScsiKey[] = [
  { constant: "kIOMaximumByteCountReadKey", property: "IOMaximumByteCountRead" },
  { constant: "kIOMaximumByteCountWriteKey", property: "IOMaximumByteCountWrite" },
];

/** Keys of the storage stack that look like constraints, and that the family does not take out of the constraints dictionary. */
export const IGNORED_CONSTRAINTS: readonly ScsiKey[] = [
  ...TRANSFER_LIMITS,
  { constant: "kIOMaximumBlockCountReadKey", property: "IOMaximumBlockCountRead" },
  { constant: "kIOMaximumBlockCountWriteKey", property: "IOMaximumBlockCountWrite" },
  { constant: "kIOMinimumSaturationByteCountKey", property: "IOMinimumSaturationByteCount" },
];

/** Requests of this size were seen from the buffered path of file systems; a driver whose limit is smaller has to say so. */
export const COMMON_TRANSFER_SIZE = 0x10_0000n;

/** How the controller is attached; copied from the service's properties, "SCSI Parallel Interface" where it is missing. */
export const INTERCONNECT: ScsiKey = {
  constant: "kIOPropertyPhysicalInterconnectTypeKey",
  property: "Physical Interconnect",
};
/** A dictionary that may hold it instead. */
export const PROTOCOL_CHARACTERISTICS = "Protocol Characteristics";
/** Values that host adapters have use for, as IOStorageProtocolCharacteristics.h defines them. */
export const INTERCONNECT_VALUES: readonly string[] = [
  "SAS",
  "SATA",
  "PCI-Express",
  "Fibre Channel Interface",
  "Virtual Interface",
];
