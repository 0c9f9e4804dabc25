// Members that are smart pointers, and what they hand on.
#include <DriverKit/DriverKit.h>
#include <PCIDriverKit/PCIDriverKit.h>

#include "Smart.h"

static constexpr uint32_t kFirst = 1;

struct Cypress_IVars {
    OSSharedPtr<IODispatchQueue> queue;
};

bool Cypress::init()
{
    if (!super::init()) return false;
    ivars = new Cypress_IVars();
    return ivars != nullptr;
}

void Cypress::free()
{
    delete ivars;
    super::free();
}

kern_return_t IMPL(Cypress, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Cypress", 0, 0, ivars->queue.attach());
}

kern_return_t IMPL(Cypress, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-object-not-released queue
struct Dogwood_IVars {
    OSSharedPtr<IODispatchQueue> queue;
};

bool Dogwood::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Dogwood_IVars, 1);
    return ivars != nullptr;
}

void Dogwood::free()
{
    IOSafeDeleteNULL(ivars, Dogwood_IVars, 1);
    super::free();
}

kern_return_t IMPL(Dogwood, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Dogwood", 0, 0, ivars->queue.attach());
}

kern_return_t IMPL(Dogwood, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Elmwood_IVars {
    OSSharedPtr<IODispatchQueue> queue;
};

bool Elmwood::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Elmwood_IVars, 1);
    return ivars != nullptr;
}

void Elmwood::free()
{
    if (ivars) {
        ivars->queue.reset();
    }
    IOSafeDeleteNULL(ivars, Elmwood_IVars, 1);
    super::free();
}

kern_return_t IMPL(Elmwood, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Elmwood", 0, 0, ivars->queue.attach());
}

kern_return_t IMPL(Elmwood, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Foxglove_IVars {
    OSSharedPtr<IODispatchQueue> queue;
    OSSharedPtr<IOInterruptDispatchSource> sources[4];
};

bool Foxglove::init()
{
    if (!super::init()) return false;
    ivars = new Foxglove_IVars();
    return ivars != nullptr;
}

void Foxglove::free()
{
    delete ivars;
    super::free();
}

kern_return_t IMPL(Foxglove, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Foxglove", 0, 0, ivars->queue.attach());
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IOInterruptDispatchSource::Create(provider, kFirst + i, ivars->queue.get(), ivars->sources[i].attach());
        if (ret != kIOReturnSuccess) return ret;
        ret = ivars->sources[i]->SetEnable(true);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Foxglove, Stop)
{
    for (uint32_t i = 0; i < 4; i++) {
        if (ivars->sources[i]) ivars->sources[i]->Cancel(nullptr);
    }
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-object-not-released names
struct Gorse_IVars {
    OSDictionary *names;
};

bool Gorse::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Gorse_IVars, 1);
    return ivars != nullptr;
}

void Gorse::free()
{
    IOSafeDeleteNULL(ivars, Gorse_IVars, 1);
    super::free();
}

kern_return_t IMPL(Gorse, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    OSSharedPtr<OSDictionary> names = OSSharedPtr(OSDictionary::withCapacity(4), OSNoRetain);
    if (!names) return kIOReturnNoMemory;
    ivars->names = names.detach();
    return RegisterService();
}

kern_return_t IMPL(Gorse, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Hazel_IVars {
    OSDictionary *names;
};

bool Hazel::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Hazel_IVars, 1);
    return ivars != nullptr;
}

void Hazel::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->names);
    }
    IOSafeDeleteNULL(ivars, Hazel_IVars, 1);
    super::free();
}

kern_return_t IMPL(Hazel, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    OSSharedPtr<OSDictionary> names = OSSharedPtr(OSDictionary::withCapacity(4), OSNoRetain);
    if (!names) return kIOReturnNoMemory;
    ivars->names = names.detach();
    return RegisterService();
}

kern_return_t IMPL(Hazel, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}
