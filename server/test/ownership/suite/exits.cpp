// Ways to leave a function.
#include "State.h"

kern_return_t earlyReturnClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) {
        return ret;
    }
    ret = buffer->SetLength(size / 2);
    if (ret != kIOReturnSuccess) {
        buffer->release();
        return ret;
    }
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leak-on-error-path buffer
kern_return_t earlyReturnLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) {
        return ret;
    }
    ret = buffer->SetLength(size / 2);
    if (ret != kIOReturnSuccess) {
        return ret;
    }
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object queue
kern_return_t earlySuccessLeaks(bool already)
{
    IODispatchQueue *queue = nullptr;
    kern_return_t ret = IODispatchQueue::Create("worker", 0, 0, &queue);
    if (ret != kIOReturnSuccess) return ret;
    if (already) return kIOReturnSuccess;
    queue->DispatchSync(^{ (void)coin(); });
    OSSafeReleaseNULL(queue);
    return ret;
}

kern_return_t gotoClean(uint64_t size)
{
    kern_return_t ret;
    IOBufferMemoryDescriptor *input = nullptr;
    IOBufferMemoryDescriptor *output = nullptr;
    ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, size, 0, &input);
    if (ret != kIOReturnSuccess) goto Exit;
    ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionOut, size, 0, &output);
    if (ret != kIOReturnSuccess) goto Exit;
    ret = output->SetLength(size);
Exit:
    OSSafeReleaseNULL(output);
    OSSafeReleaseNULL(input);
    return ret;
}

kern_return_t gotoLadderClean(uint64_t size)
{
    kern_return_t ret;
    IOBufferMemoryDescriptor *first = nullptr;
    IOBufferMemoryDescriptor *second = nullptr;
    IOMemoryMap *view = nullptr;
    ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &first);
    if (ret) goto NoFirst;
    ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &second);
    if (ret) goto NoSecond;
    ret = second->CreateMapping(0, 0, 0, 0, 0, &view);
    if (ret) goto NoView;
    measure(view->GetLength());
    view->release();
NoView:
    second->release();
NoSecond:
    first->release();
NoFirst:
    return ret;
}

// expect: leak-on-error-path second
kern_return_t gotoLadderWrongLabel(uint64_t size)
{
    kern_return_t ret;
    IOBufferMemoryDescriptor *first = nullptr;
    IOBufferMemoryDescriptor *second = nullptr;
    IOMemoryMap *view = nullptr;
    ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &first);
    if (ret) goto NoFirst;
    ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &second);
    if (ret) goto NoSecond;
    ret = second->CreateMapping(0, 0, 0, 0, 0, &view);
    if (ret) goto NoSecond;
    measure(view->GetLength());
    view->release();
    second->release();
NoSecond:
    first->release();
NoFirst:
    return ret;
}

// expect: leak-on-error-path table
kern_return_t gotoSkipsRelease(IOService *service)
{
    kern_return_t status = kIOReturnNoMemory;
    OSDictionary *table = OSDictionary::withCapacity(2);
    if (table == NULL) goto done;
    status = service->SetProperties(table);
    if (status != kIOReturnSuccess) goto done;
    table->release();
done:
    return status;
}

kern_return_t requireClean(uint64_t size)
{
    IOBufferMemoryDescriptor *memory = nullptr;
    IOMemoryMap *map = nullptr;
    kern_return_t err = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &memory);
    __Require(err == kIOReturnSuccess, Exit);
    err = memory->CreateMapping(0, 0, 0, 0, 0, &map);
    __Require(err == kIOReturnSuccess, Exit);
    measure(map->GetAddress());
Exit:
    OSSafeReleaseNULL(map);
    OSSafeReleaseNULL(memory);
    return err;
}

// expect: leaked-out-object map
kern_return_t requireLeaksOnSuccess(uint64_t size)
{
    IOBufferMemoryDescriptor *memory = nullptr;
    IOMemoryMap *map = nullptr;
    kern_return_t err = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &memory);
    __Require(err == kIOReturnSuccess, Exit);
    err = memory->CreateMapping(0, 0, 0, 0, 0, &map);
    __Require(err == kIOReturnSuccess, Exit);
    measure(map->GetAddress());
    memory->release();
    return kIOReturnSuccess;
Exit:
    OSSafeReleaseNULL(map);
    OSSafeReleaseNULL(memory);
    return err;
}

kern_return_t requireNoErrClean(IOService *service)
{
    kern_return_t error;
    IODispatchQueue *queue = nullptr;
    IOTimerDispatchSource *timer = nullptr;
    error = service->CopyDispatchQueue("Default", &queue);
    require_noerr(error, bail);
    error = IOTimerDispatchSource::Create(queue, &timer);
    require_noerr(error, bail);
    error = timer->WakeAtTime(0, 1000, 0);
bail:
    if (timer != nullptr) timer->release();
    if (queue != nullptr) queue->release();
    return error;
}

// expect: leak-on-error-path queue
kern_return_t requireNoErrLeaks(IOService *service)
{
    kern_return_t error;
    IODispatchQueue *queue = nullptr;
    IOTimerDispatchSource *timer = nullptr;
    error = service->CopyDispatchQueue("Default", &queue);
    require_noerr(error, bail);
    error = IOTimerDispatchSource::Create(queue, &timer);
    require_noerr(error, bail);
    error = timer->WakeAtTime(0, 1000, 0);
    queue->release();
bail:
    if (timer != nullptr) timer->release();
    return error;
}

kern_return_t requireActionClean()
{
    kern_return_t ret = kIOReturnSuccess;
    OSArray *names = OSArray::withCapacity(3);
    __Require_Action(names, Exit, ret = kIOReturnNoMemory);
    names->ensureCapacity(9);
Exit:
    OSSafeReleaseNULL(names);
    return ret;
}

kern_return_t doWhileZeroClean(uint64_t size)
{
    kern_return_t ret;
    IOBufferMemoryDescriptor *buffer = nullptr;
    do {
        ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
        if (ret != kIOReturnSuccess) break;
        ret = buffer->SetLength(size);
        if (ret != kIOReturnSuccess) break;
        measure(size);
    } while (0);
    OSSafeReleaseNULL(buffer);
    return ret;
}

// expect: leak-on-error-path map
kern_return_t doWhileZeroLeaks(IOBufferMemoryDescriptor *buffer)
{
    kern_return_t ret = kIOReturnError;
    do {
        IOMemoryMap *map = nullptr;
        ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
        if (ret != kIOReturnSuccess) break;
        ret = buffer->SetLength(16);
        if (ret != kIOReturnSuccess) break;
        map->release();
    } while (false);
    return ret;
}

kern_return_t ownMacroClean(uint64_t size)
{
    kern_return_t ret;
    IOBufferMemoryDescriptor *ring = nullptr;
    ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &ring);
    BAIL_IF(ret != kIOReturnSuccess, ret);
    ret = ring->SetLength(size);
    BAIL_IF(ret != kIOReturnSuccess, kIOReturnInternalError);
Exit:
    OSSafeReleaseNULL(ring);
    return ret;
}

// expect: leak-on-error-path ring
kern_return_t ownMacroLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *ring = nullptr;
    RETURN_ON_ERROR(IOBufferMemoryDescriptor::Create(kBoth, size, 0, &ring));
    kern_return_t status = ring->SetLength(size);
    RETURN_ON_ERROR(status);
    ring->release();
    return kIOReturnSuccess;
}

kern_return_t switchClean(uint32_t mode)
{
    OSString *label = nullptr;
    switch (mode) {
        case 0:
            label = OSString::withCString("idle");
            break;
        case 1:
        case 2:
            label = OSString::withCString("busy");
            break;
        default:
            return kIOReturnBadArgument;
    }
    if (!label) return kIOReturnNoMemory;
    measure(label->getLength());
    label->release();
    return kIOReturnSuccess;
}

// expect: leak-on-error-path label
kern_return_t switchLeaksInDefault(uint32_t mode)
{
    OSString *label = OSString::withCString("mode");
    if (!label) return kIOReturnNoMemory;
    switch (mode) {
        case 0:
            label->release();
            return kIOReturnSuccess;
        case 1:
            measure(label->getLength());
            break;
        default:
            return kIOReturnUnsupported;
    }
    label->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object label
kern_return_t switchFallsPast(uint32_t mode)
{
    OSString *label = OSString::withCString("mode");
    if (!label) return kIOReturnNoMemory;
    switch (mode) {
        case 0:
            label->release();
            break;
        case 1:
            measure(label->getLength());
            break;
        default:
            label->release();
    }
    return kIOReturnSuccess;
}

bool boolFunctionClean()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) {
        return false;
    }
    bool grown = list->ensureCapacity(8) >= 8;
    list->release();
    return grown;
}

// expect: leak-on-error-path list
bool boolFunctionLeaks()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) {
        return false;
    }
    if (list->ensureCapacity(8) < 8) {
        return false;
    }
    list->release();
    return true;
}

void voidFunctionClean(IOService *service)
{
    OSDictionary *properties = nullptr;
    if (service->CopyProperties(&properties) != kIOReturnSuccess) return;
    measure(properties->getCount());
    properties->release();
}

// expect: leaked-out-object properties
void voidFunctionLeaks(IOService *service)
{
    OSDictionary *properties = nullptr;
    if (service->CopyProperties(&properties) != kIOReturnSuccess) return;
    measure(properties->getCount());
}

kern_return_t nestedIfsClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret == kIOReturnSuccess) {
        IOMemoryMap *map = nullptr;
        ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
        if (ret == kIOReturnSuccess) {
            if (map->GetLength() < size) {
                ret = kIOReturnNoSpace;
            }
            map->release();
        }
        buffer->release();
    }
    return ret;
}

// expect: leaked-out-object map
kern_return_t nestedIfsLeak(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret == kIOReturnSuccess) {
        IOMemoryMap *map = nullptr;
        ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
        if (ret == kIOReturnSuccess) {
            if (map->GetLength() >= size) {
                map->release();
            }
        }
        buffer->release();
    }
    return ret;
}

kern_return_t handedOutOnSuccessClean(uint64_t size, IOBufferMemoryDescriptor **result)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->SetLength(size);
    if (ret != kIOReturnSuccess) {
        OSSafeReleaseNULL(buffer);
        return ret;
    }
    *result = buffer;
    return kIOReturnSuccess;
}

// expect: leak-on-error-path buffer
kern_return_t handedOutOnSuccessLeaksOnFailure(uint64_t size, IOBufferMemoryDescriptor **result)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->SetLength(size);
    if (ret != kIOReturnSuccess) {
        return ret;
    }
    *result = buffer;
    return kIOReturnSuccess;
}

// expect: leak-on-error-path first
// expect: leak-on-error-path first
// expect: leak-on-error-path second
kern_return_t twoErrorExitsLeak()
{
    OSArray *first = OSArray::withCapacity(1);
    if (!first) return kIOReturnNoMemory;
    OSArray *second = OSArray::withCapacity(1);
    if (!second) return kIOReturnNoMemory;
    if (second->ensureCapacity(4) < 4) return kIOReturnNoResources;
    second->release();
    first->release();
    return kIOReturnSuccess;
}

kern_return_t conditionalReturnClean(bool wanted)
{
    OSNumber *number = OSNumber::withNumber(3, 32);
    uint64_t value = number ? number->unsigned64BitValue() : 0;
    OSSafeReleaseNULL(number);
    return wanted && value == 3 ? kIOReturnSuccess : kIOReturnError;
}
