// Members that are arrays of objects.
#include <DriverKit/DriverKit.h>
#include <PCIDriverKit/PCIDriverKit.h>

#include "Arrays.h"

static const char *const kNames[4] = {"a", "b", "c", "d"};

struct Orbit_IVars {
    IODispatchQueue *queues[4];
};

bool Orbit::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Orbit_IVars, 1);
    return ivars != nullptr;
}

void Orbit::free()
{
    if (ivars) {
        for (uint32_t i = 0; i < 4; i++) OSSafeReleaseNULL(ivars->queues[i]);
    }
    IOSafeDeleteNULL(ivars, Orbit_IVars, 1);
    super::free();
}

kern_return_t IMPL(Orbit, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IODispatchQueue::Create(kNames[i], 0, 0, &ivars->queues[i]);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Orbit, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-object-not-released queues
struct Pivot_IVars {
    IODispatchQueue *queues[4];
};

bool Pivot::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Pivot_IVars, 1);
    return ivars != nullptr;
}

void Pivot::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queues[0]);
    }
    IOSafeDeleteNULL(ivars, Pivot_IVars, 1);
    super::free();
}

kern_return_t IMPL(Pivot, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IODispatchQueue::Create(kNames[i], 0, 0, &ivars->queues[i]);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Pivot, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Quarry_IVars {
    IODispatchQueue *queues[4];
};

bool Quarry::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Quarry_IVars, 1);
    return ivars != nullptr;
}

void Quarry::free()
{
    if (ivars) {
        for (auto &each : ivars->queues) OSSafeReleaseNULL(each);
    }
    IOSafeDeleteNULL(ivars, Quarry_IVars, 1);
    super::free();
}

kern_return_t IMPL(Quarry, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IODispatchQueue::Create(kNames[i], 0, 0, &ivars->queues[i]);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Quarry, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-object-not-released queues
struct Rivet_IVars {
    IODispatchQueue *queues[4];
};

bool Rivet::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Rivet_IVars, 1);
    return ivars != nullptr;
}

void Rivet::free()
{
    IOSafeDeleteNULL(ivars, Rivet_IVars, 1);
    super::free();
}

kern_return_t IMPL(Rivet, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IODispatchQueue::Create(kNames[i], 0, 0, &ivars->queues[i]);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Rivet, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Spindle_IVars {
    IODispatchQueue *queues[4];
};

bool Spindle::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Spindle_IVars, 1);
    return ivars != nullptr;
}

void Spindle::free()
{
    if (ivars) {
        for (uint32_t i = 0; i < 4; i++) OSSafeReleaseNULL(ivars->queues[i]);
    }
    IOSafeDeleteNULL(ivars, Spindle_IVars, 1);
    super::free();
}

kern_return_t IMPL(Spindle, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IODispatchQueue::Create(kNames[i], 0, 0, &ivars->queues[i]);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Spindle, Stop)
{
    for (uint32_t i = 0; i < 4; i++) {
        if (ivars->queues[i]) {
            ivars->queues[i]->release();
            ivars->queues[i] = nullptr;
        }
    }
    return Stop(provider, SUPERDISPATCH);
}

// expect: double-release queues
struct Tessera_IVars {
    IODispatchQueue *queues[4];
};

bool Tessera::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Tessera_IVars, 1);
    return ivars != nullptr;
}

void Tessera::free()
{
    if (ivars) {
        for (uint32_t i = 0; i < 4; i++) OSSafeReleaseNULL(ivars->queues[i]);
    }
    IOSafeDeleteNULL(ivars, Tessera_IVars, 1);
    super::free();
}

kern_return_t IMPL(Tessera, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IODispatchQueue::Create(kNames[i], 0, 0, &ivars->queues[i]);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Tessera, Stop)
{
    for (uint32_t i = 0; i < 4; i++) {
        if (ivars->queues[i]) ivars->queues[i]->release();
    }
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-object-not-released queues
struct Umber_IVars {
    IODispatchQueue *queues[3];
};

bool Umber::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Umber_IVars, 1);
    return ivars != nullptr;
}

void Umber::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queues[0]);
        OSSafeReleaseNULL(ivars->queues[1]);
    }
    IOSafeDeleteNULL(ivars, Umber_IVars, 1);
    super::free();
}

kern_return_t IMPL(Umber, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("first", 0, 0, &ivars->queues[0]);
    if (ret == kIOReturnSuccess) ret = IODispatchQueue::Create("second", 0, 0, &ivars->queues[1]);
    if (ret == kIOReturnSuccess) ret = IODispatchQueue::Create("third", 0, 0, &ivars->queues[2]);
    return ret;
}

kern_return_t IMPL(Umber, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Vane_IVars {
    IODispatchQueue *queues[4];
};

bool Vane::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Vane_IVars, 1);
    return ivars != nullptr;
}

void Vane::free()
{
    if (ivars) {
        for (uint32_t i = 0; i < 4; i++) {
            IODispatchQueue **slot = &ivars->queues[i];
            OSSafeReleaseNULL(*slot);
        }
    }
    IOSafeDeleteNULL(ivars, Vane_IVars, 1);
    super::free();
}

kern_return_t IMPL(Vane, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IODispatchQueue::Create(kNames[i], 0, 0, &ivars->queues[i]);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Vane, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Vortex_IVars {
    IODispatchQueue *queues[4];
};

bool Vortex::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Vortex_IVars, 1);
    return ivars != nullptr;
}

void Vortex::free()
{
    if (ivars) {
        Clear();
    }
    IOSafeDeleteNULL(ivars, Vortex_IVars, 1);
    super::free();
}

kern_return_t IMPL(Vortex, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IODispatchQueue::Create(kNames[i], 0, 0, &ivars->queues[i]);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Vortex, Stop)
{
    Clear();
    return Stop(provider, SUPERDISPATCH);
}

void Vortex::Clear()
{
    for (uint32_t i = 0; i < 4; i++) {
        IODispatchQueue *queue = ivars->queues[i];
        ivars->queues[i] = nullptr;
        if (queue) queue->release();
    }
}
