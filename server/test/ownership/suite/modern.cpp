// Newer C++: namespaces, templates, optional values, structured bindings, guards made of lambdas.
#include <optional>
#include <utility>

#include "State.h"

namespace lab {
namespace detail {

IOBufferMemoryDescriptor *make(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    if (auto status = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer); status != kIOReturnSuccess) {
        return nullptr;
    }
    return buffer;
}

kern_return_t namespacedClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = make(size);
    if (!buffer) return kIOReturnNoMemory;
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object buffer
kern_return_t namespacedLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = make(size);
    if (!buffer) return kIOReturnNoMemory;
    measure(size);
    return kIOReturnSuccess;
}

} // namespace detail

kern_return_t qualifiedClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = detail::make(size);
    if (!buffer) return kIOReturnNoMemory;
    buffer->release();
    return kIOReturnSuccess;
}

// expect: leaked-out-object buffer
kern_return_t qualifiedLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = detail::make(size);
    if (!buffer) return kIOReturnNoMemory;
    measure(size);
    return kIOReturnSuccess;
}

} // namespace lab

namespace {

template <typename T>
void drop(T *&object)
{
    if (object) {
        object->release();
        object = nullptr;
    }
}

template <typename Action>
class OnExit {
public:
    explicit OnExit(Action action) : action_(action) {}
    ~OnExit() { action_(); }

private:
    Action action_;
};

} // namespace

kern_return_t droppedByTemplateClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    drop(buffer);
    return kIOReturnSuccess;
}

kern_return_t onExitClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    OnExit guard([&] { OSSafeReleaseNULL(buffer); });
    ret = buffer->SetLength(size);
    if (ret != kIOReturnSuccess) return ret;
    return buffer->SetLength(size / 2);
}

kern_return_t onExitBeforeClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    auto guard = OnExit([&buffer] {
        if (buffer) buffer->release();
    });
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    return buffer->SetLength(size);
}

std::optional<uint64_t> optionalClean(IOService *service)
{
    OSDictionary *properties = nullptr;
    if (service->CopyProperties(&properties) != kIOReturnSuccess) return std::nullopt;
    const uint64_t count = properties->getCount();
    properties->release();
    if (count == 0) return std::nullopt;
    return count;
}

// expect: leaked-out-object properties
std::optional<uint64_t> optionalLeaks(IOService *service)
{
    OSDictionary *properties = nullptr;
    if (service->CopyProperties(&properties) != kIOReturnSuccess) return std::nullopt;
    const uint64_t count = properties->getCount();
    if (count == 0) return std::nullopt;
    properties->release();
    return count;
}

std::pair<kern_return_t, IOBufferMemoryDescriptor *> pairClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    return {ret, buffer};
}

kern_return_t structuredBindingClean(uint64_t size)
{
    auto [ret, buffer] = pairClean(size);
    if (ret != kIOReturnSuccess) return ret;
    buffer->release();
    return kIOReturnSuccess;
}

kern_return_t rangeForClean(uint64_t size)
{
    for (const uint64_t factor : {1, 2, 4}) {
        IOBufferMemoryDescriptor *buffer = nullptr;
        if (IOBufferMemoryDescriptor::Create(kBoth, size * factor, 0, &buffer) != kIOReturnSuccess) continue;
        buffer->release();
    }
    return kIOReturnSuccess;
}

// expect: leaked-out-object buffer
kern_return_t rangeForLeaks(uint64_t size)
{
    for (const uint64_t factor : {1, 2, 4}) {
        IOBufferMemoryDescriptor *buffer = nullptr;
        if (IOBufferMemoryDescriptor::Create(kBoth, size * factor, 0, &buffer) != kIOReturnSuccess) continue;
        if (factor == 4) break;
        buffer->release();
    }
    return kIOReturnSuccess;
}

// expect: leaked-out-object buffer
kern_return_t switchWithInitLeaks(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    switch (kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer); ret) {
        case kIOReturnSuccess:
            measure(size);
            return kIOReturnSuccess;
        default:
            return ret;
    }
}

kern_return_t switchWithInitClean(uint64_t size)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    switch (kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer); ret) {
        case kIOReturnSuccess:
            buffer->release();
            return kIOReturnSuccess;
        default:
            return ret;
    }
}

// expect: leak-on-error-path mapped
[[nodiscard]] kern_return_t attributedLeaks(IOMemoryDescriptor &memory, const bool wanted) noexcept
{
    IOMemoryMap *mapped{nullptr};
    if (const auto status{memory.CreateMapping(0, 0, 0, 0, 0, &mapped)}; status != kIOReturnSuccess) {
        return status;
    }
    if (!wanted) {
        return kIOReturnAborted;
    }
    mapped->release();
    return kIOReturnSuccess;
}

[[nodiscard]] kern_return_t attributedClean(IOMemoryDescriptor &memory) noexcept
{
    IOMemoryMap *mapped{nullptr};
    if (const auto status{memory.CreateMapping(0, 0, 0, 0, 0, &mapped)}; status != kIOReturnSuccess) {
        return status;
    }
    mapped->release();
    return kIOReturnSuccess;
}

kern_return_t exchangedClean(uint64_t size, IOBufferMemoryDescriptor **out)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    kern_return_t ret = IOBufferMemoryDescriptor::Create(kBoth, size, 0, &buffer);
    if (ret != kIOReturnSuccess) return ret;
    *out = std::exchange(buffer, nullptr);
    OSSafeReleaseNULL(buffer);
    return kIOReturnSuccess;
}
