// Objects that somebody else lends.
#include <DriverKit/DriverKit.h>
#include <PCIDriverKit/PCIDriverKit.h>

#include "Borrowed.h"

struct Fathom_IVars {
    IOPCIDevice *device;
};

bool Fathom::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Fathom_IVars, 1);
    return ivars != nullptr;
}

void Fathom::free()
{
    IOSafeDeleteNULL(ivars, Fathom_IVars, 1);
    super::free();
}

kern_return_t IMPL(Fathom, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ivars->device = OSDynamicCast(IOPCIDevice, provider);
    if (ivars->device == nullptr) return kIOReturnNoDevice;
    return RegisterService();
}

kern_return_t IMPL(Fathom, Stop)
{
    ivars->device = nullptr;
    return Stop(provider, SUPERDISPATCH);
}

struct Gimbal_IVars {
    IOPCIDevice *device;
};

bool Gimbal::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Gimbal_IVars, 1);
    return ivars != nullptr;
}

void Gimbal::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->device);
    }
    IOSafeDeleteNULL(ivars, Gimbal_IVars, 1);
    super::free();
}

kern_return_t IMPL(Gimbal, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ivars->device = OSDynamicCast(IOPCIDevice, provider);
    if (ivars->device == nullptr) return kIOReturnNoDevice;
    ivars->device->retain();
    return RegisterService();
}

kern_return_t IMPL(Gimbal, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

// expect: release-borrowed device
struct Halyard_IVars {
    IOPCIDevice *device;
};

bool Halyard::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Halyard_IVars, 1);
    return ivars != nullptr;
}

void Halyard::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->device);
    }
    IOSafeDeleteNULL(ivars, Halyard_IVars, 1);
    super::free();
}

kern_return_t IMPL(Halyard, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ivars->device = OSDynamicCast(IOPCIDevice, provider);
    if (ivars->device == nullptr) return kIOReturnNoDevice;
    return RegisterService();
}

kern_return_t IMPL(Halyard, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

// expect: borrowed-stored-unretained name
struct Inlet_IVars {
    OSString *name;
};

bool Inlet::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Inlet_IVars, 1);
    return ivars != nullptr;
}

void Inlet::free()
{
    IOSafeDeleteNULL(ivars, Inlet_IVars, 1);
    super::free();
}

kern_return_t IMPL(Inlet, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    OSDictionary *all = nullptr;
    ret = CopyProperties(&all);
    if (ret != kIOReturnSuccess) return ret;
    ivars->name = OSDynamicCast(OSString, all->getObject("name"));
    OSSafeReleaseNULL(all);
    return kIOReturnSuccess;
}

kern_return_t IMPL(Inlet, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Jetty_IVars {
    OSString *name;
};

bool Jetty::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Jetty_IVars, 1);
    return ivars != nullptr;
}

void Jetty::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->name);
    }
    IOSafeDeleteNULL(ivars, Jetty_IVars, 1);
    super::free();
}

kern_return_t IMPL(Jetty, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    OSDictionary *all = nullptr;
    ret = CopyProperties(&all);
    if (ret != kIOReturnSuccess) return ret;
    ivars->name = OSDynamicCast(OSString, all->getObject("name"));
    if (ivars->name) ivars->name->retain();
    OSSafeReleaseNULL(all);
    return kIOReturnSuccess;
}

kern_return_t IMPL(Jetty, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-object-not-released device
struct Kiln_IVars {
    IOPCIDevice *device;
};

bool Kiln::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Kiln_IVars, 1);
    return ivars != nullptr;
}

void Kiln::free()
{
    IOSafeDeleteNULL(ivars, Kiln_IVars, 1);
    super::free();
}

kern_return_t IMPL(Kiln, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ivars->device = OSDynamicCast(IOPCIDevice, provider);
    if (ivars->device == nullptr) return kIOReturnNoDevice;
    ivars->device->retain();
    return RegisterService();
}

kern_return_t IMPL(Kiln, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Ledger_IVars {
    IODispatchQueue *queue;
};

bool Ledger::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Ledger_IVars, 1);
    return ivars != nullptr;
}

void Ledger::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Ledger_IVars, 1);
    super::free();
}

kern_return_t IMPL(Ledger, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return IODispatchQueue::Create("Ledger", 0, 0, &ivars->queue);
}

kern_return_t IMPL(Ledger, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

IODispatchQueue *Ledger::GetQueue()
{
    return ivars->queue;
}

struct Lintel_IVars {
    Ledger *owner;
    IODispatchQueue *queue;
};

bool Lintel::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Lintel_IVars, 1);
    return ivars != nullptr;
}

void Lintel::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Lintel_IVars, 1);
    super::free();
}

kern_return_t IMPL(Lintel, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ivars->owner = OSDynamicCast(Ledger, provider);
    if (ivars->owner == nullptr) return kIOReturnNoDevice;
    ivars->queue = ivars->owner->GetQueue();
    if (ivars->queue) ivars->queue->retain();
    return kIOReturnSuccess;
}

kern_return_t IMPL(Lintel, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}
