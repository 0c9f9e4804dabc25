// Ownership that passes through the project's own functions.
#include "Helpers.h"

static void localDrop(OSObject *object)
{
    if (object) object->release();
}

static kern_return_t localOpen(uint64_t size, IOBufferMemoryDescriptor **out)
{
    IOBufferMemoryDescriptor *made = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &made);
    if (ret == kIOReturnSuccess) {
        *out = made;
    }
    return ret;
}

static uint64_t localLook(OSArray *list)
{
    return list->getCount();
}

kern_return_t helperReleasesClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    dropObject(buffer);
    return kIOReturnSuccess;
}

kern_return_t helperHereReleasesClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret == kIOReturnSuccess) ret = buffer->SetLength(1);
    localDrop(buffer);
    return ret;
}

kern_return_t helperNullsClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    dropAndForget(&buffer);
    OSSafeReleaseNULL(buffer);
    return kIOReturnSuccess;
}

kern_return_t helperForwardsClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    forwardDrop(buffer);
    return ret;
}

kern_return_t helperOnlyLooksClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    readBuffer(buffer);
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object buffer
kern_return_t helperOnlyLooksLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    readBuffer(buffer);
    return kIOReturnSuccess;
}

// expect: leak-on-error-path buffer
kern_return_t helperFillsLeaksOnFailure(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = fillBuffer(buffer, 0);
    if (ret != kIOReturnSuccess) return ret;
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object list
uint64_t helperHereLooksLeaks()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return 0;
    return localLook(list);
}

kern_return_t helperKeepsClean(Lab_IVars *state, uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    keepBuffer(state, buffer);
    return kIOReturnSuccess;
}

kern_return_t helperRetainsClean(Lab_IVars *state, uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    keepRetained(state, buffer);
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object buffer
kern_return_t helperRetainsLeaks(Lab_IVars *state, uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    keepRetained(state, buffer);
    return kIOReturnSuccess;
}

kern_return_t helperDecidesClean(Lab_IVars *state, uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    dropOrKeep(state, buffer);
    return kIOReturnSuccess;
}

kern_return_t helperMakesClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = makeBuffer(size);
    if (!buffer) return kIOReturnNoMemory;
    buffer->SetLength(size);
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object buffer
kern_return_t helperMakesLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = makeBuffer(size);
    if (!buffer) return kIOReturnNoMemory;
    return buffer->SetLength(size) == kIOReturnSuccess ? kIOReturnSuccess : kIOReturnError;
}

kern_return_t helperOutParameterClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = openBuffer(size, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    measure(size);
    buffer->release();
    return ret;
}

// expect: leaked-out-object buffer
kern_return_t helperOutParameterLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = openBuffer(size, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    measure(size);
    return kIOReturnSuccess;
}

// expect: leak-on-error-path buffer
kern_return_t helperHereOutParameterLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = localOpen(size, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->SetLength(size);
    if (ret != kIOReturnSuccess) return ret;
    buffer->release();
    return kIOReturnSuccess;
}

kern_return_t helperTwoOutParametersClean(uint64_t size)
{
    IOBufferMemoryDescriptor *memory = nullptr;
    IOMemoryMap *view = nullptr;
    kern_return_t ret = openBoth(size, &memory, &view);
    if (ret != kIOReturnSuccess) return ret;
    measure(view->GetLength());
    view->release();
    memory->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object view
kern_return_t helperTwoOutParametersLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *memory = nullptr;
    IOMemoryMap *view = nullptr;
    kern_return_t ret = openBoth(size, &memory, &view);
    if (ret != kIOReturnSuccess) return ret;
    measure(view->GetLength());
    memory->release();
    return kIOReturnSuccess;
}

kern_return_t helperBoolClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    if (!tryOpenBuffer(size, &buffer)) return kIOReturnNoMemory;
    buffer->SetLength(1);
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object buffer
kern_return_t helperBoolLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    if (!tryOpenBuffer(size, &buffer)) return kIOReturnNoMemory;
    buffer->SetLength(1);
    return kIOReturnSuccess;
}

uint64_t helperLendsClean(Lab_IVars *state)
{
    IOBufferMemoryDescriptor *buffer = borrowBuffer(state);
    uint64_t length = 0;
    if (buffer) buffer->GetLength(&length);
    return length;
}

// expect: release-borrowed buffer
void helperLendsReleased(Lab_IVars *state)
{
    IOBufferMemoryDescriptor *buffer = borrowBuffer(state);
    if (buffer) buffer->release();
}

// expect: double-release buffer
kern_return_t helperReleasesTwice(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    dropObject(buffer);
    buffer->release();
    return kIOReturnSuccess;
}

// expect: use-after-release buffer
kern_return_t helperReleasesThenUsed(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    dropObject(buffer);
    return buffer->SetLength(3);
}

kern_return_t passedThroughClean(uint64_t size)
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return kIOReturnNoMemory;
    OSObject *same = passThrough(list);
    same->release();
    return kIOReturnSuccess;
}

kern_return_t unknownTakerClean()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return kIOReturnNoMemory;
    unknownTaker(list);
    return kIOReturnSuccess;
}

kern_return_t unknownFillerClean()
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = unknownFiller(&buffer);
    if (ret == kIOReturnSuccess) measure(1);
    return ret;
}

kern_return_t annotatedFactoryClean()
{
    OSArray *list = getFreshList();
    if (!list) return kIOReturnNoMemory;
    list->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object list
kern_return_t annotatedFactoryLeaks()
{
    OSArray *list = getFreshList();
    if (!list) return kIOReturnNoMemory;
    return list->getCount() > 0 ? kIOReturnSuccess : kIOReturnError;
}

uint64_t annotatedBorrowClean()
{
    OSArray *list = createdElsewhere();
    return list ? list->getCount() : 0;
}

// expect: release-borrowed list
void annotatedBorrowReleased()
{
    OSArray *list = createdElsewhere();
    if (list) list->release();
}

kern_return_t consumedClean()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return kIOReturnNoMemory;
    swallow(list);
    return kIOReturnSuccess;
}

// expect: double-release list
kern_return_t consumedThenReleased()
{
    OSArray *list = OSArray::withCapacity(1);
    if (!list) return kIOReturnNoMemory;
    swallow(list);
    list->release();
    return kIOReturnSuccess;
}

static kern_return_t makeByReference(uint64_t size, IOBufferMemoryDescriptor *&out)
{
    return IOBufferMemoryDescriptor::Create(kBoth, size, 0, &out);
}

static kern_return_t makeAndSetByReference(uint64_t size, IOBufferMemoryDescriptor *&out)
{
    IOBufferMemoryDescriptor *made = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &made);
    if (ret != kIOReturnSuccess) return ret;
    out = made;
    return kIOReturnSuccess;
}

// expect: leak-on-error-path buffer
kern_return_t byReferenceLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = makeByReference(size, buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->SetLength(size);
    if (ret != kIOReturnSuccess) return ret;
    buffer->release();
    return kIOReturnSuccess;
}

kern_return_t byReferenceClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = makeAndSetByReference(size, buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->SetLength(size);
    buffer->release();
    return ret;
}

// expect: leaked-out-object buffer
kern_return_t byReferenceForgotten(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = makeAndSetByReference(size, buffer);
    if (ret != kIOReturnSuccess) return ret;
    return buffer->SetLength(size);
}

static void dropByReference(IOBufferMemoryDescriptor *&buffer)
{
    OSSafeReleaseNULL(buffer);
}

kern_return_t droppedByReferenceClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = makeByReference(size, buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->SetLength(size);
    dropByReference(buffer);
    dropByReference(buffer);
    return ret;
}
