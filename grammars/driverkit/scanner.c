/*
 * The external scanner of the grammar `driverkit`: tree-sitter-cpp's own (raw strings), and the words of IIG's marks.
 * A word is a mark only where the grammar allows one and where what follows it says so; otherwise it is left to the
 * ordinary lexer and becomes an identifier. Attribute macros are told from names in the same way. Must stay without state of its own: cpp's state is all that is serialized.
 */
#define tree_sitter_cpp_external_scanner_create cpp_scanner_create
#define tree_sitter_cpp_external_scanner_destroy cpp_scanner_destroy
#define tree_sitter_cpp_external_scanner_serialize cpp_scanner_serialize
#define tree_sitter_cpp_external_scanner_deserialize cpp_scanner_deserialize
#define tree_sitter_cpp_external_scanner_scan cpp_scanner_scan
#include "tree-sitter-cpp/src/scanner.c"

/* In the order of `externals` in grammar.js, after cpp's two. */
enum {
    CLASS_WORD = 2,
    CLASS_CALL_WORD,
    METHOD_WORD,
    METHOD_CALL_WORD,
    PARAMETER_WORD,
    PARAMETER_CALL_WORD,
    MACRO_CLASS_WORD,
    MACRO_WORD,
};

#define MAX_WORD 64

static const char *const CLASS_WORDS[] = {
    "KERNEL", "NATIVE", "LOCAL", "LOCALONLY", "REMOTE", "SERIALIZABLE", 0,
};
static const char *const CLASS_CALL_WORDS[] = {"EXTENDS", 0};
static const char *const METHOD_WORDS[] = {
    "LOCALONLY", "LOCAL", "LOCALHOST", "REPLY", "INVOKEREPLY", "KERNEL", 0,
};
static const char *const METHOD_CALL_WORDS[] = {"TYPE", "QUEUENAME", 0};
static const char *const PARAMETER_WORDS[] = {"TARGET", "PORTMAKESEND", "PORTCOPYSEND", 0};
static const char *const PARAMETER_CALL_WORDS[] = {"TYPE", 0};

static bool same(const char *a, const char *b) {
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Whether `word` is one of `words`, bare or with the prefix IIG_. `SERIALIZABLE` exists with the prefix only. */
static bool is_one_of(const char *word, const char *const *words) {
    bool prefixed = word[0] == 'I' && word[1] == 'I' && word[2] == 'G' && word[3] == '_';
    const char *bare = prefixed ? word + 4 : word;
    for (; *words; words++) {
        if (same(bare, *words)) return prefixed || !same(bare, "SERIALIZABLE");
    }
    return false;
}

/* The prefixes of Apple's attribute macros that stand behind a function or a parameter. */
static const char *const MACRO_PREFIXES[] = {"LIBKERN_", "DRIVERKIT_", "OS_RETURNS_", "OS_CONSUM", "API_", 0};

static bool begins_with(const char *word, const char *prefix) {
    while (*prefix && *prefix == *word) {
        prefix++;
        word++;
    }
    return !*prefix;
}

static bool has_macro_prefix(const char *word) {
    for (const char *const *prefix = MACRO_PREFIXES; *prefix; prefix++) {
        if (begins_with(word, *prefix)) return true;
    }
    return false;
}

static bool is_upper_case(const char *word) {
    if (!*word) return false;
    for (; *word; word++) {
        if (!((*word >= 'A' && *word <= 'Z') || (*word >= '0' && *word <= '9') || *word == '_')) return false;
    }
    return true;
}

static bool starts_word(int32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c > 127;
}

static bool continues_word(int32_t c) { return starts_word(c) || (c >= '0' && c <= '9'); }

static bool is_space(int32_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Reads a whole word; leaves `word` empty when it is longer than any of ours. */
static void read_word(TSLexer *lexer, char *word) {
    int length = 0;
    for (; continues_word(lexer->lookahead); lexer->advance(lexer, false)) {
        if (length < MAX_WORD) word[length] = lexer->lookahead < 128 ? (char)lexer->lookahead : '?';
        length++;
    }
    word[length < MAX_WORD ? length : 0] = 0;
}

/* Passes white space, continued lines and comments. False at a slash that begins no comment. */
static bool pass_space(TSLexer *lexer) {
    for (;;) {
        if (is_space(lexer->lookahead) || lexer->lookahead == '\\') {
            lexer->advance(lexer, false);
        } else if (lexer->lookahead == '/') {
            lexer->advance(lexer, false);
            if (lexer->lookahead == '/') {
                while (lexer->lookahead != '\n' && !lexer->eof(lexer)) lexer->advance(lexer, false);
            } else if (lexer->lookahead == '*') {
                lexer->advance(lexer, false);
                for (int32_t before = 0; !lexer->eof(lexer); lexer->advance(lexer, false)) {
                    if (before == '*' && lexer->lookahead == '/') {
                        lexer->advance(lexer, false);
                        break;
                    }
                    before = lexer->lookahead;
                }
            } else {
                return false;
            }
        } else {
            return true;
        }
    }
}

/* After `class KERNEL`: a mark needs a class name behind it, and `class KERNEL final` or `class KERNEL f()` has none. */
static bool class_name_follows(TSLexer *lexer) {
    if (!starts_word(lexer->lookahead)) return lexer->lookahead == '['; /* `[[attribute]]` */
    char word[MAX_WORD + 1];
    read_word(lexer, word);
    if (same(word, "final")) return false;
    if (is_one_of(word, CLASS_CALL_WORDS) || same(word, "alignas") || (word[0] == '_' && word[1] == '_')) return true;
    if (!pass_space(lexer)) return false;
    switch (lexer->lookahead) {
        case '(': case ')': case '=': case ',': case '[': return false;
        default: return true;
    }
}

/* After `class EXPORT`: only `class EXPORT Name {`, `… :` and `… final` have a macro there; all else is C++. */
static bool class_body_follows(TSLexer *lexer) {
    if (!starts_word(lexer->lookahead)) return false;
    char word[MAX_WORD + 1];
    read_word(lexer, word);
    if (same(word, "final") || !pass_space(lexer)) return false;
    if (lexer->lookahead == '{') return true;
    if (lexer->lookahead == ':') {
        lexer->advance(lexer, false);
        return lexer->lookahead != ':';
    }
    if (!starts_word(lexer->lookahead)) return false;
    read_word(lexer, word);
    return same(word, "final");
}

static bool scan_mark(TSLexer *lexer, const bool *valid) {
    while (is_space(lexer->lookahead)) lexer->advance(lexer, true);
    if (!starts_word(lexer->lookahead)) return false;

    char word[MAX_WORD + 1];
    read_word(lexer, word);
    lexer->mark_end(lexer);

    bool class_word = valid[CLASS_WORD] && is_one_of(word, CLASS_WORDS);
    bool class_call = valid[CLASS_CALL_WORD] && is_one_of(word, CLASS_CALL_WORDS);
    bool method_word = valid[METHOD_WORD] && is_one_of(word, METHOD_WORDS);
    bool method_call = valid[METHOD_CALL_WORD] && is_one_of(word, METHOD_CALL_WORDS);
    bool parameter_word = valid[PARAMETER_WORD] && is_one_of(word, PARAMETER_WORDS);
    bool parameter_call = valid[PARAMETER_CALL_WORD] && is_one_of(word, PARAMETER_CALL_WORDS);
    bool class_macro = !class_word && !class_call && valid[MACRO_CLASS_WORD] && is_upper_case(word);
    bool macro = valid[MACRO_WORD] && has_macro_prefix(word);
    bool mark = class_word || class_call || method_word || method_call || parameter_word || parameter_call;
    if (!(mark || class_macro || macro)) return false;

    if (!pass_space(lexer)) return false;
    int32_t next = lexer->lookahead;
    if (class_call || method_call || parameter_call) {
        if (next != '(') return false;
        lexer->result_symbol =
            class_call ? CLASS_CALL_WORD : parameter_call ? PARAMETER_CALL_WORD : METHOD_CALL_WORD;
        return true;
    }
    if (class_macro) {
        if (!class_body_follows(lexer)) return false;
        lexer->result_symbol = MACRO_CLASS_WORD;
        return true;
    }
    if (class_word) {
        if (!class_name_follows(lexer)) return false;
        lexer->result_symbol = CLASS_WORD;
        return true;
    }
    if (macro && next == '(') {
        lexer->result_symbol = MACRO_WORD;
        return true;
    }
    /* What may follow a parameter or a method, or another mark. */
    if (!(starts_word(next) || next == ',' || next == ')' || next == '=' || next == ';' || next == '{')) return false;
    lexer->result_symbol = macro ? MACRO_WORD : parameter_word ? PARAMETER_WORD : METHOD_WORD;
    return true;
}

void *tree_sitter_driverkit_external_scanner_create(void) { return cpp_scanner_create(); }

void tree_sitter_driverkit_external_scanner_destroy(void *payload) { cpp_scanner_destroy(payload); }

unsigned tree_sitter_driverkit_external_scanner_serialize(void *payload, char *buffer) {
    return cpp_scanner_serialize(payload, buffer);
}

void tree_sitter_driverkit_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
    cpp_scanner_deserialize(payload, buffer, length);
}

bool tree_sitter_driverkit_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
    /* Everything is valid only while the parser recovers from an error: nothing to go by. */
    if (valid[RAW_STRING_DELIMITER] && valid[RAW_STRING_CONTENT]) return false;
    if (valid[RAW_STRING_DELIMITER] || valid[RAW_STRING_CONTENT]) return cpp_scanner_scan(payload, lexer, valid);
    return scan_mark(lexer, valid);
}
