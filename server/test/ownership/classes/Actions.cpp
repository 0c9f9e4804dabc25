// Actions, sources and completions.
#include <DriverKit/DriverKit.h>
#include <PCIDriverKit/PCIDriverKit.h>

#include "Actions.h"

struct Wicker_IVars {
    IODispatchQueue *queue;
    IOTimerDispatchSource *timer;
    OSAction *action;
};

bool Wicker::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Wicker_IVars, 1);
    return ivars != nullptr;
}

void Wicker::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->action);
        OSSafeReleaseNULL(ivars->timer);
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Wicker_IVars, 1);
    super::free();
}

kern_return_t IMPL(Wicker, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Wicker", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    ret = IOTimerDispatchSource::Create(ivars->queue, &ivars->timer);
    if (ret != kIOReturnSuccess) return ret;
    ret = CreateActionFired(0, &ivars->action);
    if (ret != kIOReturnSuccess) return ret;
    ret = ivars->timer->SetHandler(ivars->action);
    if (ret != kIOReturnSuccess) return ret;
    return ivars->timer->SetEnable(true);
}

kern_return_t IMPL(Wicker, Stop)
{
    if (ivars->timer) ivars->timer->Cancel(nullptr);
    OSSafeReleaseNULL(ivars->action);
    return Stop(provider, SUPERDISPATCH);
}

void IMPL(Wicker, Fired)
{
}

// expect: osaction-retain-cycle action
struct Xylem_IVars {
    IODispatchQueue *queue;
    IOTimerDispatchSource *timer;
    OSAction *action;
};

bool Xylem::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Xylem_IVars, 1);
    return ivars != nullptr;
}

void Xylem::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->action);
        OSSafeReleaseNULL(ivars->timer);
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Xylem_IVars, 1);
    super::free();
}

kern_return_t IMPL(Xylem, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Xylem", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    ret = IOTimerDispatchSource::Create(ivars->queue, &ivars->timer);
    if (ret != kIOReturnSuccess) return ret;
    ret = CreateActionFired(0, &ivars->action);
    if (ret != kIOReturnSuccess) return ret;
    ret = ivars->timer->SetHandler(ivars->action);
    if (ret != kIOReturnSuccess) return ret;
    return ivars->timer->SetEnable(true);
}

kern_return_t IMPL(Xylem, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

void IMPL(Xylem, Fired)
{
}

struct Yarrow_IVars {
    IODispatchQueue *queue;
    IOTimerDispatchSource *timer;
};

bool Yarrow::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Yarrow_IVars, 1);
    return ivars != nullptr;
}

void Yarrow::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->timer);
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Yarrow_IVars, 1);
    super::free();
}

kern_return_t IMPL(Yarrow, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Yarrow", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    ret = IOTimerDispatchSource::Create(ivars->queue, &ivars->timer);
    if (ret != kIOReturnSuccess) return ret;
    OSAction *action = nullptr;
    ret = CreateActionFired(0, &action);
    if (ret != kIOReturnSuccess) return ret;
    ret = ivars->timer->SetHandler(action);
    OSSafeReleaseNULL(action);
    if (ret != kIOReturnSuccess) return ret;
    return ivars->timer->SetEnable(true);
}

kern_return_t IMPL(Yarrow, Stop)
{
    ivars->timer->Cancel(^{
        OSSafeReleaseNULL(ivars->timer);
    });
    return Stop(provider, SUPERDISPATCH);
}

void IMPL(Yarrow, Fired)
{
}

// expect: ivars-object-not-released action
struct Zephyr_IVars {
    IODispatchQueue *queue;
    IOTimerDispatchSource *timer;
    OSAction *action;
};

bool Zephyr::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Zephyr_IVars, 1);
    return ivars != nullptr;
}

void Zephyr::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->timer);
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Zephyr_IVars, 1);
    super::free();
}

kern_return_t IMPL(Zephyr, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Zephyr", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    ret = IOTimerDispatchSource::Create(ivars->queue, &ivars->timer);
    if (ret != kIOReturnSuccess) return ret;
    ret = CreateActionFired(0, &ivars->action);
    if (ret != kIOReturnSuccess) return ret;
    ret = ivars->timer->SetHandler(ivars->action);
    if (ret != kIOReturnSuccess) return ret;
    return ivars->timer->SetEnable(true);
}

kern_return_t IMPL(Zephyr, Stop)
{
    if (ivars->timer) ivars->timer->Cancel(nullptr);
    return Stop(provider, SUPERDISPATCH);
}

void IMPL(Zephyr, Fired)
{
}

struct Abacus_IVars {
    IODispatchQueue *queue;
    IOTimerDispatchSource *timer;
    OSAction *action;
};

bool Abacus::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Abacus_IVars, 1);
    return ivars != nullptr;
}

void Abacus::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->action);
        OSSafeReleaseNULL(ivars->timer);
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Abacus_IVars, 1);
    super::free();
}

kern_return_t IMPL(Abacus, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Abacus", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    ret = IOTimerDispatchSource::Create(ivars->queue, &ivars->timer);
    if (ret != kIOReturnSuccess) return ret;
    ret = CreateActionFired(0, &ivars->action);
    if (ret != kIOReturnSuccess) return ret;
    ret = ivars->timer->SetHandler(ivars->action);
    if (ret != kIOReturnSuccess) return ret;
    return ivars->timer->SetEnable(true);
}

kern_return_t IMPL(Abacus, Stop)
{
    ivars->timer->Cancel(nullptr);
    ivars->action->Cancel(^{
        OSSafeReleaseNULL(ivars->action);
    });
    return Stop(provider, SUPERDISPATCH);
}

void IMPL(Abacus, Fired)
{
}

// expect: osaction-leak action
struct Bellows_IVars {
    IODispatchQueue *queue;
    IOTimerDispatchSource *timer;
};

bool Bellows::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Bellows_IVars, 1);
    return ivars != nullptr;
}

void Bellows::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->timer);
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Bellows_IVars, 1);
    super::free();
}

kern_return_t IMPL(Bellows, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Bellows", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    ret = IOTimerDispatchSource::Create(ivars->queue, &ivars->timer);
    if (ret != kIOReturnSuccess) return ret;
    OSAction *action = nullptr;
    ret = CreateActionFired(0, &action);
    if (ret != kIOReturnSuccess) return ret;
    ret = ivars->timer->SetHandler(action);
    if (ret != kIOReturnSuccess) return ret;
    return ivars->timer->SetEnable(true);
}

kern_return_t IMPL(Bellows, Stop)
{
    if (ivars->timer) ivars->timer->Cancel(nullptr);
    return Stop(provider, SUPERDISPATCH);
}

void IMPL(Bellows, Fired)
{
}

struct Cobalt_IVars {
    OSAction *waiting;
};

bool Cobalt::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Cobalt_IVars, 1);
    return ivars != nullptr;
}

void Cobalt::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->waiting);
    }
    IOSafeDeleteNULL(ivars, Cobalt_IVars, 1);
    super::free();
}

kern_return_t IMPL(Cobalt, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t Cobalt::Wait(IOUserClientMethodArguments *arguments)
{
    if (ivars->waiting != nullptr) return kIOReturnBusy;
    if (arguments->completion == nullptr) return kIOReturnBadArgument;
    arguments->completion->retain();
    ivars->waiting = arguments->completion;
    return kIOReturnSuccess;
}

void Cobalt::Answer(kern_return_t status)
{
    OSAction *waiting = ivars->waiting;
    if (waiting == nullptr) return;
    ivars->waiting = nullptr;
    IOUserClientAsyncArgumentsArray values = {};
    AsyncCompletion(waiting, status, values, 0);
    waiting->release();
}

// expect: osaction-completion-not-retained arguments->completion
struct Dredge_IVars {
    OSAction *waiting;
};

bool Dredge::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Dredge_IVars, 1);
    return ivars != nullptr;
}

void Dredge::free()
{
    IOSafeDeleteNULL(ivars, Dredge_IVars, 1);
    super::free();
}

kern_return_t IMPL(Dredge, Stop)
{
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t Dredge::Wait(IOUserClientMethodArguments *arguments)
{
    if (ivars->waiting != nullptr) return kIOReturnBusy;
    ivars->waiting = arguments->completion;
    return kIOReturnSuccess;
}

void Dredge::Answer(kern_return_t status)
{
    IOUserClientAsyncArgumentsArray values = {};
    if (ivars->waiting) AsyncCompletion(ivars->waiting, status, values, 0);
    ivars->waiting = nullptr;
}

struct Easel_IVars {
    IODispatchQueue *queue;
    IOTimerDispatchSource *timer;
    IOTimerDispatchSource *other;
};

bool Easel::init()
{
    if (!super::init()) return false;
    ivars = IONewZero(Easel_IVars, 1);
    return ivars != nullptr;
}

void Easel::free()
{
    if (ivars) {
        OSSafeReleaseNULL(ivars->timer);
        OSSafeReleaseNULL(ivars->other);
        OSSafeReleaseNULL(ivars->queue);
    }
    IOSafeDeleteNULL(ivars, Easel_IVars, 1);
    super::free();
}

kern_return_t IMPL(Easel, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) return ret;
    ret = IODispatchQueue::Create("Easel", 0, 0, &ivars->queue);
    if (ret != kIOReturnSuccess) return ret;
    ret = IOTimerDispatchSource::Create(ivars->queue, &ivars->timer);
    if (ret != kIOReturnSuccess) return ret;
    return IOTimerDispatchSource::Create(ivars->queue, &ivars->other);
}

kern_return_t IMPL(Easel, Stop)
{
    __block int left = 2;
    void (^done)(void) = ^{
        if (--left == 0) Stop(provider, SUPERDISPATCH);
    };
    ivars->timer->Cancel(done);
    ivars->other->Cancel(done);
    return kIOReturnSuccess;
}
