// The questions that LLVM's own test of its reference-count checker asks, put to DriverKit code in our own words.
// bench/llvm-expectations.md lists which function stands for which of them.
#include "State.h"

class Crate : public OSObject {
public:
    unsigned int size();
    Crate *copyShelf();
    virtual Crate *makeFrom(OSObject *input);
    virtual void absorb(OSObject *other OS_CONSUMED);
    void stackOnto(Crate *owner) OS_CONSUMES_THIS;
    static Crate *withSize(unsigned int size);
    static OS_RETURNS_NOT_RETAINED Crate *makeLent();
    static OS_RETURNS_RETAINED Crate *getFresh();
    static void take(Crate *crate OS_CONSUMED);
    static Crate *makeInline() { return OSTypeAlloc(Crate); }
    OSObject *GetThing();
};

class Holder : public OSObject {
public:
    Crate *crate;
    Crate *getCrate() { return crate; }
    Crate *createCrate() { return Crate::withSize(10); }
    Crate *createCrateElsewhere();
    Crate *getCrateElsewhere();
};

struct Looker {
    static void glance(OSObject *object);
    Looker(OSObject *object);
};

bool outOnTrue(OS_RETURNS_RETAINED OSObject **object);
bool outOnFalse(OS_RETURNS_RETAINED_ON_ZERO OSObject **object);
kern_return_t outOnNonzero(OS_RETURNS_RETAINED_ON_NONZERO OSObject **object);
bool outTwo(OS_RETURNS_RETAINED OSObject **first, OS_RETURNS_RETAINED OSObject **second);
void outTwoAlways(OS_RETURNS_RETAINED OSObject **first, OS_RETURNS_RETAINED OSObject **second);
void outAlways(OS_RETURNS_RETAINED OSObject **object);
void outLent(OS_RETURNS_NOT_RETAINED OSObject **object);
char *outOnNonnull(OS_RETURNS_RETAINED OSObject **object);
bool outOptional(OS_RETURNS_RETAINED OSObject **object = nullptr);
kern_return_t outOnSuccess(OS_RETURNS_RETAINED OSObject **object);
void keepAnything(void *anything);
void keepAnythingHere(void *anything) {}
void keepElsewhere(OSObject *object);

// expect: leak-on-error-path crate
Crate *givenAndForgotten(Crate *crate OS_CONSUMED)
{
    return nullptr;
}

// expect: leaked-out-object second
void onlyOneIsOurs(OSObject *first OS_CONSUMED, OSObject *second)
{
    first->release();
    second->retain();
}

void trueMeansWritten()
{
    OSObject *object;
    if (outOnTrue(&object)) {
        object->release();
    }
}

// expect: leaked-out-object object
void trueMeansWrittenLeaks()
{
    OSObject *object;
    outOnTrue(&object);
}

// expect: leaked-out-object object
void falseMeansWrittenLeaks()
{
    OSObject *object;
    outOnFalse(&object);
}

void falseMeansWritten()
{
    OSObject *object;
    if (!outOnFalse(&object)) {
        object->release();
    }
}

void errorMeansWritten()
{
    OSObject *object;
    if (outOnNonzero(&object) != kIOReturnSuccess) {
        object->release();
    }
}

void bothWritten()
{
    OSObject *left;
    OSObject *right;
    if (outTwo(&left, &right)) {
        left->release();
        right->release();
    }
}

// expect: leaked-out-object left
// expect: leaked-out-object right
void bothWrittenLeak()
{
    OSObject *left;
    OSObject *right;
    outTwo(&left, &right);
}

void bothAlwaysWritten()
{
    OSObject *left;
    OSObject *right;
    outTwoAlways(&left, &right);
    left->release();
    right->release();
}

// expect: leaked-out-object left
// expect: leaked-out-object right
void bothAlwaysWrittenLeak()
{
    OSObject *left;
    OSObject *right;
    outTwoAlways(&left, &right);
}

void nonnullMeansWritten()
{
    OSObject *object;
    if (outOnNonnull(&object)) {
        object->release();
    }
}

// expect: leaked-out-object object
void nonnullMeansWrittenLeaks()
{
    OSObject *object;
    outOnNonnull(&object);
}

void noArgumentAtAll()
{
    if (outOptional()) {
        measure(1);
    }
}

void lentThroughParameter()
{
    OSObject *object;
    outLent(&object);
}

// expect: release-borrowed object
void lentThroughParameterReleased()
{
    OSObject *object;
    outLent(&object);
    object->release();
}

void passedStraightOn(OSObject **object)
{
    outAlways(object);
}

void outAlwaysHere(OS_RETURNS_RETAINED OSObject **object)
{
    *object = OSTypeAlloc(Crate);
}

// expect: leaked-out-object object
void writtenByAKnownBodyLeaks()
{
    OSObject *object;
    outAlwaysHere(&object);
}

void alwaysWritten()
{
    OSObject *object;
    outAlways(&object);
    object->release();
}

// expect: leaked-out-object object
void alwaysWrittenLeaks()
{
    OSObject *object;
    outAlways(&object);
}

void successMeansWritten()
{
    OSObject *object;
    if (outOnSuccess(&object) == kIOReturnSuccess) {
        object->release();
    }
}

// expect: leaked-out-object object
void successMeansWrittenLeaks()
{
    OSObject *object;
    outOnSuccess(&object);
}

void releaseLater(OSObject **object);

void compilerCleansUp()
{
    __attribute__((cleanup(releaseLater))) OSObject *object;
    outAlways(&object);
}

struct FieldOwner {
    OSObject *object;

    void fill()
    {
        outAlways(&object);
    }
};

// expect: leak-on-error-path object
bool consumesSometimes(OSObject *object OS_CONSUMED)
{
    if (coin()) {
        keepAnything(object);
        return true;
    }
    return false;
}

// expect: leak-on-error-path object
bool consumesSometimesOfTwo(OSObject *object OS_CONSUMED, bool extra)
{
    if (extra) {
        keepAnything(object);
        return true;
    }
    return false;
}

void consumesAlways(OSObject *object OS_CONSUMED)
{
    keepAnything(object);
}

void givesToOneThatForgets()
{
    OSObject *object = OSTypeAlloc(Crate);
    consumesSometimes(object);
}

void givesToOneThatKeeps()
{
    OSObject *object = OSTypeAlloc(Crate);
    consumesAlways(object);
}

void goesIntoAVoidPointer()
{
    OSObject *object = OSTypeAlloc(Crate);
    keepAnything(object);
}

// expect: leaked-out-object object
void goesIntoAnEmptyBody()
{
    OSObject *object = OSTypeAlloc(Crate);
    if (object)
        keepAnythingHere(object);
    return;
}

void virtualFactory(Crate *crate)
{
    OSObject *input = OSTypeAlloc(Crate);
    OSObject *made = crate->makeFrom(input);
    made->release();
    input->release();
}

void absorbed(Crate *crate)
{
    OSObject *object = OSTypeAlloc(Crate);
    crate->absorb(object);
}

unsigned int castAndCounted(Crate *crate)
{
    OSObject *same = crate->GetThing();
    Crate *cast = OSDynamicCast(Crate, same);
    if (cast)
        return cast->size();
    return 0;
}

void methodConsumesItsObject(Crate *owner)
{
    Crate *crate = OSTypeAlloc(Crate);
    crate->stackOnto(owner);
}

// expect: free-called-directly crate
void freedWithThreeRetains()
{
    Crate *crate = Crate::withSize(10);
    crate->retain();
    crate->retain();
    crate->retain();
    crate->free();
}

// expect: free-called-directly crate
// expect: use-after-release crate
void usedAfterFree()
{
    Crate *crate = Crate::withSize(10);
    crate->retain();
    crate->free();
    crate->retain();
}

// expect: leaked-out-object crate
unsigned int allocatedAndCountedLeaks()
{
    Crate *crate = OSTypeAlloc(Crate);
    return crate->size();
}

// expect: leaked-out-object crate
unsigned int factoryAndCountedLeaks()
{
    Crate *crate = Crate::withSize(10);
    return crate->size();
}

void copiedShelfReleased(Crate *crate)
{
    Crate *shelf = crate->copyShelf();
    shelf->release();
}

// expect: collection-temp-leak copyShelf
void copiedShelfDiscarded(Crate *crate)
{
    crate->copyShelf();
}

void handedToUnknownStatic()
{
    Crate *crate = Crate::withSize(10);
    Looker::glance(crate);
}

void handedToUnknownConstructor()
{
    Crate *crate = Crate::withSize(10);
    Looker looker(crate);
}

Crate *newCrate()
{
    return Crate::withSize(10);
}

// expect: leaked-out-object crate
unsigned int madeByHelperLeaks()
{
    unsigned int total;
    {
        Crate *crate = newCrate();
        total = crate->size();
    }
    return total;
}

// expect: collection-temp-leak newCrate
unsigned int temporaryOfHelperLeaks()
{
    return newCrate()->size();
}

Holder *newHolder(Crate *crate)
{
    Holder *holder = OSTypeAlloc(Holder);
    holder->crate = crate;
    return holder;
}

void getterOfOwnObject()
{
    Crate *crate = Crate::withSize(10);
    Holder *holder = newHolder(crate);
    holder->getCrate();
    holder->release();
    crate->release();
}

void consumedByStatic()
{
    Crate *crate = Crate::withSize(10);
    Crate::take(crate);
}

void consumedTemporary()
{
    Crate::take(Crate::withSize(10));
}

void lentByAnnotation()
{
    Crate *crate = Crate::makeLent();
    (void)crate;
}

void freshByAnnotation()
{
    Crate *crate = Crate::getFresh();
    crate->release();
}

// expect: leaked-out-object crate
void freshByAnnotationLeaks()
{
    Crate *crate = Crate::getFresh();
    measure(crate->size());
}

void requiredCast(Crate *from, OSObject *input)
{
    Crate *crate = OSRequiredCast(Crate, from->makeFrom(input));
    crate->release();
}

unsigned int failedCastSaysNothingOfTheOriginal(OSObject *object, Crate *other)
{
    Crate *crate = OSDynamicCast(Crate, object);
    if (crate) {
        return crate->size();
    }
    object->retain();
    object->release();
    return other->size();
}

// expect: leaked-out-object crate
void otherCastFails(OSObject *object)
{
    Crate *crate = Crate::withSize(10);
    Holder *cast = OSDynamicCast(Holder, object);
    if (!cast)
        return;
    crate->release();
}

// expect: leaked-out-object holder
void ownCastFails(Crate *from, OSObject *input)
{
    Holder *holder = OSDynamicCast(Holder, from->makeFrom(input));
    if (!holder)
        return;
    holder->release();
}

// expect: leaked-out-object original
void castAliasOverwritten(Crate *from, OSObject *input)
{
    OSObject *original = from->makeFrom(input);
    Holder *cast = OSDynamicCast(Holder, original);
    if (cast) {
        original = from->makeFrom(input);
        (void)cast;
    }
    original->release();
}

// expect: leaked-out-object original
void castAliasInCondition(Crate *from, OSObject *input)
{
    OSObject *original = from->makeFrom(input);
    Holder *cast = nullptr;
    if ((cast = OSDynamicCast(Holder, original))) {
        original = from->makeFrom(input);
        (void)cast;
    }
    original->release();
}

// expect: leaked-out-object original
void castAliasOfAlias(Crate *from, OSObject *input)
{
    OSObject *original = from->makeFrom(input);
    OSObject *between = original;
    Holder *cast = nullptr;
    if ((cast = OSDynamicCast(Holder, between))) {
        between = from->makeFrom(input);
        (void)cast;
    }
    between->release();
}

// expect: use-after-release crate
void countedAfterItsRelease()
{
    Crate *crate = Crate::withSize(10);
    crate->release();
    crate->size();
}

// expect: leaked-out-object crate
void retainedReleasedCounted()
{
    Crate *crate = Crate::withSize(10);
    crate->retain();
    crate->release();
    crate->size();
}

void retainedReleasedCountedReleased()
{
    Crate *crate = Crate::withSize(10);
    crate->retain();
    crate->release();
    crate->size();
    crate->release();
}

unsigned int getterKnown(Holder *holder)
{
    Crate *crate = holder->getCrate();
    return crate->size();
}

// expect: release-borrowed crate
unsigned int getterKnownReleased(Holder *holder)
{
    Crate *crate = holder->getCrate();
    crate->release();
    return 1;
}

unsigned int createdKnown(Holder *holder)
{
    Crate *crate = holder->createCrate();
    unsigned int size = crate->size();
    crate->release();
    return size;
}

unsigned int createdUnknown(Holder *holder)
{
    Crate *crate = holder->createCrateElsewhere();
    unsigned int size = crate->size();
    crate->release();
    return size;
}

unsigned int getterRetained(Holder *holder)
{
    Crate *crate = holder->getCrateElsewhere();
    crate->retain();
    crate->release();
    return crate->size();
}

// expect: release-borrowed crate
unsigned int getterUnknownReleased(Holder *holder)
{
    Crate *crate = holder->getCrateElsewhere();
    crate->release();
    return 1;
}

typedef void (^ObjectBlock)(OSObject *);

void unknownBlock(ObjectBlock block, Holder *holder)
{
    block(holder->getCrate());
}

// expect: double-release object
void sharedThenReleasedTwice()
{
    OSObject *object = OSTypeAlloc(Crate);
    {
        OSSharedPtr<OSObject> pointer(object, OSRetain);
    }
    object->release();
    object->release();
}

// expect: leaked-out-object object
void sharedLeaks()
{
    OSObject *object = OSTypeAlloc(Crate);
    {
        OSSharedPtr<OSObject> pointer(object, OSRetain);
    }
}

void sharedReleased()
{
    OSObject *object = OSTypeAlloc(Crate);
    {
        OSSharedPtr<OSObject> pointer(object, OSRetain);
    }
    object->release();
}

OSObject *getByItsName()
{
    return OSTypeAlloc(Crate);
}

OSObject *createByItsName(OSObject *object)
{
    return object;
}

// expect: leaked-out-object crate
void allocatedRetainedReleasedLeaks()
{
    Crate *crate = OSTypeAlloc(Crate);
    crate->retain();
    crate->release();
}

// expect: free-called-directly object
void freedAfterSharing()
{
    OSObject *object = OSTypeAlloc(Crate);
    keepElsewhere(object);
    object->free();
}

OSDictionary *somethingMatching(OSDictionary *table)
{
    if (!table) {
        table = OSDictionary::withCapacity(1);
    }
    return table;
}

struct OddResult {
    int code;
    int detail;
};

OddResult outWithOddResult(OS_RETURNS_RETAINED_ON_ZERO OSObject **object);

OddResult oddResultIsPassedOn()
{
    OSObject *object;
    return outWithOddResult(&object);
}

struct Base {
    Base(int);
};

struct Derived : Base {
    using Base::Base;
};

void inheritedConstructor()
{
    Derived(0);
}
