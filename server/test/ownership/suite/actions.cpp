// OSActions: the setter retains, the creator's reference stays.
#include "State.h"

kern_return_t Lab::ArmTimer(IOTimerDispatchSource *timer)
{
    OSAction *action = nullptr;
    kern_return_t ret = CreateActionTick(0, &action);
    if (ret != kIOReturnSuccess) return ret;
    ret = timer->SetHandler(action);
    action->release();
    return ret;
}

// expect: osaction-leak action
kern_return_t Lab::ArmTimerLeaky(IOTimerDispatchSource *timer)
{
    OSAction *action = nullptr;
    kern_return_t ret = CreateActionTick(0, &action);
    if (ret != kIOReturnSuccess) return ret;
    return timer->SetHandler(action);
}

// expect: leak-on-error-path action
kern_return_t Lab::ArmTimerEarly(IOTimerDispatchSource *timer)
{
    OSAction *action = nullptr;
    kern_return_t ret = CreateActionTick(0, &action);
    if (ret != kIOReturnSuccess) return ret;
    ret = timer->SetHandler(action);
    if (ret != kIOReturnSuccess) return ret;
    action->release();
    return timer->SetEnable(true);
}

kern_return_t Lab::ArmTimerKept(IOTimerDispatchSource *timer)
{
    OSSafeReleaseNULL(ivars->tick);
    kern_return_t ret = CreateActionTick(sizeof(uint64_t), &ivars->tick);
    if (ret != kIOReturnSuccess) return ret;
    return timer->SetHandler(ivars->tick);
}

kern_return_t Lab::ArmTimerSmart(IOTimerDispatchSource *timer)
{
    OSSharedPtr<OSAction> action;
    kern_return_t ret = CreateActionTick(0, action.attach());
    if (ret != kIOReturnSuccess) return ret;
    return timer->SetHandler(action.get());
}

kern_return_t Lab::ArmTimerGoto(IOTimerDispatchSource *timer)
{
    OSAction *action = nullptr;
    kern_return_t ret = CreateActionTick(0, &action);
    if (ret != kIOReturnSuccess) goto Exit;
    ret = timer->SetHandler(action);
    if (ret != kIOReturnSuccess) goto Exit;
    ret = timer->SetEnable(true);
Exit:
    OSSafeReleaseNULL(action);
    return ret;
}

kern_return_t Lab::ArmInterrupt(IOInterruptDispatchSource *source)
{
    OSAction *handler = NULL;
    IOReturn ret = CreateActionFired(0, &handler);
    if (ret == kIOReturnSuccess) {
        ret = source->SetHandler(handler);
        OSSafeReleaseNULL(handler);
        if (ret == kIOReturnSuccess) ret = source->SetEnable(true);
    }
    return ret;
}

// expect: osaction-leak handler
kern_return_t Lab::ArmInterruptLeaky(IOInterruptDispatchSource *source)
{
    OSAction *handler = NULL;
    IOReturn ret = CreateActionFired(0, &handler);
    if (ret == kIOReturnSuccess) {
        ret = source->SetHandler(handler);
        if (ret == kIOReturnSuccess) ret = source->SetEnable(true);
    }
    return ret;
}

kern_return_t Lab::Transfer(IOUSBHostPipe *pipe, IOMemoryDescriptor *data)
{
    OSAction *completion = nullptr;
    kern_return_t ret = CreateActionMoved(0, &completion);
    if (ret != kIOReturnSuccess) return ret;
    ret = pipe->AsyncIO(data, 64, completion, 0);
    OSSafeReleaseNULL(completion);
    return ret;
}

// expect: osaction-leak completion
kern_return_t Lab::TransferLeaky(IOUSBHostPipe *pipe, IOMemoryDescriptor *data)
{
    OSAction *completion = nullptr;
    kern_return_t ret = CreateActionMoved(0, &completion);
    if (ret != kIOReturnSuccess) return ret;
    ret = pipe->AsyncIO(data, 64, completion, 0);
    return ret;
}

// expect: leak-on-overwrite completion
kern_return_t Lab::TransferTwice(IOUSBHostPipe *pipe, IOMemoryDescriptor *data)
{
    OSAction *completion = nullptr;
    kern_return_t ret = CreateActionMoved(0, &completion);
    if (ret != kIOReturnSuccess) return ret;
    pipe->AsyncIO(data, 64, completion, 0);
    ret = CreateActionMoved(0, &completion);
    if (ret != kIOReturnSuccess) return ret;
    ret = pipe->AsyncIO(data, 64, completion, 0);
    completion->release();
    return ret;
}

kern_return_t Lab::TransferOwned(IOUSBHostPipe *pipe, IOMemoryDescriptor *data)
{
    OSAction *completion = nullptr;
    kern_return_t ret = CreateActionMoved(sizeof(IOMemoryDescriptor *), &completion);
    if (ret != kIOReturnSuccess) return ret;
    data->retain();
    *static_cast<IOMemoryDescriptor **>(completion->GetReference()) = data;
    ret = pipe->AsyncIO(data, 64, completion, 0);
    if (ret != kIOReturnSuccess) data->release();
    completion->release();
    return ret;
}
