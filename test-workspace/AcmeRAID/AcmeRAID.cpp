//  AcmeRAID.cpp: start and stop, and the tasks' memory.
#include <os/log.h>
#include <DriverKit/DriverKit.h>
#include <DriverKit/OSCollections.h>
#include <PCIDriverKit/PCIDriverKit.h>
#include "AcmeRAID.h"
#include "AcmeRAIDVars.h"

bool AcmeRAID::init()
{
    if (!super::init()) {
        return false;
    }
    ivars = IONewZero(AcmeRAID_IVars, 1);
    return ivars != nullptr;
}

void AcmeRAID::free()
{
    if (ivars) {
        for (uint32_t i = 0; i < kVectorCount; i++) {
            OSSafeReleaseNULL(ivars->sources[i]);
            // The actions went in Stop: while they are there, they keep this object alive.
            OSSafeReleaseNULL(ivars->queues[i]);
        }
        OSSafeReleaseNULL(ivars->watchdog);
        OSSafeReleaseNULL(ivars->watchdogQueue);
        OSSafeReleaseNULL(ivars->pci);
    }
    IOSafeDeleteNULL(ivars, AcmeRAID_IVars, 1);
    super::free();
}

kern_return_t IMPL(AcmeRAID, Start)
{
    kern_return_t ret = Start(provider, SUPERDISPATCH);
    if (ret != kIOReturnSuccess) {
        return ret;
    }
    ivars->pci = OSDynamicCast(IOPCIDevice, provider);
    if (!ivars->pci) {
        return false;                                           // 1
    }
    ivars->pci->retain();
    ret = ivars->pci->Open(this, 0);
    if (ret != kIOReturnSuccess) {
        return ret;
    }
    ret = SetUpQueues();
    if (ret == kIOReturnSuccess) {
        ret = SetUpInterrupts();
    }
    if (ret == kIOReturnSuccess) {
        ret = SetUpWatchdog();
    }
    if (ret != kIOReturnSuccess) {
        ivars->pci->Close(this, 0);
        return ret;
    }
    return RegisterService();
}

kern_return_t IMPL(AcmeRAID, Stop)
{
    for (uint32_t i = 0; i < kVectorCount; i++) {
        if (ivars->sources[i])
            ivars->sources[i]->Cancel(nullptr);
        OSSafeReleaseNULL(ivars->actions[i]);
    }
    if (ivars->watchdog) {
        ivars->watchdog->Cancel(nullptr);
    }
    ivars->pci->Close(this, 0);
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t AcmeRAID::MapTask(uint32_t *taskIndex)
{
    kern_return_t ret;
    IOBufferMemoryDescriptor *buffer = nullptr;
    IOMemoryMap *map = nullptr;
    void *data = nullptr;

    ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionOutIn, 1024, 0, &buffer);  // 2
    __Require(ret == kIOReturnSuccess, Exit);

    ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);           // 3
    __Require(ret == kIOReturnSuccess, Exit);

    data = reinterpret_cast<void *>(map->GetAddress());
    __Require(data, Exit);

    if (ivars->taskCount >= kMaxTasks) {
        ret = kIOReturnNoResources;
        goto Exit;
    }
    ivars->tasks[ivars->taskCount] = data;
    *taskIndex = ivars->taskCount++;
    return kIOReturnSuccess;

Exit:
    if (map) {
        map->free();                                            // 4
    }
    if (buffer) {
        buffer->free();                                         // 5
    }
    Log("MapTask failed: 0x%08x", ret);
    return ret;
}

kern_return_t AcmeRAID::PublishName(const char *name)
{
    OSDictionary *properties = OSDictionary::withCapacity(1);
    if (!properties) {
        return kIOReturnNoMemory;
    }
    OSString *value = OSString::withCString(name);
    if (!value) {
        return kIOReturnNoMemory;                               // 6
    }
    properties->setObject("AcmeName", value);
    kern_return_t ret = SetProperties(properties);
    OSSafeReleaseNULL(value);
    OSSafeReleaseNULL(properties);
    return ret;
}

// Nothing is wrong here.
kern_return_t AcmeRAID::SelfTest()
{
    uint32_t identity = 0;
    ivars->pci->ConfigurationRead32(0, &identity);
    if (identity == 0xffffffff) {
        return kIOReturnNoDevice;
    }
    Log("found 0x%08x", identity);
    return kIOReturnSuccess;
}
