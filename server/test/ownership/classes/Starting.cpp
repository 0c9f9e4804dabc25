// What Start leaves when it fails half way.
#include <DriverKit/DriverKit.h>
#include <PCIDriverKit/PCIDriverKit.h>

#include "Starting.h"

static constexpr uint32_t kFirst = 1;

// expect: start-failure-no-cleanup queue
struct Vellum_IVars {
    IODispatchQueue *queue;
};

bool Vellum::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Vellum_IVars, 1);
    return ivars != nullptr;
}

void Vellum::free()
{
    IOSafeDeleteNULL(ivars, Vellum_IVars, 1);
    super::free();
}

kern_return_t IMPL(Vellum, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Vellum", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    ret = RegisterService();
    if (ret != kIOReturnSuccess) return ret;
    return kIOReturnSuccess;
}

kern_return_t IMPL(Vellum, Stop)
{
    OSSafeReleaseNULL(ivars->queue);
    return Stop(provider, SUPERDISPATCH);
}

struct Walnut_IVars {
    IODispatchQueue *queue;
};

bool Walnut::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Walnut_IVars, 1);
    return ivars != nullptr;
}

void Walnut::free()
{
    IOSafeDeleteNULL(ivars, Walnut_IVars, 1);
    super::free();
}

kern_return_t IMPL(Walnut, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Walnut", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) goto Fail;
    ret = RegisterService();
    if (ret != kIOReturnSuccess) goto Fail;
    return kIOReturnSuccess;
    Fail:
    OSSafeReleaseNULL(ivars->queue);
    return ret;
}

kern_return_t IMPL(Walnut, Stop)
{
    OSSafeReleaseNULL(ivars->queue);
    return Stop(provider, SUPERDISPATCH);
}

// expect: start-failure-no-cleanup sources
struct Yonder_IVars {
    IODispatchQueue *queue;
    IOInterruptDispatchSource *sources[4];
};

bool Yonder::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Yonder_IVars, 1);
    return ivars != nullptr;
}

void Yonder::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Yonder_IVars, 1);
    super::free();
}

kern_return_t IMPL(Yonder, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Yonder", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IOInterruptDispatchSource::Create(provider, kFirst + i, ivars->queue, &ivars->sources[i]);
        if (ret != kIOReturnSuccess) return ret;
        ret = ivars->sources[i]->SetEnable(true);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Yonder, Stop)
{
    for (uint32_t i = 0; i < 4; i++) {
        if (ivars->sources[i]) ivars->sources[i]->Cancel(nullptr);
        OSSafeReleaseNULL(ivars->sources[i]);
    }
    return Stop(provider, SUPERDISPATCH);
}

struct Zinnia_IVars {
    IODispatchQueue *queue;
    IOInterruptDispatchSource *sources[4];
};

bool Zinnia::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Zinnia_IVars, 1);
    return ivars != nullptr;
}

void Zinnia::free()
{
    if (ivars) {
        for (uint32_t i = 0; i < 4; i++) OSSafeReleaseNULL(ivars->sources[i]);
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Zinnia_IVars, 1);
    super::free();
}

kern_return_t IMPL(Zinnia, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Zinnia", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IOInterruptDispatchSource::Create(provider, kFirst + i, ivars->queue, &ivars->sources[i]);
        if (ret != kIOReturnSuccess) return ret;
        ret = ivars->sources[i]->SetEnable(true);
        if (ret != kIOReturnSuccess) return ret;
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Zinnia, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

struct Amulet_IVars {
    IODispatchQueue *queue;
    IOInterruptDispatchSource *sources[4];
};

bool Amulet::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Amulet_IVars, 1);
    return ivars != nullptr;
}

void Amulet::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Amulet_IVars, 1);
    super::free();
}

kern_return_t IMPL(Amulet, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Amulet", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IOInterruptDispatchSource::Create(provider, kFirst + i, ivars->queue, &ivars->sources[i]);
        if (ret != kIOReturnSuccess) goto Fail;
        ret = ivars->sources[i]->SetEnable(true);
        if (ret != kIOReturnSuccess) goto Fail;
    }
    return kIOReturnSuccess;
    Fail:
    for (uint32_t i = 0; i < 4; i++) OSSafeReleaseNULL(ivars->sources[i]);
    return ret;
}

kern_return_t IMPL(Amulet, Stop)
{
    for (uint32_t i = 0; i < 4; i++) {
        if (ivars->sources[i]) ivars->sources[i]->Cancel(nullptr);
        OSSafeReleaseNULL(ivars->sources[i]);
    }
    return Stop(provider, SUPERDISPATCH);
}

struct Brisket_IVars {
    IODispatchQueue *queue;
    IOInterruptDispatchSource *sources[4];
};

bool Brisket::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Brisket_IVars, 1);
    return ivars != nullptr;
}

void Brisket::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Brisket_IVars, 1);
    super::free();
}

kern_return_t IMPL(Brisket, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Brisket", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    for (uint32_t i = 0; i < 4; i++) {
        ret = IOInterruptDispatchSource::Create(provider, kFirst + i, ivars->queue, &ivars->sources[i]);
        if (ret != kIOReturnSuccess) {
            DropSources();
            return ret;
        }
        ret = ivars->sources[i]->SetEnable(true);
        if (ret != kIOReturnSuccess) {
            DropSources();
            return ret;
        }
    }
    return kIOReturnSuccess;
}

kern_return_t IMPL(Brisket, Stop)
{
    DropSources();
    return Stop(provider, SUPERDISPATCH);
}

void Brisket::DropSources()
{
    for (uint32_t i = 0; i < 4; i++) {
        if (ivars->sources[i]) ivars->sources[i]->Cancel(nullptr);
        OSSafeReleaseNULL(ivars->sources[i]);
    }
}
