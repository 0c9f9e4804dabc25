// What the helpers do.
#include "Helpers.h"

void dropObject(OSObject *object)
{
    object->release();
}

void dropIfThere(OSObject *object)
{
    if (object == nullptr) return;
    object->release();
}

void dropAndForget(IOBufferMemoryDescriptor **object)
{
    if (*object) {
        (*object)->release();
        *object = nullptr;
    }
}

void readBuffer(IOBufferMemoryDescriptor *buffer)
{
    uint64_t length = 0;
    if (buffer && buffer->GetLength(&length) == kIOReturnSuccess) {
        measure(length);
    }
}

void keepBuffer(Lab_IVars *state, IOBufferMemoryDescriptor *buffer)
{
    state->buffer = buffer;
}

void keepRetained(Lab_IVars *state, IOBufferMemoryDescriptor *buffer)
{
    buffer->retain();
    state->buffer = buffer;
}

void dropOrKeep(Lab_IVars *state, IOBufferMemoryDescriptor *buffer)
{
    if (state->ready) {
        state->buffer = buffer;
    } else {
        buffer->release();
    }
}

void forwardDrop(OSObject *object)
{
    dropIfThere(object);
}

IOBufferMemoryDescriptor *makeBuffer(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    if (IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer) != kIOReturnSuccess) {
        return nullptr;
    }
    return buffer;
}

IOBufferMemoryDescriptor *borrowBuffer(Lab_IVars *state)
{
    return state->buffer;
}

OSObject *passThrough(OSObject *object)
{
    return object;
}

kern_return_t openBuffer(uint64_t size, IOBufferMemoryDescriptor **result)
{
    return IOBufferMemoryDescriptor::Create(kBoth, size, 0, result);
}

kern_return_t openBoth(uint64_t size, IOBufferMemoryDescriptor **first, IOMemoryMap **second)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    IOMemoryMap *map = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) {
        buffer->release();
        return ret;
    }
    *first = buffer;
    *second = map;
    return kIOReturnSuccess;
}

bool tryOpenBuffer(uint64_t size, IOBufferMemoryDescriptor **result)
{
    IOBufferMemoryDescriptor *buffer = makeBuffer(size);
    if (!buffer) return false;
    *result = buffer;
    return true;
}

kern_return_t fillBuffer(IOBufferMemoryDescriptor *buffer, uint8_t value)
{
    IOMemoryMap *map = nullptr;
    kern_return_t ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);
    if (ret != kIOReturnSuccess) return ret;
    memset(reinterpret_cast<void *>(map->GetAddress()), value, map->GetLength());
    map->release();
    return kIOReturnSuccess;
}
