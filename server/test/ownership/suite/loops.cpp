// Loops, arrays, scopes and second names.
#include "State.h"

kern_return_t loopClean(uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++) {
        IODispatchQueue *queue = nullptr;
        if (IODispatchQueue::Create("round", 0, 0, &queue) != kIOReturnSuccess) continue;
        queue->DispatchSync(^{ (void)coin(); });
        queue->release();
    }
    return kIOReturnSuccess;
}

// expect: leaked-out-object queue
kern_return_t loopContinueLeaks(uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++) {
        IODispatchQueue *queue = nullptr;
        if (IODispatchQueue::Create("round", 0, 0, &queue) != kIOReturnSuccess) continue;
        if (i % 2) continue;
        queue->release();
    }
    return kIOReturnSuccess;
}

// expect: leaked-out-object queue
kern_return_t loopBreakLeaks(uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++) {
        IODispatchQueue *queue = nullptr;
        if (IODispatchQueue::Create("round", 0, 0, &queue) != kIOReturnSuccess) break;
        if (coin()) break;
        queue->release();
    }
    return kIOReturnSuccess;
}

kern_return_t whileClean(OSArray *list)
{
    uint32_t i = 0;
    while (i < list->getCount()) {
        OSString *copy = OSString::withCString("copy");
        if (!copy) break;
        i += copy->getLength();
        OSSafeReleaseNULL(copy);
    }
    return kIOReturnSuccess;
}

// expect: leak-on-error-path copy
kern_return_t whileReturnLeaks(OSArray *list)
{
    uint32_t i = 0;
    while (i < list->getCount()) {
        OSString *copy = OSString::withCString("copy");
        if (!copy) return kIOReturnNoMemory;
        if (copy->getLength() == 0) return kIOReturnError;
        i += 1;
        copy->release();
    }
    return kIOReturnSuccess;
}

// expect: leak-on-overwrite last
kern_return_t loopOverwriteLeaks(uint32_t rounds)
{
    OSNumber *last = nullptr;
    for (uint32_t i = 0; i < rounds; i++) {
        last = OSNumber::withNumber(i, 32);
        if (!last) return kIOReturnNoMemory;
    }
    OSSafeReleaseNULL(last);
    return kIOReturnSuccess;
}

kern_return_t loopOverwriteClean(uint32_t rounds)
{
    OSNumber *last = nullptr;
    for (uint32_t i = 0; i < rounds; i++) {
        OSSafeReleaseNULL(last);
        last = OSNumber::withNumber(i, 32);
        if (!last) return kIOReturnNoMemory;
    }
    OSSafeReleaseNULL(last);
    return kIOReturnSuccess;
}

kern_return_t retryLoopClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = kIOReturnError;
    for (int attempt = 0; attempt < 3; ++attempt) {
        ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
        if (ret == kIOReturnSuccess) break;
    }
    if (ret != kIOReturnSuccess) return ret;
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leak-on-overwrite buffer
kern_return_t secondCreateLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    measure(size);
    ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionOut, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leak-on-overwrite text
void assignedOverLeaks()
{
    OSString *text = OSString::withCString("one");
    text = OSString::withCString("two");
    OSSafeReleaseNULL(text);
}

// expect: leak-on-overwrite text
void nulledLeaks()
{
    OSString *text = OSString::withCString("one");
    if (text) measure(text->getLength());
    text = nullptr;
}

kern_return_t reuseClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    OSSafeReleaseNULL(buffer);
    ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionOut, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    OSSafeReleaseNULL(buffer);
    return kIOReturnSuccess;
}

kern_return_t localArrayClean()
{
    OSString *names[3] = {};
    for (int i = 0; i < 3; i++) {
        names[i] = OSString::withCString("n");
    }
    for (int i = 0; i < 3; i++) {
        OSSafeReleaseNULL(names[i]);
    }
    return kIOReturnSuccess;
}

// expect: leaked-out-object pair
kern_return_t localArrayOneLeaks()
{
    OSString *pair[2] = {};
    pair[0] = OSString::withCString("a");
    pair[1] = OSString::withCString("b");
    OSSafeReleaseNULL(pair[0]);
    return kIOReturnSuccess;
}

kern_return_t localStructClean(uint64_t size)
{
    Record record = {};
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &record.memory);
    if (ret != kIOReturnSuccess) return ret;
    record.id = 1;
    measure(record.id);
    record.memory->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object record.memory
kern_return_t localStructLeaks(uint64_t size)
{
    Record record = {};
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &record.memory);
    if (ret != kIOReturnSuccess) return ret;
    record.id = 1;
    measure(record.id);
    return kIOReturnSuccess;
}

kern_return_t innerScopeClean(bool extra)
{
    uint64_t total = 0;
    {
        OSData *bytes = OSData::withCapacity(16);
        if (bytes) {
            total = bytes->getLength();
            bytes->release();
        }
    }
    return total > 0 && extra ? kIOReturnOverrun : kIOReturnSuccess;
}

// expect: leaked-out-object bytes
kern_return_t innerScopeLeaks(bool extra)
{
    uint64_t total = 0;
    {
        OSData *bytes = OSData::withCapacity(16);
        if (bytes) {
            total = bytes->getLength();
        }
    }
    return total > 0 && extra ? kIOReturnOverrun : kIOReturnSuccess;
}

kern_return_t shadowedNameClean()
{
    OSString *text = OSString::withCString("outer");
    if (!text) return kIOReturnNoMemory;
    {
        OSString *text = OSString::withCString("inner");
        OSSafeReleaseNULL(text);
    }
    text->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object text
kern_return_t shadowedNameLeaks()
{
    OSString *text = OSString::withCString("outer");
    if (!text) return kIOReturnNoMemory;
    {
        OSString *text = OSString::withCString("inner");
        measure(text ? text->getLength() : 0);
    }
    text->release();
    return kIOReturnSuccess;
}

kern_return_t aliasClean()
{
    OSData *bytes = OSData::withCapacity(4);
    OSObject *same = bytes;
    if (!bytes) return kIOReturnNoMemory;
    measure(bytes->getLength());
    same->release();
    return kIOReturnSuccess;
}

kern_return_t aliasThroughCastClean()
{
    OSObject *object = OSData::withCapacity(4);
    OSData *bytes = static_cast<OSData *>(object);
    if (!object) return kIOReturnNoMemory;
    measure(bytes->getLength());
    bytes->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object bytes
kern_return_t aliasLeaks()
{
    OSData *bytes = OSData::withCapacity(4);
    OSObject *same = bytes;
    if (!same) return kIOReturnNoMemory;
    measure(bytes->getLength());
    return kIOReturnSuccess;
}

kern_return_t retainedTwiceClean()
{
    OSArray *list = OSArray::withCapacity(2);
    if (!list) return kIOReturnNoMemory;
    list->retain();
    list->ensureCapacity(3);
    list->release();
    list->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object list
kern_return_t retainedTwiceLeaks()
{
    OSArray *list = OSArray::withCapacity(2);
    if (!list) return kIOReturnNoMemory;
    list->retain();
    list->ensureCapacity(3);
    list->release();
    return kIOReturnSuccess;
}

void countedParameterClean(OSArray *list)
{
    list->retain();
    list->ensureCapacity(5);
    list->release();
}

// expect: leaked-out-object list
void countedParameterLeaks(OSArray *list)
{
    list->retain();
    list->ensureCapacity(5);
}

// expect: leak-on-error-path list
kern_return_t countedParameterEarlyLeaks(OSArray *list)
{
    list->retain();
    if (list->ensureCapacity(5) < 5) return kIOReturnNoMemory;
    list->release();
    return kIOReturnSuccess;
}

kern_return_t linkedLoopClean(IOService *service)
{
    IOService *at = service;
    at->retain();
    while (at) {
        IOService *next = at->GetProvider();
        if (next) next->retain();
        at->release();
        at = next;
    }
    return kIOReturnSuccess;
}

kern_return_t notificationLoopClean(IOServiceNotificationDispatchSource *source)
{
    uint64_t type = 0;
    uint64_t options = 0;
    IOService *service = nullptr;
    while (source->CopyNextNotification(&type, &service, &options) == kIOReturnSuccess) {
        look(service);
        OSSafeReleaseNULL(service);
    }
    return kIOReturnSuccess;
}

// expect: leak-on-overwrite service
kern_return_t notificationLoopLeaks(IOServiceNotificationDispatchSource *source)
{
    uint64_t type = 0;
    uint64_t options = 0;
    IOService *service = nullptr;
    while (source->CopyNextNotification(&type, &service, &options) == kIOReturnSuccess) {
        measure(type);
    }
    OSSafeReleaseNULL(service);
    return kIOReturnSuccess;
}
