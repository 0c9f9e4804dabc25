// Members that are filled outside of Start, again and again.
#include <DriverKit/DriverKit.h>
#include <PCIDriverKit/PCIDriverKit.h>

#include "Lazy.h"

struct Mosaic_IVars {
    IOBufferMemoryDescriptor *buffer;
};

bool Mosaic::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Mosaic_IVars, 1);
    return ivars != nullptr;
}

void Mosaic::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->buffer);
    }
    IOSafeDeleteNULL(ivars, Mosaic_IVars, 1);
    super::free();
}

kern_return_t IMPL(Mosaic, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return RegisterService();
}

kern_return_t IMPL(Mosaic, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t Mosaic::Configure(IOUserClientMethodArguments *arguments)
{
    kern_return_t ret = kIOReturnSuccess;
    if (!ivars->buffer) ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, arguments->scalarInput[0], 0, &ivars->buffer);
    return ret;
}

// expect: leak-on-overwrite buffer
struct Nozzle_IVars {
    IOBufferMemoryDescriptor *buffer;
};

bool Nozzle::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Nozzle_IVars, 1);
    return ivars != nullptr;
}

void Nozzle::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->buffer);
    }
    IOSafeDeleteNULL(ivars, Nozzle_IVars, 1);
    super::free();
}

kern_return_t IMPL(Nozzle, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return RegisterService();
}

kern_return_t IMPL(Nozzle, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t Nozzle::Configure(IOUserClientMethodArguments *arguments)
{
    return IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, arguments->scalarInput[0], 0, &ivars->buffer);
}

struct Ostrich_IVars {
    IOBufferMemoryDescriptor *buffer;
};

bool Ostrich::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Ostrich_IVars, 1);
    return ivars != nullptr;
}

void Ostrich::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->buffer);
    }
    IOSafeDeleteNULL(ivars, Ostrich_IVars, 1);
    super::free();
}

kern_return_t IMPL(Ostrich, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return RegisterService();
}

kern_return_t IMPL(Ostrich, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t Ostrich::Configure(IOUserClientMethodArguments *arguments)
{
    OSSafeReleaseNULL(ivars->buffer);
    return IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, arguments->scalarInput[0], 0, &ivars->buffer);
}

// expect: leak-on-overwrite buffer
struct Parcel_IVars {
    IOBufferMemoryDescriptor *buffer;
};

bool Parcel::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Parcel_IVars, 1);
    return ivars != nullptr;
}

void Parcel::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->buffer);
    }
    IOSafeDeleteNULL(ivars, Parcel_IVars, 1);
    super::free();
}

kern_return_t IMPL(Parcel, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return RegisterService();
}

kern_return_t IMPL(Parcel, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t Parcel::Configure(IOUserClientMethodArguments *arguments)
{
    uint64_t size = arguments->scalarInput[0];
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, arguments->scalarInput[0], 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ivars->buffer = buffer;
    return kIOReturnSuccess;
}

struct Quill_IVars {
    IOBufferMemoryDescriptor *buffer;
};

bool Quill::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Quill_IVars, 1);
    return ivars != nullptr;
}

void Quill::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->buffer);
    }
    IOSafeDeleteNULL(ivars, Quill_IVars, 1);
    super::free();
}

kern_return_t IMPL(Quill, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return RegisterService();
}

kern_return_t IMPL(Quill, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t Quill::Configure(IOUserClientMethodArguments *arguments)
{
    if (ivars->buffer) return kIOReturnExclusiveAccess;
    uint64_t size = arguments->scalarInput[0];
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, arguments->scalarInput[0], 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    ivars->buffer = buffer;
    return kIOReturnSuccess;
}

struct Rudder_IVars {
    IOBufferMemoryDescriptor *buffer;
    bool open;
};

bool Rudder::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Rudder_IVars, 1);
    return ivars != nullptr;
}

void Rudder::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->buffer);
    }
    IOSafeDeleteNULL(ivars, Rudder_IVars, 1);
    super::free();
}

kern_return_t IMPL(Rudder, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return RegisterService();
}

kern_return_t IMPL(Rudder, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t Rudder::OpenChannel(IOUserClientMethodArguments *arguments)
{
    if (ivars->open) return kIOReturnExclusiveAccess;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, arguments->scalarInput[0], 0, &ivars->buffer);
    ivars->open = ret == kIOReturnSuccess;
    return ret;
}

void Rudder::CloseChannel()
{
    if (!ivars->open) return;
    OSSafeReleaseNULL(ivars->buffer);
    ivars->open = false;
}

struct Sextant_IVars {
    IODispatchQueue *queue;
    IODispatchQueue *backup;
};

static kern_return_t makeQueue(const char *name, IODispatchQueue **queue)
{
    return IODispatchQueue::Create(name, 0, 0, queue);
}

bool Sextant::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Sextant_IVars, 1);
    return ivars != nullptr;
}

void Sextant::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
        OSSafeReleaseNULL(ivars->backup);
    }
    IOSafeDeleteNULL(ivars, Sextant_IVars, 1);
    super::free();
}

kern_return_t IMPL(Sextant, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = makeQueue("Sextant", &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    return makeQueue("Sextant backup", &ivars->backup);
}

kern_return_t IMPL(Sextant, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

// expect: ivars-object-not-released backup
struct Trellis_IVars {
    IODispatchQueue *queue;
    IODispatchQueue *backup;
};

bool Trellis::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Trellis_IVars, 1);
    return ivars != nullptr;
}

void Trellis::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Trellis_IVars, 1);
    super::free();
}

kern_return_t IMPL(Trellis, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = makeQueue("Trellis", &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    return makeQueue("Trellis backup", &ivars->backup);
}

kern_return_t IMPL(Trellis, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Urchin_IVars {
    IOBufferMemoryDescriptor *buffer;
};

bool Urchin::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Urchin_IVars, 1);
    return ivars != nullptr;
}

void Urchin::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->buffer);
    }
    IOSafeDeleteNULL(ivars, Urchin_IVars, 1);
    super::free();
}

kern_return_t IMPL(Urchin, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return RegisterService();
}

kern_return_t IMPL(Urchin, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t Urchin::Configure(IOUserClientMethodArguments *arguments)
{
    uint64_t size = arguments->scalarInput[0];
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, arguments->scalarInput[0], 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    IOBufferMemoryDescriptor *old = ivars->buffer;
    ivars->buffer = buffer;
    OSSafeReleaseNULL(old);
    return kIOReturnSuccess;
}

struct Umbra_IVars {
    IOBufferMemoryDescriptor *buffer;
};

bool Umbra::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Umbra_IVars, 1);
    return ivars != nullptr;
}

void Umbra::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->buffer);
    }
    IOSafeDeleteNULL(ivars, Umbra_IVars, 1);
    super::free();
}

kern_return_t IMPL(Umbra, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    return Setup(4096);
}

kern_return_t IMPL(Umbra, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t Umbra::Setup(uint64_t size)
{
    return IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, size, 0, &ivars->buffer);
}
