// Addresses, user clients, USB descriptors.
#include "Porters.h"
#include "State.h"

// expect: mapping-outlives-owner map
kern_return_t Lab::MapDropped(uint32_t slot)
{
    IOMemoryMap *map = nullptr;
    kern_return_t ret = ivars->buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    ivars->addresses[slot & 7] = reinterpret_cast<void *>(map->GetAddress());
    map->release();
    return kIOReturnSuccess;
}

kern_return_t Lab::MapKept(uint32_t slot)
{
    IOMemoryMap *map = nullptr;
    kern_return_t ret = ivars->buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    OSSafeReleaseNULL(ivars->maps[slot & 7]);
    ivars->maps[slot & 7] = map;
    ivars->addresses[slot & 7] = reinterpret_cast<void *>(map->GetAddress());
    return kIOReturnSuccess;
}

kern_return_t Lab::MapKeptBeside(uint32_t slot)
{
    IOMemoryMap *map = nullptr;
    kern_return_t ret = ivars->buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    ivars->addresses[slot & 7] = reinterpret_cast<void *>(map->GetAddress());
    map->retain();
    OSSafeReleaseNULL(ivars->maps[slot & 7]);
    ivars->maps[slot & 7] = map;
    map->release();
    return kIOReturnSuccess;
}

// expect: mapping-outlives-owner map
kern_return_t Lab::MapPointerOut(uint64_t *address)
{
    IOMemoryMap *map = nullptr;
    kern_return_t ret = ivars->buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    *address = map->GetAddress();
    OSSafeReleaseNULL(map);
    return kIOReturnSuccess;
}

// expect: mapping-outlives-owner buffer
kern_return_t Lab::SegmentDropped(uint32_t slot)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    IOAddressSegment range = {};
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, kSize, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->GetAddressRange(&range);
    if (ret == kIOReturnSuccess) {
        ivars->addresses[slot & 7] = reinterpret_cast<void *>(range.address);
    }
    buffer->release();
    return ret;
}

kern_return_t mappedAndCopiedClean(IOMemoryDescriptor *memory, uint8_t *bytes, size_t count)
{
    IOMemoryMap *map = nullptr;
    kern_return_t ret = memory->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    const uint8_t *from = reinterpret_cast<const uint8_t *>(map->GetAddress());
    memcpy(bytes, from, count);
    map->release();
    return kIOReturnSuccess;
}

// expect: mapping-outlives-owner map
kern_return_t mappedUsedAfterRelease(IOMemoryDescriptor *memory, uint8_t *bytes, size_t count)
{
    IOMemoryMap *map = nullptr;
    kern_return_t ret = memory->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    const uint8_t *from = reinterpret_cast<const uint8_t *>(map->GetAddress());
    OSSafeReleaseNULL(map);
    memcpy(bytes, from, count);
    return kIOReturnSuccess;
}

kern_return_t lengthOutlivesClean(IOMemoryDescriptor *memory, uint64_t *length)
{
    IOMemoryMap *map = nullptr;
    kern_return_t ret = memory->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    *length = map->GetLength();
    map->release();
    return kIOReturnSuccess;
}

kern_return_t IMPL(Porter, NewUserClient)
{
    IOService *service = nullptr;
    kern_return_t ret = Create(this, "LabClientProperties", &service);
    if (ret != kIOReturnSuccess) return ret;
    *userClient = OSDynamicCast(IOUserClient, service);
    if (*userClient == nullptr) {
        service->release();
        return kIOReturnError;
    }
    return kIOReturnSuccess;
}

// expect: newuserclient-leak service
kern_return_t IMPL(PorterForgetful, NewUserClient)
{
    IOService *service = nullptr;
    kern_return_t ret = Create(this, "LabClientProperties", &service);
    if (ret != kIOReturnSuccess) return ret;
    *userClient = OSDynamicCast(IOUserClient, service);
    return *userClient ? kIOReturnSuccess : kIOReturnError;
}

// expect: leak-on-error-path service
kern_return_t IMPL(PorterHasty, NewUserClient)
{
    IOService *service = nullptr;
    kern_return_t ret = Create(this, "LabClientProperties", &service);
    if (ret != kIOReturnSuccess) return ret;
    IOUserClient *client = OSDynamicCast(IOUserClient, service);
    if (!client) return kIOReturnError;
    *userClient = client;
    return kIOReturnSuccess;
}

kern_return_t PorterTwoNames::NewUserClient_Impl(uint32_t type, IOUserClient **userClient)
{
    IOService *service = nullptr;
    kern_return_t ret = Create(this, "LabClientProperties", &service);
    if (ret != kIOReturnSuccess) return ret;
    IOUserClient *client = OSDynamicCast(IOUserClient, service);
    if (!client) {
        OSSafeReleaseNULL(service);
        return kIOReturnError;
    }
    *userClient = client;
    return kIOReturnSuccess;
}

kern_return_t IMPL(PorterRetaining, NewUserClient)
{
    IOService *service = nullptr;
    IOUserClient *client = nullptr;
    kern_return_t ret = Create(this, "LabClientProperties", &service);
    if (ret == kIOReturnSuccess) {
        client = OSDynamicCast(IOUserClient, service);
        if (client) {
            client->retain();
            *userClient = client;
        } else {
            ret = kIOReturnError;
        }
        service->release();
    }
    return ret;
}

kern_return_t descriptorClean(IOUSBHostDevice *device)
{
    const IOUSBDeviceDescriptor *descriptor = device->CopyDeviceDescriptor();
    if (!descriptor) return kIOReturnNoDevice;
    measure(descriptor->idVendor);
    IOUSBHostFreeDescriptor(descriptor);
    return kIOReturnSuccess;
}

// expect: usb-descriptor-leak descriptor
kern_return_t descriptorLeaks(IOUSBHostDevice *device)
{
    const IOUSBDeviceDescriptor *descriptor = device->CopyDeviceDescriptor();
    if (!descriptor) return kIOReturnNoDevice;
    measure(descriptor->idVendor);
    return kIOReturnSuccess;
}

// expect: usb-descriptor-leak configuration
kern_return_t configurationLeaksOnError(IOUSBHostInterface *interface)
{
    const IOUSBConfigurationDescriptor *configuration = interface->CopyConfigurationDescriptor();
    if (configuration == nullptr) return kIOReturnError;
    const IOUSBInterfaceDescriptor *own = interface->GetInterfaceDescriptor(configuration);
    if (own == nullptr) return kIOReturnNotFound;
    IOUSBHostFreeDescriptor(configuration);
    return kIOReturnSuccess;
}

kern_return_t configurationClean(IOUSBHostInterface *interface)
{
    const IOUSBConfigurationDescriptor *configuration = interface->CopyConfigurationDescriptor();
    const IOUSBInterfaceDescriptor *own = nullptr;
    kern_return_t ret = kIOReturnError;
    if (configuration == nullptr) goto Exit;
    own = interface->GetInterfaceDescriptor(configuration);
    if (own == nullptr) goto Exit;
    ret = kIOReturnSuccess;
Exit:
    if (configuration) IOUSBHostFreeDescriptor(configuration);
    return ret;
}

const IOUSBConfigurationDescriptor *configurationHandedOutClean(IOUSBHostInterface *interface)
{
    const IOUSBConfigurationDescriptor *configuration = interface->CopyConfigurationDescriptor();
    if (!configuration) return nullptr;
    measure(configuration->bNumInterfaces);
    return configuration;
}

// expect: leak-on-error-path pipe
kern_return_t pipeLeaks(IOUSBHostInterface *interface, IOMemoryDescriptor *data)
{
    IOUSBHostPipe *pipe = nullptr;
    kern_return_t ret = interface->CopyPipe(0x81, &pipe);
    if (ret != kIOReturnSuccess) return ret;
    uint32_t moved = 0;
    ret = pipe->IO(data, 64, &moved, 0);
    if (ret != kIOReturnSuccess) return ret;
    pipe->release();
    return kIOReturnSuccess;
}

kern_return_t pipeClean(IOUSBHostInterface *interface, IOMemoryDescriptor *data)
{
    IOUSBHostPipe *pipe = nullptr;
    kern_return_t ret = interface->CopyPipe(0x81, &pipe);
    if (ret != kIOReturnSuccess) return ret;
    uint32_t moved = 0;
    ret = pipe->IO(data, 64, &moved, 0);
    OSSafeReleaseNULL(pipe);
    return ret;
}

kern_return_t LabClient::CopyClientMemoryForType_Impl(uint64_t type, uint64_t *options, IOMemoryDescriptor **memory)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, kSize, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    *memory = buffer;
    *options = type;
    return kIOReturnSuccess;
}

kern_return_t LabClient::ExternalMethod(uint64_t selector, IOUserClientMethodArguments *arguments,
    const IOUserClientMethodDispatch *dispatch, OSObject *target, void *reference)
{
    if (selector == 1) {
        arguments->structureOutput = OSData::withCapacity(16);
        return arguments->structureOutput ? kIOReturnSuccess : kIOReturnNoMemory;
    }
    return super::ExternalMethod(selector, arguments, dispatch, target, reference);
}

// expect: mapping-outlives-owner map
kern_return_t Lab::MapTestedAndDropped(uint32_t slot)
{
    IOMemoryMap *map = nullptr;
    kern_return_t ret = ivars->buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    void *address = reinterpret_cast<void *>(map->GetAddress());
    if (!address) {
        map->release();
        return kIOReturnNoMemory;
    }
    ivars->addresses[slot & 7] = address;
    map->release();
    return kIOReturnSuccess;
}

kern_return_t Lab::MapTestedClean(uint8_t value)
{
    IOMemoryMap *map = nullptr;
    kern_return_t ret = ivars->buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    uint8_t *address = reinterpret_cast<uint8_t *>(map->GetAddress());
    if (address) {
        address[0] = value;
    }
    map->release();
    return kIOReturnSuccess;
}
