// The members of DriverKit's structures that hold objects, with their types.

/** By structure and member. Source: IOUserClient.iig in apple-oss-distributions/xnu, `iokit/DriverKit`. */
const members: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  IOUserClientMethodArguments: {
    completion: "OSAction *",
    structureInput: "OSData *",
    structureInputDescriptor: "IOMemoryDescriptor *",
    structureOutput: "OSData *",
    structureOutputDescriptor: "IOMemoryDescriptor *",
  },
};

/** The type of a member as a declaration would write it; undefined for structures and members that are not in the table. */
export function structMember(structure: string, member: string): string | undefined {
  return members[structure]?.[member];
}
