// Objects that the class keeps.
#include "State.h"

bool Lab::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Lab_IVars, 1);
    return ivars != nullptr;
}

void Lab::free()
{
    if (ivars) {
        for (int i = 0; i < 8; i++) {
            OSSafeReleaseNULL(ivars->slots[i]);
            OSSafeReleaseNULL(ivars->maps[i]);
            OSSafeReleaseNULL(ivars->records[i].memory);
        }
        OSSafeReleaseNULL(ivars->tick);
        OSSafeReleaseNULL(ivars->timer);
        OSSafeReleaseNULL(ivars->buffer);
        OSSafeReleaseNULL(ivars->queue);
        IOSafeDeleteNULL(ivars, Lab_IVars, 1);
    }
    super::free();
}

kern_return_t Lab::KeepBuffer(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    OSSafeReleaseNULL(ivars->buffer);
    ivars->buffer = buffer;
    return kIOReturnSuccess;
}

kern_return_t Lab::KeepInSlot(uint32_t slot)
{
    if (slot >= 8 || ivars->slots[slot] != nullptr) return kIOReturnBadArgument;
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, kSize, 0, &buffer);
    if (ret == kIOReturnSuccess) ivars->slots[slot] = buffer;
    return ret;
}

// expect: leak-on-error-path buffer
kern_return_t Lab::KeepLate(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    if (!ivars->ready) return kIOReturnNotReady;
    OSSafeReleaseNULL(ivars->buffer);
    ivars->buffer = buffer;
    return kIOReturnSuccess;
}

kern_return_t Lab::KeepOnlyOnSuccess(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->SetLength(size);
    if (ret == kIOReturnSuccess) {
        OSSafeReleaseNULL(ivars->buffer);
        ivars->buffer = buffer;
        buffer = nullptr;
    }
    OSSafeReleaseNULL(buffer);
    return ret;
}

kern_return_t Lab::KeepUnlessThere(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    if (ivars->buffer) {
        buffer->release();
    } else {
        ivars->buffer = buffer;
    }
    return kIOReturnSuccess;
}

kern_return_t Lab::KeepAfterFailure(uint64_t size)
{
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &ivars->slots[0]);
    if (ret != kIOReturnSuccess) return ret;
    return ivars->slots[0]->SetLength(size);
}

kern_return_t Lab::KeepInRecord(uint32_t slot)
{
    Record *record = &ivars->records[slot & 7];
    IOBufferMemoryDescriptor *memory = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, kSize, 0, &memory);
    if (ret != kIOReturnSuccess) return ret;
    OSSafeReleaseNULL(record->memory);
    record->memory = memory;
    return ret;
}

// expect: leaked-out-object buffer
kern_return_t Lab::ForgetToKeep(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ivars->ready = true;
    return kIOReturnSuccess;
}

// expect: leaked-out-object buffer
kern_return_t Lab::SwapBuffer(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ivars->buffer = buffer;
    ret = IOBufferMemoryDescriptor::Create(kBoth, size * 2, 0, &ivars->buffer);
    return ret;
}

// expect: double-release ivars->buffer
void Lab::DropTwice()
{
    if (ivars->buffer) ivars->buffer->release();
    measure(1);
    OSSafeReleaseNULL(ivars->buffer);
}

// expect: use-after-release ivars->buffer
void Lab::DropAndUse()
{
    if (!ivars->buffer) return;
    ivars->buffer->release();
    ivars->buffer->SetLength(0);
    ivars->buffer = nullptr;
}

void Lab::DropAndNull()
{
    if (ivars->buffer) {
        ivars->buffer->release();
        ivars->buffer = nullptr;
    }
    OSSafeReleaseNULL(ivars->buffer);
}

void Lab::DropThroughLocal()
{
    IOBufferMemoryDescriptor *buffer = ivars->buffer;
    ivars->buffer = nullptr;
    if (buffer) buffer->release();
}

void Lab::LookAtBuffer()
{
    IOBufferMemoryDescriptor *buffer = ivars->buffer;
    uint64_t length = 0;
    if (buffer) buffer->GetLength(&length);
    measure(length);
}

IOBufferMemoryDescriptor *Lab::LendBuffer()
{
    return ivars->buffer;
}

IOBufferMemoryDescriptor *Lab::GetKeptBuffer()
{
    return ivars->buffer;
}

// expect: release-borrowed buffer
void Lab::ReleaseLent()
{
    IOBufferMemoryDescriptor *buffer = GetKeptBuffer();
    if (!buffer) return;
    buffer->SetLength(1);
    buffer->release();
}

kern_return_t Lab::QueueRetainedClean(bool quick)
{
    IODispatchQueue *queue = nullptr;
    if (ivars->ready && ivars->queue) {
        queue = ivars->queue;
        queue->retain();
    }
    if (!queue) return kIOReturnNotReady;
    if (quick) {
        queue->release();
        return kIOReturnSuccess;
    }
    queue->DispatchSync(^{
        measure(1);
    });
    queue->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object queue
kern_return_t Lab::QueueRetainedLeaks(bool quick)
{
    IODispatchQueue *queue = ivars->queue;
    queue->retain();
    if (quick) return kIOReturnSuccess;
    queue->DispatchSync(^{
        measure(1);
    });
    queue->release();
    return kIOReturnSuccess;
}

// expect: release-borrowed queue
void Lab::QueueReleasedTwice()
{
    IODispatchQueue *queue = ivars->queue;
    queue->retain();
    queue->DispatchSync(^{
        measure(2);
    });
    queue->release();
    queue->release();
}

// expect: double-release record->memory
void dropRecordTwice(Record *record)
{
    record->memory->release();
    measure(record->id);
    record->memory->release();
    record->memory = nullptr;
}

void dropRecordClean(Record *record)
{
    if (record->memory) record->memory->release();
    record->memory = nullptr;
    record->id = 0;
}
