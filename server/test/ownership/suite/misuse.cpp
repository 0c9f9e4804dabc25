// Released too often, used too late, not ours, destroyed by force.
#include "State.h"

// expect: double-release list
void releasedTwice()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    list->release();
    list->release();
}

// expect: double-release buffer
kern_return_t releasedOnErrorAndAtExit(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) goto Exit;
    ret = buffer->SetLength(1);
    if (ret != kIOReturnSuccess) {
        buffer->release();
        goto Exit;
    }
    measure(size);
Exit:
    if (buffer) buffer->release();
    return ret;
}

kern_return_t releasedOnErrorAndNulledClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) goto Exit;
    ret = buffer->SetLength(1);
    if (ret != kIOReturnSuccess) {
        OSSafeReleaseNULL(buffer);
        goto Exit;
    }
    measure(size);
Exit:
    if (buffer) buffer->release();
    return ret;
}

// expect: double-release text
void releasedInSwitchAndAfter(uint32_t mode)
{
    OSString *text = OSString::withCString("t");
    if (!text) return;
    switch (mode) {
        case 3:
            text->release();
            break;
        default:
            measure(text->getLength());
            break;
    }
    text->release();
}

// expect: double-release list
void releasedInLoop()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    do {
        measure(1);
        list->release();
    } while (coin());
}

// expect: double-release list
void releasedThroughAlias()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    OSArray *other = list;
    other->release();
    list->release();
}

// expect: double-release list
void retainedOnceReleasedThrice()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    list->retain();
    list->release();
    list->release();
    list->release();
}

void retainedOnceReleasedTwiceClean()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    list->retain();
    list->release();
    measure(list->getCount());
    list->release();
}

void releasedInEitherBranchClean(bool late)
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    if (!late) {
        list->release();
        return;
    }
    measure(list->getCount());
    list->release();
}

void releasedByGuardPairClean(bool early)
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    if (early) {
        list->release();
    }
    measure(2);
    if (!early) {
        list->release();
    }
}

// expect: use-after-release queue
void usedAfterRelease()
{
    IODispatchQueue *queue = nullptr;
    if (IODispatchQueue::Create("q", 0, 0, &queue) != kIOReturnSuccess) return;
    queue->release();
    queue->DispatchAsync(^{ (void)coin(); });
}

// expect: use-after-release list
uint32_t countedAfterRelease()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return 0;
    list->release();
    return list->getCount();
}

// expect: use-after-release number
void passedAfterRelease(OSDictionary *table)
{
    OSNumber *number = OSNumber::withNumber(1, 8);
    if (!number) return;
    number->release();
    table->setObject("n", number);
}

// expect: use-after-release text
void usedInNextRound()
{
    OSString *text = OSString::withCString("t");
    bool dropped = false;
    if (!text) return;
    do {
        measure(text->getLength());
        if (!dropped) {
            text->release();
            dropped = true;
        }
    } while (coin());
}

void usedBeforeReleaseClean(OSDictionary *table)
{
    OSNumber *number = OSNumber::withNumber(1, 8);
    if (!number) return;
    table->setObject("n", number);
    measure(number->unsigned64BitValue());
    number->release();
}

// expect: use-after-release text
void nullTestDoesNotHelp()
{
    OSString *text = OSString::withCString("t");
    if (!text) return;
    text->release();
    if (text) measure(text->getLength());
}

void pointerComparedAfterReleaseClean(OSObject *other)
{
    OSString *text = OSString::withCString("t");
    if (!text) return;
    text->release();
    if (text == other) measure(1);
}

void reassignedAfterReleaseClean()
{
    OSString *text = OSString::withCString("one");
    if (text) text->release();
    text = OSString::withCString("two");
    if (text) {
        measure(text->getLength());
        text->release();
    }
}

void usedWhileRetainedElsewhereClean(OSDictionary *table)
{
    OSNumber *number = OSNumber::withNumber(1, 8);
    if (!number) return;
    table->setObject("n", number);
    number->release();
    measure(number->unsigned64BitValue());
}

// expect: release-borrowed provider
kern_return_t providerReleased(IOService *service)
{
    IOService *provider = service->GetProvider();
    if (!provider) return kIOReturnNoDevice;
    provider->release();
    return kIOReturnSuccess;
}

// expect: release-borrowed value
void elementReleased(OSDictionary *table)
{
    OSObject *value = table->getObject("k");
    if (!value) return;
    value->release();
}

// expect: release-borrowed number
void castElementReleased(OSDictionary *table)
{
    OSNumber *number = OSDynamicCast(OSNumber, table->getObject("k"));
    if (number) {
        measure(number->unsigned64BitValue());
        OSSafeReleaseNULL(number);
    }
}

// expect: release-borrowed device
kern_return_t castParameterReleased(IOService *provider)
{
    IOPCIDevice *device = OSDynamicCast(IOPCIDevice, provider);
    if (!device) return kIOReturnBadArgument;
    device->release();
    return kIOReturnSuccess;
}

kern_return_t castParameterRetainedClean(IOService *provider)
{
    IOPCIDevice *device = OSDynamicCast(IOPCIDevice, provider);
    if (!device) return kIOReturnBadArgument;
    device->retain();
    measure(device->IsRemote());
    device->release();
    return kIOReturnSuccess;
}

void elementReadClean(OSDictionary *table)
{
    OSNumber *number = OSDynamicCast(OSNumber, table->getObject("k"));
    if (number) measure(number->unsigned64BitValue());
}

void elementRetainedClean(OSArray *list, OSObject **out)
{
    OSObject *first = list->getObject(0);
    if (first) first->retain();
    *out = first;
}

// expect: release-borrowed first
void lastElementReleased(OSArray *list)
{
    auto *first = list->getLastObject();
    OSSafeReleaseNULL(first);
}

// expect: free-called-directly buffer
kern_return_t freedBuffer(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    buffer->free();
    return kIOReturnSuccess;
}

// expect: free-called-directly map
// expect: free-called-directly buffer
kern_return_t freedOnExit(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    IOMemoryMap *map = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    __Require(ret == kIOReturnSuccess, Exit);
    ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    __Require(ret == kIOReturnSuccess, Exit);
    measure(map->GetLength());
Exit:
    if (map) map->free();
    if (buffer) buffer->free();
    return ret;
}

struct Arena {
    void free();
    uint32_t used;
};

void freedArenaClean(Arena *arena)
{
    arena->free();
}

// expect: deleted-object list
void deletedList()
{
    OSArray *list = OSArray::withCapacity(1);
    delete list;
}

// expect: deleted-object object
void deletedParameter(OSObject *object)
{
    if (object) delete object;
}

void deletedPlainClean()
{
    Arena *arena = new Arena;
    arena->used = 0;
    delete arena;
}

// expect: deleted-object buffer
kern_return_t deletedBuffer(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    delete buffer;
    return kIOReturnSuccess;
}

kern_return_t nulledBeforeExitClean(uint64_t size)
{
    kern_return_t ret;
    IOBufferMemoryDescriptor *buffer = nullptr;
    IOMemoryMap *map = nullptr;
    ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) goto Exit;
    ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) {
        buffer->release();
        buffer = nullptr;
        goto Exit;
    }
    measure(map->GetLength());
Exit:
    if (map) map->release();
    if (buffer) buffer->release();
    return ret;
}

void nulledInLoopClean(uint32_t rounds)
{
    OSString *text = nullptr;
    for (uint32_t i = 0; i < rounds; i++) {
        if (!text) {
            text = OSString::withCString("t");
            if (!text) return;
        }
        measure(text->getLength());
        if (coin()) {
            text->release();
            text = NULL;
        }
    }
    if (text) text->release();
}

kern_return_t nulledForRetryClean(IOUSBHostInterface *interface, uint32_t *bytes)
{
    IOUSBHostPipe *pipe = nullptr;
    kern_return_t ret = interface->CopyPipe(0x82, &pipe);
    if (ret == kIOReturnSuccess && pipe->ClearStall(true) != kIOReturnSuccess) {
        pipe->release();
        pipe = 0;
    }
    if (pipe == nullptr) return kIOReturnNoDevice;
    ret = pipe->IO(nullptr, 0, bytes, 0);
    pipe->release();
    return ret;
}
