// Blocks and lambdas: clean-up, later, never.
#include "Helpers.h"

kern_return_t cleanupLambdaClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    auto cleanup = [&]() {
        OSSafeReleaseNULL(buffer);
    };
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->SetLength(1);
    if (ret != kIOReturnSuccess) {
        cleanup();
        return ret;
    }
    cleanup();
    return kIOReturnSuccess;
}

// expect: leak-on-error-path buffer
kern_return_t cleanupLambdaNotCalled(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    auto cleanup = [&]() {
        OSSafeReleaseNULL(buffer);
    };
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->SetLength(1);
    if (ret != kIOReturnSuccess) {
        return ret;
    }
    cleanup();
    return kIOReturnSuccess;
}

kern_return_t failLambdaClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    const auto fail = [&buffer](kern_return_t status) {
        if (buffer) buffer->release();
        return status;
    };
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return fail(ret);
    ret = buffer->SetLength(1);
    if (ret != kIOReturnSuccess) return fail(ret);
    return fail(kIOReturnSuccess);
}

// expect: leaked-out-object text
kern_return_t insideLambdaLeaks()
{
    auto print = [](const char *name) {
        OSString *text = OSString::withCString(name);
        if (!text) return;
        measure(text->getLength());
    };
    print("a");
    return kIOReturnSuccess;
}

kern_return_t insideLambdaClean()
{
    auto print = [](const char *name) {
        OSString *text = OSString::withCString(name);
        if (!text) return;
        measure(text->getLength());
        text->release();
    };
    print("a");
    return kIOReturnSuccess;
}

void asyncBlockReleasesClean(IODispatchQueue *queue)
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    queue->DispatchAsync(^{
        list->ensureCapacity(2);
        list->release();
    });
}

// expect: leaked-out-object list
void asyncBlockOnlyReads(IODispatchQueue *queue)
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    queue->DispatchAsync(^{
        list->ensureCapacity(2);
    });
}

void syncBlockClean(IODispatchQueue *queue)
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    queue->DispatchSync(^{
        list->ensureCapacity(2);
    });
    list->release();
}

// expect: leaked-out-object list
void syncBlockOnlyReads(IODispatchQueue *queue)
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    queue->DispatchSync(^{
        list->ensureCapacity(2);
    });
}

void retainedForBlockClean(IODispatchQueue *queue, OSArray *list)
{
    list->retain();
    queue->DispatchAsync(^{
        list->ensureCapacity(2);
        list->release();
    });
}

// expect: leaked-out-object text
void insideBlockLeaks(IODispatchQueue *queue)
{
    queue->DispatchAsync(^{
        OSString *text = OSString::withCString("later");
        if (text) measure(text->getLength());
    });
}

void insideBlockClean(IODispatchQueue *queue)
{
    queue->DispatchAsync(^{
        OSString *text = OSString::withCString("later");
        if (text) measure(text->getLength());
        OSSafeReleaseNULL(text);
    });
}

kern_return_t cancelBlockClean(IOTimerDispatchSource *timer, IOService *service)
{
    IODispatchQueue *queue = nullptr;
    kern_return_t ret = service->CopyDispatchQueue("Default", &queue);
    if (ret != kIOReturnSuccess) return ret;
    ret = timer->Cancel(^{
        queue->release();
    });
    return ret;
}

void blockVariableClean(IODispatchQueue *queue)
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    void (^finish)(void) = ^{
        list->release();
    };
    queue->DispatchAsync(finish);
}

// expect: leaked-out-object list
void blockNeverRun()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return;
    void (^finish)(void) = ^{
        list->release();
    };
    (void)finish;
}

void blockStorageClean(IODispatchQueue *queue)
{
    __block OSArray *list = nullptr;
    queue->DispatchSync(^{
        list = OSArray::withCapacity(1);
    });
    OSSafeReleaseNULL(list);
}

uint64_t iterateBlockClean(OSArray *source)
{
    __block uint64_t total = 0;
    OSArray *copy = OSArray::withArray(source, 0);
    if (!copy) return 0;
    copy->iterateObjects(^bool(OSObject *object) {
        if (auto *number = OSDynamicCast(OSNumber, object)) total += number->unsigned32BitValue();
        return false;
    });
    copy->release();
    return total;
}

// expect: leaked-out-object copy
uint64_t iterateBlockLeaks(OSArray *source)
{
    __block uint64_t total = 0;
    OSArray *copy = OSArray::withArray(source, 0);
    if (!copy) return 0;
    copy->iterateObjects(^bool(OSObject *object) {
        if (auto *number = OSDynamicCast(OSNumber, object)) total += number->unsigned32BitValue();
        return false;
    });
    return total;
}
