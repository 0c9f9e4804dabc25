// OSSharedPtr, std::unique_ptr and guards.
#include <memory>
#include <utility>

#include "State.h"

kern_return_t adoptClean(uint64_t size)
{
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    OSSharedPtr<IOBufferMemoryDescriptor> buffer(raw, OSNoRetain);
    return buffer->SetLength(size);
}

kern_return_t adoptAutoClean(uint64_t size)
{
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    auto buffer = OSSharedPtr<IOBufferMemoryDescriptor>(raw, OSNoRetain);
    return buffer->SetLength(size);
}

kern_return_t adoptBracesClean()
{
    auto list = OSSharedPtr<OSArray>{OSArray::withCapacity(2), OSNoRetain};
    return list ? kIOReturnSuccess : kIOReturnNoMemory;
}

// expect: leaked-out-object raw
kern_return_t retainingConstructorLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    OSSharedPtr<IOBufferMemoryDescriptor> buffer(raw, OSRetain);
    return buffer->SetLength(size) == kIOReturnSuccess ? kIOReturnSuccess : kIOReturnError;
}

kern_return_t retainingConstructorClean(uint64_t size)
{
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    OSSharedPtr<IOBufferMemoryDescriptor> buffer(raw, OSRetain);
    raw->release();
    return buffer->SetLength(size);
}

// expect: collection-temp-leak withCString
kern_return_t retainedTemporaryLeaks()
{
    auto text = OSSharedPtr<OSString>(OSString::withCString("x"), OSRetain);
    return text ? kIOReturnSuccess : kIOReturnNoMemory;
}

// expect: leak-on-error-path raw
kern_return_t adoptedTooLateLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    if (raw->SetLength(1) != kIOReturnSuccess) return kIOReturnError;
    OSSharedPtr<IOBufferMemoryDescriptor> buffer(raw, OSNoRetain);
    return buffer->SetLength(size);
}

kern_return_t attachClean(uint64_t size)
{
    OSSharedPtr<IOBufferMemoryDescriptor> buffer;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, buffer.attach());
    if (ret != kIOReturnSuccess) return ret;
    OSSharedPtr<IOMemoryMap> map;
    ret = buffer->CreateMapping(0, 0, 0, 0, 0, map.attach());
    if (ret != kIOReturnSuccess) return ret;
    measure(map->GetLength());
    return kIOReturnSuccess;
}

kern_return_t resetClean(uint64_t size)
{
    OSSharedPtr<IOBufferMemoryDescriptor> buffer;
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    buffer.reset(raw, OSNoRetain);
    return kIOReturnSuccess;
}

// expect: leaked-out-object raw
kern_return_t resetRetainingLeaks(uint64_t size)
{
    OSSharedPtr<IOBufferMemoryDescriptor> buffer;
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    buffer.reset(raw, OSRetain);
    return kIOReturnSuccess;
}

kern_return_t getIsBorrowedClean()
{
    auto list = OSSharedPtr<OSArray>(OSArray::withCapacity(2), OSNoRetain);
    if (!list) return kIOReturnNoMemory;
    OSArray *raw = list.get();
    raw->ensureCapacity(4);
    return kIOReturnSuccess;
}

// expect: release-borrowed raw
kern_return_t getReleased()
{
    auto list = OSSharedPtr<OSArray>(OSArray::withCapacity(2), OSNoRetain);
    if (!list) return kIOReturnNoMemory;
    OSArray *raw = list.get();
    raw->release();
    return kIOReturnSuccess;
}

kern_return_t detachClean()
{
    auto list = OSSharedPtr<OSArray>(OSArray::withCapacity(2), OSNoRetain);
    if (!list) return kIOReturnNoMemory;
    OSArray *raw = list.detach();
    raw->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object raw
kern_return_t detachLeaks()
{
    auto list = OSSharedPtr<OSArray>(OSArray::withCapacity(2), OSNoRetain);
    if (!list) return kIOReturnNoMemory;
    OSArray *raw = list.detach();
    raw->ensureCapacity(4);
    return kIOReturnSuccess;
}

OSSharedPtr<OSString> sharedReturnClean(bool given)
{
    OSString *text = given ? OSString::withCString("given") : nullptr;
    return OSSharedPtr<OSString>(text, OSNoRetain);
}

kern_return_t detachedToCallerClean(uint64_t size, IOBufferMemoryDescriptor **out)
{
    OSSharedPtr<IOBufferMemoryDescriptor> buffer;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, buffer.attach());
    if (ret != kIOReturnSuccess) return ret;
    *out = buffer.detach();
    return kIOReturnSuccess;
}

kern_return_t movedClean(uint64_t size, OSSharedPtr<IOBufferMemoryDescriptor> &out)
{
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    OSSharedPtr<IOBufferMemoryDescriptor> buffer(raw, OSNoRetain);
    out = std::move(buffer);
    return kIOReturnSuccess;
}

// expect: double-release raw
kern_return_t adoptedAndReleased(uint64_t size)
{
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    OSSharedPtr<IOBufferMemoryDescriptor> buffer(raw, OSNoRetain);
    raw->release();
    return kIOReturnSuccess;
}

struct Releaser {
    void operator()(OSObject *object) const
    {
        if (object) object->release();
    }
};

kern_return_t uniquePointerClean()
{
    std::unique_ptr<OSArray, Releaser> list(OSArray::withCapacity(3));
    return list ? kIOReturnSuccess : kIOReturnNoMemory;
}

kern_return_t uniquePointerOfLocalClean(uint64_t size)
{
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    std::unique_ptr<IOBufferMemoryDescriptor, Releaser> guard(raw);
    return raw->SetLength(size);
}

class ScopedObject {
public:
    explicit ScopedObject(OSObject *object) : object_(object) {}
    ~ScopedObject() { if (object_) object_->release(); }

private:
    OSObject *object_;
};

kern_return_t guardClean(uint64_t size)
{
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    ScopedObject guard(raw);
    return raw->SetLength(size);
}

kern_return_t guardBracesClean(uint64_t size)
{
    IOBufferMemoryDescriptor *raw = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &raw);
    if (ret != kIOReturnSuccess) return ret;
    ScopedObject guard{raw};
    return raw->SetLength(size);
}
