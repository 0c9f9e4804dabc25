// Hands the natively compiled grammar to the npm package `tree-sitter`, which knows a language by its type tag.
#include <node_api.h>

extern "C" const void *tree_sitter_driverkit(void);

// The tag that `tree-sitter` asks for: BLAKE2 of "tree-sitter", "language".
static const napi_type_tag kLanguageTag = {0x8AF2E5212AD58ABFULL, 0xD5006CAD83ABBA16ULL};

NAPI_MODULE_INIT() {
    napi_value language, name;
    bool made = napi_create_external(env, const_cast<void *>(tree_sitter_driverkit()), nullptr, nullptr, &language) == napi_ok
        && napi_type_tag_object(env, language, &kLanguageTag) == napi_ok
        && napi_set_named_property(env, exports, "language", language) == napi_ok
        && napi_create_string_utf8(env, "driverkit", NAPI_AUTO_LENGTH, &name) == napi_ok
        && napi_set_named_property(env, exports, "name", name) == napi_ok;
    if (!made) napi_throw_error(env, nullptr, "the language could not be made");
    return exports;
}
