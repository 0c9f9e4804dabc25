// What Stop and free() give up, by themselves and through helpers.
#include <DriverKit/DriverKit.h>
#include <PCIDriverKit/PCIDriverKit.h>

#include "StopFree.h"

struct MantleSide {
    IOBufferMemoryDescriptor *buffer;
    uint32_t head;
};

struct NeedleChannel {
    IOBufferMemoryDescriptor *buffer;
};

struct NutmegPath {
    IOBufferMemoryDescriptor *buffer;
    IODispatchQueue *queue;
};

struct Anchor_IVars {
    IODispatchQueue *queue;
};

bool Anchor::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Anchor_IVars, 1);
    return ivars != nullptr;
}

void Anchor::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Anchor_IVars, 1);
    super::free();
}

kern_return_t IMPL(Anchor, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Anchor", 0, 0, &ivars->queue);
}

kern_return_t IMPL(Anchor, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Beacon_IVars {
    IODispatchQueue *queue;
};

bool Beacon::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Beacon_IVars, 1);
    return ivars != nullptr;
}

void Beacon::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Beacon_IVars, 1);
    super::free();
}

kern_return_t IMPL(Beacon, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Beacon", 0, 0, &ivars->queue);
}

kern_return_t IMPL(Beacon, Stop)
{
    OSSafeReleaseNULL(ivars->queue);
    return Stop(provider, SUPERDISPATCH);
}

// expect: double-release queue
struct Cinder_IVars {
    IODispatchQueue *queue;
};

bool Cinder::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Cinder_IVars, 1);
    return ivars != nullptr;
}

void Cinder::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Cinder_IVars, 1);
    super::free();
}

kern_return_t IMPL(Cinder, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Cinder", 0, 0, &ivars->queue);
}

kern_return_t IMPL(Cinder, Stop)
{
    if (ivars->queue) ivars->queue->release();
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-object-not-released buffer
struct Dynamo_IVars {
    IODispatchQueue *queue;
    IOBufferMemoryDescriptor *buffer;
};

bool Dynamo::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Dynamo_IVars, 1);
    return ivars != nullptr;
}

void Dynamo::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Dynamo_IVars, 1);
    super::free();
}

kern_return_t IMPL(Dynamo, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Dynamo", 0, 0, &ivars->queue);
    if (ret == kIOReturnSuccess) ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, 4096, 0, &ivars->buffer);
    return ret;
}

kern_return_t IMPL(Dynamo, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Ember_IVars {
    IODispatchQueue *queue;
    IOBufferMemoryDescriptor *buffer;
};

bool Ember::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Ember_IVars, 1);
    return ivars != nullptr;
}

void Ember::free()
{
    if (ivars) {
        Teardown();
    }
    IOSafeDeleteNULL(ivars, Ember_IVars, 1);
    super::free();
}

kern_return_t IMPL(Ember, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Ember", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    return IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, 4096, 0, &ivars->buffer);
}

kern_return_t IMPL(Ember, Stop)
{
    Teardown();
    return Stop(provider, SUPERDISPATCH);
}

void Ember::Teardown()
{
    OSSafeReleaseNULL(ivars->buffer);
    OSSafeReleaseNULL(ivars->queue);
}

// expect: double-release queue
struct Flint_IVars {
    IODispatchQueue *queue;
};

bool Flint::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Flint_IVars, 1);
    return ivars != nullptr;
}

void Flint::free()
{
    if (ivars) {
        Teardown();
    }
    IOSafeDeleteNULL(ivars, Flint_IVars, 1);
    super::free();
}

kern_return_t IMPL(Flint, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Flint", 0, 0, &ivars->queue);
}

kern_return_t IMPL(Flint, Stop)
{
    Teardown();
    return Stop(provider, SUPERDISPATCH);
}

void Flint::Teardown()
{
    if (ivars->queue) ivars->queue->release();
}

struct Gauge_IVars {
    IODispatchQueue *queue;
};

bool Gauge::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Gauge_IVars, 1);
    return ivars != nullptr;
}

void Gauge::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Gauge_IVars, 1);
    super::free();
}

kern_return_t IMPL(Gauge, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Gauge", 0, 0, &ivars->queue);
}

kern_return_t IMPL(Gauge, Stop)
{
    IODispatchQueue *queue = ivars->queue;
    ivars->queue = nullptr;
    if (queue) queue->release();
    return Stop(provider, SUPERDISPATCH);
}

struct Hopper_IVars {
    IODispatchQueue *queue;
    OSDictionary *names;
};

bool Hopper::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Hopper_IVars, 1);
    return ivars != nullptr;
}

void Hopper::free()
{
    if (ivars) {
        if (ivars->queue) ivars->queue->release();
        if (ivars->names) ivars->names->release();
    }
    IOSafeDeleteNULL(ivars, Hopper_IVars, 1);
    super::free();
}

kern_return_t IMPL(Hopper, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ivars->names = OSDictionary::withCapacity(4);
    if (ivars->names == nullptr) return kIOReturnNoMemory;
    return IODispatchQueue::Create("Hopper", 0, 0, &ivars->queue);
}

kern_return_t IMPL(Hopper, Stop)
{
    if (ivars->queue) {
        ivars->queue->release();
        ivars->queue = nullptr;
    }
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-not-freed Ingot
struct Ingot_IVars {
    IODispatchQueue *queue;
};

bool Ingot::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Ingot_IVars, 1);
    return ivars != nullptr;
}

void Ingot::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    super::free();
}

kern_return_t IMPL(Ingot, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Ingot", 0, 0, &ivars->queue);
}

kern_return_t IMPL(Ingot, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Jigsaw_IVars {
    IODispatchQueue *queue;
    OSArray *pieces;
};

static void dropAll(Jigsaw_IVars *all)
{
    OSSafeReleaseNULL(all->pieces);
    OSSafeReleaseNULL(all->queue);
}

bool Jigsaw::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Jigsaw_IVars, 1);
    return ivars != nullptr;
}

void Jigsaw::free()
{
    if (ivars) {
        dropAll(ivars);
    }
    IOSafeDeleteNULL(ivars, Jigsaw_IVars, 1);
    super::free();
}

kern_return_t IMPL(Jigsaw, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ivars->pieces = OSArray::withCapacity(8);
    return IODispatchQueue::Create("Jigsaw", 0, 0, &ivars->queue);
}

kern_return_t IMPL(Jigsaw, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-object-not-released queue
struct Keel_IVars {
    IODispatchQueue *queue;
};

bool Keel::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Keel_IVars, 1);
    return ivars != nullptr;
}

void Keel::free()
{
    IOSafeDeleteNULL(ivars, Keel_IVars, 1);
    super::free();
}

kern_return_t IMPL(Keel, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Keel", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    ret = RegisterService();
    if (ret != kIOReturnSuccess) {
        OSSafeReleaseNULL(ivars->queue);
        return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Keel, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Lattice_IVars {
    IODispatchQueue *queue;
    IOBufferMemoryDescriptor *buffer;
};

template <typename T> static void drop(T *&object)
{
    if (object) {
        object->release();
        object = nullptr;
    }
}

bool Lattice::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Lattice_IVars, 1);
    return ivars != nullptr;
}

void Lattice::free()
{
    if (ivars) {
        drop(ivars->buffer);
        drop(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Lattice_IVars, 1);
    super::free();
}

kern_return_t IMPL(Lattice, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Lattice", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    return IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, 4096, 0, &ivars->buffer);
}

kern_return_t IMPL(Lattice, Stop)
{
    drop(ivars->buffer);
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-object-not-released tx.buffer
struct Mantle_IVars {
    MantleSide rx;
    MantleSide tx;
};

bool Mantle::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Mantle_IVars, 1);
    return ivars != nullptr;
}

void Mantle::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->rx.buffer);
    }
    IOSafeDeleteNULL(ivars, Mantle_IVars, 1);
    super::free();
}

kern_return_t IMPL(Mantle, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, 4096, 0, &ivars->rx.buffer);
    if (ret != kIOReturnSuccess) return ret;
    return IOBufferMemoryDescriptor::Create(kIOMemoryDirectionOut, 4096, 0, &ivars->tx.buffer);
}

kern_return_t IMPL(Mantle, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Needle_IVars {
    NeedleChannel channels[4];
    uint32_t count;
};

bool Needle::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Needle_IVars, 1);
    return ivars != nullptr;
}

void Needle::free()
{
    if (ivars) {
        for (uint32_t i = 0; i < 4; i++) OSSafeReleaseNULL(ivars->channels[i].buffer);
    }
    IOSafeDeleteNULL(ivars, Needle_IVars, 1);
    super::free();
}

kern_return_t IMPL(Needle, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, 4096, 0, &ivars->channels[i].buffer);
        if (ret != kIOReturnSuccess) return ret;
        ivars->count++;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Needle, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Nutmeg_IVars {
    NutmegPath *path;
    uint32_t count;
};

bool Nutmeg::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Nutmeg_IVars, 1);
    return ivars != nullptr;
}

void Nutmeg::free()
{
    if (ivars) {
        if (ivars->path) {
            OSSafeReleaseNULL(ivars->path->buffer);
            OSSafeReleaseNULL(ivars->path->queue);
            IOSafeDeleteNULL(ivars->path, NutmegPath, 1);
        }
    }
    IOSafeDeleteNULL(ivars, Nutmeg_IVars, 1);
    super::free();
}

kern_return_t IMPL(Nutmeg, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ivars->path = IONewZero(NutmegPath, 1);
    if (ivars->path == nullptr) return kIOReturnNoMemory;
    ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, 4096, 0, &ivars->path->buffer);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Nutmeg", 0, 0, &ivars->path->queue);
}

kern_return_t IMPL(Nutmeg, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Oakum_IVars {
    IOService *device;
};

bool Oakum::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Oakum_IVars, 1);
    return ivars != nullptr;
}

void Oakum::free()
{
    IOSafeDeleteNULL(ivars, Oakum_IVars, 1);
    super::free();
}

kern_return_t IMPL(Oakum, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    provider->retain();
    ivars->device = provider;
    return kIOReturnSuccess;
}

kern_return_t IMPL(Oakum, Stop)
{
    ivars->device = nullptr;
    provider->release();
    return Stop(provider, SUPERDISPATCH);
}

struct Palisade_IVars {
    IODispatchQueue *queue;
};

bool Palisade::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Palisade_IVars, 1);
    return ivars != nullptr;
}

void Palisade::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Palisade_IVars, 1);
    super::free();
}

kern_return_t IMPL(Palisade, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Palisade", 0, 0, &ivars->queue);
}

kern_return_t IMPL(Palisade, Stop)
{
    if (ivars->queue) ivars->queue->release();
    *ivars = {};
    return Stop(provider, SUPERDISPATCH);
}

struct Quoin_IVars {
    uint32_t count;
};

bool Quoin::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Quoin_IVars, 1);
    return ivars != nullptr;
}

void Quoin::free()
{
    Quoin_IVars *all = ivars;
    if (all != nullptr) {
        IODelete(all, Quoin_IVars, 1);
        ivars = nullptr;
    }
    super::free();
}

kern_return_t IMPL(Quoin, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ivars->count = 1;
    return kIOReturnSuccess;
}

kern_return_t IMPL(Quoin, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

// expect: leak-on-overwrite name
struct Rafter_IVars {
    OSString *name;
};

bool Rafter::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Rafter_IVars, 1);
    return ivars != nullptr;
}

void Rafter::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->name);
    }
    IOSafeDeleteNULL(ivars, Rafter_IVars, 1);
    super::free();
}

kern_return_t IMPL(Rafter, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return kIOReturnSuccess;
}

kern_return_t IMPL(Rafter, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

void Rafter::SetName(const char *name)
{
    ivars->name = OSString::withCString(name);
}

// expect: ivars-object-not-released sides.window
struct Scaffold_IVars {
    struct {
        IOBufferMemoryDescriptor *block;
        IOMemoryMap *window;
    } sides[2];
};

bool Scaffold::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Scaffold_IVars, 1);
    return ivars != nullptr;
}

void Scaffold::free()
{
    if (ivars) {
        for (auto &side : ivars->sides)
            OSSafeReleaseNULL(side.block);
    }
    IOSafeDeleteNULL(ivars, Scaffold_IVars, 1);
    super::free();
}

kern_return_t IMPL(Scaffold, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; ret == kIOReturnSuccess && i < 2; i++) {
        auto &side = ivars->sides[i];
        ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, 4096, 0, &side.block);
        if (ret == kIOReturnSuccess) ret = side.block->CreateMapping(0, 0, 0, 0, 0, &side.window);
    }
    return ret;
}

kern_return_t IMPL(Scaffold, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}
