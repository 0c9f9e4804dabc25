/**
 * The grammar `driverkit`: C++ as tree-sitter-cpp reads it, with what Apple's DriverKit adds to it: the marks of
 * IIG (`.iig`), blocks, and the C and preprocessor habits of driver sources. It adds node kinds and changes none:
 * a text that tree-sitter-cpp reads rightly gives the same tree here.
 *
 * IIG's marks are ordinary words elsewhere, so they are not keywords: `scanner.c` looks ahead and decides.
 */

const CPP = require('tree-sitter-cpp/grammar');

/** tree-sitter-c's PREC.FIELD, which tree-sitter-cpp does not pass on. */
const FIELD_PRECEDENCE = 16;

module.exports = grammar(CPP, {
  name: 'driverkit',

  // The first two are tree-sitter-cpp's own; scanner.c relies on the order of all of them.
  externals: ($, original) => original.concat([
    $._iig_class_word,
    $._iig_class_call_word,
    $._iig_method_word,
    $._iig_method_call_word,
    $._iig_parameter_word,
    $._iig_parameter_call_word,
    $._macro_class_word,
    $._macro_word,
  ]),

  inline: ($, original) => original.concat([$._opening_guard]),

  conflicts: ($, original) => original.concat([
    [$.type_specifier, $.type_definition],
    [$._string, $.concatenated_string],
  ]),

  rules: {
    // ---- IIG ----

    class_specifier: $ => seq(
      'class',
      repeat(choice($.iig_class_attribute, alias($._class_macro, $.macro_attribute))),
      $._class_declaration,
    ),

    struct_specifier: $ => seq('struct', repeat(alias($._class_macro, $.macro_attribute)), $._class_declaration),

    iig_class_attribute: $ => choice(
      field('name', alias($._iig_class_word, $.iig_attribute_name)),
      seq(
        field('name', alias($._iig_class_call_word, $.iig_attribute_name)),
        '(',
        field('argument', $._class_name),
        ')',
      ),
    ),

    _function_postfix: $ => prec.right(choice(
      repeat1(choice($.virtual_specifier, $.iig_method_attribute, alias($._trailing_macro, $.macro_attribute))),
      $.requires_clause,
    )),

    iig_method_attribute: $ => choice(
      field('name', alias($._iig_method_word, $.iig_attribute_name)),
      seq(
        field('name', alias($._iig_method_call_word, $.iig_attribute_name)),
        '(',
        field('argument', choice($.identifier, $.qualified_identifier, $.string_literal)),
        ')',
      ),
    ),

    // A mark follows a parameter's name only: `int f(int TYPE)` names its parameter TYPE.
    parameter_declaration: ($, original) => choice(
      original,
      seq(
        $._declaration_specifiers,
        field('declarator', $._declarator),
        $._parameter_marks,
      ),
    ),

    _parameter_marks: $ => repeat1(choice(
      $.iig_parameter_attribute,
      alias($._trailing_macro, $.macro_attribute),
    )),

    iig_parameter_attribute: $ => choice(
      field('name', alias($._iig_parameter_word, $.iig_attribute_name)),
      seq(
        field('name', alias($._iig_parameter_call_word, $.iig_attribute_name)),
        '(',
        field('argument', choice($.identifier, $.qualified_identifier)),
        ')',
      ),
    ),

    // ---- Blocks ----

    _expression_not_binary: ($, original) => choice(
      original,
      $.block_literal,
      alias($._availability_call, $.call_expression),
    ),

    block_literal: $ => seq(
      '^',
      optional(field('type', alias($._block_return_type, $.type_descriptor))),
      optional(seq(
        field('parameters', $.parameter_list),
        optional($.trailing_return_type),
      )),
      field('body', $.compound_statement),
    ),

    _block_return_type: $ => seq(
      repeat($.type_qualifier),
      field('type', $.type_specifier),
      repeat($.type_qualifier),
      optional(field('declarator', $._type_suffix)),
    ),

    _declaration_modifiers: ($, original) => choice(original, $.block_storage_qualifier),

    block_storage_qualifier: _ => '__block',

    // `^` declares a block only right inside parentheses, so it never competes with `a ^ b`.
    parenthesized_declarator: ($, original) => choice(
      original,
      prec.dynamic(-10, seq('(', $.block_pointer_declarator, ')')),
    ),
    parenthesized_field_declarator: ($, original) => choice(
      original,
      prec.dynamic(-10, seq('(', alias($.block_pointer_field_declarator, $.block_pointer_declarator), ')')),
    ),
    parenthesized_type_declarator: ($, original) => choice(
      original,
      prec.dynamic(-10, seq('(', alias($.block_pointer_type_declarator, $.block_pointer_declarator), ')')),
    ),
    abstract_parenthesized_declarator: ($, original) => choice(
      original,
      prec(1, seq('(', $.abstract_block_pointer_declarator, ')')),
    ),

    block_pointer_declarator: $ => seq(
      '^', repeat($.type_qualifier), field('declarator', $._declarator),
    ),
    block_pointer_field_declarator: $ => seq(
      '^', repeat($.type_qualifier), field('declarator', $._field_declarator),
    ),
    block_pointer_type_declarator: $ => seq(
      '^', repeat($.type_qualifier), field('declarator', $._type_declarator),
    ),
    abstract_block_pointer_declarator: $ => seq(
      '^', repeat($.type_qualifier), optional(field('declarator', $._abstract_declarator)),
    ),

    // ---- What stock C++ does not read in real drivers ----

    // A call's arguments may be types and may be empty, because the call may be a macro's.
    call_expression: ($, original) => withCallArguments(original, alias($._call_argument_list, $.argument_list)),

    _call_argument_list: $ => seq(
      '(',
      optional($._call_argument),
      repeat(seq(',', optional($._call_argument))),
      ')',
    ),
    _call_argument: $ => choice(
      $.expression,
      $.initializer_list,
      $.compound_statement,
      alias($._call_type_argument, $.type_descriptor),
    ),
    // Only what cannot be an expression: a lone name stays an identifier, as in tree-sitter-cpp.
    _call_type_argument: $ => choice(
      seq(
        repeat1($.type_qualifier),
        field('type', $.type_specifier),
        repeat($.type_qualifier),
        optional(field('declarator', $._type_suffix)),
      ),
      seq(
        field('type', $.type_specifier),
        repeat1($.type_qualifier),
        optional(field('declarator', $._type_suffix)),
      ),
      seq(
        field('type', $.type_specifier),
        field('declarator', $._type_suffix),
      ),
      field('type', choice(
        $.primitive_type,
        $.sized_type_specifier,
        $.class_specifier,
        $.struct_specifier,
        $.union_specifier,
        $.enum_specifier,
      )),
    ),

    // The pointers and references behind a type where an ordinary abstract declarator would also take in `(…)`.
    _type_suffix: $ => choice(
      alias($._pointer_suffix, $.abstract_pointer_declarator),
      alias($._reference_suffix, $.abstract_reference_declarator),
    ),
    _pointer_suffix: $ => seq('*', repeat($.type_qualifier), optional(field('declarator', $._type_suffix))),
    _reference_suffix: _ => choice('&', '&&'),

    // A mark, as in parameter_declaration; and braces as a value.
    optional_parameter_declaration: $ => seq(
      $._declaration_specifiers,
      choice(
        field('declarator', optional(choice($._declarator, $.abstract_reference_declarator))),
        seq(field('declarator', $._declarator), $._parameter_marks),
      ),
      '=',
      field('default_value', choice($.expression, $.initializer_list)),
    ),

    enum_specifier: ($, original) => choice(
      original,
      prec.right(seq(
        'enum',
        $._enum_base_clause,
        field('body', $.enumerator_list),
        optional($.attribute_specifier),
      )),
    ),

    type_qualifier: ($, original) => choice(original, '_Nullable', '_Null_unspecified'),

    attribute_specifier: ($, original) => choice(original, '__unused'),

    // `int x __unused;`, `int x __unused = 1;`
    declaration: ($, original) => choice(original, prec.dynamic(-1, seq(
      $._declaration_specifiers,
      field('declarator', $._declarator),
      repeat1($.attribute_specifier),
      ';',
    ))),
    init_declarator: ($, original) => choice(original, prec.dynamic(-1, seq(
      field('declarator', $._declarator),
      repeat1($.attribute_specifier),
      '=',
      field('value', choice($.initializer_list, $.expression)),
    ))),

    // `typedef struct {…} PACKED Name;`
    type_definition: ($, original) => choice(original, seq(
      optional('__extension__'),
      'typedef',
      repeat($.type_qualifier),
      field('type', choice($.struct_specifier, $.union_specifier, $.class_specifier, $.enum_specifier)),
      $.macro_attribute,
      $._type_definition_declarators,
      repeat($.attribute_specifier),
      ';',
    )),

    // `kOld API_DEPRECATED("kNew", macos(10.0, 12.4)) = kNew,`
    enumerator: $ => prec.right(seq(
      field('name', $.identifier),
      optional(choice($.attribute_specifier, alias($._macro_call, $.macro_attribute))),
      optional(seq('=', field('value', $.expression))),
    )),
    _macro_call: $ => seq(field('name', $.identifier), field('arguments', $.argument_list)),
    macro_attribute: $ => field('name', $.identifier),

    // `class DRIVER_EXPORT Name {`; `void f() LIBKERN_RETURNS_RETAINED`, `f(OSObject * x LIBKERN_CONSUMED)`. The scanner
    // knows them by what follows, and those behind a function by Apple's prefixes too.
    _class_macro: $ => field('name', alias($._macro_class_word, $.identifier)),
    _trailing_macro: $ => prec.right(seq(
      field('name', alias($._macro_word, $.identifier)),
      optional(field('arguments', $.argument_list)),
    )),

    // Directives between enumerators.
    enumerator_list: $ => seq(
      '{',
      repeat(choice(
        seq($.enumerator, ','),
        alias($.preproc_if_in_enumerator_list, $.preproc_if),
        alias($.preproc_ifdef_in_enumerator_list, $.preproc_ifdef),
        $.preproc_def,
        $.preproc_function_def,
        seq($.preproc_call, optional(',')),
      )),
      optional(choice(
        $.enumerator,
        alias($.preproc_if_in_enumerator_list_no_comma, $.preproc_if),
        alias($.preproc_ifdef_in_enumerator_list_no_comma, $.preproc_ifdef),
      )),
      '}',
    ),

    field_declaration: ($, original) => choice(
      original,
      // `uint8_t : 6;`
      seq($._declaration_specifiers, $.bitfield_clause, optional($.attribute_specifier), ';'),
      // `virtual void f() LOCAL __attribute__((…)) = 0;`
      seq(
        $._declaration_specifiers,
        field('declarator', $._field_declarator),
        $.attribute_specifier,
        '=',
        field('default_value', $.expression),
        ';',
      ),
    ),

    // `"version " VERSION`
    concatenated_string: ($, original) => choice(original, prec.right(seq(
      choice($.string_literal, $.raw_string_literal),
      $.identifier,
      repeat(choice($.identifier, $.string_literal, $.raw_string_literal)),
    ))),

    // `(service->*method)(argument)`
    field_expression: ($, original) => choice(original, seq(
      prec(FIELD_PRECEDENCE, seq(
        field('argument', $.expression),
        field('operator', '->*'),
      )),
      field('field', $._field_identifier),
    )),

    // `__has_include("File.h")`
    preproc_argument_list: $ => seq(
      '(',
      optional(seq($._preproc_argument, repeat(seq(',', $._preproc_argument)))),
      ')',
    ),
    _preproc_argument: $ => choice($._preproc_expression, $.string_literal, $.system_lib_string),

    // `__builtin_available(driverkit 20.0, *)`, which reads as the call of a function.
    _availability_call: $ => seq(
      field('function', alias('__builtin_available', $.identifier)),
      field('arguments', alias($._availability_list, $.argument_list)),
    ),
    _availability_list: $ => seq(
      '(',
      $._availability,
      repeat(seq(',', $._availability)),
      ')',
    ),
    _availability: $ => choice($.availability_condition, '*'),
    availability_condition: $ => seq(
      field('platform', $.identifier),
      field('version', $.availability_version),
    ),
    availability_version: _ => /\d+(\.\d+)*/,

    // `#define LOG(format, arguments...)`
    preproc_params: $ => seq(
      token.immediate('('),
      optional(seq(
        choice($.identifier, '...', seq($.identifier, '...')),
        repeat(seq(',', choice($.identifier, '...', seq($.identifier, '...')))),
      )),
      ')',
    ),

    // `extern "C" {` and its `}`, each in an `#ifdef __cplusplus` of its own, are one linkage specification.
    // Its first guard is inlined, because up to the `{` it may as well be an ordinary `#ifdef`.
    _top_level_item: ($, original) => choice(
      original,
      alias($._guarded_linkage_specification, $.linkage_specification),
    ),
    _block_item: ($, original) => choice(
      original,
      alias($._guarded_linkage_specification, $.linkage_specification),
    ),

    _guarded_linkage_specification: $ => seq(
      $._opening_guard,
      'extern',
      field('value', $.string_literal),
      field('body', alias($._guarded_declaration_list, $.declaration_list)),
      directive('endif'),
    ),
    _guarded_declaration_list: $ => seq(
      '{',
      directive('endif'),
      repeat($._block_item),
      $.linkage_guard,
      '}',
    ),
    _opening_guard: $ => choice(
      seq(directive('ifdef'), field('guard', $.identifier)),
      seq(directive('if'), field('guard', $._preproc_expression), '\n'),
    ),
    linkage_guard: $ => choice(
      seq(directive('ifdef'), field('guard', $.identifier)),
      seq(directive('if'), field('guard', $._preproc_expression), '\n'),
    ),
  },
});

/** tree-sitter-cpp's spelling of a directive, so that both share one token. */
function directive(name) {
  return alias(new RegExp('#[ \t]*' + name), '#' + name);
}

/** A copy of tree-sitter-cpp's rule for calls in which the argument list is another one. */
function withCallArguments(rule, list) {
  if (rule.type === 'FIELD' && rule.name === 'arguments') {
    return field('arguments', list);
  }
  const copy = { ...rule };
  if (copy.members) copy.members = copy.members.map(member => withCallArguments(member, list));
  if (copy.content) copy.content = withCallArguments(copy.content, list);
  return copy;
}
