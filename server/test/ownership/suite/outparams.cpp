// Out-parameters before and after their status is known.
#include "State.h"

// expect: out-param-unchecked buffer
kern_return_t usedUnchecked(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    buffer->SetLength(1);
    buffer->release();
    return kIOReturnSuccess;
}

// expect: out-param-unchecked source
kern_return_t usedBeforeTest(IOService *provider, IODispatchQueue *queue, OSAction *action)
{
    IOInterruptDispatchSource *source = nullptr;
    kern_return_t ret = IOInterruptDispatchSource::Create(provider, 0, queue, &source);
    source->SetHandler(action);
    if (ret != kIOReturnSuccess) return ret;
    source->release();
    return kIOReturnSuccess;
}

// expect: out-param-unchecked map
kern_return_t secondStatusTestedOnly(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    IOMemoryMap *map = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    measure(map->GetAddress());
    map->release();
    buffer->release();
    return ret;
}

// expect: out-param-unchecked queue
kern_return_t usedOnFailedBranch(IOService *service)
{
    IODispatchQueue *queue = nullptr;
    kern_return_t ret = service->CopyDispatchQueue("Default", &queue);
    if (ret != kIOReturnSuccess) {
        queue->DispatchSync(^{ (void)coin(); });
        return ret;
    }
    queue->release();
    return ret;
}

kern_return_t nullTestedClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (!buffer) return kIOReturnNoMemory;
    buffer->SetLength(1);
    buffer->release();
    return kIOReturnSuccess;
}

kern_return_t statusInverseClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    if (IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer) == kIOReturnSuccess) {
        buffer->SetLength(1);
        buffer->release();
        return kIOReturnSuccess;
    }
    return kIOReturnNoMemory;
}

kern_return_t safeReleaseUncheckedClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    OSSafeReleaseNULL(buffer);
    return kIOReturnSuccess;
}

kern_return_t statusAccumulatedClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret == kIOReturnSuccess) ret = buffer->SetLength(1);
    if (ret == kIOReturnSuccess) measure(size);
    OSSafeReleaseNULL(buffer);
    return ret;
}

kern_return_t assertedClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) __builtin_trap();
    buffer->release();
    return ret;
}

// expect: out-param-uninitialised map
kern_return_t uninitialisedAtExit(IOBufferMemoryDescriptor *buffer)
{
    IOMemoryMap *map;
    kern_return_t ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) goto Exit;
    measure(map->GetLength());
Exit:
    OSSafeReleaseNULL(map);
    return ret;
}

// expect: out-param-uninitialised second
kern_return_t uninitialisedSecond(uint64_t size)
{
    IOBufferMemoryDescriptor *first = nullptr;
    IOBufferMemoryDescriptor *second;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &first);
    if (ret != kIOReturnSuccess) goto Exit;
    ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &second);
Exit:
    if (second) second->release();
    if (first) first->release();
    return ret;
}

// expect: out-param-uninitialised source
kern_return_t uninitialisedTested(IOService *provider, IODispatchQueue *queue)
{
    IOInterruptDispatchSource *source;
    IOInterruptDispatchSource::Create(provider, 0, queue, &source);
    if (source) {
        source->release();
    }
    return kIOReturnSuccess;
}

kern_return_t uninitialisedButGuardedClean(IOBufferMemoryDescriptor *buffer)
{
    IOMemoryMap *map;
    kern_return_t ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    measure(map->GetLength());
    map->release();
    return ret;
}

kern_return_t initialisedLaterClean(IOBufferMemoryDescriptor *buffer)
{
    IOMemoryMap *map;
    kern_return_t ret;
    map = nullptr;
    ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) goto Exit;
    measure(map->GetLength());
Exit:
    OSSafeReleaseNULL(map);
    return ret;
}

kern_return_t bracesInitialiseClean(IOBufferMemoryDescriptor *buffer)
{
    IOMemoryMap *map{};
    kern_return_t ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    OSSafeReleaseNULL(map);
    return ret;
}

kern_return_t staticIsNullClean(IOBufferMemoryDescriptor *buffer)
{
    static IOMemoryMap *map;
    if (map) return kIOReturnSuccess;
    return buffer->CreateMapping(0, 0, 0, 0, 0, &map);
}
