// Spellings of null tests and status tests, and conditions that belong together.
#include "State.h"

kern_return_t yodaClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (kIOReturnSuccess != ret) return ret;
    if (nullptr == buffer) return kIOReturnError;
    buffer->release();
    return ret;
}

kern_return_t statusAsBoolClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (!ret) {
        measure(size);
        buffer->release();
    }
    return ret;
}

kern_return_t assignmentInConditionClean(uint64_t size)
{
    kern_return_t ret;
    IOBufferMemoryDescriptor *buffer = nullptr;
    if ((ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer))) return ret;
    if ((ret = buffer->SetLength(1)) != kIOReturnSuccess) {
        buffer->release();
        return ret;
    }
    buffer->release();
    return 0;
}

// expect: leak-on-error-path buffer
kern_return_t assignmentInConditionLeaks(uint64_t size)
{
    kern_return_t ret;
    IOBufferMemoryDescriptor *buffer = nullptr;
    if ((ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer))) return ret;
    if ((ret = buffer->SetLength(1)) != kIOReturnSuccess) return ret;
    buffer->release();
    return 0;
}

kern_return_t ifInitClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    if (auto ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer); ret != kIOReturnSuccess) {
        return ret;
    }
    if (kern_return_t ret = buffer->SetLength(2); ret) {
        buffer->release();
        return ret;
    }
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leak-on-error-path buffer
kern_return_t ifInitLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    if (auto ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer); ret != kIOReturnSuccess) {
        return ret;
    }
    if (kern_return_t ret = buffer->SetLength(2); ret) {
        return ret;
    }
    buffer->release();
    return kIOReturnSuccess;
}

kern_return_t ifDeclarationClean()
{
    if (OSString *text = OSString::withCString("a")) {
        measure(text->getLength());
        text->release();
    }
    return kIOReturnSuccess;
}

// expect: leaked-out-object text
kern_return_t ifDeclarationLeaks()
{
    if (OSString *text = OSString::withCString("a")) {
        measure(text->getLength());
    }
    return kIOReturnSuccess;
}

kern_return_t ifInitPointerClean()
{
    if (auto *list = OSArray::withCapacity(2); list != nullptr) {
        list->ensureCapacity(4);
        list->release();
        return kIOReturnSuccess;
    }
    return kIOReturnNoMemory;
}

kern_return_t combinedConditionClean(OSObject *key)
{
    OSDictionary *table = OSDictionary::withCapacity(1);
    OSString *text = OSString::withCString("value");
    if (!table || !text) {
        OSSafeReleaseNULL(table);
        OSSafeReleaseNULL(text);
        return kIOReturnNoMemory;
    }
    table->setObject(key, text);
    text->release();
    table->release();
    return kIOReturnSuccess;
}

// expect: leak-on-error-path table
// expect: leak-on-error-path text
kern_return_t combinedConditionLeaks(OSObject *key)
{
    OSDictionary *table = OSDictionary::withCapacity(1);
    OSString *text = OSString::withCString("value");
    if (!table || !text) {
        return kIOReturnNoMemory;
    }
    table->setObject(key, text);
    text->release();
    table->release();
    return kIOReturnSuccess;
}

kern_return_t successInsideAndClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret == kIOReturnSuccess && buffer != nullptr) {
        measure(size);
    }
    if (buffer) {
        buffer->release();
        buffer = nullptr;
    }
    return ret;
}

kern_return_t boolCopyOfStatusClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    const bool made = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer) == kIOReturnSuccess;
    if (!made) return kIOReturnNoMemory;
    measure(size);
    buffer->release();
    return kIOReturnSuccess;
}

kern_return_t flagRemembersClean(uint64_t size)
{
    bool created = false;
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret == kIOReturnSuccess) {
        created = true;
    }
    measure(size);
    if (created) {
        buffer->release();
    }
    return ret;
}

// expect: leaked-out-object buffer
kern_return_t flagNeverSetLeaks(uint64_t size)
{
    bool created = false;
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) {
        return ret;
    }
    measure(size);
    if (created) {
        buffer->release();
    }
    return kIOReturnSuccess;
}

kern_return_t guardRepeatedClean(bool verbose, IOService *service)
{
    OSString *name = nullptr;
    if (verbose) {
        if (service->CopyName(&name) != kIOReturnSuccess) return kIOReturnError;
    }
    measure(1);
    if (verbose) {
        name->release();
    }
    return kIOReturnSuccess;
}

// expect: leaked-out-object name
kern_return_t guardInvertedLeaks(bool verbose, IOService *service)
{
    OSString *name = nullptr;
    if (verbose) {
        if (service->CopyName(&name) != kIOReturnSuccess) return kIOReturnError;
    }
    measure(1);
    if (!verbose) {
        OSSafeReleaseNULL(name);
    }
    return kIOReturnSuccess;
}

kern_return_t sizeGuardRepeatedClean(uint32_t count)
{
    OSArray *extra = nullptr;
    if (count > 4) {
        extra = OSArray::withCapacity(count);
        if (!extra) return kIOReturnNoMemory;
    }
    measure(count);
    if (count > 4) {
        extra->release();
    }
    return kIOReturnSuccess;
}

kern_return_t releaseOnlyOnFailureClean(uint64_t size, IOBufferMemoryDescriptor **out)
{
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, out);
    if (ret == kIOReturnSuccess) {
        ret = (*out)->SetLength(size);
        if (ret != kIOReturnSuccess) {
            OSSafeReleaseNULL(*out);
        }
    }
    return ret;
}

kern_return_t ternaryClean(bool small)
{
    OSArray *list = small ? OSArray::withCapacity(1) : OSArray::withCapacity(100);
    if (!list) return kIOReturnNoMemory;
    list->ensureCapacity(2);
    list->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object list
kern_return_t ternaryLeaks(bool small)
{
    OSArray *list = small ? OSArray::withCapacity(1) : OSArray::withCapacity(100);
    if (!list) return kIOReturnNoMemory;
    list->ensureCapacity(2);
    return kIOReturnSuccess;
}

kern_return_t builtinExpectClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (__builtin_expect(ret != kIOReturnSuccess, 0)) return ret;
    buffer->release();
    return ret;
}

kern_return_t attributeLikelyClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) [[unlikely]] {
        return ret;
    } else {
        measure(size);
    }
    buffer->release();
    return ret;
}

kern_return_t statusKeptBesideClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t result = kIOReturnSuccess;
    kern_return_t made = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (made != kIOReturnSuccess) result = made;
    if (result == kIOReturnSuccess) {
        measure(size);
        buffer->release();
    }
    return result;
}

kern_return_t notOperatorWordClean()
{
    OSArray *list = OSArray::withCapacity(1);
    if (not list) return kIOReturnNoMemory;
    list->release();
    return kIOReturnSuccess;
}

// expect: leak-on-error-path list
kern_return_t failingCastLeaks(OSObject *object)
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return kIOReturnNoMemory;
    OSString *text = OSDynamicCast(OSString, object);
    if (!text) return kIOReturnBadArgument;
    list->setObject(text);
    list->release();
    return kIOReturnSuccess;
}

kern_return_t failingCastClean(OSObject *object)
{
    kern_return_t ret = kIOReturnBadArgument;
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return kIOReturnNoMemory;
    if (OSString *text = OSDynamicCast(OSString, object)) {
        list->setObject(text);
        ret = kIOReturnSuccess;
    }
    list->release();
    return ret;
}

// expect: leaked-out-object container
kern_return_t castOfCopiedLeaks(IOService *service, uint64_t *value)
{
    OSContainer *container = nullptr;
    kern_return_t ret = service->SearchProperty("Speed", "IOService", 0, &container);
    if (ret != kIOReturnSuccess) return ret;
    if (auto *number = OSDynamicCast(OSNumber, container)) {
        *value = number->unsigned64BitValue();
        number->release();
    }
    return kIOReturnSuccess;
}

kern_return_t castOfCopiedClean(IOService *service, uint64_t *value)
{
    OSContainer *container = nullptr;
    kern_return_t ret = service->SearchProperty("Speed", "IOService", 0, &container);
    if (ret != kIOReturnSuccess) return ret;
    if (auto *number = OSDynamicCast(OSNumber, container)) {
        *value = number->unsigned64BitValue();
    }
    OSSafeReleaseNULL(container);
    return kIOReturnSuccess;
}
