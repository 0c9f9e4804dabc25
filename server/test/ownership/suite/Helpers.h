// The suite's helpers: some are defined in helpers-body.cpp, some nowhere.
#ifndef Helpers_h
#define Helpers_h

#include "State.h"

// Defined in helpers-body.cpp.
void dropObject(OSObject *object);
void dropIfThere(OSObject *object);
void dropAndForget(IOBufferMemoryDescriptor **object);
void readBuffer(IOBufferMemoryDescriptor *buffer);
void keepBuffer(Lab_IVars *state, IOBufferMemoryDescriptor *buffer);
void keepRetained(Lab_IVars *state, IOBufferMemoryDescriptor *buffer);
void dropOrKeep(Lab_IVars *state, IOBufferMemoryDescriptor *buffer);
void forwardDrop(OSObject *object);
IOBufferMemoryDescriptor *makeBuffer(uint64_t size);
IOBufferMemoryDescriptor *borrowBuffer(Lab_IVars *state);
OSObject *passThrough(OSObject *object);
kern_return_t openBuffer(uint64_t size, IOBufferMemoryDescriptor **result);
kern_return_t openBoth(uint64_t size, IOBufferMemoryDescriptor **first, IOMemoryMap **second);
bool tryOpenBuffer(uint64_t size, IOBufferMemoryDescriptor **result);
kern_return_t fillBuffer(IOBufferMemoryDescriptor *buffer, uint8_t value);

// Defined nowhere: nothing is known of them.
void unknownTaker(OSObject *object);
kern_return_t unknownFiller(IOBufferMemoryDescriptor **result);
DRIVERKIT_RETURNS_RETAINED OSArray *getFreshList();
DRIVERKIT_RETURNS_NOT_RETAINED OSArray *createdElsewhere();
void swallow(OSObject *object DRIVERKIT_CONSUMED);

#endif
