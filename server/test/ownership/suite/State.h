// What the suite's classes keep, and the macros that its files share.
#ifndef State_h
#define State_h

#include <DriverKit/DriverKit.h>
#include <USBDriverKit/USBDriverKit.h>
#include <PCIDriverKit/PCIDriverKit.h>

#include "Lab.h"

struct Record {
    uint32_t id;
    IOBufferMemoryDescriptor *memory;
};

struct Lab_IVars {
    IOService *provider;
    IODispatchQueue *queue;
    IOBufferMemoryDescriptor *buffer;
    IOBufferMemoryDescriptor *slots[8];
    Record records[8];
    IOMemoryMap *maps[8];
    void *addresses[8];
    OSAction *tick;
    IOTimerDispatchSource *timer;
    bool ready;
};

#define kSize 4096
#define kBoth kIOMemoryDirectionInOut

#define RETURN_ON_ERROR(status) \
    do { \
        kern_return_t status_ = (status); \
        if (status_ != kIOReturnSuccess) return status_; \
    } while (0)

#define BAIL_IF(bad, code) \
    if (bad) {             \
        ret = (code);      \
        goto Exit;         \
    }

bool coin();
void look(OSObject *object);
uint64_t measure(uint64_t value);

#endif
