// What goes into arrays and dictionaries.
#include "State.h"

kern_return_t dictionaryClean(IOService *service)
{
    OSDictionary *table = OSDictionary::withCapacity(2);
    OSNumber *number = OSNumber::withNumber(7, 32);
    kern_return_t ret = kIOReturnNoMemory;
    if (table && number) {
        table->setObject("Count", number);
        ret = service->SetProperties(table);
    }
    OSSafeReleaseNULL(number);
    OSSafeReleaseNULL(table);
    return ret;
}

// expect: leaked-out-object number
kern_return_t dictionaryValueLeaks(IOService *service)
{
    OSDictionary *table = OSDictionary::withCapacity(2);
    OSNumber *number = OSNumber::withNumber(7, 32);
    kern_return_t ret = kIOReturnNoMemory;
    if (table && number) {
        table->setObject("Count", number);
        ret = service->SetProperties(table);
    }
    OSSafeReleaseNULL(table);
    return ret;
}

// expect: collection-temp-leak withNumber
void inlineValueLeaks(OSDictionary *table)
{
    table->setObject("Count", OSNumber::withNumber(7, 32));
}

// expect: collection-temp-leak withCString
void inlineElementLeaks(OSArray *list)
{
    list->setObject(OSString::withCString("entry"));
}

// expect: collection-temp-leak withCString
// expect: collection-temp-leak withNumber
void twoInlineLeak(OSDictionary *table)
{
    table->setObject(OSString::withCString("key"), OSNumber::withNumber(1, 8));
}

// expect: collection-temp-leak withBytes
void inlineReplacedLeaks(OSArray *list, const uint8_t *bytes)
{
    list->replaceObject(0, OSData::withBytes(bytes, 4));
}

void inlineSharedClean(OSDictionary *table)
{
    table->setObject("Count", OSSharedPtr<OSNumber>(OSNumber::withNumber(7, 32), OSNoRetain).get());
}

void inlineConstantClean(OSDictionary *table)
{
    table->setObject("Flag", kOSBooleanTrue);
}

void borrowedValueClean(OSDictionary *from, OSDictionary *to)
{
    to->setObject("Name", from->getObject("Name"));
}

kern_return_t arrayOfNumbersClean(uint32_t count, OSArray **out)
{
    OSArray *list = OSArray::withCapacity(count);
    if (!list) return kIOReturnNoMemory;
    for (uint32_t i = 0; i < count; i++) {
        OSNumber *number = OSNumber::withNumber(i, 32);
        if (!number) {
            list->release();
            return kIOReturnNoMemory;
        }
        list->setObject(number);
        number->release();
    }
    *out = list;
    return kIOReturnSuccess;
}

// expect: leak-on-error-path list
kern_return_t arrayOfNumbersLeaks(uint32_t count, OSArray **out)
{
    OSArray *list = OSArray::withCapacity(count);
    if (!list) return kIOReturnNoMemory;
    for (uint32_t i = 0; i < count; i++) {
        OSNumber *number = OSNumber::withNumber(i, 32);
        if (!number) {
            return kIOReturnNoMemory;
        }
        list->setObject(number);
        number->release();
    }
    *out = list;
    return kIOReturnSuccess;
}

// expect: collection-temp-leak withCString
uint64_t temporaryLeaks()
{
    return OSString::withCString("length")->getLength();
}

// expect: collection-temp-leak withCapacity
void discardedLeaks()
{
    OSArray::withCapacity(4);
}

OSDictionary *returnedDirectlyClean()
{
    return OSDictionary::withCapacity(4);
}

OSDictionary *filledAndReturnedClean()
{
    OSDictionary *table = OSDictionary::withCapacity(1);
    if (!table) return nullptr;
    OSString *text = OSString::withCString("v");
    if (!text) {
        table->release();
        return nullptr;
    }
    table->setObject("k", text);
    text->release();
    return table;
}

// expect: leak-on-error-path table
OSDictionary *filledAndReturnedLeaks()
{
    OSDictionary *table = OSDictionary::withCapacity(1);
    if (!table) return nullptr;
    OSString *text = OSString::withCString("v");
    if (!text) return nullptr;
    table->setObject("k", text);
    text->release();
    return table;
}

uint32_t matchingClean(IODispatchQueue *queue)
{
    IOServiceNotificationDispatchSource *source = nullptr;
    OSDictionary *matching = IOService::CreateNameMatchingDictionary("thing", nullptr);
    if (!matching) return 0;
    kern_return_t ret = IOServiceNotificationDispatchSource::Create(matching, 0, queue, &source);
    matching->release();
    if (ret != kIOReturnSuccess) return 0;
    source->release();
    return 1;
}

// expect: leaked-out-object matching
uint32_t matchingLeaks(IODispatchQueue *queue)
{
    IOServiceNotificationDispatchSource *source = nullptr;
    OSDictionary *matching = IOService::CreateNameMatchingDictionary("thing", nullptr);
    if (!matching) return 0;
    kern_return_t ret = IOServiceNotificationDispatchSource::Create(matching, 0, queue, &source);
    if (ret == kIOReturnSuccess) source->release();
    return 1;
}

kern_return_t allocatedClean()
{
    Lab *lab = OSTypeAlloc(Lab);
    if (!lab) return kIOReturnNoMemory;
    if (!lab->init()) {
        lab->release();
        return kIOReturnError;
    }
    lab->release();
    return kIOReturnSuccess;
}

// expect: leak-on-error-path lab
kern_return_t allocatedLeaks()
{
    Lab *lab = OSTypeAlloc(Lab);
    if (!lab) return kIOReturnNoMemory;
    if (!lab->init()) {
        return kIOReturnError;
    }
    lab->release();
    return kIOReturnSuccess;
}
